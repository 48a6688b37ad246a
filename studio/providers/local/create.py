"""Backgrounds and posters that this computer draws."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from billing.pricing import Free
from studio.engine.stills import files, palettes, patterns, poster
from studio.operations.create import COLORS, PALETTE, PATTERN
from studio.providers.local.video import undrawable
from studio.spec import Call, Offer, Param

BACKGROUND = Offer(
    key="local-background",
    provider="local",
    operation="background",
    label="Pattern engine",
    summary="Draws patterns and gradients on this computer, as large as you want. Private, free.",
    cannot="Draws patterns by rule: this is no AI picture.",
    accepts={
        "pattern": True,
        "palette": True,
        "color_1": True,
        "color_2": True,
        "color_3": True,
        "width": True,
        "height": True,
        "format": True,
        "seed": {"help": "Another number, another background. Left empty, it is the first one."},
    },
    price=Free("drawn on this computer"),
)

DESIGN = Param(
    "design",
    "choice",
    "Design",
    help="How the words are set.",
    default="headline",
    choices=("headline", "editorial", "quote", "stacked", "badge", "sheet", "split"),
    labels={
        "headline": "In the middle",
        "editorial": "Left below, with a bar",
        "quote": "Quotation",
        "stacked": "Stacked, as wide as the poster",
        "badge": "Badge",
        "sheet": "On a sheet",
        "split": "Half words, half pattern",
    },
    group="look",
)

CARD = Offer(
    key="local-card",
    provider="local",
    operation="text-to-image",
    label="Typographic card",
    summary="Sets your words as a poster, drawn on this computer. Private, free.",
    cannot="Draws words, not what they mean: this is no AI picture.",
    accepts={
        "prompt": {
            "label": "Words",
            "help": "Up to 200 characters, Latin, Greek or Cyrillic, shown as they are. The first "
            "line is the headline, further ones are set smaller.",
            "max_length": poster.MOST,
            "check": undrawable,
        },
        "width": True,
        "height": True,
        "format": True,
        "seed": {"help": "Another number, another background. Left empty, it follows the words."},
    },
    extra=(DESIGN, PATTERN, PALETTE, *COLORS),
    price=Free("drawn on this computer"),
)


def palette_of(params: Mapping[str, Any]) -> palettes.Palette:
    own = tuple(params.get(color.name) or color.default for color in COLORS)
    return palettes.palette(params["palette"], (own[0], own[1], own[2]))


def background(call: Call) -> Path:
    p = call.params
    target = call.folder / f"background{files.SUFFIXES[p['format']]}"
    patterns.draw(
        target,
        pattern=p["pattern"],
        palette=palette_of(p),
        width=p["width"],
        height=p["height"],
        seed=p.get("seed") or 0,
        format=p["format"],
        report=call.report,
    )
    return target


def card(call: Call) -> Path:
    p = call.params
    target = call.folder / f"card{files.SUFFIXES[p['format']]}"
    poster.draw(
        p["prompt"],
        target,
        design=p["design"],
        pattern=p["pattern"],
        palette=palette_of(p),
        width=p["width"],
        height=p["height"],
        seed=p.get("seed"),
        format=p["format"],
        report=call.report,
    )
    return target


OFFERS = ((BACKGROUND, background), (CARD, card))
