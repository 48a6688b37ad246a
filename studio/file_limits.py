"""What a provider takes as a file, and what a person is told of one that is outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import get_text_list

from assets.models import Asset
from studio.cuts import Part
from studio.fields import shown
from studio.spec import FileLimits, Known, Param

MEGABYTE = 1_000_000


def known(files: Mapping[str, Asset]) -> dict[str, Known]:
    """What is known of files without looking into them."""
    return {
        name: Known(shown(a.title), a.width, a.height, a.duration, bool(a.has_audio))
        for name, a in files.items()
    }


def of_another_kind(asset: Asset, param: Param) -> str:
    kind = asset.get_kind_display().lower()
    return f"“{shown(asset.title)}” is {kind}; {param.asset_kind} is needed. Choose another."


def problem(
    param: Param,
    limits: FileLimits,
    asset: Asset,
    taker: str,
    *,
    unless: str = "",
    part: Part | None = None,
) -> str:
    """Why `taker` cannot use it: the value, the limit, the way out. Empty when it can. `unless` is
    what the person has to turn on before a picture whose size counts is made smaller. `part` is
    what is used of a sound: it is cut out and sent as an MP3."""
    if param.asset_kind == "image":
        return _shape(param, limits, asset, taker) or _pixels(param, limits, asset, taker, unless)
    if words := _length(param, limits, asset, taker, part):
        return words
    if part:
        return ""
    if limits.max_bytes and asset.size > limits.max_bytes:
        most = _megabytes(limits.max_bytes)
        return (
            f"{param.label} has {_megabytes(asset.size)}; {taker} takes {most} at most. "
            "Choose a shorter or smaller one."
        )
    if limits.mimes and asset.mime not in limits.mimes:
        return (
            f"{param.label} is {type_name(asset.mime)}; {taker} takes {type_names(limits.mimes)}. "
            "Convert it, or choose another."
        )
    return ""


def _shape(param: Param, limits: FileLimits, asset: Asset, taker: str) -> str:
    width, height = asset.width or 0, asset.height or 0
    if not width or not height:
        return ""
    is_ = f"{param.label} is {width} × {height}"
    ratio = width / height
    low, high = limits.min_ratio, limits.max_ratio
    if (low and ratio < low) or (high and ratio > high):
        return (
            f"{is_}, a shape of {_ratio(ratio)}; {taker} takes {_between(low, high, _ratio)} "
            "(width to height). Crop it, or choose another."
        )
    shrunk = min(1.0, (limits.max_side or max(width, height)) / max(width, height))
    if limits.min_side and min(width, height) * shrunk < limits.min_side:
        made = " when it is made small enough" if shrunk < 1 <= min(width, height) else ""
        return (
            f"{is_}; {taker} needs {limits.min_side} px on the shorter side"
            f"{made}. Choose a larger one."
        )
    return ""


def _pixels(param: Param, limits: FileLimits, asset: Asset, taker: str, unless: str) -> str:
    width, height = asset.width or 0, asset.height or 0
    is_ = f"{param.label} is {width} × {height} ({_megapixels(width * height)})"
    if limits.min_pixels and 0 < width * height < limits.min_pixels:
        return (
            f"{is_}; {taker} needs at least {limits.min_pixels:,} pixels. "
            "Choose a larger one, or upscale it first."
        )
    if unless and not limits.shrinks and _too_large(limits, asset):
        most = _megapixels(limits.max_pixels) if limits.max_pixels else f"{limits.max_side} px"
        return f"{is_}; {taker} takes {most} at most. Turn on “{unless}”, or choose another model."
    return ""


def _too_large(limits: FileLimits, asset: Asset) -> bool:
    width, height = asset.width or 0, asset.height or 0
    wide = bool(limits.max_side) and max(width, height) > (limits.max_side or 0)
    return wide or (bool(limits.max_pixels) and width * height > (limits.max_pixels or 0))


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:.1f} MP" if pixels >= 100_000 else f"{pixels:,} pixels"


def _length(param: Param, limits: FileLimits, asset: Asset, taker: str, part: Part | None) -> str:
    low, high = limits.min_seconds, limits.max_seconds
    seconds = part[1] - part[0] if part else asset.duration
    if seconds is None or not ((low and seconds < low) or (high and seconds > high)):
        return ""
    takes = _between(low, high, lambda s: f"{s:g} s")
    trim = "Trim it" if param.cut else "Cut it"
    way_out = trim if high and seconds > high else "Choose a longer one"
    return f"{param.label} is {seconds:.1f} s long; {taker} takes {takes}. {way_out}."


def note(param: Param, limits: FileLimits, asset: Asset, taker: str) -> str:
    """How a picture is changed on the way, in words; empty when it goes as it is."""
    if param.asset_kind != "image":
        return ""
    width, height = asset.width or 0, asset.height or 0
    if limits.max_side and max(width, height) > limits.max_side:
        return (
            f"{param.label} is {width} × {height}; {taker} takes {limits.max_side} px at most, "
            "so a smaller copy is sent."
        )
    if limits.max_pixels and width * height > limits.max_pixels:
        return (
            f"{param.label} is {width} × {height} ({_megapixels(width * height)}); {taker} takes "
            f"{_megapixels(limits.max_pixels)} at most, so a smaller copy is sent."
        )
    if limits.max_bytes and asset.size > limits.max_bytes:
        most = _megabytes(limits.max_bytes)
        return (
            f"{param.label} has {_megabytes(asset.size)}; {taker} takes {most} at most, "
            "so a smaller copy is sent."
        )
    if limits.mimes and asset.mime not in limits.mimes:
        return (
            f"{param.label} is {type_name(asset.mime)}; {taker} takes {type_names(limits.mimes)}, "
            "so a converted copy is sent."
        )
    return ""


def fits(limits: FileLimits, asset: Asset) -> bool:
    """Whether it is sent as it is."""
    small = not limits.max_side or max(asset.width or 0, asset.height or 0) <= limits.max_side
    light = not limits.max_bytes or asset.size <= limits.max_bytes
    return small and light and (not limits.mimes or asset.mime in limits.mimes)


def summary(limits: FileLimits) -> str:
    """All of it in a few words, for lists."""
    px, mb = limits.max_side, limits.max_bytes
    parts = [
        f"from {limits.min_side} px" if limits.min_side else "",
        f"up to {px} px" if px else "",
        f"up to {_megapixels(limits.max_pixels)}" if limits.max_pixels else "",
        f"up to {_megabytes(mb)}" if mb else "",
        _between(limits.min_seconds, limits.max_seconds, lambda s: f"{s:g} s")
        if limits.min_seconds or limits.max_seconds
        else "",
    ]
    return ", ".join(p for p in parts if p)


def _between(low: float | None, high: float | None, words: Any) -> str:
    if low and high:
        return f"{words(low)} to {words(high)}"
    return f"at least {words(low)}" if low else f"at most {words(high)}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f} : 1" if ratio >= 1 else f"1 : {1 / ratio:.2f}"


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def type_name(mime: str) -> str:
    """'image/jpeg' → 'JPEG'."""
    return mime.partition("/")[2].removeprefix("x-").upper()


def type_names(mimes: Sequence[str]) -> str:
    return str(get_text_list([type_name(m) for m in mimes], "or"))
