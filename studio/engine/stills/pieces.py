"""Backgrounds put together from pieces: facets, chips, tiles, scales."""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.palettes import Field, from_oklab, oklab
from studio.engine.stills.scene import Scene, Shape, between, ellipse, painted
from studio.engine.stills.soft import mesh

Outline = NDArray[np.float64]


def triangles(s: Scene) -> Field:
    """Facets over a field of colours, each lit a little differently."""
    soft = mesh(s)
    cell = s.short / (7 if s.short > 200 else 4)
    columns, rows = math.ceil(s.width / cell) + 3, math.ceil(s.height / cell) + 3
    area = cv2.Subdiv2D(
        (-3 * int(cell), -3 * int(cell), s.width + 9 * int(cell), s.height + 9 * int(cell))
    )
    for row in range(rows):
        for column in range(columns):
            dx, dy = s.some(2, -0.36, 0.36)
            x = (column - 1 + dx + (row % 2) / 2) * cell
            area.insert((float(x), float((row - 1 + dy) * cell)))
    shapes = []
    for corners in np.array(area.getTriangleList(), np.float64).reshape(-1, 3, 2):
        x, y = corners.mean(0)
        if -cell < x < s.width + cell and -cell < y < s.height + cell:
            at = soft[int(min(max(y, 0), s.height - 1)), int(min(max(x, 0), s.width - 1))]
            lab = oklab(at)
            lab[0] += float(s.chance.normal(0, 0.032))
            shapes.append(Shape(_wider(corners, 0.6), from_oklab(lab)))
    return painted(s, soft, shapes)


def _wider(corners: Outline, by: float) -> Outline:
    """A little larger, so that no seam shows the ground."""
    middle = corners.mean(0)
    way = corners - middle
    return np.asarray(corners + way / np.linalg.norm(way, axis=1, keepdims=True) * by)


def terrazzo(s: Scene) -> Field:
    """Chips of stone in a plain floor."""
    unit = s.short / 2
    wide, high = s.width / unit, s.height / unit
    placed: list[tuple[float, float, float]] = []
    shapes = []
    tones = s.colours[1:]
    for size, count in ((0.2, 26), (0.125, 70), (0.07, 170), (0.034, 320)):
        if size * unit < 1.2:
            break
        for _ in range(int(count * wide * high / 4)):
            r = size * s.some(1, 0.75, 1.2)[0]
            x, y = s.some(1, -0.1, wide + 0.1)[0], s.some(1, -0.1, high + 0.1)[0]
            if all((x - a) ** 2 + (y - b) ** 2 > (r + c) ** 2 * 1.12 for a, b, c in placed):
                placed.append((x, y, r))
                colour = tones[int(s.chance.choice(4, p=(0.34, 0.28, 0.22, 0.16)))]
                shapes.append(Shape(_chip(s, x * unit, y * unit, r * unit), colour))
    return painted(s, s.base, shapes)


def _chip(s: Scene, x: float, y: float, r: float) -> Outline:
    """A broken piece: few corners, barely rounded."""
    corners = int(s.chance.integers(4, 8))
    turn = (np.arange(corners) + s.chance.uniform(-0.3, 0.3, corners)) * 2 * np.pi / corners
    far = r * s.chance.uniform(0.62, 1, corners)
    lean, flat = s.some(1, 0, np.pi)[0], s.some(1, 0.55, 1)[0]
    points = np.stack((far * np.cos(turn), far * np.sin(turn) * flat), 1)
    spin = np.array([[math.cos(lean), -math.sin(lean)], [math.sin(lean), math.cos(lean)]])
    points = points @ spin.T + (x, y)
    for _ in range(2):  # Chaikin's corner cutting
        after = np.roll(points, -1, 0)
        near, far_ = points * 0.86 + after * 0.14, points * 0.14 + after * 0.86
        points = np.stack((near, far_), 1).reshape(-1, 2)
    return np.asarray(points)


