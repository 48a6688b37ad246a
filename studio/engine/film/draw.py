"""One picture from another: upright, of a size, blended, darkened. Planes of 8-bit 4:2:0."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from studio.engine.film.clip import Clip, Colors

PIXELS = "yuv420p"
FULL, LIMITED = 2, 1
WAY = "BICUBIC"
BLACK = (16, 128, 128)
SMALL = 8
"""By how much the blurred ground is smaller than the picture while it is blurred."""

Plane = NDArray[np.uint8]


def planes(frame: VideoFrame) -> list[Plane]:
    """Its three planes as arrays that share its memory."""
    found = []
    for number, plane in enumerate(frame.planes):
        width = plane.width if number == 0 else (frame.width + 1) // 2
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        found.append(rows[: plane.height, :width])
    return found


def blank(size: tuple[int, int]) -> VideoFrame:
    """A black picture."""
    frame = VideoFrame(*size, PIXELS)
    for plane, value in zip(planes(frame), BLACK, strict=True):
        plane[:] = value
    return frame


def blend(one: VideoFrame, other: VideoFrame, share: float) -> VideoFrame:
    """From `one` (share 0) to `other` (share 1), in a new picture."""
    made = VideoFrame(one.width, one.height, PIXELS)
    for a, b, into in zip(planes(one), planes(other), planes(made), strict=True):
        cv2.addWeighted(a, 1 - share, b, share, 0, dst=into)
    return made


def even(value: float) -> int:
    return max(2, 2 * round(value / 2))


def swscale(matrix: int) -> int:
    """FFmpeg's scaler has one number for both kinds of BT.601."""
    return 5 if matrix == 6 else matrix


class Fit:
    """Frames of `clip` as pictures of `size`, upright and in the same colors.

    mode: "crop" fills the size and loses edges, keeping `focus` (shares of width and height) in
    sight; "fit" shows all of it on a ground, "black" or "blur"; "stretch" bends it.
    """

    def __init__(
        self,
        clip: Clip,
        size: tuple[int, int],
        *,
        mode: str = "fit",
        ground: str = "black",
        focus: tuple[float, float] = (0.5, 0.5),
        colors: Colors | None = None,
    ) -> None:
        self.clip, self.size, self.ground = clip, size, ground
        self.scaler, self.under = VideoReformatter(), VideoReformatter()
        self.matrix = (colors or clip.colors).matrix
        self.inner, self.cut = _boxes(clip.size, size, mode, focus)
        self.plain = self.inner == size and self.cut is None

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        whole = self._scaled(self.scaler, frame, self.inner)
        if self.plain:
            return whole
        if self.cut:
            return _part(whole, self.cut, self.size)
        canvas = self._blurred(frame) if self.ground == "blur" else blank(self.size)
        paste(whole, canvas)
        return canvas

    def _scaled(
        self, scaler: VideoReformatter, frame: VideoFrame, size: tuple[int, int]
    ) -> VideoFrame:
        """Of that size, upright, in 8 bits and limited range."""
        turn = self.clip.turn
        wide = size if turn % 2 == 0 else (size[1], size[0])
        source = self.clip.colors.matrix
        said: dict[str, Any] = {}
        full = int(frame.color_range) == FULL or frame.format.is_rgb
        if self.matrix != source or full:
            said = {"src_colorspace": swscale(source), "dst_colorspace": swscale(self.matrix)}
            said |= {"src_color_range": FULL if full else LIMITED, "dst_color_range": LIMITED}
        same = (frame.width, frame.height, frame.format.name) == (*wide, PIXELS)
        if not same or said:
            frame = scaler.reformat(frame, *wide, PIXELS, interpolation=WAY, **said)
        return _turned(frame, turn) if turn else frame

    def _blurred(self, frame: VideoFrame) -> VideoFrame:
        """The picture itself, filling all of it, out of focus."""
        (width, height), seen = self.size, self.clip.size
        scale = max(width / seen[0], height / seen[1]) / SMALL
        little = even(seen[0] * scale), even(seen[1] * scale)
        small = self._scaled(self.under, frame, little)
        made = VideoFrame(width, height, PIXELS)
        for plane, into in zip(planes(small), planes(made), strict=True):
            rows, across = into.shape[0] // SMALL, into.shape[1] // SMALL
            top, left = (plane.shape[0] - rows) // 2, (plane.shape[1] - across) // 2
            part = plane[max(top, 0) : max(top, 0) + rows, max(left, 0) : max(left, 0) + across]
            soften(part, into)
        return made


def out_of_focus(plane: Plane, into: Plane) -> None:
    """A plane of the same shape as `into`, whatever its size, softly drawn there."""
    size = max(1, into.shape[1] // SMALL), max(1, into.shape[0] // SMALL)
    soften(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), into)


def soften(small: Any, into: Plane) -> None:
    """A small plane, blurred and enlarged."""
    soft = cv2.GaussianBlur(small, (0, 0), max(1.0, min(small.shape) / 24))
    cv2.resize(soft, into.shape[::-1], dst=into, interpolation=cv2.INTER_LINEAR)


def _boxes(
    seen: tuple[int, int], size: tuple[int, int], mode: str, focus: tuple[float, float]
) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """The size to which the whole picture is scaled, and for a crop where the part begins in it."""
    if mode == "stretch":
        return size, None
    ratios = [Fraction(out, had) for out, had in zip(size, seen, strict=True)]
    scale = float(max(ratios) if mode == "crop" else min(ratios))
    inner = even(seen[0] * scale), even(seen[1] * scale)
    if mode != "crop":
        return (min(inner[0], size[0]), min(inner[1], size[1])), None
    inner = max(inner[0], size[0]), max(inner[1], size[1])
    if inner == size:
        return size, None
    free = inner[0] - size[0], inner[1] - size[1]
    at = [
        min(max(int(spot * whole - out / 2), 0), room) // 2 * 2
        for spot, whole, out, room in zip(focus, inner, size, free, strict=True)
    ]
    return inner, (at[0], at[1])


def _part(frame: VideoFrame, at: tuple[int, int], size: tuple[int, int]) -> VideoFrame:
    made = VideoFrame(*size, PIXELS)
    for number, (plane, into) in enumerate(zip(planes(frame), planes(made), strict=True)):
        left, top = (at[0], at[1]) if number == 0 else (at[0] // 2, at[1] // 2)
        into[:] = plane[top : top + into.shape[0], left : left + into.shape[1]]
    return made


def paste(frame: VideoFrame, canvas: VideoFrame) -> None:
    """In the middle, on whole pairs of pixels."""
    left, top = (canvas.width - frame.width) // 4 * 2, (canvas.height - frame.height) // 4 * 2
    for number, (plane, into) in enumerate(zip(planes(frame), planes(canvas), strict=True)):
        x, y = (left, top) if number == 0 else (left // 2, top // 2)
        into[y : y + plane.shape[0], x : x + plane.shape[1]] = plane


def _turned(frame: VideoFrame, quarters: int) -> VideoFrame:
    sideways = quarters % 2
    size = (frame.height, frame.width) if sideways else (frame.width, frame.height)
    made = VideoFrame(*size, PIXELS)
    for plane, into in zip(planes(frame), planes(made), strict=True):
        into[:] = np.rot90(plane, quarters)
    return made
