"""Stability: pictures from words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.providers._answers import Build
from studio.providers._pictures import by_ratio, exact, ratio_of
from studio.providers.stability.common import ONE, PROMPT, RATIOS, SEED, offer, picture
from studio.spec import Offer

RATIO = ratio_of(RATIOS)
SIZED = ("width", "height")
REFERENCE = {"limits": picture(ONE, pixels=(4096, 16_777_216), max_side=16_384)}
TAKES: Mapping[str, Any] = {
    "prompt": PROMPT,
    "negative_prompt": True,
    "style": True,
    "width": True,
    "height": True,
    "format": True,
    "seed": SEED,
}
BY_PICTURE = {"image": REFERENCE, "strength": True}


def with_reference(build: Build) -> Build:
    """A strength without a picture says nothing, and is refused."""

    def built(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        said = build(params, files)
        if "image" not in said:
            said.pop("strength", None)
        return said

    return built


def sd3(build: Build) -> Build:
    """By words it wants a shape, by a picture a strength; never both."""

    def built(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        said = with_reference(build)(params, files)
        by_picture = "image" in said
        if by_picture:
            said.pop("aspect_ratio", None)
        return {**said, "mode": "image-to-image" if by_picture else "text-to-image"}

    return built


def generator(
    key: str, label: str, path: str, credits: str, accepts: Mapping[str, Any], **more: Any
) -> Offer:
    size = more.pop("megapixels", 1)
    return offer(
        key,
        "text-to-image",
        label,
        f"stable-image/generate/{path}",
        credits,
        accepts,
        names={"ratio": "aspect_ratio", "guidance": "cfg_scale"},
        unsent=SIZED,
        extra=(RATIO,),
        finish=exact,
        advice=by_ratio(RATIOS, size),
        **more,
    )


# Its documents name the formats of these as PNG and JPEG alone.
SD3 = {**BY_PICTURE, "format": ("png", "jpeg")}
GUIDED = {"guidance": {"low": 1, "high": 10}}
SHAPES = "Makes nine shapes of about a million pixels; your size is made of the nearest here."

OFFERS = (
    generator(
        "core",
        "Stable Image Core",
        "core",
        "3",
        TAKES,
        megapixels=1.5,
        quality="draft",
        summary="Quick and cheap, with good taste.",
        cannot="No reference picture. Makes nine shapes of about 1.5 million pixels.",
    ),
    generator(
        "ultra",
        "Stable Image Ultra",
        "ultra",
        "8",
        {**TAKES, **BY_PICTURE},
        around=with_reference,
        quality="premium",
        summary="Stability's best: fine detail, lettering, hard light.",
        cannot=SHAPES,
    ),
    generator(
        "sd3-5-large",
        "Stable Diffusion 3.5 Large",
        "sd3:sd3.5-large",
        "6.5",
        {**TAKES, **SD3, **GUIDED},
        around=sd3,
        quality="premium",
        summary="Keeps close to long prompts.",
        cannot=SHAPES,
    ),
    generator(
        "sd3-5-large-turbo",
        "Stable Diffusion 3.5 Large Turbo",
        "sd3:sd3.5-large-turbo",
        "4",
        {k: v for k, v in {**TAKES, **SD3}.items() if k != "negative_prompt"},
        around=sd3,
        quality="standard",
        summary="Nearly as good as Large, in a fraction of the time.",
        cannot=f"No negative prompt. {SHAPES}",
    ),
    generator(
        "sd3-5-medium",
        "Stable Diffusion 3.5 Medium",
        "sd3:sd3.5-medium",
        "3.5",
        {**TAKES, **SD3, **GUIDED},
        around=sd3,
        quality="standard",
        summary="A good middle.",
        cannot=SHAPES,
    ),
)
