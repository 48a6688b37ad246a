"""What lies over the pictures of a film: words at the bottom, black at both ends."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import cv2
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw

from studio.engine import EngineError
from studio.engine.film.assembly.captions import LETTERS, Cue
from studio.engine.film.assembly.scenes import copy
from studio.engine.film.draw import BLACK, Plane, blank, blend, planes
from studio.engine.lettering import font, unknown

SIZE = 0.052  # of the shorter side
SMALLEST = 9
LEADING = 1.22
SIDES, BOTTOM = 0.06, 0.07  # shares of the frame that stay free
OUTLINE, SHADOW = 0.055, 0.16  # in sizes of the letters
SHADE = 0.55
INK = 235
WIDTH = 0.56  # of a letter on the average, in sizes


class Fades:
    """From black over the first `rise` frames, to black over the last `fall` of `length`."""

    def __init__(self, size: tuple[int, int], length: int, rise: int, fall: int) -> None:
        self.dark, self.length = blank(size), length
        self.rise, self.fall = min(rise, length), min(fall, length)

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        both = (0, self.rise), (self.length - self.fall, self.length)
        return [place for place in both if place[0] < place[1]]

    def over(self, frame: VideoFrame, number: int) -> VideoFrame:
        """The first and the last frame are black."""
        since, left = number, self.length - 1 - number
        light = min(
            since / self.rise if since < self.rise else 1.0,
            left / self.fall if left < self.fall else 1.0,
        )
        return frame if light >= 1 else blend(self.dark, frame, light)


def letters(size: tuple[int, int]) -> int:
    """How many go into a line of subtitles in a frame of that size."""
    room = (1 - 2 * SIDES) * size[0]
    return max(12, min(LETTERS, int(room / (WIDTH * letter_size(size)))))


def letter_size(size: tuple[int, int]) -> float:
    return max(float(SMALLEST), SIZE * min(size))


def check_words(name: str, text: str) -> None:
    """Raise EngineError for letters that the font lacks."""
    if missing := unknown("".join(text.split())):
        raise EngineError(
            f"The words of {name} have {', '.join(f'“{c}”' for c in missing[:6])}, which cannot be "
            "drawn into the picture: the font has the Latin, Greek and Cyrillic alphabets. Choose "
            "subtitles as a track, or leave such characters out."
        )


class _Plate(NamedTuple):
    """For each plane: where it begins, how much stays of what is there, and what is added."""

    parts: Sequence[tuple[int, int, Plane, Plane]]


class Burned:
    """Cues drawn into the frames of a film, one after the other."""

    def __init__(self, cues: Sequence[Cue], size: tuple[int, int], rate: Fraction) -> None:
        self.cues, self.size = cues, size
        edges = [(math.ceil(cue.begin * rate), math.ceil(cue.end * rate)) for cue in cues]
        self.places = [(first, last) for first, last in edges if first < last]
        self.cues = [cue for cue, (a, b) in zip(cues, edges, strict=True) if a < b]
        self.firsts = [first for first, _ in self.places]
        self.at, self.plate = -1, _Plate(())

    def over(self, frame: VideoFrame, number: int) -> VideoFrame:
        at = bisect_right(self.firsts, number) - 1
        if at < 0 or number >= self.places[at][1]:
            return frame
        if at != self.at:
            self.at, self.plate = at, plate(self.cues[at].lines, self.size)
        made = copy(frame)
        for whole, (x, y, stays, added) in zip(planes(made), self.plate.parts, strict=True):
            part = whole[y : y + stays.shape[0], x : x + stays.shape[1]]
            cv2.add(cv2.multiply(part, stays, scale=1 / 255), added, dst=part)
        return made


def plate(lines: Sequence[str], size: tuple[int, int]) -> _Plate:
    """White letters with a dark edge and a soft shadow, in the middle above the bottom."""
    shade, ink, (left, top) = _masks(lines, size)
    dark = 1 - shade
    stays = dark * (1 - ink)
    half = (stays.shape[1] // 2, stays.shape[0] // 2)
    small = np.asarray(cv2.resize(stays, half, interpolation=cv2.INTER_AREA), np.float32)
    luma = BLACK[0] * shade * (1 - ink) + INK * ink
    chroma = _bytes(128 * (1 - small))
    soft = (left // 2, top // 2, _bytes(255 * small), chroma)
    return _Plate([(left, top, _bytes(255 * stays), _bytes(luma)), soft, soft])


def _bytes(values: Any) -> Plane:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _masks(lines: Sequence[str], size: tuple[int, int]) -> tuple[Any, Any, tuple[int, int]]:
    """How dark and how light each pixel becomes (0…1), and where the masks begin; all even."""
    width, height = size
    letter = letter_size(size)
    widest = max(font(letter).getlength(line) for line in lines)
    letter = max(4.0, letter * min(1.0, (1 - 2 * SIDES) * width / widest))
    face, edge = font(letter), max(1, round(OUTLINE * letter))
    spread = SHADOW * letter
    margin = 2 * round(edge / 2 + 1.5 * spread + 1)
    widest = max(face.getlength(line) for line in lines)
    wide = min(width, 2 * math.ceil(widest / 2) + 2 * margin) // 2 * 2
    high = min(height, 2 * math.ceil(letter * LEADING * len(lines) / 2) + 2 * margin) // 2 * 2
    seen = [Image.new("L", (wide, high)) for _ in range(2)]
    for row, line in enumerate(lines):
        x, base = wide / 2, margin + letter * (row * LEADING + 0.95)
        for image, stroke in zip(seen, (edge, 0), strict=True):
            ImageDraw.Draw(image).text((x, base), line, 255, face, "ms", stroke_width=stroke)
    outline, ink = (np.asarray(image, np.float32) / 255 for image in seen)
    shadow = cv2.GaussianBlur(cv2.dilate(outline, np.ones((3, 3), np.uint8)), (0, 0), spread)
    shade = np.maximum(outline, SHADE * np.minimum(1.6 * np.asarray(shadow, np.float32), 1))
    left = (width - wide) // 4 * 2
    top = max(0, int(height * (1 - BOTTOM) - high + margin) // 2 * 2)
    return shade, ink, (left, min(top, height - high) // 2 * 2)
