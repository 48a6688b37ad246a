"""When each cut of a film begins and ends: arithmetic on lengths alone.

One rule serves films cut to given seconds and films of whole clips. Every cut has a *place*; places
follow each other without gap or overlap, their borders are rounded to frames from the exact sum of
all before, and a transition has its middle on a border. A cut with `seconds` has a place of that
length, so a film of such cuts is as long as their sum, and in a crossfade more of the clip is shown
on either side of its place. A cut without has only its clip: what a crossfade shows outside its
place is taken from the clip's length, so the clips overlap. A dip through black stays inside the
places. Where a cut is too short for its transitions, these are shorter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

from studio.engine import EngineError
from studio.engine.film.assembly.wish import Cut, Wish, exact


@dataclass(frozen=True)
class Span:
    """A cut in the film, in frames of `rate`.

    Its place is first…last-1; it is shown for `before` frames more before that and `after` more
    behind. Of all that is shown the first `rise` and the last `fall` frames are transitions.
    """

    rate: Fraction
    first: int
    last: int
    before: int = 0
    after: int = 0
    rise: int = 0
    fall: int = 0

    @property
    def begin(self) -> Fraction:
        """Seconds of the film at which its place begins."""
        return self.first / self.rate

    @property
    def end(self) -> Fraction:
        return self.last / self.rate

    @property
    def opening(self) -> int:
        """The first frame of the film in which anything of it is seen."""
        return self.first - self.before

    @property
    def length(self) -> int:
        """How many frames of it are seen."""
        return self.before + self.last - self.first + self.after


def timeline(
    cuts: Sequence[Cut], wish: Wish, lengths: Sequence[float | Fraction | None] = ()
) -> list[Span]:
    """The span of each cut. `lengths` are the seconds of the videos, where they are known; a cut
    without `seconds` needs it."""
    return spans(cuts, wish, lengths)[1 if wish.title.strip() else 0 :]


def spans(
    cuts: Sequence[Cut], wish: Wish, lengths: Sequence[float | Fraction | None] = ()
) -> list[Span]:
    """As timeline(), with that of the title card before them if there is one."""
    known = list(lengths) or [None] * len(cuts)
    found = [_length(cut, length) for cut, length in zip(cuts, known, strict=True)]
    paced = [cut.seconds is not None for cut in cuts]
    if wish.title.strip():
        found, paced = [exact(wish.title_seconds), *found], [True, *paced]
    return _laid(found, paced, wish)


def _length(cut: Cut, known: float | Fraction | None) -> Fraction:
    """Seconds of its place, or of all that there is of it."""
    if cut.seconds is not None:
        return exact(cut.seconds)
    if known is None:
        raise EngineError(f"{cut.name} has no length. Give its seconds.")
    # An exact length of so many frames at 29.97 a second stays as it is.
    left = (known if isinstance(known, Fraction) else exact(known)) - exact(cut.start)
    if left <= 0:
        raise EngineError(
            f"{cut.name} begins at {cut.start:g} s, and its video is {float(known):.2f} s long. "
            "Begin earlier."
        )
    return left


def _laid(lengths: list[Fraction], paced: list[bool], wish: Wish) -> list[Span]:
    rate, crossfade = wish.rate, wish.transition == "crossfade"
    fades = [0, *_fades(lengths, paced, wish), 0]
    outside = [(fade // 2, fade - fade // 2) if crossfade else (0, 0) for fade in fades]
    sides = list(pairwise(outside))
    places = [
        length - (0 if own else Fraction(left[0] + right[1]) / rate)
        for length, own, (left, right) in zip(lengths, paced, sides, strict=True)
    ]
    borders = [_nearest(at * rate) for at in accumulate(places, initial=Fraction(0))]
    found = []
    for at, (first, last) in enumerate(pairwise(borders)):
        (before, _), (_, after) = sides[at]
        rise, fall = fades[at], fades[at + 1]
        if not crossfade:
            rise, fall = rise - rise // 2, fall // 2
        found.append(Span(rate, first, last, before, after, rise, fall))
    return found


def _fades(lengths: list[Fraction], paced: list[bool], wish: Wish) -> list[int]:
    """Frames of the transitions between all cuts."""
    if wish.transition == "cut":
        return [0] * (len(lengths) - 1)
    wanted = max(1, _nearest(exact(wish.seconds) * wish.rate)) if wish.seconds else 0
    end = len(lengths) - 1
    rooms = []
    for at, (length, own) in enumerate(zip(lengths, paced, strict=True)):
        # All of a clip may go into its two transitions, half of a place into each.
        halved = wish.transition == "crossfade" and not own and 0 < at < end
        rooms.append(math.floor(length * wish.rate / (2 if halved else 1)))
    return [min(wanted, *pair) for pair in pairwise(rooms)]


def _nearest(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))
