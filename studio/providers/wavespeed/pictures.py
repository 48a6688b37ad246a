"""Still pictures at WaveSpeed. Prices are those of its pages, in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from billing.pricing import Flat
from studio.providers._answers import sent_as
from studio.providers._pictures import by_ratio, by_size, exact, made_size, ratio_of
from studio.spec import FileLimits, Offer, Param
from studio.words.style import ROOM

MB = 1024 * 1024
PICTURE = FileLimits(max_bytes=10 * MB, mimes=("image/jpeg", "image/png", "image/webp"))
PROMPT = {"max_length": 10_000 - ROOM}
MASK = FileLimits(max_bytes=10 * MB, mimes=("image/png", "image/jpeg", "image/webp"))
RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4")
RATIO = ratio_of(RATIOS)
KONTEXT_RATIOS = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")
QWEN_LOW, QWEN_HIGH = 256, 1536
IDEOGRAM_STYLES = ("Auto", "General", "Realistic", "Design")
RENDERING = Param(
    "rendering",
    "choice",
    "Rendering",
    help="How the model draws, beside the words of a style.",
    default="Auto",
    choices=IDEOGRAM_STYLES,
    group="look",
    advanced=True,
)
# (name, quality, dollars, summary) of Ideogram's three.
TIERS = (
    ("turbo", "draft", "0.03", "Letters that can be read, quick and cheap."),
    ("balanced", "standard", "0.06", "Letters that can be read, at a fair pace."),
    ("quality", "premium", "0.09", "Posters, logos and letters at their best."),
)
qwen_size = partial(made_size, low=QWEN_LOW, high=QWEN_HIGH)
_qwen = sent_as({"format": "output_format"}, unsent=("width", "height"))
_ideogram = sent_as(
    {"rendering": "style", "ratio": "aspect_ratio", "mask": "mask_image"},
    unsent=("width", "height"),
)
_kontext = sent_as(
    {"guidance": "guidance_scale", "ratio": "aspect_ratio"}, unsent=("width", "height")
)


def qwen(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    width, height = qwen_size(params)
    return {**_qwen(params, files), "size": f"{width}*{height}"}


def ideogram(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """A reference is one of a list there; a picture by itself would be changed instead."""
    said = _ideogram(params, files)
    if reference := said.pop("image", None):
        said["reference_images"] = [reference]
    return said


QWEN = Offer(
    key="wavespeed-qwen-image",
    provider="wavespeed",
    operation="text-to-image",
    label="Qwen Image",
    summary="The least expensive pictures from words, in any shape.",
    cannot="Sides of 256 to 1536 pixels: a larger size is enlarged here. No negative prompt.",
    model="wavespeed-ai/qwen-image/text-to-image",
    accepts={
        "prompt": PROMPT,
        "style": True,
        "width": True,
        "height": True,
        "format": {"default": "jpeg"},
        "seed": {"high": 2**31 - 1},
    },
    build=qwen,
    price=Flat("0.02"),
    quality="draft",
    advice=by_size(qwen_size),
    finish=exact,
)


def from_words(tier: str, quality: str, dollars: str, summary: str) -> Offer:
    return Offer(
        key=f"wavespeed-ideogram-v3-{tier}",
        provider="wavespeed",
        operation="text-to-image",
        label=f"Ideogram V3 {tier.capitalize()}",
        summary=summary,
        cannot="Five shapes of about a million pixels; your size is made of the nearest here.",
        model=f"ideogram-ai/ideogram-v3-{tier}",
        accepts={
            "prompt": PROMPT,
            "style": True,
            "image": {"limits": PICTURE},
            "width": True,
            "height": True,
        },
        extra=(RATIO, RENDERING),
        build=ideogram,
        price=Flat(dollars),
        quality=quality,
        advice=by_ratio(RATIOS, 1),
        finish=exact,
    )


def by_mask(tier: str, _: str, dollars: str, summary: str) -> Offer:
    """With a mask, white is made anew and black kept, as it is here."""
    return Offer(
        key=f"wavespeed-ideogram-v3-{tier}-inpaint",
        provider="wavespeed",
        operation="inpaint",
        label=f"Ideogram V3 {tier.capitalize()}",
        summary=f"Fills in what you say. {summary}",
        cannot="No negative prompt and no seed; the mask is taken as it is.",
        model=f"ideogram-ai/ideogram-v3-{tier}",
        accepts={
            "image": {"limits": PICTURE},
            "mask": {"required": True, "limits": MASK},
            "prompt": PROMPT,
            "style": True,
        },
        extra=(RENDERING,),
        build=_ideogram,
        price=Flat(dollars),
    )


KONTEXT = Offer(
    key="wavespeed-flux-kontext-pro",
    provider="wavespeed",
    operation="text-to-image",
    label="FLUX.1 Kontext pro",
    summary="Keeps closely to long descriptions.",
    cannot="Nine shapes of about a million pixels; your size is made of the nearest here.",
    model="wavespeed-ai/flux-kontext-pro/text-to-image",
    accepts={
        "prompt": PROMPT,
        "style": True,
        "width": True,
        "height": True,
        "guidance": {"low": 1, "high": 20},
        "seed": {"high": 2**31 - 1},
    },
    extra=(ratio_of(KONTEXT_RATIOS),),
    build=_kontext,
    price=Flat("0.04"),
    quality="standard",
    advice=by_ratio(KONTEXT_RATIOS, 1),
    finish=exact,
)

OFFERS = (
    QWEN,
    KONTEXT,
    *(from_words(*tier) for tier in TIERS),
    *(by_mask(*tier) for tier in TIERS),
)
