"""A calm camera after restless places: pure functions on numbers.

A place is a share of what there is to spare: 0 puts the window at one edge, 1 at the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.engine.social_film.watch import SPOTS, Profile

GRID = 60
"""Places a second of a finished path."""
LEVELS = 97
"""Places among which is chosen."""
FASTEST = 0.6
"""How far the window goes in a second at most, in lengths of the side."""
SMOOTH = (0.7, 0.4)
"""Seconds over which it is averaged: from one speed to another takes the sum."""
HARDEST = 2 * FASTEST / SMOOTH[0]
"""Lengths of the side per second² that no path exceeds; it follows from the two above."""
CALM = 0.03
"""Lengths of the side by which the subject moves before the window does."""
COST = 2.0
"""What going along the whole side costs, where all that stands out weighs 1."""
CENTER = 0.5
"""How much the edge of the window counts, where its middle counts 1."""
SLIGHT = 0.02
"""How much the middle of the side is preferred where nothing stands out."""

Places = NDArray[np.float64]


def chosen(profiles: list[Profile], window: float) -> Places:
    """For every profile a place, so that much is seen and little is moved.

    window: its length as a share of the side, below 1.
    """
    worth = np.array([_worth(profile, window) for profile in profiles], np.float32)
    x = np.linspace(0, 1 - window, LEVELS, dtype=np.float32)
    way = COST * np.abs(x[:, None] - x[None, :])
    back = np.zeros(worth.shape, np.uint8)
    best = worth[0]
    for number in range(1, len(worth)):
        ways = best[None, :] - way
        back[number] = ways.argmax(1)
        best = worth[number] + ways.max(1)
    picked = [int(best.argmax())]
    for number in range(len(worth) - 1, 0, -1):
        picked.append(int(back[number, picked[-1]]))
    return np.array(picked[::-1], np.float64) / (LEVELS - 1)


def _worth(profile: Profile, window: float) -> NDArray[np.float32]:
    """What is seen from each place; what is in the middle of the window counts most."""
    fine = 4 * SPOTS
    dense = np.repeat(profile, 4) / 4
    wide = max(3, round(window * fine))
    ramp = np.abs(np.linspace(-1, 1, wide))
    seen = np.convolve(dense, 1 - (1 - CENTER) * ramp, "valid")
    at = np.linspace(0, len(seen) - 1, LEVELS)
    worth = np.interp(at, np.arange(len(seen)), seen)
    return np.asarray(worth - SLIGHT * np.abs(np.linspace(-1, 1, LEVELS)), np.float32)


def calm(at: NDArray[np.float64], places: Places, begin: float, end: float, spare: float) -> Places:
    """The path of one scene, GRID places a second from `begin` to `end` seconds.

    at: seconds of the places. spare: what there is to spare, as a share of the side.
    """
    band, speed = CALM / spare, FASTEST / spare
    still = _average_of_both(_steady(places), band)
    count = max(2, int(np.ceil((end - begin) * GRID)) + 1)
    path = np.interp(begin + np.arange(count) / GRID, at, still)
    path = slowed(path, speed / GRID)
    for seconds in SMOOTH:
        path = _averaged(path, 2 * round(seconds * GRID / 2) + 1)
    return np.clip(path, 0, 1)


def _steady(places: Places) -> Places:
    """The median of three, so that one wrong picture moves nothing."""
    if len(places) < 3:
        return places
    near = np.stack([places[:-2], places[1:-1], places[2:]])
    return np.concatenate([places[:1], np.median(near, axis=0), places[-1:]])


def _average_of_both(places: Places, band: float) -> Places:
    """Moved only when the place would be more than `band` away: once from the beginning on and
    once from the end, so that it is neither late nor early."""
    forward = _pushed(places, band)
    backward = _pushed(places[::-1], band)[::-1]
    return (forward + backward) / 2


def _pushed(places: Places, band: float) -> Places:
    now = _rest(places, band)
    path = np.empty_like(places)
    for number, place in enumerate(places):
        now = min(max(now, place - band), place + band)
        path[number] = now
    return path


def _rest(places: Places, band: float) -> float:
    """Where it may stay the longest from the beginning."""
    low, high = np.maximum.accumulate(places), np.minimum.accumulate(places)
    fits = np.flatnonzero(low - high <= 2 * band)
    return float(low[fits[-1]] + high[fits[-1]]) / 2


def slowed(path: Places, step: float) -> Places:
    """Between the slowest path that stays above and the one that stays below: neither goes more
    than `step` from one place to the next, and so neither does their mean."""
    ramp = step * np.arange(len(path))
    above = np.maximum(
        np.maximum.accumulate(path + ramp) - ramp,
        (np.maximum.accumulate((path + ramp[::-1])[::-1]) - ramp)[::-1],
    )
    below = np.minimum(
        np.minimum.accumulate(path - ramp) + ramp,
        (np.minimum.accumulate((path - ramp[::-1])[::-1]) + ramp)[::-1],
    )
    return np.asarray((above + below) / 2, np.float64)


def _averaged(path: Places, wide: int) -> Places:
    """The mean of `wide` places around each; the ends go on as they are."""
    padded = np.pad(path, wide // 2, mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded - path[0])])
    return np.asarray((total[wide:] - total[:-wide]) / wide + path[0], np.float64)
