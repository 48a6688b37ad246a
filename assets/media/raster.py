"""Draws triangles without a graphics card: which of them is seen at each pixel, and where on it.

Everything is done for many triangles at once with numpy. The work is bounded: it is known before
it is done, and a model that would take more is drawn with fewer pixels, then with fewer triangles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

# Pixels that are tried, those outside of their triangle included.
MOST_TRIED = 12_000_000
# Few enough for the processor's own memory.
_AT_ONCE = 60_000
_NOBODY = -1

Holes = Callable[[Index, Floats], npt.NDArray[np.bool_]]
"""(triangles, weights of their corners) → which of these spots are there at all."""


@dataclass
class Canvas:
    """`seen` is the triangle at each pixel, -1 for none; `near` is larger the nearer it is."""

    width: int
    height: int
    near: Floats
    seen: Index

    @classmethod
    def empty(cls, width: int, height: int) -> Canvas:
        count = width * height
        return cls(width, height, np.zeros(count), np.full(count, _NOBODY, np.int64))


def tried(corners: Floats, width: int, height: int) -> Index:
    """How many pixels each triangle makes one try."""
    low, high = _boxes(corners, width, height)
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=1))


def draw(canvas: Canvas, corners: Floats, numbers: Index, holes: Holes | None = None) -> None:
    """Put triangles on the canvas. `corners` is n x 3 x (x, y in pixels, 1 / distance), `numbers`
    what they are called there and for `holes`."""
    low, high = _boxes(corners, canvas.width, canvas.height)
    size = np.maximum(high - low, 0)
    counts = np.prod(size, axis=1)
    for part in _portions(counts):
        _draw(canvas, corners, numbers, holes, (part, low, size, counts))


def weights(corners: Floats, x: Floats, y: Floats) -> Floats:
    """How much each corner counts at a pixel, on the screen: n x 3, below 0 outside."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    first = (b[:, 0] - x) * (c[:, 1] - y) - (b[:, 1] - y) * (c[:, 0] - x)
    second = (c[:, 0] - x) * (a[:, 1] - y) - (c[:, 1] - y) * (a[:, 0] - x)
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = first / area, second / area
    return np.nan_to_num(np.stack([one, two, 1 - one - two], -1), nan=-1, posinf=-1, neginf=-1)


def _boxes(corners: Floats, width: int, height: int) -> tuple[Index, Index]:
    """The pixels whose middle may lie in each triangle: from, and up to."""
    most = np.array([width, height])
    low = np.clip(np.ceil(corners[..., :2].min(1) - 0.5), 0, most)
    high = np.clip(np.floor(corners[..., :2].max(1) + 0.5), 0, most)
    return low.astype(np.int64), high.astype(np.int64)


def _portions(counts: Index) -> Iterator[Index]:
    """Triangles in groups that fit into memory; those that cover nothing are left out."""
    some = np.flatnonzero(counts)
    group = np.cumsum(counts[some]) // _AT_ONCE
    for start, end in zip(*runs(group), strict=True):
        yield some[start:end]


def runs(values: Index) -> tuple[Index, Index]:
    """Where each run of equal values begins, and ends."""
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(values)) + 1])
    return starts, np.append(starts[1:], len(values))


def _draw(
    canvas: Canvas,
    corners: Floats,
    numbers: Index,
    holes: Holes | None,
    boxes: tuple[Index, Index, Index, Index],
) -> None:
    part, low, size, counts = boxes
    counts = counts[part]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = np.repeat(size[part, 0], counts)
    down = within // wide
    x = np.repeat(low[part, 0], counts) + within - down * wide
    y = np.repeat(low[part, 1], counts) + down
    plane = np.repeat(_planes(corners[part]), counts, axis=0)
    found = plane[:, :, 0] * x[:, None] + plane[:, :, 1] * y[:, None] + plane[:, :, 2]
    pixel, near = y * canvas.width + x, found[:, 2]
    inside = np.minimum(np.minimum(found[:, 0], found[:, 1]), 1 - found[:, 0] - found[:, 1])
    won = np.flatnonzero((inside >= -1e-9) & (near > canvas.near[pixel]))
    which = np.repeat(part, counts)[won]
    if holes is not None and len(won):
        one, two = found[won, 0], found[won, 1]
        there = holes(numbers[which], np.stack([one, two, 1 - one - two], -1))
        won, which = won[there], which[there]
    pixel, near = pixel[won], near[won]
    order = np.argsort(near, kind="stable")  # Of several at one pixel the last, nearest one stays.
    canvas.near[pixel[order]] = near[order]
    canvas.seen[pixel[order]] = numbers[which[order]]


def _planes(corners: Floats) -> Floats:
    """For each triangle the weights of its first two corners, and 1 / distance, as planes over the
    pixels: n x 3 x (by x, by y, at the middle of pixel 0, 0)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    with np.errstate(divide="ignore"):
        by = np.where(area == 0, 0, 1 / area)
    first = _plane(b, c, by)
    second = _plane(c, a, by)
    near = first * (a[:, 2:] - c[:, 2:]) + second * (b[:, 2:] - c[:, 2:])
    near[:, 2] += c[:, 2]
    planes = np.stack([first, second, near], 1)
    planes[area == 0, 0, 2] = -1  # A line covers nothing.
    return planes


def _plane(start: Floats, end: Floats, by: Floats) -> Floats:
    """0 along the side from start to end, and 1 at the corner across."""
    along = end - start
    x, y = -along[:, 1] * by, along[:, 0] * by
    at = (start[:, 1] * along[:, 0] - start[:, 0] * along[:, 1]) * -by
    return np.stack([x, y, at + (x + y) / 2], -1)
