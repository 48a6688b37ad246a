"""Still pictures that this computer edits with a mask, or by finding the subject itself."""

from pathlib import Path

from billing.pricing import Free
from studio.engine.stills import extend, files, fill, matte, recolor, relight
from studio.spec import Call, Offer

FREE = Free("drawn on this computer")

CUT_OUT = Offer(
    key="local-remove-background",
    provider="local",
    operation="remove-background",
    label="Cut-out",
    summary="Finds what stands out, follows its edge and cleans its colors. Private, free.",
    cannot="Knows colors and shapes, not things: where several could be meant, paint a hint.",
    accepts={"image": True, "mask": True, "edge": True, "format": True},
    price=FREE,
)
ERASE = Offer(
    key="local-erase",
    provider="local",
    operation="erase",
    label="Eraser",
    summary="Puts other places of the same picture where the thing was. Private, free.",
    cannot="Cannot draw what is hidden: a half-covered face or word is not completed.",
    accepts={
        "image": True,
        "mask": True,
        "grow_mask": True,
        "seed": {"help": "Another number, another filling."},
        "format": True,
    },
    price=FREE,
)
EXTEND = Offer(
    key="local-extend",
    provider="local",
    operation="outpaint",
    label="Extender",
    summary="Goes on with the texture at the edge, a mirror image or a blur. Private, free.",
    cannot="Goes on with textures for about a fifth of the picture, softly mirrored beyond; draws "
    "no new things.",
    accepts={
        "image": True,
        "left": True,
        "right": True,
        "up": True,
        "down": True,
        "fill": True,
        "seed": {"help": "Another number goes on differently."},
        "format": True,
    },
    price=FREE,
)
RECOLOR = Offer(
    key="local-recolor",
    provider="local",
    operation="recolor",
    label="Recolor by color",
    summary="Changes what you mark or the color you pick; light and shade stay. Private, free.",
    cannot="Finds colors, not things: what has the same color changes too, unless a mask says no.",
    accepts={
        "image": True,
        "mask": True,
        "from_color": True,
        "color": True,
        "tolerance": True,
        "grow_mask": True,
        "format": True,
    },
    price=FREE,
)
BACKGROUND = Offer(
    key="local-replace-background",
    provider="local",
    operation="replace-background",
    label="Background",
    summary="Your subject before another picture, a color or its own blur, in fitting light. "
    "Private, free.",
    cannot="Shades the subject by its outline; it casts no shadow, and nothing is invented.",
    accepts={
        "image": True,
        "mask": True,
        "background": True,
        "background_color": True,
        "blur": True,
        "preserve_subject": {
            "help": "1 keeps its colors, 0 moves them towards those of the background.",
            "label": "Keep the colors of the subject",
        },
        "light_direction": True,
        "light_strength": True,
        "format": True,
    },
    price=FREE,
)


def target(call: Call) -> Path:
    return call.folder / f"picture{files.SUFFIXES[call.params['format']]}"


def cut_out(call: Call) -> Path:
    result = target(call)
    matte.remove_background(
        call.files["image"],
        result,
        format=call.params["format"],
        hint=call.files.get("mask"),
        edge=call.params["edge"],
        report=call.report,
    )
    return result


def erase(call: Call) -> Path:
    result = target(call)
    fill.erase(
        call.files["image"],
        call.files["mask"],
        result,
        format=call.params["format"],
        grow=call.params["grow_mask"],
        seed=call.params.get("seed") or 0,
        report=call.report,
    )
    return result


def outpaint(call: Call) -> Path:
    p, result = call.params, target(call)
    extend.extend(
        call.files["image"],
        result,
        left=p["left"],
        right=p["right"],
        up=p["up"],
        down=p["down"],
        fill=p["fill"],
        format=p["format"],
        seed=p.get("seed") or 0,
        report=call.report,
    )
    return result


def repaint(call: Call) -> Path:
    p, result = call.params, target(call)
    recolor.recolor(
        call.files["image"],
        result,
        color=p["color"],
        mask=call.files.get("mask"),
        from_color=p.get("from_color") or None,
        tolerance=p["tolerance"],
        grow=p["grow_mask"],
        format=p["format"],
        report=call.report,
    )
    return result


def replace_background(call: Call) -> Path:
    p, result = call.params, target(call)
    relight.replace_background(
        call.files["image"],
        result,
        background=call.files.get("background"),
        color=p.get("background_color") or None,
        hint=call.files.get("mask"),
        blur=p["blur"],
        light_direction=p["light_direction"],
        light_strength=p["light_strength"],
        keep_subject=p["preserve_subject"],
        format=p["format"],
        report=call.report,
    )
    return result


OFFERS = (
    (CUT_OUT, cut_out),
    (ERASE, erase),
    (EXTEND, outpaint),
    (RECOLOR, repaint),
    (BACKGROUND, replace_background),
)
