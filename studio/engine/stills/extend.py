"""A picture that goes on beyond its edges."""

from pathlib import Path
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import files, onward
from studio.engine.stills.files import Pixels

Plane = NDArray[np.float32]

FILLS = ("continue", "mirror", "blur")
MOST = 2000
"""Pixels that can be added at each side."""


class Sides(NamedTuple):
    """Pixels added at each side."""

    left: int
    right: int
    up: int
    down: int


def extend(
    source: Path,
    target: Path,
    *,
    left: int = 0,
    right: int = 0,
    up: int = 0,
    down: int = 0,
    fill: str = "continue",
    format: str = "png",
    seed: int = 1,
    report: Report = ignore,
) -> None:
    """Write `source` with so many pixels more at each side; it itself does not change by a bit.

    fill: continue (the texture of the border goes on, as far as a fifth of the picture and where
    it is one; else and beyond it gets soft), mirror, or blur. seed: another number
    continues differently. Raises EngineError for sides outside 0 to 2000, four zeros, or an unknown
    fill.
    """
    sides = checked(Sides(left, right, up, down), fill)
    report(0.0, "reading")
    pixels = files.load_rgba(source)
    if files.is_opaque(pixels):
        pixels = np.ascontiguousarray(pixels[..., :3])
    size = sides.left + pixels.shape[1] + sides.right, sides.up + pixels.shape[0] + sides.down
    files.check_size(size, format)
    report(0.1, "extending")
    result = extended(pixels, sides, fill, seed, report)
    report(0.9, "saving")
    files.save(result, target, format)
    report(1.0, "done")


def checked(sides: Sides, fill: str) -> Sides:
    if fill not in FILLS:
        raise EngineError(f"There is no fill “{fill}”. Choose {' or '.join(FILLS)}.")
    for name, amount in sides._asdict().items():
        if not 0 <= amount <= MOST:
            raise EngineError(f"“{name}” is {amount} px. Choose 0 to {MOST}.")
    if not any(sides):
        raise EngineError(
            "Left, right, up and down are all 0, so the picture would stay as it is. Give at least "
            f"one of them, from 1 to {MOST} px."
        )
    return sides


def extended(
    pixels: Pixels, sides: Sides, fill: str, seed: int = 1, report: Report = ignore
) -> Pixels:
    """RGB or RGBA pixels with so many more at each side."""
    if fill == "mirror":
        return mirrored(pixels, sides)
    if fill == "blur":
        return blurred(pixels, sides)
    for number, (side, amount) in enumerate(sides._asdict().items()):
        report(0.1 + 0.2 * number, "extending")
        if amount:
            strip = back(onward.strip(turned(pixels, side), amount, seed), side)
            both = (strip, pixels) if side in ("left", "up") else (pixels, strip)
            pixels = np.concatenate(both, 1 if side in ("left", "right") else 0)
    return pixels


def mirrored(pixels: Pixels, sides: Sides) -> Pixels:
    """A mirror image at each side, as often as needed."""
    border = cv2.BORDER_REFLECT if min(pixels.shape[:2]) > 1 else cv2.BORDER_REPLICATE
    bordered = cv2.copyMakeBorder(pixels, sides.up, sides.down, sides.left, sides.right, border)
    return cast(Pixels, bordered)


def blurred(pixels: Pixels, sides: Sides) -> Pixels:
    """A mirror image that gets softer with the distance from the edge: nobody takes it for more."""
    whole = mirrored(pixels, sides)
    height, width = pixels.shape[:2]
    inner = np.s_[sides.up : sides.up + height, sides.left : sides.left + width]
    outside = np.ones(whole.shape[:2], np.uint8)
    outside[inner] = 0
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    most = max(height, width, *sides) / 24
    level = whole.astype(np.float32)
    result = level
    for step in (most / 16, most / 4, most):
        softer = soft(whole, step)
        share = np.clip(away / (4 * step) - 0.25, 0, 1)[..., None]
        result = result * (1 - share) + softer * share
    final = np.clip(np.rint(result), 0, 255).astype(np.uint8)
    final[inner] = pixels
    return final


def soft(pixels: Pixels, sigma: float) -> Plane:
    """Blurred at a size at which that is cheap."""
    by = max(1, int(sigma / 3))
    height, width = pixels.shape[:2]
    size = max(1, width // by), max(1, height // by)
    few = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(few, (0, 0), max(0.5, sigma / by))
    return cast(Plane, cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def turned(pixels: Pixels, side: str) -> Pixels:
    """The picture with that side to the right."""
    if side in ("up", "down"):
        pixels = pixels.transpose(1, 0, 2)
    if side in ("left", "up"):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def back(strip: Pixels, side: str) -> Pixels:
    """Undo `turned`."""
    if side in ("left", "up"):
        strip = strip[:, ::-1]
    return strip.transpose(1, 0, 2) if side in ("up", "down") else strip
