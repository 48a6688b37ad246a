"""The pictures of one cut at the rate and the size of the film."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame

from studio.engine import EngineError, path
from studio.engine.camera import Camera
from studio.engine.film.assembly.wish import EASING, words_of
from studio.engine.film.clip import Clip, Colors
from studio.engine.film.draw import PIXELS, Fit, blank, even, out_of_focus, paste, planes
from studio.engine.film.frames import Feed
from studio.engine.film.reel import Run
from studio.engine.picture import Picture, load
from studio.engine.pyramid import Pyramid

FILLING = 1.6
"""How far a picture's shape may be from the frame's to fill it; else too much of it were lost."""

STRENGTH = 30.0
"""Of a motion that does not say."""

Told = Callable[[str], None]


class Black:
    """Nothing to be seen."""

    def __init__(self, size: tuple[int, int], length: int) -> None:
        self.size, self.length = size, length

    def frames(self, first: int, last: int) -> Iterator[VideoFrame]:
        return (blank(self.size) for _ in range(first, last))

    def copied(self, first: int, last: int) -> Run | None:
        return None

    def close(self) -> None:
        pass


class Moving:
    """A video from one of its frames on; behind its end the last frame is held.

    copying: whether its packets can stand in the film. told: hears of damage, and the last good
    frame is held; None lets the error through.
    """

    def __init__(
        self,
        clip: Clip,
        skipped: int,
        rate: Fraction,
        length: int,
        fit: Fit,
        *,
        copying: bool = False,
        told: Told | None = None,
    ) -> None:
        self.clip, self.skipped, self.length, self.fit = clip, skipped, length, fit
        # The nearest frame: seen half a frame too early or too late at most.
        self.feed = Feed(clip, rate, start=clip.time(skipped), early=1 / (2 * rate))
        self.copying, self.told = copying, told
        self.broken: VideoFrame | None = None

    def frames(self, first: int, last: int) -> Iterator[VideoFrame]:
        at, held = first, self.broken
        try:
            for frame in self._taken(first, last) if held is None else ():
                at, held = at + 1, frame
                yield frame
        except EngineError as error:
            if self.told is None:
                raise
            self.told(f"{error} Its last good picture is held instead.")
            self.feed.close()
            self.broken = held = held or blank(self.fit.size)
        for _ in range(at, last):
            assert held is not None
            yield held

    def _taken(self, first: int, last: int) -> Iterator[VideoFrame]:
        """Frames that there are, and at least the last of them."""
        if first == last:
            return
        end = self.feed.length
        first = min(first, end - 1)
        yield from map(self.fit, self.feed.take(first, max(min(last, end), first + 1)))

    def copied(self, first: int, last: int) -> Run | None:
        low, high = first + self.skipped, min(last + self.skipped, len(self.clip.index))
        if not self.copying or low >= high:
            return None
        found = self.clip.index.copied(low, high)
        return Run(self.clip, *found, found[0] - self.skipped) if found else None

    def close(self) -> None:
        self.feed.close()


class Still(Black):
    """A picture, with a camera moving slowly over it or not.

    It fills the frame, unless its shape is so different that it is shown whole on a ground."""

    def __init__(
        self,
        source: Path,
        size: tuple[int, int],
        length: int,
        motion: Mapping[str, Any] | None,
        ground: str,
    ) -> None:
        super().__init__(size, length)
        self.source, self.motion, self.ground = source, motion, ground
        self.drawing: _Drawing | None = None

    def frames(self, first: int, last: int) -> Iterator[VideoFrame]:
        if first < last and self.drawing is None:
            self.drawing = _Drawing(load(self.source), self.size, self.views, self.ground)
        for number in range(first, last):
            assert self.drawing is not None
            yield self.drawing.frame(number)

    def views(self, source: tuple[int, int], size: tuple[int, int]) -> list[path.View]:
        """What the camera sees in each frame; one view for all where it stands still."""
        motion = self.motion
        wanted = motion or {"type": "zoom", "direction": "in"}
        count = self.length if motion else 1
        kind, direction = words_of(wanted)
        power = wanted.get("strength")
        strength = min(max(float(STRENGTH if power is None else power), 0.0), 100.0)
        easing, focus = wanted.get("easing") or EASING, wanted.get("focus") or (0.5, 0.5)
        return [
            path.view(
                kind, direction, strength, easing, source, size, focus, at / max(count - 1, 1)
            )
            for at in range(count)
        ]

    def close(self) -> None:
        self.drawing = None


Views = Callable[[tuple[int, int], tuple[int, int]], list[path.View]]


class _Drawing:
    """Draws one picture; holds it in memory."""

    def __init__(self, picture: Picture, size: tuple[int, int], views: Views, ground: str) -> None:
        seen = (picture.width, picture.height)
        scales = [out / had for out, had in zip(size, seen, strict=True)]
        self.size, self.inner = size, size
        if max(scales) / min(scales) > FILLING:
            least = min(scales)
            self.inner = min(even(seen[0] * least), size[0]), min(even(seen[1] * least), size[1])
        self.views = views(seen, self.inner)
        self.pyramid = Pyramid(picture, self.views, self.inner, 2, 2)
        self.camera = Camera(self.inner)
        width, height = self.inner
        self.chroma = np.empty((height // 2, width // 2, 2), np.uint8)
        self.under = self._under(picture, ground) if self.inner != size else None
        self.only = self._drawn(self.views[0]) if len(self.views) == 1 else None

    def frame(self, number: int) -> VideoFrame:
        return self.only or self._drawn(self.views[number])

    def _drawn(self, view: path.View) -> VideoFrame:
        made = VideoFrame(*self.inner, PIXELS)
        (luma, cb, cr), (fine, coarse) = planes(made), self.pyramid.layers(view)
        self.camera.draw(fine, view, luma, 1, 1, left=True)
        self.camera.draw(coarse, view, self.chroma, 2, 2, left=True)
        cb[:], cr[:] = self.chroma[..., 0], self.chroma[..., 1]
        if self.under is None:
            return made
        whole = copy(self.under)
        paste(made, whole)
        return whole

    def _under(self, picture: Picture, ground: str) -> VideoFrame:
        made = blank(self.size)
        if ground == "blur":
            for plane, into in zip(picture[:3], planes(made), strict=True):
                out_of_focus(cover(plane, into.shape), into)
        return made


def cover(plane: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """The middle of a plane that has the proportions of `shape`, no larger than that shape."""
    high, wide = plane.shape[:2]
    scale = min(high / shape[0], wide / shape[1])
    rows, columns = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    top, left = (high - rows) // 2, (wide - columns) // 2
    part = plane[top : top + rows, left : left + columns]
    if scale <= 1:
        return part
    return np.asarray(cv2.resize(part, shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)


def copy(frame: VideoFrame) -> VideoFrame:
    made = VideoFrame(frame.width, frame.height, PIXELS)
    for plane, into in zip(planes(frame), planes(made), strict=True):
        into[:] = plane
    return made


def fitted(clip: Clip, size: tuple[int, int], ground: str) -> Fit:
    return Fit(clip, size, ground=ground, colors=Colors())
