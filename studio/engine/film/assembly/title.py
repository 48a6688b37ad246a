"""The card at the beginning of a film: its title over what is seen first, dark and out of focus."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import cv2
import numpy as np
from av.video.frame import VideoFrame

from studio.engine.card import LIGHT_INK, blended
from studio.engine.film.assembly.scenes import Black
from studio.engine.film.draw import BLACK, PIXELS, blank, blend, out_of_focus, planes
from studio.engine.lettering import SHARP, Word, paragraphs, placed, within
from studio.engine.picture import FROM_RGB, Plane, as_plane

ROOM = (0.76, 0.5)  # shares of the frame that the words may take
LARGEST, READABLE = 0.115, 0.035  # of the shorter side
LIGHT, COLOR = 0.36, 0.6  # what the darkness leaves of both
GRAIN = 0.8  # hides the steps between close greys
COMING = Fraction(7, 10)  # seconds in which the words appear
PLAIN = (24, 22, 26)


class Title(Black):
    """`behind` gives the first picture of the film, or None for a plain ground."""

    def __init__(
        self,
        text: str,
        size: tuple[int, int],
        rate: Fraction,
        length: int,
        behind: Callable[[], VideoFrame | None],
    ) -> None:
        super().__init__(size, length)
        self.text, self.behind = text, behind
        self.coming = max(1, round(min(COMING, length / rate / 3) * rate))
        self.both: tuple[VideoFrame, VideoFrame] | None = None

    def frames(self, first: int, last: int) -> Iterator[VideoFrame]:
        if first < last and self.both is None:
            dark = ground(self.behind(), self.size)
            self.both = dark, lettered(dark, self.text, self.size)
        for number in range(first, last):
            assert self.both is not None
            share = min(1.0, number / self.coming)
            yield self.both[1] if share >= 1 else blend(*self.both, share**2 * (3 - 2 * share))

    def close(self) -> None:
        self.both = None


def ground(picture: VideoFrame | None, size: tuple[int, int]) -> VideoFrame:
    made = blank(size)
    grain = np.random.default_rng(0).normal(0, GRAIN, (size[1], size[0]))
    if picture is None:
        for plane, value in zip(planes(made), _as_video(PLAIN), strict=True):
            plane[:] = round(value)
        return made
    for number, (seen, into) in enumerate(zip(planes(picture), planes(made), strict=True)):
        out_of_focus(seen, into)
        kept, zero = (LIGHT, BLACK[0]) if number == 0 else (COLOR, BLACK[1])
        dark = zero + kept * (into.astype(np.float32) - zero)
        into[:] = np.clip(np.rint(dark + grain if number == 0 else dark), 16, 240)
    return made


def lettered(under: VideoFrame, text: str, size: tuple[int, int]) -> VideoFrame:
    width, height = size
    shorter = min(size)
    room = (ROOM[0] * width, ROOM[1] * height)
    lines = within(paragraphs(text), room, LARGEST * shorter, max(8.0, READABLE * shorter))
    mask = np.zeros((height, width), np.uint8)
    for word in placed(lines, width, height):
        _stamp(mask, word)
    made = VideoFrame(width, height, PIXELS)
    small = as_plane(cv2.resize(mask, (width // 2, height // 2), interpolation=cv2.INTER_AREA))
    inks = zip((mask, small, small), _as_video(LIGHT_INK), strict=True)
    for plane, into, (ink, color) in zip(planes(under), planes(made), inks, strict=True):
        into[:] = blended(plane, ink, color)
    return made


def _stamp(mask: Plane, word: Word) -> None:
    """Lay a word onto the mask, to a fraction of a pixel."""
    left, top = max(0, int(word.x)), max(0, int(word.y))
    right = min(mask.shape[1], int(word.x + word.mask.shape[1] / SHARP) + 2)
    bottom = min(mask.shape[0], int(word.y + word.mask.shape[0] / SHARP) + 2)
    move = np.array([[1 / SHARP, 0, word.x - left], [0, 1 / SHARP, word.y - top]])
    seen = cv2.warpAffine(word.mask, move, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    part = mask[top:bottom, left:right]
    np.maximum(part, as_plane(seen), out=part)


def _as_video(color: tuple[int, int, int]) -> list[float]:
    return [float(v) for v in FROM_RGB @ np.array(color) + BLACK]
