"""Pictures that this computer finishes: light and color, looks, file types, shapes, marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from billing.pricing import Free
from studio.engine import EngineError
from studio.engine.stills import adjust, convert, crop, files, forecast, looks, watermark
from studio.engine.weight import changed, weight
from studio.operations import finishing
from studio.presets.looks import LOOKS
from studio.spec import Call, Offer, Operation

PRICE = Free("drawn on this computer")
SOFT = 150
"""Percent of a picture's size from which it is seen that pixels are missing."""


def _offer(
    operation: Operation,
    label: str,
    summary: str,
    cannot: str = "",
    narrowed: Mapping[str, Any] | None = None,
    **more: Any,
) -> Offer:
    """Takes every param of the operation as it is declared, but for those that are `narrowed`."""
    return Offer(
        key=f"local-{operation.key}",
        provider="local",
        operation=operation.key,
        label=label,
        summary=summary,
        cannot=cannot,
        accepts={param.name: True for param in operation.params} | dict(narrowed or {}),
        price=PRICE,
        **more,
    )


def scaled(params: Mapping[str, Any], sizes: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """What a size in percent comes to."""
    if params.get("size_by") != "percent" or "image" not in sizes:
        return
    width, height = crop.scaled_size(sizes["image"], params["scale"])
    soft = ", which looks soft: nothing is added" if params["scale"] > SOFT else ""
    yield f"{params['scale']} % makes it {width} × {height} px{soft}."


SUITS = {
    "transparent": "It is transparent in places: PNG, WebP or AVIF keep that whole, JPEG and "
    "BMP do not, and a GIF has no soft edges.",
    "flat": "It has flat areas of few colors: PNG suits it, sharp and small; JPEG would blur its "
    "edges.",
    "photo": "It looks like a photo: WebP or AVIF make it smallest, JPEG opens everywhere; PNG "
    "would be several times larger.",
}


def foresee(params: Mapping[str, Any], paths: Mapping[str, Path]) -> Iterator[str]:
    """What the file will weigh, and which type suits the picture."""
    if "image" not in paths:
        return
    wish = wish_of(params)
    found = forecast.forecast(paths["image"], wish)
    if found is None:
        return
    now = paths["image"].stat().st_size
    change = changed(now, found.size)
    how = f"At most {weight(found.size)}" if found.lowered else f"About {weight(found.size)}"
    why = "; quality or size goes down to fit" if found.lowered else ""
    yield f"{how}, {change} than now ({weight(now)}){why}."
    yield SUITS[found.content]


def unwritable(text: str) -> str | None:
    """What keeps these words from being a mark; None when nothing does."""
    try:
        watermark.line_of(text)
    except EngineError as error:
        return str(error)
    return None


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
    "Other file types and fewer bytes, on this computer. The place of a photo is never passed on.",
    "Animations become their first frame.",
    forecast=foresee,
)
CROP = _offer(
    finishing.CROP,
    "Cropper",
    "Cuts, fits or stretches to the exact size; finds faces and what stands out by itself.",
    "Finds faces from the front only; otherwise name the spot that stays in view.",
    advice=scaled,
)
WATERMARK = _offer(
    finishing.WATERMARK,
    "Watermark",
    "Your words or logo with a soft shadow, so that it can be read on any ground.",
    "Latin, Greek and Cyrillic letters; other characters as a logo.",
    narrowed={"text": {"check": unwritable}},
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
    wish = wish_of(call.params)
    return convert.convert(call.files["image"], _target(call, "converted"), wish, call.report)


def wish_of(params: Mapping[str, Any]) -> convert.Wish:
    """What was said; what has no meaning for the type was left out."""
    said = {name: value for name, value in params.items() if value is not None}
    return convert.Wish(
        format=said["format"],
        quality=said.get("quality", convert.Wish.quality),
        target_kb=said.get("target_kb"),
        longest_side=said.get("longest_side"),
        keep_transparency=said.get("keep_transparency", False),
        background=files.rgb_of(said["background_color"]),
        space=said.get("color_space", "srgb"),
        keep_metadata=not said.get("strip_metadata", True),
        progressive=said.get("progressive", False),
        optimize=said.get("optimize", False),
    )


def _crop(call: Call) -> Path:
    p = call.params
    if p["size_by"] == "percent":
        return crop.scale(
            call.files["image"],
            _target(call, "scaled"),
            percent=p["scale"],
            format=p["format"],
            report=call.report,
        )
    focus = p.get("focus")
    return crop.crop(
        call.files["image"],
        _target(call, "cropped"),
        width=p["width"],
        height=p["height"],
        mode=p["mode"],
        focus=(focus[0], focus[1]) if focus else None,
        fill=p.get("fill") or "blur",
        background=files.rgb_of(p.get("background_color") or "#ffffff"),
        format=p["format"],
        report=call.report,
    )


def _watermark(call: Call) -> Path:
    p = call.params
    spot = p.get("spot") or (0.5, 0.5)
    return watermark.watermark(
        call.files["image"],
        _target(call, "marked"),
        text=p.get("text") or "",
        logo=call.files.get("logo"),
        position=p["position"],
        spot=(spot[0], spot[1]),
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
