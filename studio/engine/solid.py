"""A height field made a closed body: its front, its sides along an outline, and a flat back.

The field is a grid with an odd number of points each way, seen as blocks of 2 x 2 cells. A block
inside the outline is a fan around its middle, which leans in no direction; the points in the middle
of its edges are left out where the edge is straight anyway. A block that the outline crosses is cut
cell by cell (marching squares). Both rules look at an edge alone, so that neighbours always meet.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]
Index = NDArray[np.int64]

STRAIGHT = 0.0004
"""How far from its point an edge may run, as a share of the longer side: nobody sees it."""
MOST_BETWEEN = 0.9
"""A cut comes no nearer to a grid point than a tenth of a cell: slivers shade badly."""

# The corners of a cell, then the middles of its sides: top left, top right, bottom right, bottom
# left; top, right, bottom, left. By the corners that are inside (1, 2, 4, 8), against the clock.
A, B, C, D, TOP, RIGHT, BOTTOM, LEFT = range(8)
CUTS: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((A, LEFT, TOP),),
    2: ((B, TOP, RIGHT),),
    4: ((C, RIGHT, BOTTOM),),
    8: ((D, BOTTOM, LEFT),),
    3: ((A, LEFT, RIGHT, B),),
    6: ((B, TOP, BOTTOM, C),),
    12: ((C, RIGHT, LEFT, D),),
    9: ((D, BOTTOM, TOP, A),),
    5: ((A, LEFT, TOP), (C, RIGHT, BOTTOM)),
    10: ((B, TOP, RIGHT), (D, BOTTOM, LEFT)),
    7: ((A, LEFT, BOTTOM, C, B),),
    14: ((B, TOP, LEFT, D, C),),
    13: ((C, RIGHT, TOP, A, D),),
    11: ((D, BOTTOM, RIGHT, B, A),),
    15: ((A, D, C, B),),
}


class Sheet(NamedTuple):
    """A surface over the grid: where its points lie, in grid steps (column, row), and their
    triangles."""

    spots: Field
    triangles: Index


def cover(inside: Field, height: Field) -> Sheet:
    """Everything where `inside` is above 0, with points where `height` (a share of the longer
    side) asks for them. Both are grids with an odd number of points each way."""
    rows, columns = inside.shape
    grid = np.arange(rows * columns).reshape(rows, columns)
    whole = _whole(inside > 0)
    triangles = [_fans(grid, whole, height), *_cut(grid, inside, whole)]
    used, flat = np.unique(np.concatenate(triangles), return_inverse=True)
    return Sheet(_spots(used, inside), flat.reshape(-1, 3))


def _whole(filled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which blocks lie inside with all their nine points."""
    across = filled[:, :-2:2] & filled[:, 1::2] & filled[:, 2::2]
    return across[:-2:2] & across[1::2] & across[2::2]


def _fans(grid: Index, whole: NDArray[np.bool_], height: Field) -> Index:
    """Four triangles for each block, or up to eight where its edges bend."""
    level = _bent(height[::2, :-2:2], height[::2, 1::2], height[::2, 2::2])
    upright = _bent(height[:-2:2, ::2], height[1::2, ::2], height[2::2, ::2])
    # Beside a block that is cut, an edge has its middle: the cells there need it.
    open_ = np.pad(~whole, 1, constant_values=False)
    level |= open_[:-1, 1:-1] | open_[1:, 1:-1]
    upright |= open_[1:-1, :-1] | open_[1:-1, 1:]
    middle = grid[1::2, 1::2]
    a, b = grid[:-2:2, :-2:2], grid[:-2:2, 2::2]
    d, c = grid[2::2, :-2:2], grid[2::2, 2::2]
    sides = (
        (b, grid[:-2:2, 1::2], a, level[:-1]),
        (a, grid[1::2, :-2:2], d, upright[:, :-1]),
        (d, grid[2::2, 1::2], c, level[1:]),
        (c, grid[1::2, 2::2], b, upright[:, 1:]),
    )
    found = []
    for start, between, end, bends in sides:
        found.append(np.stack([middle, start, end], -1)[whole & ~bends])
        found.append(np.stack([middle, start, between], -1)[whole & bends])
        found.append(np.stack([middle, between, end], -1)[whole & bends])
    return np.concatenate(found)


def _bent(start: Field, middle: Field, end: Field) -> NDArray[np.bool_]:
    return np.asarray(np.abs(middle - (start + end) / 2) > STRAIGHT)


def _cut(grid: Index, inside: Field, whole: NDArray[np.bool_]) -> list[Index]:
    """The triangles of the cells of all other blocks. The middle of a side is numbered behind the
    grid: first those to the right of a point, then those below it."""
    rows, columns = np.nonzero(np.repeat(np.repeat(~whole, 2, 0), 2, 1))
    count, a = grid.size, grid[rows, columns]
    b, d = a + 1, a + grid.shape[1]
    c = d + 1
    corners = np.stack([a, b, c, d, count + a, 2 * count + b, count + d, 2 * count + a], -1)
    filled = (inside > 0).ravel()
    case = filled[a] * 1 + filled[b] * 2 + filled[c] * 4 + filled[d] * 8
    found = []
    for number, shapes in CUTS.items():
        cells = corners[case == number]
        for shape in shapes:
            for second, third in pairwise(shape[1:]):
                found.append(cells[:, [shape[0], second, third]])
    return found


def _spots(numbers: Index, inside: Field) -> Field:
    """Where the points of these numbers lie: grid points, or where the outline crosses a side."""
    columns = inside.shape[1]
    count, flat = inside.size, inside.ravel()
    kind, point = numbers // count, numbers % count
    step = np.select([kind == 1, kind == 2], [1, columns], 0)
    here, there = flat[point], flat[np.minimum(point + step, count - 1)]
    share = np.clip(here / np.where(kind > 0, here - there, 1), 1 - MOST_BETWEEN, MOST_BETWEEN)
    x = point % columns + np.where(kind == 1, share, 0)
    y = point // columns + np.where(kind == 2, share, 0)
    return np.stack([x, y], -1).astype(np.float64)


def rim(triangles: Index) -> Index:
    """The sides that only one triangle has, as n x 2, in its direction: the body is left of them
    when looked at from the front."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    count = int(triangles.max(initial=0)) + 1
    there, back = sides[:, 0] * count + sides[:, 1], sides[:, 1] * count + sides[:, 0]
    return sides[~np.isin(there, back)]
