"""What the steps of a look share. Every length is a share of the picture's shorter side, so that a
thumbnail and a poster look the same; every random number comes from a fixed seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.files import Field, rgb_of

Mask = NDArray[np.float32]
"""Height x width, from 0 to 1."""
BRIGHT = np.array([[0.2126, 0.7152, 0.0722]], np.float32)


def field(values: Any) -> Field:
    """What OpenCV or NumPy made, as float32."""
    return np.asarray(values, np.float32)


def luma(image: Field) -> Mask:
    """How bright each pixel looks (BT.709, of the encoded values)."""
    return field(cv2.transform(image, BRIGHT))


def grey(mask: Mask) -> Field:
    return field(cv2.merge([mask, mask, mask]))


def color(code: str) -> Field:
    """A color such as #ff8000 as three numbers from 0 to 1."""
    return field(np.array(rgb_of(code)) / 255)


def side(image: Field | Mask) -> int:
    return int(min(image.shape[:2]))


def blur(image: Field | Mask, radius: float) -> Field:
    """`radius` as a share of the shorter side. Wide ones are made on a smaller picture."""
    sigma = radius * side(image)
    if sigma < 0.3:
        return image
    by = max(1, int(sigma / 4))
    if by == 1:
        return field(cv2.GaussianBlur(image, (0, 0), sigma))
    height, width = image.shape[:2]
    few = (max(1, width // by), max(1, height // by))
    small = cv2.resize(image, few, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / by)
    return field(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC))


def smaller(image: Field, longest: int, draw: Callable[[Field], Field]) -> Field:
    """`draw` on a picture of at most `longest` pixels: for what has no fine detail anyway."""
    height, width = image.shape[:2]
    by = longest / max(height, width)
    if by >= 1:
        return draw(image)
    few = (max(1, round(width * by)), max(1, round(height * by)))
    drawn = draw(field(cv2.resize(image, few, interpolation=cv2.INTER_AREA)))
    return np.clip(field(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_CUBIC)), 0, 1)


def noise(shape: tuple[int, ...], size: float, seed: int) -> Mask:
    """Soft random values of mean 0 and deviation 1; `size` of a grain in pixels."""
    height, width = shape[:2]
    random = np.random.default_rng(seed)
    if size <= 1:
        return random.standard_normal((height, width), np.float32)
    few = (int(height / size) + 2, int(width / size) + 2)
    coarse = random.standard_normal(few, np.float32)
    wide = (int(few[1] * size) + 1, int(few[0] * size) + 1)
    fine = cv2.resize(coarse, wide, interpolation=cv2.INTER_CUBIC)[:height, :width]
    return field(fine / max(1e-6, float(fine.std())))


def ramp(low: float, high: float, mask: Mask) -> Mask:
    """0 up to `low`, 1 from `high` on, smooth between."""
    t = np.clip((mask - low) / (high - low), 0, 1)
    return field(t * t * (3 - 2 * t))


def mix(under: Field, over: Field, share: Mask | float) -> Field:
    if isinstance(share, np.ndarray):
        return under + (over - under) * share[..., None]
    return field(cv2.addWeighted(under, 1 - share, over, share, 0))


def grid(image: Field | Mask) -> tuple[Mask, Mask]:
    """x and y of each pixel, in shorter sides from the middle."""
    height, width = image.shape[:2]
    unit = side(image)
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / unit
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / unit
    return np.broadcast_to(x, (height, width)), np.broadcast_to(y[:, None], (height, width))


def cells(image: Field, labels: NDArray[np.int32]) -> Field:
    """The mean colour of each label's pixels, and that colour on all of them."""
    flat = labels.ravel()
    count = np.maximum(np.bincount(flat), 1)
    means = [np.bincount(flat, image[..., c].ravel()) / count for c in range(3)]
    return field(np.stack(means, -1)[labels])
