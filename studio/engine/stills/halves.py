"""A picture, its half, the half of that and so on."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from studio.engine.stills.files import Pixels, as_pixels

ENOUGH = 800
"""Pixels of the longer side that are enough to look at."""
LEAST = 64
"""Halves are made down to a longer side of about that."""


def halves(pixels: Pixels) -> tuple[Pixels, ...]:
    """Level n has one pixel for each 2**n x 2**n of the picture; what is left over at the right and
    at the bottom is not in it."""
    levels = [pixels]
    while _can_be_halved(levels[-1], LEAST):
        levels.append(half(levels[-1]))
    return tuple(levels)


def enough(pixels: Pixels) -> Pixels:
    """The level that is looked at: of a picture that is one itself, the picture."""
    while is_more_than_enough(pixels):
        pixels = half(pixels)
    return pixels


def is_more_than_enough(pixels: Pixels) -> bool:
    return _can_be_halved(pixels, ENOUGH)


def half(pixels: Pixels) -> Pixels:
    """Each four pixels are one, in which a color counts as much as it is opaque."""
    height, width = pixels.shape[:2]
    even = pixels[: height // 2 * 2, : width // 2 * 2]
    if pixels.shape[2] == 4:
        return np.asarray(Image.fromarray(even).reduce(2))
    return as_pixels(cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA))


def _can_be_halved(pixels: Pixels, least: int) -> bool:
    height, width = pixels.shape[:2]
    return bool(max(height, width) >= 2 * least and min(height, width) >= 2)
