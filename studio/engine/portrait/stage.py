"""Draws the frames of a portrait: what moves is warped, all else is drawn once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.encode import BT709, LIMITED
from studio.engine.picture import Picture, Plane, plane
from studio.engine.portrait.fields import CELL, Box, Fields
from studio.engine.portrait.lids import Lid

FINER = 1.5137
"""How much finer the samples are than the video, where the picture has so much: sampled at its own
fineness a picture would be sharp where it lies on whole pixels and soft in between, by turns."""


LINEAR = cv2.INTER_LINEAR

Map = NDArray[np.float32]


class Stage:
    """One picture of width x height, whose `fields` are moved by a few numbers a frame."""

    def __init__(
        self, picture: Picture, width: int, height: int, fields: Fields, lids: Sequence[Lid] = ()
    ) -> None:
        self.frame = av.VideoFrame(width, height, "nv12")
        self.frame.colorspace, self.frame.color_range = BT709, LIMITED
        self.fields, self.lids = fields, lids
        fine = max(1.0, min(FINER, picture.width / width, picture.height / height))
        size = (math.ceil(width * fine), math.ceil(height * fine))
        self.scale = np.array([size[0] / width, size[1] / height], np.float32)
        self.samples = _samples(picture, size)
        whole = Box(0, 0, -(-width // CELL) * CELL, -(-height // CELL) * CELL)
        self._warp(whole, self._rest(whole))
        self.still = [plane(self.frame, index).copy() for index in range(2)]
        self.rest = self._rest(fields.box)

    def _rest(self, box: Box) -> NDArray[np.float32]:
        """Where the knots of a box lie, in pixels of the video."""
        across = np.arange(box.left // CELL - 1, box.right // CELL + 1)
        down = np.arange(box.top // CELL - 1, box.bottom // CELL + 1)
        x, y = ((knots + 0.5) * CELL for knots in (across, down))
        return np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32)

    def restore(self, top: int) -> None:
        """The rows from `top` on as they were before anything was laid over them."""
        for index, still in enumerate(self.still):
            first = top >> index
            plane(self.frame, index)[first:] = still[first:]

    def draw(self, amounts: NDArray[np.float32], shut: float = 0) -> None:
        """The frame with each of the fields moved by so much, the eyes `shut` 0 to 1."""
        shift = np.tensordot(amounts, self.fields.stack, axes=1)
        self._warp(self.fields.box, self.rest - shift, shut)

    def _warp(self, box: Box, knots: NDArray[np.float32], shut: float = 0) -> None:
        """Fill a box of the frame with what lies at the knots, and evenly between them."""
        if box.right <= box.left:
            return
        at = knots * self.scale
        for index, step in ((0, 1), (1, 2)):
            target = plane(self.frame, index)
            top, left = box.top // step, box.left // step
            part = target[top : box.bottom // step, left : box.right // step]
            # NV12's colours lie on the left one of each two pixels.
            where = at - [0.5, 0.5] if step == 1 else at / 2 - [0.25 * self.scale[0] + 0.5, 0.5]
            x, y = _between(where.astype(np.float32), CELL // step, part)
            if shut > 0:
                self._blink(x, y, box, step, shut)
            part[:] = cv2.remap(self.samples[index], x, y, LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def _blink(self, x: Map, y: Map, box: Box, step: int, shut: float) -> None:
        """Look up, for the places around each eye, what the lid has drawn there."""
        per = self.scale / step
        aside = 0.5 if step == 2 else 0.0
        for lid in self.lids:
            left, top, right, bottom = lid.box
            rows = slice(max(0, top - box.top) // step, max(0, bottom - box.top) // step)
            columns = slice(max(0, left - box.left) // step, max(0, right - box.left) // step)
            across, down = x[rows, columns], y[rows, columns]
            if down.size:
                at = (across + 0.5) / per[0] + np.float32(aside), (down + 0.5) / per[1]
                down -= np.float32(shut) * per[1] * lid.fall(*at)


def _between(knots: Map, cell: int, part: Plane) -> tuple[Map, Map]:
    """The knots' values for every pixel, across and down; the ring of knots around the box only
    helps. Two maps are looked up a fifth faster than one of pairs."""
    size = (knots.shape[1] * cell, knots.shape[0] * cell)
    rows, columns = part.shape[:2]
    across, down = (
        cv2.resize(np.ascontiguousarray(knots[..., axis]), size, interpolation=LINEAR)
        for axis in range(2)
    )
    inside = np.s_[cell : cell + rows, cell : cell + columns]
    return np.asarray(across[inside], np.float32), np.asarray(down[inside], np.float32)


def _samples(picture: Picture, size: tuple[int, int]) -> list[Plane]:
    """Luma and the two colours together, these half as fine.

    What is made smaller is averaged; what is made larger is interpolated with a cubic.
    """
    fewer = (-(-size[0] // 2), -(-size[1] // 2))
    luma = _resized(picture.luma, size)
    colours = [_resized(part, fewer) for part in (picture.cb, picture.cr)]
    return [luma, np.dstack(colours)]


def _resized(part: Plane, size: tuple[int, int]) -> Plane:
    smaller = size[0] <= part.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
