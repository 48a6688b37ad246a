"""Edit: a picture changed in one respect; the original stays as it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.operations._stills import (
    GROW_MASK,
    IMAGE,
    MASK,
    NEGATIVE_PROMPT,
    OUTPUT,
    PROMPT,
    SEED,
    STYLE,
)
from studio.spec import Counts, Operation, Param

SIDES = ("left", "right", "up", "down")


def edit(
    key: str, label: str, summary: str, title: str, *params: Param, verb: str = "Apply", **more: Any
) -> Operation:
    return Operation(
        key=key,
        module="edit",
        label=label,
        summary=summary,
        verb=verb,
        makes="image",
        title=title,
        tags=(key, "edited"),
        counts=Counts("edits"),
        params=params,
        **more,
    )


HINT = (
    "Optional. Paint over the subject, or over a part of it that was not found; the rest of it and "
    "the edge are found by themselves."
)

REMOVE_BACKGROUND = edit(
    "remove-background",
    "Remove background",
    "The subject alone, on nothing.",
    "{image} · cut out",
    IMAGE,
    replace(MASK, label="Hint", help=HINT),
    Param(
        "edge",
        "integer",
        "Soft edge",
        help="Pixels over which the edge fades.",
        default=1,
        low=0,
        high=40,
        unit="px",
        group="look",
    ),
    replace(OUTPUT, choices=("png", "webp"), help="Both keep what is transparent."),
)

ERASE = edit(
    "erase",
    "Erase",
    "What you paint over is gone, and what is around it goes on.",
    "{image} · erased",
    IMAGE,
    replace(MASK, required=True),
    GROW_MASK,
    SEED,
    OUTPUT,
)

INPAINT = edit(
    "inpaint",
    "Fill in",
    "Something else appears where you paint.",
    "{image} · {prompt}",
    IMAGE,
    replace(MASK, required=True),
    replace(PROMPT, help="What is to be seen in the painted place."),
    NEGATIVE_PROMPT,
    STYLE,
    GROW_MASK,
    SEED,
    OUTPUT,
)


def _some_side(params: Mapping[str, Any]) -> tuple[str, str] | None:
    if any(params.get(side) for side in SIDES):
        return None
    return "left", (
        "Left, right, up and down are all 0, so the picture would stay as it is. "
        "Give at least one of them, from 1 to 2000 px, or drag an edge of the picture."
    )


OUTPAINT = edit(
    "outpaint",
    "Extend",
    "The picture goes on beyond its edges.",
    "{image} · extended",
    IMAGE,
    *(
        Param(
            side,
            "integer",
            side.capitalize(),
            default=0,
            low=0,
            high=2000,
            unit="px",
            group="frame",
        )
        for side in SIDES
    ),
    Param(
        "fill",
        "choice",
        "Fill with",
        default="continue",
        choices=("continue", "mirror", "blur"),
        labels={"continue": "What goes on", "mirror": "A mirror image", "blur": "A soft blur"},
        group="look",
    ),
    replace(PROMPT, required=False, help="Optional. What is to be seen out there."),
    NEGATIVE_PROMPT,
    Param(
        "creativity",
        "number",
        "Creativity",
        help="0 stays with what is there, 1 invents.",
        default=0.5,
        low=0,
        high=1,
        step=0.05,
        group="look",
    ),
    STYLE,
    SEED,
    OUTPUT,
    check=_some_side,
)

SEARCH_REPLACE = edit(
    "search-replace",
    "Search and replace",
    "One thing becomes another; the model finds it by its name.",
    "{image} · {search_prompt} → {prompt}",
    IMAGE,
    MASK,
    Param(
        "search_prompt",
        "text",
        "What to replace",
        help="Its name, such as “the red car”.",
        required=True,
        max_length=10_000,
        group="words",
    ),
    replace(PROMPT, label="Replace with", help="What is to be there instead."),
    NEGATIVE_PROMPT,
    STYLE,
    replace(GROW_MASK, default=3, high=20),
    SEED,
    OUTPUT,
)


def _something_marked(params: Mapping[str, Any]) -> tuple[str, str] | None:
    if any(params.get(name) for name in ("mask", "select_prompt", "from_color")):
        return None
    return "mask", (
        "Nothing is marked to be recolored. Paint a mask, pick the color to change, or say what it "
        "is, where the model takes words."
    )


RECOLOR = edit(
    "recolor",
    "Recolor",
    "One thing or one color gets another color; light and shade stay.",
    "{image} · recolored",
    IMAGE,
    replace(MASK, help="Optional. White where the color may change."),
    Param(
        "select_prompt",
        "text",
        "What to recolor",
        help="Its name, such as “the jacket”.",
        max_length=10_000,
        group="words",
    ),
    replace(PROMPT, label="New look", help="Such as “dark green”.", required=False),
    NEGATIVE_PROMPT,
    Param(
        "from_color",
        "color",
        "Color to change",
        help="Optional. Click it in the picture; left empty, everything under the mask changes.",
        group="look",
    ),
    Param("color", "color", "New color", default="#2f6fed", group="look"),
    Param(
        "tolerance",
        "integer",
        "Tolerance",
        help="How far from the color to change others count as the same.",
        default=30,
        low=1,
        high=100,
        group="look",
    ),
    replace(GROW_MASK, default=3, high=20),
    STYLE,
    SEED,
    OUTPUT,
    check=_something_marked,
)

REPLACE_BACKGROUND = edit(
    "replace-background",
    "Replace background",
    "The subject in front of something else, with light that fits.",
    "{image} · new background",
    IMAGE,
    replace(MASK, label="Hint", help=HINT),
    Param(
        "background",
        "image",
        "Background picture",
        help="What is to be behind it.",
        group="background",
    ),
    Param(
        "background_prompt",
        "text",
        "Background in words",
        help="Such as “a bright kitchen in the morning”.",
        max_length=10_000,
        group="background",
    ),
    Param(
        "background_color",
        "color",
        "Background color",
        help="Taken where there is no background picture and no blur.",
        default="#f2efe9",
        group="background",
    ),
    Param(
        "blur",
        "integer",
        "Blur the background",
        help="Without a background picture, the old background is blurred instead of replaced.",
        default=0,
        low=0,
        high=100,
        group="background",
    ),
    Param(
        "foreground_prompt",
        "text",
        "Subject in words",
        help="Optional. Keeps the model from changing it.",
        max_length=10_000,
        group="words",
        advanced=True,
    ),
    NEGATIVE_PROMPT,
    Param(
        "preserve_subject",
        "number",
        "Keep the subject",
        help="1 keeps every pixel of it, 0 fits it to its new light.",
        default=0.6,
        low=0,
        high=1,
        step=0.05,
        group="more",
        advanced=True,
    ),
    Param(
        "depth",
        "number",
        "Keep the depth of the old background",
        default=0.5,
        low=0,
        high=1,
        step=0.05,
        group="more",
        advanced=True,
    ),
    Param(
        "keep_background",
        "boolean",
        "Keep the old background and change its light only",
        default=False,
        group="more",
        advanced=True,
    ),
    Param(
        "light_direction",
        "choice",
        "Light from",
        default="none",
        choices=("none", "left", "right", "above", "below"),
        labels={"none": "As it is"},
        group="light",
    ),
    Param(
        "light_reference",
        "image",
        "Light as in",
        help="Optional. A picture whose light is taken.",
        group="light",
        advanced=True,
    ),
    Param(
        "light_strength",
        "number",
        "Strength of the light",
        default=0.3,
        low=0,
        high=1,
        step=0.05,
        group="light",
    ),
    SEED,
    OUTPUT,
)

EDIT = edit(
    "edit-by-words",
    "Edit by words",
    "Say what is to be different.",
    "{image} · {prompt}",
    IMAGE,
    MASK,
    replace(PROMPT, help="Such as “make it autumn” or “remove the people”."),
    NEGATIVE_PROMPT,
    STYLE,
    Param(
        "reference",
        "image",
        "Second picture",
        help="Optional. Something to take from, such as a pattern or a product.",
        group="source",
        advanced=True,
    ),
    Param(
        "guidance",
        "number",
        "Guidance",
        help="How closely the model keeps to the words. Left empty, the model decides.",
        low=0,
        high=20,
        step=0.1,
        group="more",
        advanced=True,
    ),
    Param(
        "steps",
        "integer",
        "Steps",
        help="Left empty, the model decides.",
        low=1,
        high=150,
        group="more",
        advanced=True,
    ),
    SEED,
    OUTPUT,
)

OPERATIONS = (
    REMOVE_BACKGROUND,
    ERASE,
    INPAINT,
    OUTPAINT,
    SEARCH_REPLACE,
    RECOLOR,
    REPLACE_BACKGROUND,
    EDIT,
)
