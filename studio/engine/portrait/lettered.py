"""What may be laid over a portrait: the words that are spoken, and the sound as a moving strip."""

from __future__ import annotations

import re
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import lettering
from studio.engine.picture import Plane
from studio.engine.portrait.voice import Curve, Voice

SIZE, WIDE, LEAST = 0.052, 0.88, 14
"""Of a caption: letters by the shorter side, its line by the width, and pixels at the least."""
LOW = 0.05
"""Of the height: how far captions stay off the lower edge, or off the strip."""
STRIP = 0.11
"""Of the height."""
INK, GREY = 232, 128
"""Luma of letters and bars; the colors of grey."""
SHADE, STRIP_SHADE = 0.72, 0.6
"""How much of the light behind letters, or behind the strip, is taken away."""
TO_COME = 0.45
"""How light the bars of what is not yet heard are, beside the others."""
VOWELS = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýαάεέηήιίοόυύωώаеёиоуыэюяєіїў]+", re.I)


class Cue(NamedTuple):
    """One line of words, shown from the frame `first` on, until the next one."""

    first: int
    words: str


def cues(text: str, voice: Voice, width: int, height: int) -> list[Cue]:
    """The text in lines that fit the video, each shown when its first syllable is due: as many
    syllables as have been written belong to as much sound as has been heard.

    Raises EngineError for characters that the font lacks.
    """
    words = [word for line in lettering.paragraphs(text) for word in line]
    size = letters(width, height)
    lines = lettering.greedy(words, size, WIDE * width, set(words))
    counts = np.cumsum([0] + [sum(map(syllables, line)) for line in lines])
    heard = np.cumsum(voice.open + 1e-6)
    due = np.searchsorted(heard, counts[:-1] / counts[-1] * heard[-1])
    return [Cue(int(at), " ".join(line)) for at, line in zip(due, lines, strict=True)]


def letters(width: int, height: int) -> float:
    return max(LEAST, SIZE * min(width, height))


def syllables(word: str) -> int:
    """About as many as there are groups of vowels; digits are read one by one."""
    return max(1, len(VOWELS.findall(word)) + sum(c.isdigit() for c in word))


class Overlay:
    """Lays captions and the strip over frames, in order. `top` is the first row that it changes."""

    def __init__(
        self, lines: list[Cue], voice: Voice, width: int, height: int, *, strip: bool
    ) -> None:
        self.lines, self.width = lines, width
        self.strip = _Strip(voice.open, width, height) if strip else None
        bottom = self.strip.top if self.strip else height
        self.size = letters(width, height)
        self.base = bottom - LOW * height - 0.2 * self.size
        above = round(self.base - 1.5 * self.size) // 2 * 2
        self.top = max(0, above) if lines else bottom
        self.rows = bottom - self.top
        self.shown = -1
        self.ink = self.shade = np.zeros((0, 0), np.float32)

    def draw(self, luma: Plane, colors: Plane, number: int) -> None:
        """Over both planes of an NV12 frame."""
        if self.strip:
            self.strip.draw(luma, colors, number)
        if not self.lines or number < self.lines[0].first:
            return
        while self.shown + 1 < len(self.lines) and self.lines[self.shown + 1].first <= number:
            self.shown += 1
            self.ink, self.shade = self._set(self.lines[self.shown].words)
        _laid(luma, colors, self.top, self.ink, self.shade)

    def _set(self, words: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The letters of a line and the shadow around them, for the rows of the captions."""
        ink = np.zeros((self.rows, self.width), np.float32)
        line = lettering.Line([words], self.size, headline=True)
        x = (self.width - lettering.length(words, self.size)) / 2
        word = lettering.drawn(words, x, self.base - self.top, line, 0)
        left, top = max(0, round(word.x)), max(0, round(word.y))
        part = ink[top : top + word.mask.shape[0], left : left + word.mask.shape[1]]
        part[:] = word.mask[: part.shape[0], : part.shape[1]] / np.float32(255)
        wide = cv2.dilate(ink, np.ones((3, 3), np.uint8))
        soft = cv2.GaussianBlur(wide, (0, 0), 0.22 * self.size) * 2.2
        shade = np.maximum(wide, np.clip(soft, 0, 1)) * np.float32(SHADE)
        return ink, np.asarray(shade, np.float32)


def _laid(
    luma: Plane, colors: Plane, top: int, ink: NDArray[np.float32], shade: NDArray[np.float32]
) -> None:
    """Darken by `shade`, then put `ink` (both 0 to 1) over the rows from `top` on."""
    rows = ink.shape[0]
    part = luma[top : top + rows]
    dark = 16 + (part.astype(np.float32) - 16) * (1 - shade)
    part[:] = dark + (INK - dark) * ink + np.float32(0.5)
    few = colors[top // 2 : (top + rows) // 2]
    plain = np.maximum(ink, shade)
    size = (few.shape[1], few.shape[0])
    grey = cv2.resize(plain, size, interpolation=cv2.INTER_AREA)[..., None]
    few[:] = few + (GREY - few.astype(np.float32)) * grey + np.float32(0.5)


class _Strip:
    """The loudness of a few seconds around the moment, moving past a line in the middle."""

    def __init__(self, loud: Curve, width: int, height: int) -> None:
        self.high = max(8, round(STRIP * height / 2) * 2)
        self.top = height - self.high
        self.pitch = max(3, round(width / 200))
        self.half = -(-width // (2 * self.pitch))
        self.loud = np.pad(loud, self.half)
        rows = np.arange(self.high, dtype=np.float32) + 0.5
        self.away = np.abs(rows - self.high / 2)[:, None]
        places = (np.arange(width) - width // 2) // self.pitch + self.half
        self.places = np.clip(places, 0, 2 * self.half - 1)
        gap = (np.arange(width) - width // 2) % self.pitch < max(1, self.pitch // 3)
        light = np.where(np.arange(width) < width // 2 + self.pitch, 1, TO_COME)
        self.light = np.where(gap, 0, light).astype(np.float32)
        self.shade = np.full((self.high, width), STRIP_SHADE, np.float32)

    def draw(self, luma: Plane, colors: Plane, number: int) -> None:
        levels = self.loud[number : number + 2 * self.half]
        reach = (1.5 + levels * (0.42 * self.high - 1.5)).astype(np.float32)[self.places]
        ink = np.clip(reach - self.away + 0.5, 0, 1) * self.light
        _laid(luma, colors, self.top, ink, self.shade)
