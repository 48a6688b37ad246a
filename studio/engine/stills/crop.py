"""Another shape or size: cut, fitted in or stretched, always to the exact pixel.

Where the cut goes: the spot that a person names; else faces whole, and as much as possible of what
stands out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.engine import EngineError, Report, ignore, picture
from studio.engine.stills import files
from studio.engine.stills.files import Color, Pixels
from studio.engine.stills.regard import Face, Regard, regard

MODES = ("crop", "fit", "stretch")
FILLS = ("blur", "color", "mirror")
LARGEST = 16_384
"""Pixels on a side of the result."""
SOFT = 0.03
"""The blur beside a fitted picture, in longer sides of the result."""
DIM = 0.9
"""How light that blur is: a little darker than the picture, so that its edge is seen."""


SLACK = 0.005
"""How much nearness to the middle counts, against all of what stands out."""
TAPER = 0.15
"""How much less counts what is at the ends of the part than what is in its middle."""
AIR = 0.25
"""What is wanted beside a head on each side, in its sizes, where there is room."""


class Box(NamedTuple):
    """A part of a picture in pixels, to fractions of them."""

    left: float
    top: float
    right: float
    bottom: float


def crop(
    source: Path,
    target: Path,
    *,
    width: int,
    height: int,
    mode: str = "crop",
    focus: tuple[float, float] | None = None,
    fill: str = "blur",
    background: Color = files.WHITE,
    format: str = "png",
    report: Report = ignore,
) -> Path:
    """Write the picture as `width` × `height`.

    mode: "crop" cuts what is too much, "fit" keeps it whole and fills what is left by `fill`,
    "stretch" changes its proportions.
    focus: x and y from 0 to 1, the spot that stays in view when it is cut; None finds one.
    background: beside it for the fill "color", and behind what is transparent in a JPEG.

    Raises EngineError for input that cannot be used.
    """
    _check(width, height, mode, fill)
    report(0.0, "reading")
    pixels = files.load(source)
    report(0.3, "looking")
    if mode == "fit":
        done = fitted(pixels, width, height, fill, background)
    else:
        box = None
        if mode == "crop":
            size = (pixels.shape[1], pixels.shape[0])
            ratio = width / height
            box = around(size, ratio, focus) if focus else smart(pixels, ratio)
        report(0.6, "resizing")
        done = resized(pixels, (width, height), box)
    report(0.9, "saving")
    return files.save(done, target, format, background=background)


def scale(
    source: Path,
    target: Path,
    *,
    percent: float,
    format: str = "png",
    report: Report = ignore,
) -> Path:
    """Write the picture with each side `percent` of what it was, by whole pixels, one at least.

    Raises EngineError for input that cannot be used, such as a result with too many pixels.
    """
    report(0.0, "reading")
    pixels = files.load(source)
    height, width = pixels.shape[:2]
    size = scaled_size((width, height), percent)
    if max(size) > LARGEST or size[0] * size[1] > picture.MAX_PIXELS:
        most = min(LARGEST / max(width, height), (picture.MAX_PIXELS / (width * height)) ** 0.5)
        raise EngineError(
            f"Scale is {percent:g} %, which makes {size[0]:,} × {size[1]:,} px of {width:,} × "
            f"{height:,}. Use at most {int(most * 100)} %."
        )
    report(0.6, "resizing")
    done = resized(pixels, size)
    report(0.9, "saving")
    return files.save(done, target, format)


def scaled_size(size: tuple[int, int], percent: float) -> tuple[int, int]:
    """Width and height with each `percent` of what it was."""
    return max(1, round(size[0] * percent / 100)), max(1, round(size[1] * percent / 100))


def _check(width: int, height: int, mode: str, fill: str) -> None:
    if mode not in MODES:
        raise EngineError(f"There is no mode “{mode}”. Choose from {', '.join(MODES)}.")
    if fill not in FILLS:
        raise EngineError(f"There is no fill “{fill}”. Choose from {', '.join(FILLS)}.")
    for name, value in (("Width", width), ("Height", height)):
        if not 1 <= value <= LARGEST:
            raise EngineError(f"{name} is {value} px. Use 1 to {LARGEST:,}.")


def resized(pixels: Pixels, size: tuple[int, int], box: Box | None = None) -> Pixels:
    """The box (or all of it) at that size, by Lanczos in both directions."""
    image = Image.fromarray(pixels)
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box))


# --- where to cut -------------------------------------------------------------------------------


def room(size: tuple[int, int], ratio: float) -> tuple[float, float]:
    """Width and height of the largest part with that ratio."""
    width, height = size
    if width / height > ratio:
        return min(width, height * ratio), float(height)
    return float(width), min(height, width / ratio)


def around(size: tuple[int, int], ratio: float, focus: tuple[float, float]) -> Box:
    """The largest part with that ratio and the spot as near to its middle as the edges allow."""
    wide, tall = room(size, ratio)
    left = _between(focus[0] * size[0] - wide / 2, size[0] - wide)
    top = _between(focus[1] * size[1] - tall / 2, size[1] - tall)
    return Box(left, top, min(left + wide, size[0]), min(top + tall, size[1]))


def _between(value: float, most: float) -> float:
    return min(max(0.0, value), max(0.0, most))


def smart(pixels: Pixels, ratio: float) -> Box:
    """The largest part with that ratio that keeps faces whole and most of what stands out."""
    return best(regard(pixels), ratio)


def best(seen: Regard, ratio: float) -> Box:
    """The same for a picture that was looked at before."""
    size = (seen.width, seen.height)
    wide, tall = room(size, ratio)
    spare = (size[0] - wide, size[1] - tall)
    if max(spare) < 0.5:
        return Box(0, 0, wide, tall)
    axis = 0 if spare[0] >= spare[1] else 1
    weights = np.array((seen.across, seen.down)[axis])
    spans = [face.along(axis) for face in seen.heads]
    start = best_start(weights, size[axis], (wide, tall)[axis], spans)
    if axis == 0:
        return Box(start, 0, min(start + wide, size[0]), tall)
    return Box(0, start, wide, min(start + tall, size[1]))


def best_start(
    weights: NDArray[np.float64], length: float, window: float, spans: Sequence[tuple[float, float]]
) -> float:
    """Where a window of that length begins, along a side of the given length.

    weights: how much stands out, in even steps along the side. spans: begin and end of each face.
    As many faces as possible are whole, larger ones first; then as few as possible are cut; then
    what stands out decides, which is then as near to the middle as can be.
    """
    last = max(0.0, length - window)
    starts = np.linspace(0, last, 129)
    edges = [s for a, b in spans for s in (a, b - window, (a + b - window) / 2) if 0 <= s <= last]
    starts = np.unique(np.concatenate([starts, edges]))
    score = _seen(weights, length, window, starts)
    for begin, end in spans:
        share = (end - begin) / length
        seen = np.minimum(end, starts + window) - np.maximum(begin, starts)
        seen = np.clip(seen / max(end - begin, 1e-9), 0, 1)
        # Half a pixel of tolerance: a span may end exactly where the window does.
        whole = (begin >= starts - 0.5) & (end <= starts + window + 0.5)
        if end - begin <= window:
            score += np.where(whole, 10 + 20 * share, 0) - np.where(
                ~whole & (seen > 0), 4 * seen, 0
            )
            score += _airy(starts, window, length, begin, end)
        else:
            score += (10 + 20 * share) * seen - 5 * np.abs(starts - begin) / length
    return float(starts[int(np.argmax(score))])


def _seen(
    weights: NDArray[np.float64], length: float, window: float, starts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much of what stands out is in the window, 0 to 1, and less of it the nearer it is to the
    window's ends: what stands out most is to be in the middle."""
    at = np.linspace(0, length, len(weights) + 1)
    places, middle = (at[1:] + at[:-1]) / 2, length / 2
    middles = starts + window / 2
    if weights.sum() > 0:
        share = weights / weights.sum()
        middle = float(places @ share)
        # The sum of share x (1 - TAPER x (distance / half the window)²) over the window.
        whole, first, second = (
            np.interp(starts + window, at, sums) - np.interp(starts, at, sums)
            for sums in (
                np.concatenate([[0], np.cumsum(share * places**power)]) for power in range(3)
            )
        )
        away = second - 2 * middles * first + middles**2 * whole
        score = whole - TAPER * away / (window / 2) ** 2
    else:
        score = np.zeros(len(starts))
    return np.asarray(score - SLACK * np.abs(middles - middle) / length)


