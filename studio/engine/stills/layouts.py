"""Where the words of a poster stand, and what is drawn around them: a function for each design."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw

from studio.engine import lettering
from studio.engine.lettering import LEADING, Line
from studio.engine.picture import Plane, as_plane

Said = list[list[str]]
Size = tuple[int, int]

TIGHT = 0.98  # line heights of a stack of headlines, in sizes of the letters
CAPITAL = 0.73  # the height of capital letters


class Layout(NamedTuple):
    """Masks of the size of the poster. `panel` is a plain ground for the letters; without one
    `calm` says where the ground is to be quiet, and `behind` which part of it is behind letters.
    `shadow` is how far that of the panel reaches; a `bright` panel is like paper."""

    letters: Plane
    behind: Plane
    calm: Plane
    panel: Plane | None = None
    ornament: Plane | None = None
    shadow: float = 0
    bright: bool = False


class Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float


def _set(said: Said, box: Box, size: Size, largest: float) -> list[Line]:
    room = (box.width, box.height)
    return lettering.within(said, room, largest * min(size), _readable(size))


def _readable(size: Size) -> float:
    return max(lettering.LEGIBLE, lettering.READABLE * min(size))


def _height(lines: list[Line]) -> float:
    return lettering.height_of(lines)


def _written(lines: list[Line], box: Box, size: Size, side: float, up: float) -> tuple[Plane, Box]:
    """The letters as a mask, and the box that they take.

    side: 0 sets them left, 0.5 in the middle; up: 0 sets them at the top of the box, 1 below.
    """
    image = Image.new("L", size)
    pen = ImageDraw.Draw(image)
    wide = max(lettering.measure(line) for line in lines)
    top = box.top + (box.height - _height(lines)) * up
    found = Box(box.left + (box.width - wide) * side, top, wide, _height(lines))
    for row, line in enumerate(lines):
        if row and line.headline != lines[row - 1].headline:
            top += lettering.APART * lines[0].size
        left = box.left + (box.width - lettering.measure(line)) * side
        base = top + line.size * (LEADING / 2 + CAPITAL / 2)
        pen.text((left, base), " ".join(line.words), 255, lettering.font(line.size), anchor="ls")
        top += line.size * LEADING
    return as_plane(image), found


def _over(letters: Plane, boxes: list[Box], ornament: Plane | None = None) -> Layout:
    """Letters right on the background, which is quiet around those boxes."""
    height, width = letters.shape
    near = max(7, min(width, height) // 60) | 1
    behind = cv2.dilate(letters, np.ones((near, near), np.uint8))
    calm = np.zeros_like(letters)
    for box in boxes:
        one = (round(box.left), round(box.top))
        other = (round(box.left + box.width), round(box.top + box.height))
        cv2.rectangle(calm, one, other, 255, -1)
    reach = 0.045 * min(width, height)
    grown = 2 * int(2.2 * reach) + 1
    wider = cv2.dilate(calm, cv2.getStructuringElement(cv2.MORPH_RECT, (grown, grown)))
    soft = cv2.GaussianBlur(wider, (0, 0), max(0.6, reach))
    calm = as_plane(cv2.max(soft, behind))
    return Layout(letters, as_plane(behind), calm, ornament=ornament)


def headline(said: Said, size: Size) -> Layout:
    """In the middle, as large as there is room."""
    width, height = size
    box = Box(0.09 * width, 0.14 * height, 0.82 * width, 0.72 * height)
    letters, taken = _written(_set(said, box, size, 0.2), box, size, 0.5, 0.5)
    return _over(letters, [taken])


def editorial(said: Said, size: Size) -> Layout:
    """At the left below, under a short bar."""
    width, height = size
    edge = 0.085 * min(size)
    box = Box(edge, 0.2 * height, width - 2.4 * edge, 0.8 * height - 1.15 * edge)
    letters, taken = _written(_set(said, box, size, 0.15), box, size, 0, 1)
    ornament = np.zeros_like(letters)
    thick = max(2, round(0.012 * min(size)))
    top = round(taken.top - 0.03 * min(size)) - thick
    x = round(edge)
    ornament[max(0, top) : max(0, top) + thick, x : x + max(6, round(0.13 * min(size)))] = 255
    lower = Box(-width, taken.top - edge, 3 * width, 2 * height)
    return _over(letters, [lower], ornament=ornament)


def quote(said: Said, size: Size) -> Layout:
    """After a large quotation mark; further lines say who said it."""
    width, height = size
    edge = 0.1 * min(size)
    mark = 0.42 * min(size)
    box = Box(edge, edge + 0.36 * mark, width - 2 * edge, height - 2 * edge - 0.36 * mark)
    lines = _set(said, box, size, 0.13)
    letters, taken = _written(lines, box, size, 0, 0.5)
    image = Image.new("L", size)
    at = (edge - 0.03 * mark, taken.top + 0.37 * mark)
    ImageDraw.Draw(image).text(at, "“", 255, lettering.font(mark), anchor="ls")
    return _over(letters, [taken], ornament=as_plane(image))


def stacked(said: Said, size: Size) -> Layout:
    """Each line as wide as the sheet, letters of every size on top of each other."""
    width, height = size
    edge = 0.075 * min(size)
    room = (width - 2 * edge, height - 2 * edge)
    below = _set(said[1:], Box(0, 0, room[0], 0.22 * room[1]), size, 0.06) if said[1:] else []
    rest = _height(below) + 0.05 * min(size) if below else 0.0
    if any(lettering.length(word, _readable(size)) > room[0] for word in said[0]):
        return _without_end(said, Box(edge, edge, *room), size)
    rows = _stack(said[0], (room[0], room[1] - rest))
    image = Image.new("L", size)
    pen = ImageDraw.Draw(image)
    total = sum(row.size * TIGHT for row in rows)
    top = edge + max(0.0, (room[1] - rest - total) / 2)
    begin = top
    for row in rows:
        base = top + row.size * (TIGHT / 2 + CAPITAL / 2)
        pen.text((edge, base), " ".join(row.words), 255, lettering.font(row.size), anchor="ls")
        top += row.size * TIGHT
    letters = as_plane(image)
    if below:
        box = Box(edge, top + 0.03 * min(size), room[0], _height(below))
        letters = as_plane(cv2.max(letters, _written(below, box, size, 0, 0)[0]))
    return _over(letters, [Box(edge, begin, room[0], top + rest - begin)])


def _without_end(said: Said, box: Box, size: Size) -> Layout:
    """Where a word is longer than the sheet is wide: lines of one size."""
    letters, taken = _written(_set(said, box, size, 0.2), box, size, 0, 0.5)
    return _over(letters, [taken])


def _stack(words: list[str], room: tuple[float, float]) -> list[Line]:
    """The words on as many lines as fill the room best, each line as wide as the room."""
    best: tuple[float, list[Line]] = (-1.0, [])
    for count in range(1, min(len(words), 9) + 1):
        rows = _parted(words, count)
        sizes = [room[0] / max(1e-6, lettering.length(" ".join(row), 100) / 100) for row in rows]
        sizes = [min(size * 0.985, 0.34 * room[1], 2.6 * min(sizes)) for size in sizes]
        shrink = min(1.0, room[1] / (sum(sizes) * TIGHT))
        sizes = [max(float(lettering.SMALLEST), size * shrink) for size in sizes]
        filled = sum(
            size * lettering.length(" ".join(row), size)
            for size, row in zip(sizes, rows, strict=True)
        )
        if filled > best[0]:
            lines = [Line(row, size, True) for row, size in zip(rows, sizes, strict=True)]
            best = (filled, lines)
    return best[1]


def _parted(words: list[str], count: int) -> list[list[str]]:
    """In `count` lines of about as many letters."""
    ends = np.cumsum([len(word) + 1 for word in words])
    rows: list[list[str]] = []
    start = 0
    for number in range(1, count + 1):
        aim = ends[-1] * number / count
        end = int(np.abs(ends - aim).argmin()) + 1
        end = min(max(end, start + 1), len(words) - (count - number))
        rows.append(words[start:end])
        start = end
    return rows


def badge(said: Said, size: Size) -> Layout:
    """In a disc with a ring, in the middle."""
    width, height = size
    radius = 0.39 * min(size)
    inner = 1.3 * radius
    box = Box((width - inner) / 2, (height - inner) / 2, inner, inner)
    letters, _ = _written(_set(said, box, size, 0.12), box, size, 0.5, 0.5)
    disc = _disc(size, radius)
    thin = max(1.2, 0.006 * min(size))
    ring = cv2.subtract(_disc(size, 0.93 * radius), _disc(size, 0.93 * radius - thin))
    return Layout(letters, letters, disc, disc, as_plane(ring), 0.04 * min(size))


def _disc(size: Size, radius: float) -> Plane:
    x = np.arange(size[0], dtype=np.float32)[None, :] + np.float32(0.5 - size[0] / 2)
    y = np.arange(size[1], dtype=np.float32)[:, None] + np.float32(0.5 - size[1] / 2)
    return as_plane(np.rint(np.clip(radius + 0.5 - np.hypot(x, y), 0, 1) * 255))


def sheet(said: Said, size: Size) -> Layout:
    """On a sheet with round corners that lies on the background."""
    width, height = size
    edge = 0.085 * min(size)
    panel = _rounded(Box(edge, edge, width - 2 * edge, height - 2 * edge), size, 0.035 * min(size))
    inside = 2.05 * edge
    box = Box(inside, inside, width - 2 * inside, height - 2 * inside)
    letters, _ = _written(_set(said, box, size, 0.17), box, size, 0, 0.5)
    return Layout(letters, letters, panel, panel, None, 0.04 * min(size), bright=True)


def split(said: Said, size: Size) -> Layout:
    """Beside the background, or below it where the poster is upright."""
    width, height = size
    edge = 0.08 * min(size)
    if width > 1.15 * height:
        part = Box(0.42 * width, 0, 0.58 * width, height)
    else:
        part = Box(0, 0.42 * height, width, 0.58 * height)
    panel = np.zeros((height, width), np.uint8)
    panel[round(part.top) :, round(part.left) :] = 255
    box = Box(part.left + edge, part.top + edge, part.width - 2 * edge, part.height - 2 * edge)
    letters, _ = _written(_set(said, box, size, 0.15), box, size, 0, 0.5)
    return Layout(letters, letters, panel, panel)


def _rounded(box: Box, size: Size, radius: float) -> Plane:
    """A rectangle with round corners, by its distance from every pixel."""
    x = np.arange(size[0], dtype=np.float32)[None, :] + np.float32(0.5)
    y = np.arange(size[1], dtype=np.float32)[:, None] + np.float32(0.5)
    across = np.abs(x - (box.left + box.width / 2)) - (box.width / 2 - radius)
    down = np.abs(y - (box.top + box.height / 2)) - (box.height / 2 - radius)
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    away = outside + np.minimum(np.maximum(across, down), 0) - radius
    return as_plane(np.rint(np.clip(0.5 - away, 0, 1) * 255))


DESIGNS: dict[str, Callable[[Said, Size], Layout]] = {
    "headline": headline,
    "editorial": editorial,
    "quote": quote,
    "stacked": stacked,
    "badge": badge,
    "sheet": sheet,
    "split": split,
}