def tiles(s: Scene) -> Field:
    """Squares with circles, quarters and leaves in them."""
    aim = s.short / (5 if s.short > 200 else 3)
    columns, rows = max(1, round(s.width / aim)), max(1, round(s.height / aim))
    w, h = s.width / columns, s.height / rows
    shapes: list[Shape] = []
    for row in range(rows):
        for column in range(columns):
            ground, ink, spot = s.chance.permutation(5)[:3]
            box = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
            for outline, tone in [(box, ground), *_motif(s, int(ink), int(spot))]:
                seen = (outline + np.array((column, row))) * (w, h)
                shapes.append(Shape(seen, s.colours[int(tone)]))
    return painted(s, s.base, shapes)


def _quarter(corner: int, radius: float = 1) -> Outline:
    """A quarter of a disc around a corner of the unit square."""
    turn = np.linspace(0, np.pi / 2, 40)
    points = np.vstack([[0, 0], np.stack((radius * np.cos(turn), radius * np.sin(turn)), 1)])
    return _turned(points, corner)


def _turned(points: Outline, quarter: int) -> Outline:
    for _ in range(quarter % 4):
        points = np.stack((1 - points[:, 1], points[:, 0]), 1)
    return points


def _leaf(turn: int) -> Outline:
    arc = np.linspace(0, np.pi / 2, 40)
    one = np.stack((np.cos(arc), np.sin(arc)), 1)
    other = np.stack((1 - np.cos(arc), 1 - np.sin(arc)), 1)
    return _turned(np.vstack([one, other]), turn)


def _motif(s: Scene, ink: int, spot: int) -> Iterator[tuple[Outline, int]]:
    kind, turn = int(s.chance.integers(7)), int(s.chance.integers(4))
    if kind == 0:
        yield _quarter(turn), ink
    elif kind == 1:
        yield _quarter(turn), ink
        yield _quarter(turn, 0.5), spot
    elif kind == 2:
        yield _leaf(turn), ink
    elif kind == 3:
        yield ellipse(0.5, 0.5, 0.5, 0.5), ink
        yield ellipse(0.5, 0.5, 0.22, 0.22), spot
    elif kind == 4:
        yield _quarter(turn), ink
        yield _quarter(turn + 2, 0.5), spot
    elif kind == 5:
        yield _turned(np.array([[0.0, 0], [1, 0], [0, 1]]), turn), ink
    else:
        half = ellipse(0.5, 0.5, 0.5, 0.5)
        yield _turned(half[half[:, 1] <= 0.5001], turn), ink
        yield _turned(half[half[:, 1] >= 0.4999], turn), spot


def scales(s: Scene) -> Field:
    """Rows of fans, each over the one before."""
    count = 3 if s.short > 200 else 2
    aim = s.short / count / 2
    columns = max(2, round(s.width / (2 * aim)))
    r = s.width / columns / 2
    rings = (1.0, 0.9, 0.68, 0.6, 0.36) if s.short > 200 else (1.0, 0.84, 0.45)
    shapes = []
    for row in range(-2, math.ceil(2 * s.height / r) + 2):
        y = row * r / 2
        share = min(max(y / s.height, 0), 1)
        order = [1, 2, 3] if not s.palette.light else [1, 2]
        body = between(s.colours[order], np.array(share + s.some(1, -0.12, 0.12)[0], np.float32))
        line = s.colours[0]
        for column in range(-1, columns + 1):
            x = (2 * column + 1 + row % 2) * r
            for number, ring in enumerate(rings):
                tone = line if number % 2 == 0 else body
                edge = s.line(0.006) / s.pixel if number == 0 else 0
                shapes.append(Shape(ellipse(x, y + r, r * ring + edge, r * ring + edge), tone))
            shapes.append(Shape(ellipse(x, y + r, r * 0.16, r * 0.16), s.colours[4]))
    return painted(s, s.base, shapes)