def _airy(
    starts: NDArray[np.float64], window: float, length: float, begin: float, end: float
) -> NDArray[np.float64]:
    """How much of some air around a face is in the window as well, 0 to 1: hair may be high."""
    air = AIR * (end - begin)
    first, last = max(0.0, begin - air), min(length, end + air)
    seen = np.minimum(last, starts + window) - np.maximum(first, starts)
    return np.clip(seen / max(last - first, 1e-9), 0, 1)


# --- whole, with something beside it ------------------------------------------------------------


def fitted(pixels: Pixels, width: int, height: int, fill: str, background: Color) -> Pixels:
    """The whole picture in the middle of `width` × `height`, and the fill beside it."""
    size = fitted_size((pixels.shape[1], pixels.shape[0]), width, height)
    return framed(resized(pixels, size), pixels, width, height, fill, background)


def fitted_size(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Width and height of a picture of that size, made as large as there is room."""
    by = min(width / size[0], height / size[1])
    return min(width, max(1, round(size[0] * by))), min(height, max(1, round(size[1] * by)))


def framed(
    small: Pixels, pixels: Pixels, width: int, height: int, fill: str, background: Color
) -> Pixels:
    """`small` in the middle of `width` × `height`, and the fill beside it; `pixels` are the picture
    in any size, for what is blurred."""
    size = (small.shape[1], small.shape[0])
    if size == (width, height):
        return small
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    if fill == "mirror":
        pad = ((top, height - size[1] - top), (left, width - size[0] - left), (0, 0))
        return np.pad(small, pad, mode="symmetric")
    result = _blurred(pixels, width, height) if fill == "blur" else np.empty(0, np.uint8)
    if fill == "color":
        opaque = (*background, 255)[: pixels.shape[2]]
        result = np.broadcast_to(np.array(opaque, np.uint8), (height, width, len(opaque))).copy()
    result[top : top + size[1], left : left + size[0]] = small
    return result


def _blurred(pixels: Pixels, width: int, height: int) -> Pixels:
    """The picture cut to the shape, soft and a little darker. Blurred small: it has no detail."""
    rows, columns = pixels.shape[:2]
    by = min(1.0, 256 / max(width, height))
    few = (max(1, round(width * by)), max(1, round(height * by)))
    small = resized(pixels, few, around((columns, rows), width / height, (0.5, 0.5)))
    soft = cv2.GaussianBlur(small, (0, 0), max(0.5, SOFT * max(few)))
    large = np.array(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    large[..., :3] = np.rint(large[..., :3] * DIM)
    return large


__all__ = [
    "Box",
    "Face",
    "around",
    "best",
    "best_start",
    "crop",
    "fitted",
    "fitted_size",
    "framed",
    "resized",
    "room",
    "scale",
    "scaled_size",
    "smart",
]
