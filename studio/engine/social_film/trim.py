"""Which part of a video is kept where it may not be as long as it is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np

from studio.engine import EngineError
from studio.engine.encode import SAMPLE_RATE
from studio.engine.film.clip import Clip
from studio.engine.film.cut import JITTER
from studio.engine.film.frames import Feed


@dataclass(frozen=True)
class Part:
    """`length` frames at `rate`, which begin `start` seconds after the video does."""

    start: Fraction
    length: int
    rate: Fraction

    @property
    def seconds(self) -> Fraction:
        return self.length / self.rate

    @property
    def samples(self) -> int:
        """Samples of sound that are not longer than the picture."""
        return floor(self.seconds * SAMPLE_RATE)

    def feed(self, clip: Clip) -> Feed:
        return Feed(clip, self.rate, start=self.start)

    def of(self, clip: Clip) -> tuple[int, int]:
        """The frames of the clip that are seen, from the first to before the last."""
        first = clip.frame_at(self.start + 2 * JITTER) - 1
        last = clip.frame_at(self.start + self.seconds)
        first = min(max(0, first), len(clip.index) - 1)
        return first, min(max(first + 1, last), len(clip.index))


FASTEST = Fraction(60)
QUICK = 10
"""Of a hundred gaps between frames, those that say how fast the fast parts are."""
STEADY = 1.2


def rate_of(clip: Clip) -> Fraction:
    """Frames a second of the file: where the clip has no steady rate, that of its fast parts, so
    that no frame of them is lost."""
    gaps = np.diff(np.asarray(clip.index.shown, np.int64))
    if len(gaps) < 2:
        return clip.fps
    quick = float(np.percentile(gaps, QUICK)) * float(clip.base)
    if quick <= 0 or 1 / quick < STEADY * float(clip.fps):
        return clip.fps
    return min(FASTEST, Fraction(1 / quick).limit_denominator(1001))


def part_of(clip: Clip, seconds: float | None, trim: str) -> Part:
    """The most that is taken, in whole frames: never a fraction of a frame too long. All of it
    where it is short enough."""
    rate = rate_of(clip)
    total = Feed(clip, rate).length
    length = total if seconds is None else min(total, floor(Fraction(str(seconds)) * rate))
    if length < 1:
        raise EngineError(
            f"At most {seconds:g} s is shorter than one frame of {clip.name.lower()}, which takes "
            f"{float(1 / rate):.3f} s. Allow more."
        )
    spare = total - length
    begin = {"beginning": 0, "middle": spare // 2, "end": spare}[trim]
    return Part(begin / rate, length, rate)
