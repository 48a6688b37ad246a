"""Which part of a picture a format shows, and where: geometry alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from studio.engine.social.sight import Seen
from studio.engine.social.wanted import Fractions, Wanted
from studio.engine.stills import crop
from studio.engine.stills.crop import Box

MIDDLE = (0.5, 0.5)


class Placed(NamedTuple):
    """The part of the picture that is seen, and where that is in the file, both in fractions."""

    seen: Fractions
    at: Fractions


def boxes(seen: Seen, ratios: Sequence[float]) -> list[Fractions]:
    """The part that is kept for each ratio of width to height, where nobody says which: what
    `export` cuts in the mode "smart"."""
    return [_fractions(crop.best(seen.regard, ratio), seen.size) for ratio in ratios]


def box_of(seen: Seen, want: Wanted) -> Box:
    """The part of the picture that a format shows, in pixels of the picture, of the format's shape
    unless all of it is shown."""
    if want.box:
        return _around(want.box, seen.size, want.ratio)
    if want.mode == "fit":
        return Box(0, 0, seen.width, seen.height)
    if want.focus:
        return crop.around(seen.size, want.ratio, want.focus)
    if want.mode == "center":
        return crop.around(seen.size, want.ratio, MIDDLE)
    return crop.best(seen.regard, want.ratio)


def is_fitted(want: Wanted) -> bool:
    return want.mode == "fit" and not want.box


def enlarged(box: Box, want: Wanted) -> float:
    """Pixels of the file across one of the picture; 1 where there are fewer, not more."""
    across = want.width / (box.right - box.left)
    down = want.height / (box.bottom - box.top)
    # A box is as exact as its ratio: half a pixel more in the file is no enlargement.
    by = min(across, down) if is_fitted(want) else max(across, down)
    return by if by > 1 + 0.5 / max(want.width, want.height) else 1.0


def place(seen: Seen, want: Wanted, box: Box) -> Placed:
    """How the box and the file lie to each other."""
    size = (want.width, want.height)
    wide, tall = crop.fitted_size(seen.size, *size) if is_fitted(want) else size
    left, top = (size[0] - wide) // 2, (size[1] - tall) // 2
    at = _fractions(Box(left, top, left + wide, top + tall), size)
    return Placed(_fractions(box, seen.size), at)


def moved(part: Fractions, placed: Placed) -> Fractions:
    """Where a part of the picture is in the file; also beyond its edges."""
    across = [_along(part[i], placed, 0) for i in (0, 2)]
    down = [_along(part[i], placed, 1) for i in (1, 3)]
    return across[0], down[0], across[1], down[1]


def _along(value: float, placed: Placed, axis: int) -> float:
    begin, end = placed.seen[axis], placed.seen[axis + 2]
    first, last = placed.at[axis], placed.at[axis + 2]
    return first + (value - begin) / (end - begin) * (last - first)


def _fractions(box: Box, size: tuple[int, int]) -> Fractions:
    return box.left / size[0], box.top / size[1], box.right / size[0], box.bottom / size[1]


def _around(part: Fractions, size: tuple[int, int], ratio: float) -> Box:
    """The smallest part of that ratio around a person's, as large as there is room."""
    wide, tall = (part[2] - part[0]) * size[0], (part[3] - part[1]) * size[1]
    wide = max(wide, tall * ratio)
    most, _ = crop.room(size, ratio)
    wide = min(wide, most)
    tall = min(wide / ratio, size[1])
    left = _between((part[0] + part[2]) / 2 * size[0] - wide / 2, size[0] - wide)
    top = _between((part[1] + part[3]) / 2 * size[1] - tall / 2, size[1] - tall)
    return Box(left, top, min(left + wide, size[0]), min(top + tall, size[1]))


def _between(value: float, most: float) -> float:
    return min(max(0.0, value), max(0.0, most))
