"""Between what a file holds and linear light, in 8 and in 16 bits."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.engine import picture
from studio.engine.stills.files import Field, Pixels

FINE = 16_384
"""Steps of the table from linear light; its root is taken first, so that they are fine in the
dark."""


def load(path: Path) -> NDArray[np.uint16] | None:
    """A colour picture of 16 bits as height x width x 3, or None where 8 bits are all there is.

    Only PNG and TIFF hold more that Pillow would drop; one that is turned, transparent or in
    another colour space than sRGB is left to Pillow.
    """
    with Image.open(path) as image:
        turned = image.getexif().get(picture.ORIENTATION, 1) not in (0, 1)
        strange = not picture.is_srgb(image.info.get("icc_profile"))
        if image.format not in ("PNG", "TIFF") or turned or strange or image.mode != "RGB":
            return None
    values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 3 or values.shape[2] != 3:
        return None
    return np.asarray(cv2.cvtColor(values, cv2.COLOR_BGR2RGB), np.uint16)


def decode(encoded: NDArray[Any]) -> Field:
    """sRGB 0 to 1 to linear light (IEC 61966-2-1)."""
    low = encoded / 12.92
    high = cv2.pow((np.maximum(encoded, 0) + 0.055) / 1.055, 2.4)
    return np.asarray(np.where(encoded <= 0.04045, low, high), np.float32)


def encode(linear: NDArray[Any]) -> Field:
    """Linear light to sRGB 0 to 1; what is above 1 stays above 1."""
    held = np.maximum(linear, 0)
    high = 1.055 * cv2.pow(held, 1 / 2.4) - 0.055
    return np.asarray(np.where(held <= 0.0031308, held * 12.92, high), np.float32)


@lru_cache(maxsize=2)
def _to(most: int) -> Field:
    return np.asarray(decode(np.arange(most + 1, dtype=np.float32)[None] / most)[0], np.float32)


@lru_cache(maxsize=1)
def _from() -> Field:
    at = (np.arange(FINE, dtype=np.float32)[None] / (FINE - 1)) ** 2
    return np.asarray(encode(at)[0] * 255, np.float32)


def to_linear(pixels: NDArray[Any]) -> Field:
    """uint8 or uint16 pixels as linear light from 0 to 1."""
    return np.asarray(_to(int(np.iinfo(pixels.dtype).max))[pixels], np.float32)


def from_linear(linear: Field, dither: bool = False) -> Pixels:
    """Linear light as uint8. `dither` spreads the rounding in a fixed pattern: what was finer than
    8 bits stays smooth."""
    index = np.rint(np.sqrt(np.clip(linear, 0, 1)) * (FINE - 1)).astype(np.uint16)
    values = _from()[index]
    if dither:
        values = values + _pattern(values.shape[:2])[..., None]
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _pattern(shape: tuple[int, ...]) -> Field:
    """Between -0.5 and 0.5, even in all places: interleaved gradient noise (Jimenez, 2014)."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return np.asarray((52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1)) % 1 - 0.5, np.float32)
