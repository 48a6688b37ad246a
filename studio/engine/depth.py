"""How near each part of a picture probably is: a guess by the eye's own hints, without any model.

The ground is nearer than the sky, what is sharp is nearer than what is blurred, what is clear is
nearer than what lies in haze, and what draws the eye stands in front. Each hint is weak; blurred
together along the edges of the picture they make a calm field, which errs softly.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

WORK = 256
"""Pixels of the longer side at which the hints are taken: finer they only add noise."""
GROUND, SHARP, CLEAR, SUBJECT, FACE = 0.20, 0.20, 0.15, 0.45, 0.35
GRAIN = 0.07
"""The share of the height that light and dark themselves add: folds, fur, letters."""


def guess(pixels: NDArray[np.uint8]) -> Field:
    """0 (far) to 1 (near) for a picture (height x width x 3, sRGB), WORK pixels long at most."""
    small = _small(pixels)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY) / 255, np.float32)
    side = max(grey.shape)
    hints = (
        (GROUND, _ground(grey.shape[0], grey.shape[1])),
        (SHARP, _sharp(grey, side)),
        (CLEAR, _clear(small, side)),
        (SUBJECT, _subject(small, side)),
    )
    total = FACE * _faces(small)
    for weight, hint in hints:
        total = total + np.float32(weight) * hint
    calm = _stretched(_along_edges(total, small, side))
    return np.asarray(calm * (1 - GRAIN) + GRAIN * _grain(grey, side), np.float32)


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    by = min(1.0, WORK / max(height, width))
    size = (max(1, round(width * by)), max(1, round(height * by)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _ground(height: int, width: int) -> Field:
    """Rises towards the lower edge."""
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    return np.broadcast_to(ramp, (height, width)).copy()


def _sharp(grey: Field, side: int) -> Field:
    fine = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 0.8), cv2.CV_32F))
    return _stretched(_blurred(np.sqrt(fine), side * 0.045))


def _clear(small: NDArray[np.uint8], side: int) -> Field:
    """Far air is light in every color: the darkest color around says how much of it there is."""
    darkest = cv2.erode(small.min(axis=2), np.ones((7, 7), np.uint8)).astype(np.float32)
    return 1 - _stretched(_blurred(darkest, side * 0.03))


def _subject(small: NDArray[np.uint8], side: int) -> Field:
    """What differs from the frame around it, and stands rather in the middle."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    height, width = lab.shape[:2]
    rim = max(1, round(side * 0.04))
    edge = np.concatenate([lab[:, :rim].reshape(-1, 3), lab[:, -rim:].reshape(-1, 3)])
    edge = np.concatenate([edge, lab[:rim].reshape(-1, 3)])
    spread = np.cov(edge.T) + np.eye(3) * 40
    away = lab - edge.mean(0)
    unlike = np.sqrt(np.einsum("hwi,ij,hwj->hw", away, np.linalg.inv(spread), away))
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    middle = np.exp(-(x**2 / 0.5 + (y - 0.1) ** 2 / 0.7))
    seen = _stretched(_blurred(unlike.astype(np.float32), side * 0.02))
    return _stretched((0.35 + seen) * middle)


def _faces(small: NDArray[np.uint8]) -> Field:
    """A soft hill for each face."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    finder = cv2.CascadeClassifier(
        cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml"  # type: ignore[attr-defined]
    )
    hill = np.zeros(grey.shape, np.float32)
    y, x = np.ogrid[: grey.shape[0], : grey.shape[1]]
    for left, top, width, height in finder.detectMultiScale(grey, 1.1, 4, minSize=(24, 24)):
        across = (x - (left + width / 2)) / (0.62 * width)
        down = (y - (top + height * 0.48)) / (0.78 * height)
        hill = np.maximum(hill, np.exp(-((across**2 + down**2) ** 1.5)).astype(np.float32))
    return hill


def _along_edges(field: Field, small: NDArray[np.uint8], side: int) -> Field:
    """Blurred, but not across the strong edges of the picture."""
    wide = max(2, round(side * 0.09))
    calm = cv2.ximgproc.guidedFilter(small, field, wide, 255**2 * 0.006)
    return _blurred(np.asarray(calm, np.float32), side * 0.014)


def _grain(grey: Field, side: int) -> Field:
    """Light and dark in fine and middle sizes, around 0.5, without their general level."""
    band = _blurred(grey, side * 0.006) - _blurred(grey, side * 0.035)
    return np.asarray(0.5 + 0.5 * np.tanh(band * 5), np.float32)


def _blurred(field: Field, sigma: float) -> Field:
    return np.asarray(cv2.GaussianBlur(field, (0, 0), max(0.3, sigma)), np.float32)


def _stretched(field: Field) -> Field:
    """From 0 to 1, with a little at both ends cut off; nothing where nothing differs."""
    low, high = np.percentile(field, (1, 99))
    if high - low < 1e-4:
        return np.zeros_like(field)
    return np.asarray(np.clip((field - low) / (high - low), 0, 1), np.float32)
