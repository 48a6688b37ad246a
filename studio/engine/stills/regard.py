"""Where people look first: faces, and what stands out."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills import subject
from studio.engine.stills.files import Field, Pixels, as_pixels
from studio.engine.stills.halves import enough

SMALL = 256
"""The longer side of the picture that is asked what stands out."""
HAIR = 0.4
"""The finder's boxes begin at the brow: so much of their height is added above."""
CHIN = 0.1
RIM = 4
"""Pixels along the edges of the small picture that tell what its background looks like."""
SIDE = 160
"""The longer side of that small picture."""
SHARP = 4
"""The power that lets what stands out most outweigh a large and busy background."""


class Search(NamedTuple):
    """How hard faces are looked for.

    looked: the longer side of the picture. step: from one size of face to the next. sure: how many
    of the finder's boxes have to agree.
    """

    looked: int
    step: float
    sure: int


CAREFUL = Search(800, 1.1, 6)
QUICK = Search(320, 1.15, 3)
"""In a quarter of the time; a face has to be a sixteenth of the longer side."""


class Face(NamedTuple):
    """A head in pixels of the picture, with hair and chin."""

    left: float
    top: float
    right: float
    bottom: float

    def along(self, axis: int) -> tuple[float, float]:
        """Begin and end across (0) or down (1)."""
        return (self.left, self.right) if axis == 0 else (self.top, self.bottom)


class Regard(NamedTuple):
    """What is looked at in a picture of `width` × `height` pixels.

    heads: in pixels. across, down: how much each of some hundred columns, and rows, asks to be
    seen.
    """

    width: int
    height: int
    heads: tuple[Face, ...]
    across: tuple[float, ...]
    down: tuple[float, ...]

    def of_size(self, width: int, height: int) -> Regard:
        """The same for a copy of the picture in another size."""
        by = (width / self.width, height / self.height) * 2
        heads = (Face(*(v * b for v, b in zip(head, by, strict=True))) for head in self.heads)
        return self._replace(width=width, height=height, heads=tuple(heads))


def regard(pixels: Pixels, size: tuple[int, int] | None = None) -> Regard:
    """Look at a picture once, for every way to cut it.

    size: width and height of the picture of which the pixels are a smaller copy, if they are one.
    A copy of any size is looked at as the picture itself is: at a few hundred pixels.
    """
    size = size or (pixels.shape[1], pixels.shape[0])
    pixels = enough(pixels)
    height, width = pixels.shape[:2]
    found = faces(pixels, QUICK)
    weights = standing_out(pixels)
    for face in found:
        _paint(weights, face, width, height)
    across, down = (tuple(weights.sum(axis, np.float64).tolist()) for axis in (0, 1))
    return Regard(width, height, tuple(found), across, down).of_size(*size)


def _paint(weights: Field, face: Face, width: int, height: int) -> None:
    """A face stands out as much as anything can."""
    rows, columns = weights.shape
    across, down = columns / width, rows / height
    middle = ((face.left + face.right) / 2 * across, (face.top + face.bottom) / 2 * down)
    half = ((face.right - face.left) / 2 * across, (face.bottom - face.top) / 2 * down)
    spot = [round(value) for value in middle]
    cv2.ellipse(weights, spot, [round(value) for value in half], 0, 0, 360, (1.0,), -1)


def standing_out(pixels: Pixels) -> Field:
    """How much each place differs from what lies along the edges of the picture, 0 to 1 on a small
    grid: as a region of one color, and by its color alone, which also tells small things on a busy
    ground."""
    few = as_pixels(cv2.resize(pixels, _size(pixels, SIDE), interpolation=cv2.INTER_AREA))
    rgb = np.ascontiguousarray(few[..., :3])
    weights = _unlike_the_rim(rgb)
    if min(rgb.shape[:2]) >= subject.REGION:
        weights = np.asarray((weights + subject.standing_out(rgb)) / 2, np.float32)
    if few.shape[2] == 4:
        weights = np.asarray(weights * (few[..., 3] / 255), np.float32)
    return np.asarray(weights**SHARP, np.float32)


def _size(pixels: Pixels, longest: int) -> tuple[int, int]:
    height, width = pixels.shape[:2]
    by = min(1.0, longest / max(height, width))
    return max(1, round(width * by)), max(1, round(height * by))


def _unlike_the_rim(rgb: Pixels) -> Field:
    """The distance of each color from those along the edges, in their own spread (Mahalanobis)."""
    lab = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab).astype(np.float32), (0, 0), 2.5)
    rim = np.concatenate(
        [part.reshape(-1, 3) for part in (lab[:RIM], lab[-RIM:], lab[:, :RIM], lab[:, -RIM:])]
    )
    spread = np.linalg.inv(np.cov(rim.T) + np.eye(3) * 9)
    away = lab - rim.mean(0)
    apart = np.sqrt(np.maximum(np.einsum("hwi,ij,hwj->hw", away, spread, away), 0))
    top = max(float(np.percentile(apart, 99.5)), 1e-6)
    return np.asarray(np.clip(apart / top, 0, 1), np.float32)


@lru_cache(maxsize=1)
def _finder() -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(
        str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml")
    )


def faces(pixels: Pixels, search: Search = CAREFUL) -> list[Face]:
    """Every face that is seen from the front, largest first."""
    height, width = pixels.shape[:2]
    by = min(1.0, search.looked / max(height, width))
    few = _size(pixels, search.looked)
    if min(few) < 24:
        return []
    small = cv2.resize(pixels[..., :3], few, interpolation=cv2.INTER_AREA)
    # Not evened out: the finder does that itself for each place, and a busy ground spoils it.
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    least = max(20, min(few) // 14)
    found = _finder().detectMultiScale(grey, search.step, search.sure, minSize=(least, least))
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
    small = cv2.resize(pixels, _size(pixels, SMALL), interpolation=cv2.INTER_AREA)
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
