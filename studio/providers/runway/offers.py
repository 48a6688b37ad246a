"""What Runway's models take. Wire facts that may change are all here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from billing.pricing import PerSecond
from studio.engine.shape import nearest_ratio
from studio.operations.transform import PROMPTED, choice_of
from studio.spec import FileLimits, Offer, Param
from studio.words.motion import spoken

PROMPT_UNITS = 1000  # of UTF-16, which is how they count
MOTION_UNITS = 302  # of the words for a motion, with what joins them
GEN4 = ("1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672")
GEN4_TEXT = GEN4[:2]
VEO = ("1280:720", "720:1280", "1080:1920", "1920:1080")
AUTO = "auto"
PICTURE = FileLimits(
    max_bytes=200 * 1024**2, mimes=("image/jpeg", "image/png", "image/webp"), min_side=32
)
SIDE = {"default": None, "required": False, "multiple": 1}
SIZE = {
    "width": {**SIDE, "help": "Optional. With a height it proposes the nearest shape."},
    "height": {**SIDE, "help": "Optional. With a width it proposes the nearest shape."},
}
WHOLE_SECONDS = {"kind": "integer", "low": 2, "high": 10, "step": 1, "default": 5}
SEED = {"low": 0, "high": 2**32 - 1}
PEOPLE = Param(
    "public_figures",
    "choice",
    "Known people",
    help="How strictly pictures of known people are refused. Left empty, Runway decides.",
    choices=("auto", "low"),
    labels={"low": "Less strict"},
    group="more",
    advanced=True,
)


def shape(legal: tuple[str, ...], *, auto: bool) -> Param:
    """The shapes of a model, proposed from the wanted size. `auto`: the picture's own decides."""
    fallback = AUTO if auto else legal[0]

    def proposed(params: Mapping[str, Any]) -> str:
        width, height = params.get("width"), params.get("height")
        return nearest_ratio(width, height, legal) if width and height else fallback

    return Param(
        "ratio",
        "choice",
        "Shape",
        help="Width to height in pixels. Another size becomes the nearest of these.",
        choices=(AUTO, *legal) if auto else legal,
        labels={AUTO: "The nearest to the picture", **{r: r.replace(":", " × ") for r in legal}},
        derive=proposed,
        group="output",
    )


