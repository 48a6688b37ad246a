"""Stability: pictures enlarged, pictures that follow other ones, and models from a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.providers._pictures import no_larger, upscale_sizes
from studio.providers.stability.common import ONE, PROMPT, RATIOS, SEED, TWO, offer, picture
from studio.spec import Offer

MEGAPIXEL = 1_048_576
OUT = {"seed": SEED, "format": True}
WORDED = {"prompt": PROMPT, "negative_prompt": True}
LARGE = {"style": True, **WORDED, **OUT}
FAITHFUL = "The same picture, faithful in every detail, enlarged: clean, sharp and natural"
RICH = "A sharp, clean and detailed picture with natural light and fine, lifelike textures"


def worded(words: str) -> dict[str, Any]:
    """A prompt that says something by itself."""
    return {"prompt": {**PROMPT, "default": words}}


def upscaler(
    key: str, label: str, quality: str, credits: str, accepts: Mapping[str, Any], **more: Any
) -> Offer:
    return offer(
        f"upscale-{key}",
        "upscale",
        label,
        f"stable-image/upscale/{key}",
        credits,
        {"shrink": True, **accepts},
        unsent=("shrink", "size", "longest_side"),
        quality=quality,
        finish=no_larger,
        **more,
    )


def steered(key: str, label: str, credits: str, accepts: Mapping[str, Any], **more: Any) -> Offer:
    model = f"stable-image/control/{key}"
    return offer(key, key, label, model, credits, {**accepts, **OUT}, **more)


FOLLOWS = {
    "image": {"limits": picture(ONE, shaped=True)},
    **WORDED,
    "control_strength": True,
    "style": True,
}
UPSCALE = (
    upscaler(
        "fast",
        "Stability Fast Upscale",
        "draft",
        "2",
        {
            "image": {
                "limits": picture(
                    pixels=(1024, MEGAPIXEL), min_side=32, max_side=1536, shrinks=False
                )
            },
            **upscale_sizes("4x", "4×, as it comes"),
            "format": True,
        },
        summary="Four times the sides in about a second; nothing is invented.",
        cannot=(
            "Makes four times what is sent, no more: a larger size that you choose stays at that."
        ),
    ),
    upscaler(
        "conservative",
        "Stability Conservative Upscale",
        "standard",
        "40",
        {
            "image": {"limits": picture(shaped=True, shrinks=False)},
            **upscale_sizes("most", "As it comes · up to 4 million pixels"),
            **LARGE,
            **worded(FAITHFUL),
            "creativity": {"low": 0.2, "high": 0.5, "default": 0.35},
        },
        # Of the styles it knows none by name.
        styles=(),
        summary="Up to four million pixels, true to the picture.",
        cannot="About 4 million pixels: a larger size that you choose stays at that.",
    ),
    upscaler(
        "creative",
        "Stability Creative Upscale",
        "premium",
        "60",
        {
            "image": {"limits": picture(pixels=(4096, MEGAPIXEL), shrinks=False)},
            **upscale_sizes("most", "As it comes"),
            **LARGE,
            **worded(RICH),
            "creativity": {"default": 0.3},
        },
        summary="For small and poor pictures: detail is painted anew after your words.",
        cannot="Faces and letters may change. A larger size than it makes stays at what it makes.",
    ),
)
CONTROL = (
    steered(
        "sketch",
        "Stability Sketch",
        "5",
        FOLLOWS,
        summary="A drawing, however rough, becomes a finished picture.",
    ),
    steered(
        "structure",
        "Stability Structure",
        "5",
        FOLLOWS,
        summary="Keeps the layout of a picture and paints something else.",
    ),
    steered(
        "style",
        "Stability Style Guide",
        "5",
        {
            "image": {"limits": picture(ONE)},
            **WORDED,
            "aspect_ratio": RATIOS,
            "fidelity": True,
            "style": True,
        },
        summary="Something new that looks as if the same hand had made it.",
        cannot="About a million pixels.",
    ),
    steered(
        "style-transfer",
        "Stability Style Transfer",
        "8",
        {
            "image": {"limits": picture(TWO, shaped=True, max_side=16_383)},
            "style_image": {"limits": picture(TWO, max_side=16_383)},
            "prompt": {**PROMPT, "required": False},
            "negative_prompt": True,
            "balance": True,
            "style_strength": True,
            "composition_fidelity": True,
            "change_strength": True,
        },
        names={"image": "init_image"},
        unsent=("balance",),
        summary="Your picture, in the manner of another one.",
        cannot="About a million pixels, in the shape of your picture.",
    ),
)
SOLID = offer(
    "stable-fast-3d",
    "image-to-3d",
    "Stable Fast 3D",
    "3d/stable-fast-3d",
    "10",
    {
        "image": {"limits": picture(pixels=(4096, 4_194_304))},
        "texture_resolution": True,
        "foreground_ratio": True,
        "remesh": True,
        "vertex_count": True,
    },
    summary="A whole object to turn around, from one picture of it.",
    cannot="One object, best alone on a plain ground; its back is guessed.",
)

POINT_AWARE = offer(
    "point-aware-3d",
    "image-to-3d",
    "Stable Point Aware 3D",
    "3d/stable-point-aware-3d",
    "4",
    {
        "image": {"limits": picture(pixels=(4096, 4_194_304))},
        "texture_resolution": True,
        "foreground_ratio": {"default": 1.3, "low": 1, "high": 2},
        "remesh": True,
        "target_type": True,
        "target_count": True,
        "guidance": True,
        "seed": {"high": 2**32 - 2},
    },
    names={"guidance": "guidance_scale"},
    summary="A whole object; the hidden side is built from points, with more care for its shape.",
    cannot="One object, best alone on a plain ground; its back is guessed.",
)

OFFERS = (*UPSCALE, *CONTROL, SOLID, POINT_AWARE)
