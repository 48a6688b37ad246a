"""The pixels of a format, cut from the nearest larger half of the picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from studio.engine.social.place import box_of, is_fitted
from studio.engine.social.sight import Seen
from studio.engine.social.wanted import Wanted
from studio.engine.stills import crop, extend, files
from studio.engine.stills.crop import Box
from studio.engine.stills.files import Pixels
from studio.engine.stills.halves import halves
from studio.engine.stills.regard import Regard

STEEP = 0.7
"""The scale below which straight lines between pixels come nearest to Lanczos; above it a cubic,
which sharpens a little."""
PREVIEW, PREVIEW_QUALITY = 480, 85
NOTHING = Regard(1, 1, (), (), ())
FILLS = {"white": "color", "color": "color", "blur": "blur"}


def snapped(seen: Seen, box: Box, size: tuple[int, int]) -> tuple[int, Box]:
    """The level from which a box is drawn, and the box moved to whole pixels of that level, in
    pixels of the picture: by half of one at most, so that nothing has to be drawn between them.

    Level 0 and the box as it is, where it has to be enlarged.
    """
    for level in range(len(seen.levels) - 1, -1, -1):
        step = 2**level
        rows, columns = seen.levels[level].shape[:2]
        wide = min(columns, round((box.right - box.left) / step))
        tall = min(rows, round((box.bottom - box.top) / step))
        if wide >= size[0] and tall >= size[1]:
            left = min(columns - wide, round(box.left / step))
            top = min(rows - tall, round(box.top / step))
            return level, Box(left * step, top * step, (left + wide) * step, (top + tall) * step)
    return 0, box


def drawn(seen: Seen, want: Wanted, level: int, box: Box) -> Pixels:
    """The format's pixels, of exactly its size. level, box: see `snapped`."""
    if not is_fitted(want):
        return scaled(seen.levels[level], box, 2**level, (want.width, want.height))
    size = crop.fitted_size(seen.size, want.width, want.height)
    small = scaled(seen.levels[level], box, 2**level, size)
    if want.fill == "extend":
        return _extended(small, want)
    color = files.WHITE if want.fill == "white" else want.background
    return crop.framed(small, seen.levels[level], want.width, want.height, FILLS[want.fill], color)


def _extended(small: Pixels, want: Wanted) -> Pixels:
    """Its mirror image beside it, softer with the distance: nobody takes that for more of it."""
    left, up = (want.width - small.shape[1]) // 2, (want.height - small.shape[0]) // 2
    right, down = want.width - small.shape[1] - left, want.height - small.shape[0] - up
    sides = extend.Sides(left, right, up, down)
    return extend.blurred(small, sides) if any(sides) else small


def scaled(pixels: Pixels, box: Box, step: int, size: tuple[int, int]) -> Pixels:
    """A box of a level at that size. step: pixels of the picture along one of the level."""
    part = Box(*(value / step for value in box))
    wide, tall = part.right - part.left, part.bottom - part.top
    whole = all(value == int(value) for value in part)
    if not whole or wide < size[0] or tall < size[1]:
        return crop.resized(pixels, size, part)
    left, top, right, bottom = (int(value) for value in part)
    view = pixels[top:bottom, left:right]
    if view.shape[1::-1] == size:
        return np.ascontiguousarray(view)
    if pixels.shape[2] == 4:
        # Pillow knows that a color counts as much as it is opaque.
        return crop.resized(pixels, size, part)
    way = cv2.INTER_LINEAR if size[0] / wide < STEEP else cv2.INTER_CUBIC
    return files.as_pixels(cv2.resize(view, size, interpolation=way))


def preview(source: Path, ratio: float, fill: str) -> bytes:
    """All of a picture in a shape with that fill, as `export` makes it but small: a JPEG of PREVIEW
    pixels on its longer side. Raises EngineError for a file that cannot be read."""
    pixels = files.load(source)
    levels = halves(pixels)
    seen = Seen(pixels.shape[1], pixels.shape[0], NOTHING, (), levels)
    size = (max(1, round(PREVIEW * min(1, ratio))), max(1, round(PREVIEW * min(1, 1 / ratio))))
    want = Wanted("preview", *size, mode="fit", fill=fill)
    fitted = crop.fitted_size(seen.size, *size)
    level, box = snapped(seen, box_of(seen, want), fitted)
    picture = drawn(seen, want, level, box)
    if picture.shape[2] == 4:
        picture = files.flat(picture, files.WHITE)
    return files.quick_jpeg(picture, PREVIEW_QUALITY)
