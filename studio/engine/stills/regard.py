"""Where people look first: faces, and what stands out."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.files import Field, Pixels

LOOKED = 800
"""The longer side of the picture in which faces are looked for."""
SMALL = 256
"""The longer side of the picture that is asked what stands out."""
HAIR = 0.4
"""The finder's boxes begin at the brow: so much of their height is added above."""
CHIN = 0.1
SURE = 6
"""How many of the finder's boxes have to agree."""


class Face(NamedTuple):
    """A head in pixels of the picture, with hair and chin."""

    left: float
    top: float
    right: float
    bottom: float

    def along(self, axis: int) -> tuple[float, float]:
        """Begin and end across (0) or down (1)."""
        return (self.left, self.right) if axis == 0 else (self.top, self.bottom)


@lru_cache(maxsize=1)
def _finder() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(
        str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml")
    )


def faces(pixels: Pixels) -> list[Face]:
    """Every face that is seen from the front, largest first."""
    height, width = pixels.shape[:2]
    by = min(1.0, LOOKED / max(height, width))
    few = (max(1, round(width * by)), max(1, round(height * by)))
    if min(few) < 24:
        return []
    small = cv2.resize(pixels[..., :3], few, interpolation=cv2.INTER_AREA)
    grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    least = max(20, min(few) // 14)
    found = _finder().detectMultiScale(grey, 1.1, SURE, minSize=(least, least))
    boxes = [_head(np.asarray(box, np.float64) / by, width, height) for box in found]
    return sorted(boxes, key=lambda f: (f.left - f.right) * (f.bottom - f.top))


def _head(box: NDArray[np.float64], width: int, height: int) -> Face:
    x, y, wide, tall = (float(value) for value in box)
    return Face(
        max(0.0, x - 0.05 * wide),
        max(0.0, y - HAIR * tall),
        min(float(width), x + 1.05 * wide),
        min(float(height), y + (1 + CHIN) * tall),
    )


def importance(pixels: Pixels) -> Field:
    """How much each place stands out, on a small grid: unusual structure (Hou and Zhang, Saliency
    Detection: A Spectral Residual Approach, 2007), unusual colour, and edges."""
    height, width = pixels.shape[:2]
    by = min(1.0, SMALL / max(height, width))
    few = (max(1, round(width * by)), max(1, round(height * by)))
    small = cv2.resize(pixels, few, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small[..., :3], cv2.COLOR_RGB2Lab).astype(np.float32)
    soft = cv2.GaussianBlur(lab, (0, 0), 3)
    unusual = np.sqrt(((soft - lab.reshape(-1, 3).mean(0)) ** 2).sum(2))
    edges = np.abs(cv2.Laplacian(lab[..., 0], cv2.CV_32F))
    parts = (_residual(lab[..., 0]), unusual, cv2.GaussianBlur(edges, (0, 0), 3))
    total = np.sum([_even(np.asarray(part, np.float32)) for part in parts], axis=0)
    if small.shape[2] == 4:
        total = total * (small[..., 3] / 255)
    return np.asarray(total**1.5, np.float32)


def _even(part: Field) -> Field:
    low, high = float(part.min()), float(part.max())
    return np.asarray((part - low) / max(high - low, 1e-9), np.float32)


def _residual(light: Field) -> Field:
    """Where the picture's spectrum is not as smooth as that of most pictures."""
    size = (64, 64)
    spectrum = np.fft.fft2(cv2.resize(light, size, interpolation=cv2.INTER_AREA))
    strength = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    residual = strength - cv2.blur(strength, (3, 3))
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    soft = cv2.GaussianBlur(back.astype(np.float32), (0, 0), 2.5)
    large = cv2.resize(soft, light.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)
