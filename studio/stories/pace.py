"""When each shot begins and ends: as long as was wished, and on the beat where there is one."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from studio.engine.beats import Pace

Span = tuple[float, float]

WITHIN = 0.3
SHORTEST = 0.5
# Seconds of music below which it has so many sequences.
SEQUENCES = ((60, 3), (120, 5), (180, 7), (240, 9))
MOST_SEQUENCES = 12
FEWEST_EACH, MOST_EACH = 5, 8
SHOTS_PER_SECOND = 70 / 180


def snapped(
    wishes: Sequence[float],
    pace: Pace,
    *,
    within: float = WITHIN,
    shortest: float = SHORTEST,
    total: float | None = None,
) -> list[Span]:
    """(start, end) of each shot in seconds, one after the other from 0, for the lengths `wishes`.

    A cut moves to the nearest beat that is at most `within` away, unless a shot would become
    shorter than `shortest`; without beats no cut moves. With `total` the wishes share that many
    seconds between them; without it their sum is the end, or the end of the music where that is
    as near as a beat. Where there is no room for so many shots of `shortest`, all have the same
    length. Times are whole milliseconds, but for the end, which is `total`. What came out goes
    in again unchanged.

    Raises ValueError for more shots than milliseconds.
    """
    if not wishes:
        return []
    lengths = [w if math.isfinite(w) and w >= 0.001 else 0.0 for w in wishes]
    if total is None:
        lengths = _unscaled(lengths, pace, within, shortest)
    end = round(sum(lengths), 9) if total is None else total
    whole = _ms(end)
    least = min(_ms(shortest), whole // len(lengths))
    if least <= 0:
        raise ValueError(
            f"{len(lengths)} shots do not fit into {end:g} s. Take fewer shots, or a longer sound."
        )
    cuts = _cuts(lengths, whole, least)
    beats = [_ms(beat) for beat in pace.beats]
    while (moved := _moved(cuts, beats, _ms(within), least)) != cuts:
        cuts = moved
    times = [*(cut / 1000 for cut in cuts[:-1]), end]
    return list(pairwise(times))


def energies(spans: Sequence[Span], pace: Pace) -> list[float]:
    """How loud the music is during each span, 0 to 1; what lies outside of it is silence."""
    if not pace.loudness:
        return [0.0] * len(spans)
    starts, ends, levels = (np.array(column) for column in zip(*pace.loudness, strict=True))
    at = np.append(starts, ends[-1])
    sums = np.append(0.0, np.cumsum(levels * (ends - starts)))
    found = []
    for start, end in spans:
        heard = float(np.interp(end, at, sums) - np.interp(start, at, sums))
        found.append(round(min(1.0, heard / (end - start)), 3) if end > start else 0.0)
    return found


class Count(NamedTuple):
    sequences: int
    shots: int


def proposed_count(seconds: float) -> Count:
    """How many sequences and shots suit a film of that length: 70 shots in three minutes, 5 to 8 in
    a sequence, but none shorter than a second."""
    sequences = next((n for below, n in SEQUENCES if seconds < below), MOST_SEQUENCES)
    wished = round(seconds * SHOTS_PER_SECOND)
    shots = min(max(wished, FEWEST_EACH * sequences), MOST_EACH * sequences)
    shots = max(1, min(shots, int(seconds)))
    return Count(min(sequences, shots), shots)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _unscaled(lengths: list[float], pace: Pace, within: float, shortest: float) -> list[float]:
    """None too short, and the last one up to the end of the music, if that is near."""
    long = [round(max(length, shortest), 3) for length in lengths]
    beyond = pace.seconds - sum(long)
    if abs(beyond) <= within and long[-1] + beyond >= shortest:
        long[-1] += beyond
    return long


def _cuts(lengths: list[float], whole: int, least: int) -> list[int]:
    """All ends in milliseconds, from 0 to `whole`: in proportion, but at least `least` apart."""
    shares = [1.0] * len(lengths) if not any(lengths) else lengths
    raised: set[int] = set()
    while True:
        free = whole - least * len(raised)
        rest = sum(s for i, s in enumerate(shares) if i not in raised)
        scale = free / rest if rest else 0.0
        short = {i for i, s in enumerate(shares) if i not in raised and s * scale < least}
        if not short:
            break
        raised |= short
    parts = [least if i in raised else s * scale for i, s in enumerate(shares)]
    cuts = [0, *(round(c) for c in np.cumsum(parts))]
    cuts[-1] = whole
    # Rounding may have taken a millisecond away.
    for i in range(1, len(cuts) - 1):
        cuts[i] = max(cuts[i], cuts[i - 1] + least)
    for i in range(len(cuts) - 2, 0, -1):
        cuts[i] = min(cuts[i], cuts[i + 1] - least)
    return cuts


def _moved(cuts: list[int], beats: list[int], within: int, least: int) -> list[int]:
    """Every cut on the nearest beat on which both its shots stay long enough. What could not move
    may do so another time, when its neighbors have made room."""
    moved = list(cuts)
    for i in range(1, len(cuts) - 1):
        low = max(cuts[i] - within, moved[i - 1] + least)
        high = min(cuts[i] + within, cuts[i + 1] - least)
        near = beats[bisect_left(beats, low) : bisect_right(beats, high)]
        if near:
            moved[i] = min(near, key=lambda beat: abs(beat - cuts[i]))
    return moved
