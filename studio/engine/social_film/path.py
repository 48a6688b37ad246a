"""The window through which a video of another shape is seen, and where it goes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from studio.engine import Report, ignore
from studio.engine.film.clip import Clip
from studio.engine.social_film import follow, watch
from studio.engine.social_film.follow import GRID, Places
from studio.engine.social_film.wanted import Spot
from studio.engine.stills.crop import Box, room

NOTHING = 1.0
"""Pixels to spare below which there is nothing to choose."""
MIDDLE = (0.5, 0.5)


@dataclass(frozen=True)
class Move:
    """Places from `begin` seconds of the clip on, GRID a second; see follow."""

    begin: float
    places: Places

    def at(self, seconds: float) -> float:
        return float(np.interp((seconds - self.begin) * GRID, _numbers(self.places), self.places))


def _numbers(places: Places) -> Places:
    return np.arange(len(places), dtype=np.float64)


@dataclass(frozen=True)
class Path:
    """Pixels are those of the clip as it is seen, of `size`; the window has `window`. The moves are
    one for each scene, in their order."""

    size: tuple[int, int]
    window: tuple[float, float]
    moves: tuple[Move, ...]

    @property
    def axis(self) -> int:
        """0 when it goes left and right, 1 when it goes up and down."""
        return 0 if self.spare[0] >= self.spare[1] else 1

    @property
    def spare(self) -> tuple[float, float]:
        (width, height), (wide, tall) = self.size, self.window
        return max(0.0, width - wide), max(0.0, height - tall)

    @property
    def still(self) -> bool:
        return all(bool(np.ptp(move.places) == 0) for move in self.moves) and len(self.moves) == 1

    @property
    def cuts(self) -> tuple[float, ...]:
        """Seconds of the clip at which it may jump."""
        return tuple(move.begin for move in self.moves[1:])

    def box(self, seconds: float) -> Box:
        """What is seen of the frame that is shown at that second of the clip."""
        number = bisect_right(self.moves, seconds, key=lambda move: move.begin)
        place = self.moves[max(0, number - 1)].at(seconds)
        corner = [0.0, 0.0]
        corner[self.axis] = place * self.spare[self.axis]
        return Box(corner[0], corner[1], corner[0] + self.window[0], corner[1] + self.window[1])


def path_of(
    clip: Clip,
    first: int,
    last: int,
    ratio: float,
    focus: Spot | None = None,
    report: Report = ignore,
) -> Path:
    """A window of that ratio (width to height) over the frames first…last-1, as large as it can be,
    that keeps the subject in view: still while it is still, slowly after it where it goes.

    It jumps only where the film cuts. focus: shares of width and height that it stays at; then no
    frame is looked at, and none is where there is nothing to spare.
    """
    size, window = clip.size, room(clip.size, ratio)
    begin = float(clip.time(first))
    free = Path(size, window, ())
    spare = free.spare[free.axis]
    if spare < NOTHING:
        return Path(size, window, (_fixed(begin, 0.5),))
    length = float(size[free.axis])
    if focus:
        place = (focus[free.axis] * length - window[free.axis] / 2) / spare
        return Path(size, window, (_fixed(begin, min(max(place, 0.0), 1.0)),))
    share = spare / length
    moves = [
        _followed(scene, share) for scene in watch.scenes(clip, first, last, free.axis, report)
    ]
    return Path(size, window, tuple(moves))


def _fixed(begin: float, place: float) -> Move:
    return Move(begin, np.full(2, place))


def _followed(scene: watch.Scene, share: float) -> Move:
    places = follow.chosen(scene.profiles, 1 - share)
    at = np.array(scene.at)
    return Move(scene.begin, follow.calm(at, places, scene.begin, scene.end, share))
