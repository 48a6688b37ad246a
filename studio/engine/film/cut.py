"""Which packets of a film may be copied as they are: arithmetic on their times alone.

Packets lie in decoding order, frames are shown in another. A *boundary* is a place in the file
before which everything is shown earlier than everything behind it: there the number of packets is
also the number of frames, and no packet before needs one behind. Copying may end at every boundary
and begin at one where a key frame follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.int64]
JITTER = Fraction(1, 1000)
"""Seconds: what times in whole milliseconds are off by."""


@dataclass(frozen=True)
class Index:
    """Times in ticks and key frames of all packets, in decoding order."""

    pts: Ticks
    keys: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.pts)

    @cached_property
    def shown(self) -> Ticks:
        """The times in the order of showing."""
        return np.sort(self.pts)

    @cached_property
    def boundaries(self) -> NDArray[np.bool_]:
        """For each place 0…n, whether it is a boundary."""
        found = np.ones(len(self) + 1, bool)
        if len(self):
            so_far = np.maximum.accumulate(self.pts)
            still = np.minimum.accumulate(self.pts[::-1])[::-1]
            found[1:-1] = so_far[:-1] < still[1:]
        return found

    @cached_property
    def depth(self) -> int:
        """How many frames later than decoded a frame may be shown."""
        places = np.searchsorted(self.shown, self.pts)
        return int(max(0, (np.arange(len(self)) - places).max(initial=0)))

    def copied(self, first: int, last: int) -> tuple[int, int] | None:
        """The longest run of packets that shows frames of first…last-1 only; None when there is
        none. What is before and behind it in that range has to be drawn anew."""
        ends = np.flatnonzero(self.boundaries[first : last + 1]) + first
        starts = [at for at in ends if at < last and self.keys[at]]
        if not starts or ends[-1] <= starts[0]:
            return None
        return int(starts[0]), int(ends[-1])


def steady_rate(shown: Ticks, base: Fraction, told: Fraction | None) -> Fraction | None:
    """The frame rate `told`, if every frame stands where it says; else None."""
    if not told or len(shown) < 2:
        return told or None
    ideal = shown[0] + np.arange(len(shown)) * float(1 / (told * base))
    off = np.abs(shown - ideal).max() * float(base)
    return told if off <= max(float(JITTER), float(base)) else None


def times_of_decoding(shown: Ticks, depth: int) -> Ticks:
    """When the packet at each place is due, for frames that are shown at these times and at most
    `depth` places later than decoded: rising, and never after its own frame."""
    step = int(shown[1] - shown[0]) if len(shown) > 1 else 1
    early = shown[0] + step * np.arange(-depth, 0, dtype=np.int64)
    return np.concatenate([early, shown])[: len(shown)]


def overlaps(lengths: list[int], fade: int, join: str) -> list[tuple[int, int]]:
    """(frames at the beginning, frames at the end) of each clip that belong to a transition."""
    end = len(lengths) - 1
    inner = {"cut": (0, 0), "crossfade": (fade, fade), "black": (fade - fade // 2, fade // 2)}[join]
    return [(inner[0] if at else 0, inner[1] if at < end else 0) for at, _ in enumerate(lengths)]


def starts(lengths: list[int], fade: int, join: str) -> list[int]:
    """The frame of the joined film at which each clip begins, and at last its length."""
    lost = fade if join == "crossfade" else 0
    found = [0]
    for at, length in enumerate(lengths):
        found.append(found[-1] + length - (lost if at < len(lengths) - 1 else 0))
    return found