def input_of(shape_param: Param) -> Callable[..., dict[str, Any]]:
    """What every model is told, in their names. A shape of "auto" is filled in by `submit`."""

    def build(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        assert shape_param.derive
        ratio = params.get("ratio") or shape_param.derive(params)
        said = {
            "promptText": spoken(params),
            "promptImage": pictures(files),
            "ratio": None if ratio == AUTO else ratio,
            "duration": params.get("duration"),
            "seed": params.get("seed"),
            "audio": params.get("make_audio"),
            "negativePrompt": params.get("negative_prompt") or None,
        }
        if people := params.get("public_figures"):
            said["contentModeration"] = {"publicFigureThreshold": people}
        return {name: value for name, value in said.items() if value is not None}

    return build


def shape_advice(shape_param: Param) -> Callable[..., list[str]]:
    """Which shape becomes of what was said, before it is bought."""
    legal = tuple(c for c in shape_param.choices if c != AUTO)

    def advice(params: Mapping[str, Any], sizes: Mapping[str, tuple[int, int]]) -> list[str]:
        ratio, width, height = (params.get(name) for name in ("ratio", "width", "height"))
        if ratio == AUTO and "image" in sizes:
            wide, high = sizes["image"]
            near = nearest_ratio(wide, high, legal).replace(":", " × ")
            return [f"The picture is {wide} × {high}; the nearest shape is {near}."]
        if not ratio or ratio in (AUTO, f"{width}:{height}") or not (width or height):
            return []
        made = ratio.replace(":", " × ")
        if width and height and nearest_ratio(width, height, legal) == ratio:
            return [f"{width} × {height} becomes {made}, the nearest shape that it makes."]
        said = " × ".join(str(side) for side in (width, height) if side)
        return [f"The shape {made} was chosen, so the size {said} is left out."]

    return advice


def pictures(files: Mapping[str, str]) -> str | list[dict[str, str]] | None:
    """One picture is the first frame; two are the first and the last."""
    if "end_image" not in files:
        return files.get("image")
    places = (("image", "first"), ("end_image", "last"))
    return [{"uri": files[name], "position": place} for name, place in places]


def offer(
    operation: str,
    model: str,
    label: str,
    price: PerSecond,
    legal: tuple[str, ...],
    accepts: Mapping[str, Any],
    extra: tuple[Param, ...] = (),
    summary: str = "",
    cannot: str = "",
) -> Offer:
    by_picture = operation == "image-to-video"
    ratio = shape(legal, auto=by_picture)
    seen = {"image": {"limits": PICTURE}, **PROMPTED} if by_picture else {}
    # The words of a motion come behind it.
    prompt = {"max_length": PROMPT_UNITS - MOTION_UNITS if by_picture else PROMPT_UNITS}
    return Offer(
        key="-".join(("runway", re.sub("[._]", "-", model), operation.partition("-")[0])),
        provider="runway",
        operation=operation,
        label=label,
        accepts={**seen, "prompt": prompt, **SIZE, **accepts},
        extra=(ratio, *extra),
        price=price,
        model=model,
        build=input_of(ratio),
        advice=shape_advice(ratio),
        summary=summary,
        cannot=cannot,
    )


GEN4_TURBO_PRICE = PerSecond("0.05")
GEN45_PRICE = PerSecond("0.12")
VEO_PRICE = PerSecond("0.20", with_sound="0.40")
VEO_FAST_PRICE = PerSecond("0.10", with_sound="0.15")
GEN_TAKES = {"duration": WHOLE_SECONDS, "seed": SEED}
VEO_TAKES = {"negative_prompt": True, "duration": choice_of(4, 6, 8), "make_audio": True}
VEO_LAST = {"end_image": {"limits": PICTURE}, **VEO_TAKES}
WORDED = {
    "prompt": {"max_length": PROMPT_UNITS - MOTION_UNITS, "required": True},
    **GEN_TAKES,
}
SILENT = "No sound; 720p."
FASTER = "As Veo 3.1, sooner and cheaper."
IMAGE, TEXT = "image-to-video", "text-to-video"
OFFERS = (
    offer(
        IMAGE,
        "gen4_turbo",
        "Gen-4 Turbo",
        GEN4_TURBO_PRICE,
        GEN4,
        GEN_TAKES,
        (PEOPLE,),
        summary="Quick and steady, from a picture with or without words.",
        cannot=SILENT,
    ),
    offer(
        IMAGE,
        "gen4.5",
        "Gen-4.5",
        GEN45_PRICE,
        GEN4,
        WORDED,
        (PEOPLE,),
        summary="Runway's own best, from a picture and words.",
        cannot=SILENT,
    ),
    offer(
        IMAGE,
        "veo3.1",
        "Veo 3.1 at Runway",
        VEO_PRICE,
        VEO,
        VEO_LAST,
        summary="With sound if you like, to a last picture if you give one, up to 1080p.",
    ),
    offer(
        IMAGE,
        "veo3.1_fast",
        "Veo 3.1 Fast at Runway",
        VEO_FAST_PRICE,
        VEO,
        VEO_LAST,
        summary=FASTER,
    ),
    offer(
        TEXT,
        "gen4.5",
        "Gen-4.5",
        GEN45_PRICE,
        GEN4_TEXT,
        GEN_TAKES,
        (PEOPLE,),
        summary="Runway's own best, from words alone.",
        cannot=SILENT,
    ),
    offer(
        TEXT,
        "veo3.1",
        "Veo 3.1 at Runway",
        VEO_PRICE,
        VEO,
        VEO_TAKES,
        summary="With sound if you like, up to 1080p.",
    ),
    offer(
        TEXT,
        "veo3.1_fast",
        "Veo 3.1 Fast at Runway",
        VEO_FAST_PRICE,
        VEO,
        VEO_TAKES,
        summary=FASTER,
    ),
)
