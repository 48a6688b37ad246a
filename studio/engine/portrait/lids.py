"""Blinks: the skin between brow and lashes is drawn down over the eye, the eye itself pressed thin.

Only where both eyes are certain. A lid that misses its eye by a tenth of its height looks broken.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.portrait.face import Face

FINDERS = ("haarcascade_eye.xml", "haarcascade_eye_tree_eyeglasses.xml")
LOOKED = 320
"""Pixels to which the face is brought before its eyes are looked for."""
APART = (0.3, 0.62)
"""Sizes of the face between the two eyes."""
AGREE = 0.04
"""Sizes of the face by which the two finders may differ."""
LEAST = 60
"""Pixels of the video from brow to chin: in a smaller face an eye has three rows."""
# Heights from the middle of the eye, in sizes of the face: where the skin begins to follow, the
# line of the lashes when open and when closed, where the lower lid begins.
ABOVE, OPEN, CLOSED, BELOW = -0.104, -0.044, 0.041, 0.056
HALF = 0.125
"""Half the width of what moves."""
SWAY = 0.12
"""How far, in sizes of the face, an eye may be from its place at rest."""


class Eye(NamedTuple):
    x: float
    y: float

    def scaled(self, by: float) -> Eye:
        return Eye(self.x * by, self.y * by)


@lru_cache(maxsize=2)
def _finder(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))


def eyes(pixels: NDArray[np.uint8], face: Face) -> list[Eye]:
    """Both eyes of a face (pixels of the picture, sRGB), or none: two finders that learned from
    different pictures have to agree on two eyes that stand as eyes do."""
    top, bottom = max(0, round(face.brow)), round(face.brow + 0.62 * face.size)
    left, right = max(0, round(face.x - face.size / 2)), round(face.x + face.size / 2)
    part = pixels[top:bottom, left:right]
    if min(part.shape[:2]) < 12:
        return []
    by = LOOKED / face.size
    large = cv2.resize(part, None, fx=by, fy=by, interpolation=cv2.INTER_CUBIC)
    grey = np.asarray(cv2.equalizeHist(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY)), np.uint8)
    first, second = (_pair(grey, name) for name in FINDERS)
    if not (first and second):
        return []
    both = list(zip(first, second, strict=True))
    if max(max(abs(p.x - q.x), abs(p.y - q.y)) for p, q in both) > AGREE * LOOKED:
        return []
    return [Eye(left + (p.x + q.x) / 2 / by, top + (p.y + q.y) / 2 / by) for p, q in both]


def _pair(grey: NDArray[np.uint8], name: str) -> tuple[Eye, Eye] | None:
    found = _finder(name).detectMultiScale(grey, 1.05, 6, minSize=(40, 40), maxSize=(130, 130))
    if len(found) != 2:
        return None
    one, other = sorted(Eye(float(x + w / 2), float(y + h / 2)) for x, y, w, h in found)
    across, down = (other.x - one.x) / LOOKED, abs(other.y - one.y) / LOOKED
    return (one, other) if APART[0] <= across <= APART[1] and down < 0.12 else None


class Lid:
    """One eyelid, in pixels of a video."""

    def __init__(self, eye: Eye, size: float) -> None:
        reach = round((HALF + 0.02) * size)
        self.left, self.top = round(eye.x) - reach, round(eye.y) - reach
        middle = (np.arange(2 * reach) + 0.5) / size
        down = (middle + (self.top - eye.y) / size).astype(np.float32)
        across = (middle + (self.left - eye.x) / size) / HALF
        fall = np.interp(down, (ABOVE, CLOSED, BELOW), (0, CLOSED - OPEN, 0)) * size
        wide = np.clip(1 - across**2, 0, 1) ** 0.7
        self.field = cv2.GaussianBlur(
            np.outer(fall, wide).astype(np.float32), (0, 0), max(0.5, 0.006 * size)
        )
        margin = round(SWAY * size)
        self.box = (
            self.left - margin,
            self.top - margin,
            self.left + 2 * reach + margin,
            self.top + 2 * reach + margin,
        )

    def fall(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        """By how many pixels the closed lid has drawn the places down (x, y: pixels of the video
        at rest, 0.5 being the middle of the first)."""
        left, top = np.float32(self.left + 0.5), np.float32(self.top + 0.5)
        found = cv2.remap(self.field, x - left, y - top, cv2.INTER_LINEAR)
        return np.asarray(found, np.float32)
