"""Stability: pictures changed in one respect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.operations.edit import SIDES
from studio.providers._answers import Build
from studio.providers._pictures import HERE
from studio.providers._pictures import MASKED as MASKED_HERE
from studio.providers.stability.common import ONE, PROMPT, SEED, THREE, offer, picture
from studio.spec import Offer

PLAIN = {"limits": picture(ONE)}
SHAPED = {"limits": picture(ONE, shaped=True)}
# A mask goes over beside its picture.
MASKED = {
    "image": {"limits": picture(8_000_000)},
    "mask": {"required": True, "limits": picture(1_500_000)},
}
OUT = {"seed": SEED, "format": True}
WORDED = {"prompt": PROMPT, "negative_prompt": True, "style": True}
NEEDED = {**PROMPT, "required": True}
FOUND = {
    "image": SHAPED,
    **MASKED_HERE,
    "grow_mask": {"default": 3, "high": 20},
    **OUT,
}


def relit(build: Build) -> Build:
    """Light from nowhere is not said, and its strength only beside light."""

    def built(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        said = build(params, files)
        if said.get("light_source_direction") == "none":
            del said["light_source_direction"]
        if not said.keys() & {"light_source_direction", "light_reference"}:
            said.pop("light_source_strength", None)
        return said

    return built


def editor(
    operation: str, label: str, path: str, credits: str, accepts: Mapping[str, Any], **more: Any
) -> Offer:
    model = f"stable-image/edit/{path}"
    return offer(operation, operation, label, model, credits, accepts, **more)


OFFERS = (
    editor(
        "remove-background",
        "Stability Remove Background",
        "remove-background",
        "5",
        {"image": {"limits": picture(pixels=(4096, 4_194_304))}, "format": ("png", "webp")},
        summary="Cuts out people, things and hair without a hint.",
    ),
    editor(
        "erase",
        "Stability Erase",
        "erase",
        "5",
        {**MASKED, "grow_mask": {"high": 20}, **OUT},
        summary="Takes away what is painted over, and paints what was behind it.",
    ),
    editor(
        "inpaint",
        "Stability Inpaint",
        "inpaint",
        "5",
        {**MASKED, **WORDED, "grow_mask": True, **OUT},
        summary="Paints what you say where the mask is white.",
    ),
    editor(
        "outpaint",
        "Stability Outpaint",
        "outpaint",
        "4",
        {
            "image": SHAPED,
            **dict.fromkeys(SIDES, True),
            "prompt": PROMPT,
            "creativity": True,
            "style": True,
            **OUT,
        },
        summary="Goes on beyond each edge by as many pixels as you say.",
    ),
    editor(
        "search-replace",
        "Stability Search and Replace",
        "search-and-replace",
        "5",
        {**FOUND, "search_prompt": True, **WORDED},
        here=HERE,
        summary="Finds a thing by its name and puts another in its place.",
    ),
    editor(
        "recolor",
        "Stability Search and Recolor",
        "search-and-recolor",
        "5",
        {
            **FOUND,
            "select_prompt": {"required": True},
            **WORDED,
            "prompt": {**NEEDED, "label": "New look"},
        },
        here=HERE,
        summary="Finds a thing by its name and gives it another color.",
        cannot="By words only: no color picked in the picture.",
    ),
    editor(
        "replace-background",
        "Stability Replace Background and Relight",
        "replace-background-and-relight",
        "8",
        {
            "image": {"limits": picture(THREE, shaped=True)},
            "background_prompt": {
                "required": True,
                "help": "This model needs the background in words, also beside a picture of it.",
            },
            "background": {"limits": picture(THREE)},
            "foreground_prompt": True,
            "negative_prompt": True,
            "preserve_subject": True,
            "depth": True,
            "keep_background": True,
            "light_direction": True,
            "light_reference": {"limits": picture(THREE)},
            "light_strength": True,
            **OUT,
        },
        names={
            "image": "subject_image",
            "background": "background_reference",
            "preserve_subject": "preserve_original_subject",
            "depth": "original_background_depth",
            "keep_background": "keep_original_background",
            "light_direction": "light_source_direction",
            "light_strength": "light_source_strength",
        },
        around=relit,
        summary="Another background, and the light of it on the subject.",
    ),
)
