"""Pictures that this computer finishes: light and color, looks, file types, shapes, marks."""

from __future__ import annotations

from pathlib import Path

from billing.pricing import Free
from studio.engine.stills import adjust, convert, crop, files, looks, watermark
from studio.operations import finishing
from studio.presets.looks import LOOKS
from studio.spec import Call, Offer, Operation

PRICE = Free("drawn on this computer")


def _offer(operation: Operation, label: str, summary: str, cannot: str = "") -> Offer:
    """Takes every param of the operation as it is declared."""
    return Offer(
        key=f"local-{operation.key}",
        provider="local",
        operation=operation.key,
        label=label,
        summary=summary,
        cannot=cannot,
        accepts={param.name: True for param in operation.params},
        price=PRICE,
    )


ADJUST = _offer(
    finishing.ADJUST,
    "Darkroom",
    "Light, color, sharpness and noise, worked out on this computer. Private, repeatable, free.",
    "Changes what is there; what is burnt out or out of focus stays so.",
)
LOOK = _offer(
    finishing.LOOK,
    "Looks",
    "The colors and textures of a style, drawn over your picture on this computer.",
    "No model: nothing is invented or moved, so it cannot turn a photo into another scene.",
)
CONVERT = _offer(
    finishing.CONVERT,
    "Converter",
    "Other file types and fewer bytes, on this computer. Metadata is left out.",
    "Animations become their first frame.",
)
CROP = _offer(
    finishing.CROP,
    "Cropper",
    "Cuts, fits or stretches to the exact size; finds faces and what stands out by itself.",
    "Finds faces from the front only; otherwise name the spot that stays in view.",
)
WATERMARK = _offer(
    finishing.WATERMARK,
    "Watermark",
    "Your words or logo with a soft shadow, so that it can be read on any ground.",
    "Latin, Greek and Cyrillic letters; other characters as a logo.",
)


def _target(call: Call, name: str) -> Path:
    return call.folder / f"{name}{files.SUFFIXES[call.params['format']]}"


def _adjust(call: Call) -> Path:
    p = call.params
    sliders = ("exposure", *adjust.TONES, *adjust.DETAILS)
    return adjust.adjust(
        call.files["image"],
        _target(call, "adjusted"),
        adjust.Changes(**{name: p.get(name) or 0 for name in sliders}),
        mask=call.files.get("mask"),
        format=p["format"],
        report=call.report,
    )


def _look(call: Call) -> Path:
    p = call.params
    return looks.apply(
        call.files["image"],
        _target(call, p["style"]),
        LOOKS[p["style"]],
        amount=p["amount"] / 100,
        format=p["format"],
        report=call.report,
    )


def _convert(call: Call) -> Path:
    p = call.params
    return convert.convert(
        call.files["image"],
        _target(call, "converted"),
        format=p["format"],
        quality=p["quality"],
        target_kb=p.get("target_kb"),
        longest_side=p.get("longest_side"),
        background=files.rgb_of(p["background_color"]),
        report=call.report,
    )


def _crop(call: Call) -> Path:
    p = call.params
    focus = p.get("focus")
    return crop.crop(
        call.files["image"],
        _target(call, "cropped"),
        width=p["width"],
        height=p["height"],
        mode=p["mode"],
        focus=(focus[0], focus[1]) if focus else None,
        fill=p["fill"],
        background=files.rgb_of(p["background_color"]),
        format=p["format"],
        report=call.report,
    )


def _watermark(call: Call) -> Path:
    p = call.params
    return watermark.watermark(
        call.files["image"],
        _target(call, "marked"),
        text=p.get("text") or "",
        logo=call.files.get("logo"),
        position=p["position"],
        size=p["size"] / 100,
        opacity=p["opacity"] / 100,
        margin=p["margin"] / 100,
        color=files.rgb_of(p["color"]),
        format=p["format"],
        report=call.report,
    )


OFFERS = (
    (ADJUST, _adjust),
    (LOOK, _look),
    (CONVERT, _convert),
    (CROP, _crop),
    (WATERMARK, _watermark),
)
