"""Lines of letters in a picture, found well enough to warn of them.

Letters are spots of one tone on another, of about one height and one stroke, beside each other on a
line. A spot alone is no letter: leaves, stars and bricks are spots too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.social.wanted import Fractions
from studio.engine.stills.files import Field, Pixels

LOOKED = 640
"""The longer side of the picture in which letters are looked for."""
SMALLEST, LARGEST = 7, 0.25
"""The height of a letter: in pixels, and as a share of the shorter side."""
MANY = 1200
"""Spots that are looked at, the largest; more are texture, or a page of a book."""
LETTERS = 5
"""Fewer in a line are taken for something else."""

CLEAR = 24
"""Steps of 255 that ink is darker or lighter than what is around it, at least."""
ROUGH = 3.0
"""The same, in what is usual in that part of the picture."""
SURE = 70
"""What is that much darker or lighter is ink anywhere: a part may be full of large letters."""
TILES = 8

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Spots(NamedTuple):
    """left, top, width, height and area of spots in pixels, their stroke and their tone."""

    box: Values
    stroke: Values
    tone: Values


def found(pixels: Pixels) -> tuple[Fractions, ...]:
    """The lines of letters, from top to bottom, as parts of the picture."""
    height, width = pixels.shape[:2]
    by = min(1.0, LOOKED / max(height, width))
    size = (max(1, round(width * by)), max(1, round(height * by)))
    if min(size) < 2 * SMALLEST:
        return ()
    small = cv2.resize(pixels[..., :3], size, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    boxes = [box for ink in inks(grey) for box in lines(spots(ink, grey))]
    return tuple(
        (left / size[0], top / size[1], right / size[0], bottom / size[1])
        for left, top, right, bottom in sorted(joined(boxes), key=lambda box: box[1])
    )


def inks(grey: Pixels) -> Iterator[Pixels]:
    """What is clearly darker, and what is clearly lighter, than what is around it."""
    block = max(15, round(min(grey.shape) * 0.14) // 2 * 2 + 1)
    around = cv2.boxFilter(grey, cv2.CV_32F, (block, block))
    apart = grey.astype(np.float32) - around
    clear = np.clip(ROUGH * roughness(np.abs(apart)), CLEAR, SURE)
    yield (apart < -clear).astype(np.uint8)
    yield (apart > clear).astype(np.uint8)


def roughness(apart: Field) -> Field:
    """How much a pixel usually differs from what is around it, for each place: words are an
    exception there, the grains of sand are not."""
    height, width = apart.shape
    rows, columns = min(TILES, height // 2), min(TILES, width // 2)
    tall, wide = height // rows, width // columns
    tiles = apart[: rows * tall, : columns * wide].reshape(rows, tall, columns, wide)
    usual = np.median(tiles[:, ::3, :, ::3], axis=(1, 3))
    spread = cv2.resize(usual, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(spread, np.float32)


def spots(ink: Pixels, grey: Pixels) -> Spots:
    """What may be a letter by its own shape, at most MANY."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    box = np.asarray(stats, np.float64)
    width, height, area = box[:, 2], box[:, 3], box[:, 4]
    there = np.flatnonzero(ink)
    number = labels.ravel()[there]
    rim = cv2.erode(ink, np.ones((3, 3), np.uint8)).ravel()[there] == 0
    stroke = 2 * area / np.maximum(np.bincount(number[rim], minlength=count), 1)
    tone = np.bincount(number, grey.ravel()[there], count) / np.maximum(area, 1)
    filled = area / (width * height)
    kept = (height >= SMALLEST) & (height <= LARGEST * min(grey.shape))
    kept &= (width <= 2.5 * height) & (width >= 0.08 * height)
    kept &= (filled > 0.15) & (filled < 0.97) & (stroke < 0.45 * height + 1)
    kept[0] = False
    order = np.flatnonzero(kept)
    order = order[np.argsort(-area[order], kind="stable")][:MANY]
    return Spots(box[order], stroke[order], tone[order])


def lines(some: Spots) -> list[Fractions]:
    """Left, top, right and bottom of what stands in line as letters do, in pixels."""
    if len(some.box) < LETTERS:
        return []
    groups = grouped(beside(some))
    return [
        _around(some.box[group]) for group in groups if len(group) >= LETTERS and reads(some, group)
    ]


def beside(some: Spots) -> Flags:
    """Which spots are neighbors in a line: of one height, stroke and tone, on one level."""
    left, top, width, height = some.box.T[:4]
    right, bottom = left + width, top + height
    larger = np.maximum.outer(height, height)
    smaller = np.minimum.outer(height, height)
    gap = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    level = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    near = (gap < 1.3 * larger) & (gap > -0.4 * smaller) & (level > 0.6 * smaller)
    stroke = np.maximum.outer(some.stroke, some.stroke) / np.minimum.outer(some.stroke, some.stroke)
    tone = np.abs(np.subtract.outer(some.tone, some.tone))
    return np.asarray(near & (larger < 2 * smaller) & (stroke < 1.8) & (tone < 40), bool)


def grouped(linked: Flags) -> list[NDArray[np.intp]]:
    """Spots that are linked with each other, over others too."""
    left = set(range(len(linked)))
    groups = []
    while left:
        group, ahead = set[int](), {left.pop()}
        while ahead:
            one = ahead.pop()
            group.add(one)
            more = left.intersection(np.flatnonzero(linked[one]).tolist())
            left -= more
            ahead |= more
        groups.append(np.array(sorted(group), np.intp))
    return groups


def reads(some: Spots, group: NDArray[np.intp]) -> bool:
    """Whether they are even enough for letters: on a straight line, of like strokes and tone, and
    longer together than high."""
    left, top, width, height = some.box[group].T[:4]
    middle, size = left + width / 2, float(np.median(height))
    if np.ptp(middle) < 2 * size:
        return False
    stroke = some.stroke[group]
    if float(stroke.std() / stroke.mean()) > 0.3 or float(some.tone[group].std()) > 18:
        return False
    return min(_bent(middle, top + height), _bent(middle, top)) < 0.12 * size


def _bent(across: Values, down: Values) -> float:
    """How far most of the points are from their straight line; descenders may be."""
    slope, start = np.polyfit(across, down, 1)
    away = np.abs(down - slope * across - start)
    away = away[away <= np.percentile(away, 80)]
    return float(away.mean())


def _around(box: Values) -> Fractions:
    left, top, width, height = box.T[:4]
    right, bottom = (left + width).max(), (top + height).max()
    return float(left.min()), float(top.min()), float(right), float(bottom)


def joined(boxes: list[Fractions]) -> list[Fractions]:
    """Without those that lie in a larger one: the holes of large letters look like small ones."""
    result: list[Fractions] = []
    for box in sorted(boxes, key=lambda b: (b[0] - b[2]) * (b[3] - b[1])):
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        if not any(b[0] <= middle[0] <= b[2] and b[1] <= middle[1] <= b[3] for b in result):
            result.append(box)
    return result
