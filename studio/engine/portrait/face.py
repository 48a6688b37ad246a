"""Where the parts of a face are that can be moved."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError
from studio.engine.picture import FROM_RGB, Picture
from studio.engine.stills import regard

SMALLEST = 24
"""Pixels of the picture from brow to chin: a smaller face has no mouth to be seen."""
LOOKED = 1600
"""Pixels of the longer side in which the face is looked for."""
TO_RGB = np.linalg.inv(FROM_RGB)
NO_FACE = (
    "No face was found in the picture, so nothing tells where the mouth is. Paint a mask over the "
    "head, from the hair to the chin, or choose a picture in which the face is seen from the front."
)


class Face(NamedTuple):
    """In pixels of what was looked at. `size` is the width of the face and its height from brow to
    chin; `mouth` is how far down the lips part, `x` the middle of the face."""

    x: float
    brow: float
    size: float
    mouth: float

    @property
    def chin(self) -> float:
        return self.brow + 1.15 * self.size

    def scaled(self, by: float) -> Face:
        return Face(*(value * by for value in self))


def as_rgb(picture: Picture, most: int) -> tuple[NDArray[np.uint8], float]:
    """The picture (height x width x 3, sRGB) with its longer side `most` at most, and how much
    smaller it became."""
    by = min(1.0, most / max(picture.width, picture.height))
    size = (max(1, round(picture.width * by)), max(1, round(picture.height * by)))
    planes = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in picture[:3])
    yuv = np.dstack(list(planes)).astype(np.float32) - np.array([16, 128, 128], np.float32)
    return np.clip(np.rint(yuv @ TO_RGB.T.astype(np.float32)), 0, 255).astype(np.uint8), by


def find(pixels: NDArray[np.uint8], by: float, mask: NDArray[np.float32] | None) -> Face:
    """The face to move in a picture that is `by` times the size of the original.

    mask: of the shape of the picture in any size, 0 to 1; the largest face in its light part is
    taken, and where there is none, the light part is the head. Raises EngineError without a face.
    """
    heads = regard.faces(pixels)
    if mask is not None:
        small = cv2.resize(mask, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_AREA)
        light = np.asarray(small, np.float32)
        heads = [head for head in heads if _marked(head, light)]
        found = within(heads[0]) if heads else _from_mask(light)
    elif heads:
        found = within(heads[0])
    else:
        raise EngineError(NO_FACE)
    if found.size < SMALLEST * by:
        raise EngineError(
            f"The face is {found.size / by:.0f} px high; {SMALLEST} px is the least. "
            "Crop the picture around it, or choose a larger one."
        )
    return found._replace(mouth=_parting(pixels, found))


def _marked(head: regard.Face, mask: NDArray[np.float32]) -> bool:
    height, width = mask.shape
    x = min(width - 1, int((head.left + head.right) / 2))
    y = min(height - 1, int((head.top + head.bottom) / 2))
    return bool(mask[y, x] > 0.5)


def within(head: regard.Face) -> Face:
    """From a head, which regard.faces makes of brow to chin by adding hair, chin and ears. What
    reached over the edge of the picture was cut: the larger side is the right one."""
    size = max((head.right - head.left) / 1.1, (head.bottom - head.top) / 1.5)
    brow = head.bottom - 1.1 * size
    return Face((head.left + head.right) / 2, brow, size, brow + MOUTH * size)


MOUTH = 0.8


def _from_mask(mask: NDArray[np.float32]) -> Face:
    rows, columns = np.nonzero(mask > 0.5)
    if not len(rows):
        raise EngineError("The mask marks nothing. Paint over the head in white.")
    top, bottom = float(rows.min()), float(rows.max() + 1)
    left, right = float(columns.min()), float(columns.max() + 1)
    size = min((right - left) / 1.1, (bottom - top) / 1.5)
    brow = bottom - 1.1 * size
    return Face((left + right) / 2, brow, size, brow + MOUTH * size)


def _parting(pixels: NDArray[np.uint8], face: Face) -> float:
    """The row above the lower lip: of the red bands in the lower face, the lowest that is clear.

    Lips are redder than skin and teeth; a mouth that shows teeth has two red bands, a closed one
    has a single band with a dark line in it.
    """
    half, size = 0.13 * face.size, face.size
    top, bottom = round(face.brow + 0.64 * size), round(face.brow + 0.98 * size)
    left, right = round(face.x - half), round(face.x + half) + 1
    part = pixels[max(0, top) : bottom, max(0, left) : right]
    if min(part.shape[:2]) < 4:
        return face.mouth
    lab = cv2.cvtColor(part, cv2.COLOR_RGB2Lab).astype(np.float32)
    sigma = max(0.8, 0.012 * size)
    rows = cv2.GaussianBlur(lab.mean(axis=1, keepdims=True), (0, 0), sigma)[:, 0]
    return max(0, top) + _above_lower_lip(rows[:, 1], rows[:, 0], size)


def _above_lower_lip(red: NDArray[np.float32], light: NDArray[np.float32], size: float) -> float:
    usual = (MOUTH - 0.64) * size
    rise = red - np.median(red)
    if rise.max() < 3:  # of 255: no lips can be told from the skin
        return usual
    bands = [
        row
        for row in range(1, len(red) - 1)
        if rise[row] >= 0.5 * rise.max() and red[row] >= red[row - 1] and red[row] > red[row + 1]
    ]
    if not bands:
        return usual
    lower = bands[-1]
    if len(bands) > 1:
        between = red[bands[0] : lower]
        steep = np.diff(red[bands[0] + int(between.argmin()) : lower + 1])
        return float(bands[0] + int(between.argmin()) + (int(steep.argmax()) if len(steep) else 0))
    reach = max(2, round(0.08 * size))
    first = max(0, lower - reach)
    return float(first + int(light[first : lower + 1].argmin()))
