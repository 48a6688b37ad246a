"""What is drawn of a frame: the part in a window that goes in fractions of a pixel, or all of it.

Resizing works on whole pixels of the source; what is left of the way is made up for afterwards by a
filter along the one side that the window goes, so that slow moves do not tremble.
"""

from __future__ import annotations

from math import ceil, floor

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from studio.engine.film.clip import Clip, Colors
from studio.engine.film.draw import PIXELS, Fit, Plane, blank, even, paste, planes
from studio.engine.social_film.path import Path
from studio.engine.social_film.wanted import Color, Wanted
from studio.engine.stills.crop import Box

MARGIN = 3
"""Pixels of the source beside the window, for filters."""
NEAR = 1 / 64
"""Fractions of a pixel that are not worth a filter."""


class Through:
    """Frames of `clip` as pictures of `size` in BT.709, seen through the window of `path`."""

    def __init__(self, clip: Clip, size: tuple[int, int], path: Path) -> None:
        self.clip, self.size, self.path = clip, size, path
        self.enlarged = max(out / had for out, had in zip(size, path.window, strict=True))
        inner = clip.size
        if self.enlarged < 1:
            inner = even(inner[0] * self.enlarged), even(inner[1] * self.enlarged)
        self.by = inner[0] / clip.size[0], inner[1] / clip.size[1]
        self.upright = Fit(clip, inner, mode="stretch", colors=Colors())

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        at = float((frame.pts or 0) * self.clip.base - self.clip.origin)
        return self.cut(frame, self.path.box(at))

    def cut(self, frame: VideoFrame, box: Box) -> VideoFrame:
        whole = self.upright(frame)
        made = VideoFrame(*self.size, PIXELS)
        for number, (plane, into) in enumerate(zip(planes(whole), planes(made), strict=True)):
            by = 0.5 if number else 1.0
            lines = [
                (box[axis] * self.by[axis] * by, box[axis + 2] * self.by[axis] * by)
                for axis in (0, 1)
            ]
            _cut(plane, into, lines, colors=number > 0)
        return made


def _cut(plane: Plane, into: Plane, lines: list[tuple[float, float]], colors: bool) -> None:
    """The part of the plane between `lines` (across, down), at the size of `into`."""
    across = _Line(plane.shape[1], *lines[0], into.shape[1], aside=colors)
    down = _Line(plane.shape[0], *lines[1], into.shape[0])
    part = plane[down.begin : down.begin + down.had, across.begin : across.begin + across.had]
    if part.shape != (down.made, across.made):
        size = across.made, down.made
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    if across.rest or down.rest:
        kernels = _taps(across.rest), _taps(down.rest)
        done = cv2.sepFilter2D(part, -1, *kernels, borderType=cv2.BORDER_REPLICATE)
        part = np.asarray(done, np.uint8)
    into[:] = part[down.skip : down.skip + into.shape[0], across.skip : across.skip + into.shape[1]]


class _Line:
    """One side: `had` pixels from `begin` become `made`; of these the result begins `skip` and
    `rest` later.

    aside: the color of H.264 lies on every second column of light, not between two (ITU-T H.264,
    figure E-1), so that its middle is a quarter of a pixel to the left.
    """

    def __init__(
        self, length: int, low: float, high: float, count: int, aside: bool = False
    ) -> None:
        scale = count / (high - low)
        self.had = min(length, ceil(high - low) + 2 * MARGIN)
        self.begin = min(max(0, floor(low) - MARGIN), length - self.had)
        self.made = max(count, round(self.had * scale))
        scale = self.made / self.had
        offset = scale * (low - self.begin) + (0.25 * (scale - 1) if aside else 0.0)
        offset = min(max(0.0, offset), float(self.made - count))
        self.skip = floor(offset)
        self.rest = offset - self.skip
        if self.rest > 1 - NEAR:
            self.skip, self.rest = self.skip + 1, 0.0
        elif self.rest < NEAR:
            self.rest = 0.0


def _taps(rest: float) -> NDArray[np.float32]:
    """Between a pixel and the next, by a cubic through four (Keys, Cubic Convolution, 1981)."""
    t = rest
    taps = (
        0.0,
        -0.5 * t + t * t - 0.5 * t**3,
        1 - 2.5 * t * t + 1.5 * t**3,
        0.5 * t + 2 * t * t - 1.5 * t**3,
        -0.5 * t * t + 0.5 * t**3,
    )
    return np.array(taps, np.float32)


class Whole:
    """Frames of `clip` shown whole, on the ground that is wanted."""

    def __init__(self, clip: Clip, wanted: Wanted) -> None:
        ground = "blur" if wanted.ground == "blur" else "black"
        self.fit = Fit(clip, wanted.size, mode="fit", ground=ground, colors=Colors())
        inner = self.fit.inner
        self.enlarged = min(made / had for made, had in zip(inner, clip.size, strict=True))
        self.canvas: VideoFrame | None = None
        if wanted.ground == "color" and not self.fit.plain:
            self.canvas = filled(wanted.size, wanted.color)
            self.inside = Fit(clip, inner, mode="stretch", colors=Colors())

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        if self.canvas is None:
            return self.fit(frame)
        made = VideoFrame(self.canvas.width, self.canvas.height, PIXELS)
        for plane, into in zip(planes(self.canvas), planes(made), strict=True):
            into[:] = plane
        paste(self.inside(frame), made)
        return made


def filled(size: tuple[int, int], color: Color) -> VideoFrame:
    """All of one color (ITU-R BT.709, limited range)."""
    red, green, blue = (value / 255 for value in color)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    blueness, redness = (blue - light) / 1.8556, (red - light) / 1.5748
    signs = 16 + 219 * light, 128 + 224 * blueness, 128 + 224 * redness
    made = blank(size)
    for plane, value in zip(planes(made), signs, strict=True):
        plane[:] = round(value)
    return made
