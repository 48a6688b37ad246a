"""Backgrounds with edges that follow a field: lines, bands, dots."""

import math

import numpy as np

from studio.engine.stills.palettes import Field, oklab
from studio.engine.stills.scene import Scene, between, blend, inked, soft_step

FALL = 0.07
"""How soft the shadow of a sheet is."""


def waves(s: Scene) -> Field:
    """Sheets of paper in front of each other, each with a wavy edge and a shadow."""
    g = s.grid
    count = 6
    colours = s.colours[[4, 3, 2, 1, 0]] if not s.palette.light else s.colours[[0, 1, 2, 3, 4]]
    tones = between(colours, np.linspace(0.1, 1, count + 1, dtype=np.float32))
    x, y = s.place()
    out = np.broadcast_to(tones[0], (s.height, s.width, 3)).astype(np.float32)
    tall = s.height / s.short
    for number in range(count):
        middle = (-0.62 + 1.45 * number / count) * g.high
        edge = np.full_like(x, middle)
        for step, strong in ((1.1, 0.2), (2.3, 0.09), (4.1, 0.03)):
            phase, speed = s.some(2)
            edge += strong * np.sin(step * (0.8 + 0.4 * speed) * x + 2 * math.pi * phase)
        first = int(np.searchsorted(y[:, 0], float(edge.min()) - 6 * FALL))
        part, above = out[first:], y[first:] - edge
        shadow = np.exp(np.minimum(above, 0) / FALL)[..., None]
        part *= 1 - shadow * np.array((0.285, 0.28, 0.27), np.float32)
        down = np.clip(above / (1.3 * tall), 0, 1)[..., None]
        sheet = tones[number + 1] * (1 - 0.22 * down) + 8 * (1 - down)
        inked(part, sheet, np.clip(above / s.pixel + 0.5, 0, 1))
    return out


def blobs(s: Scene) -> Field:
    """Large round shapes that overlap, with a fine line beside them."""
    lab = oklab(s.colours)
    out = np.broadcast_to(s.base, (s.height, s.width, 3)).astype(np.float32)
    for number, (index, level) in enumerate(((1, 0.5), (2, 0.75), (3, 0.95))):
        field = s.hills(1.25 - 0.12 * number)
        tall, steep = s.full(field), s.slope(field) + 1e-6
        cover = np.clip((tall - level) / steep + 0.5, 0, 1)
        share = np.clip((field - level) / 1.6, 0, 1)
        ink = s.full(blend(lab[[index, index % 4 + 1]], share * 0.7))
        out = inked(out, ink, cover)
        width = s.line(0.004) * 2 / s.pixel
        line = np.clip(width / 2 + 0.5 - np.abs(tall - level + 0.3) / steep, 0, 1)
        out = inked(out, s.colours[index], line * 0.55)
    return out


def topographic(s: Scene) -> Field:
    """The contour lines of hills, every fifth of them stronger."""
    field = s.hills(1.15) + 0.3 * s.hills(0.55)
    tall, steep = s.full(field), s.slope(field)
    levels = 7.0
    away = np.abs(tall * levels - np.rint(tall * levels)) / (steep * levels + 1e-6)
    fifth = np.rint(tall * levels) % 5 == 0
    low, high = float(field.min()), float(field.max())
    share = (field - low) / (high - low)
    dark = s.colours[[0, 1]] if s.palette.light else s.colours[[0, 0, 1]]
    ground = s.full(between(dark, share * (0.55 if s.palette.light else 0.9)))
    order = [2, 4] if s.palette.light else [2, 3, 4]
    ink = s.full(between(s.colours[order], share))
    width = np.where(fifth, s.line(0.0055), s.line(0.0028)) / s.pixel
    cover = np.clip(width + 0.5 - away, 0, 1)
    return inked(ground, ink, cover * np.where(fifth, 0.95, 0.6).astype(np.float32))


def dots(s: Scene) -> Field:
    """A screen of dots that grow along a soft slope."""
    x, y = s.place()
    cell = 0.115 if s.short > 200 else 0.25
    turn = math.radians(30)
    u = (x * math.cos(turn) + y * math.sin(turn)) / cell
    v = (y * math.cos(turn) - x * math.sin(turn)) / cell
    away = np.hypot(u - np.floor(u) - 0.5, v - np.floor(v) - 0.5) * cell
    angle = s.some(1, 0, 2 * math.pi)[0]
    g = s.grid
    slope = (g.x / g.wide * math.cos(angle) + g.y / g.high * math.sin(angle)) / 1.3
    field = (soft_step(0.5 + 0.42 * slope + 0.16 * s.hills(1.2))).astype(np.float32)
    tall = s.full(field)
    ground = s.full(between(s.colours[[0, 0, 1]], 0.75 * (1 - field)))
    order = [2, 3, 4] if not s.palette.light else [1, 2, 4]
    ink = s.full(between(s.colours[order], field))
    size = (0.05 + 0.47 * tall) * cell
    cover = np.clip((size - away) / s.pixel + 0.5, 0, 1)
    return inked(ground, ink, cover)


def grid(s: Scene) -> Field:
    """A drafting grid that fades into a glow, some of its fields lit."""
    x, y = s.place()
    g = s.grid
    cx, cy = s.some(1, -0.5, 0.5)[0] * g.wide, s.some(1, -0.7, 0.2)[0] * g.high
    glow = np.exp(-((g.x - cx) ** 2 + (g.y - cy) ** 2) / (0.9 * g.wide * g.high)).astype(np.float32)
    order = [0, 0, 1, 2] if not s.palette.light else [0, 0, 1]
    out = s.full(between(s.colours[order], glow * (0.8 if not s.palette.light else 0.75)))
    light = s.full(glow)
    cell = 2 / (12 if s.short > 200 else 6)
    column, row = np.floor(x / cell).astype(int), np.floor(y / cell).astype(int)
    lit = s.chance.random((int(row.max() - row.min()) + 1, int(column.max() - column.min()) + 1))
    field = np.where(lit > 0.9, (lit - 0.9) * 8, 0).astype(np.float32)
    strong = field[row[:, 0] - row.min()][:, column[0] - column.min()]
    ink = s.colours[3 if not s.palette.light else 2]
    out = inked(out, ink, strong * (0.12 + 0.5 * light))
    half = s.line(0.0026) / s.pixel
    to_x = np.abs(x - np.rint(x / cell) * cell) / s.pixel
    to_y = np.abs(y - np.rint(y / cell) * cell) / s.pixel
    cover = np.maximum(np.clip(half + 0.5 - to_x, 0, 1), np.clip(half + 0.5 - to_y, 0, 1))
    return inked(out, s.colours[4 if not s.palette.light else 3], cover * (0.1 + 0.45 * light))


def stripes(s: Scene) -> Field:
    """Rounded bars in rows on a slant."""
    x, y = s.place()
    turn = -math.pi / 4
    along = x * math.cos(turn) + y * math.sin(turn)
    across = y * math.cos(turn) - x * math.sin(turn)
    row_high = 0.26 if s.short > 200 else 0.4
    row = np.floor(across / row_high).astype(np.int32)
    rows = int(row.max() - row.min()) + 1
    row -= row.min()
    period = s.chance.uniform(1.0, 1.9, rows).astype(np.float32)
    shifted = along + s.chance.uniform(20, 22, rows).astype(np.float32)[row]
    at = shifted / period[row]
    cell = at.astype(np.int32)
    cell -= cell.min()
    table = (rows, int(cell.max()) + 1)
    length = s.chance.uniform(0.35, 0.86, table).astype(np.float32)[row, cell] * period[row]
    tone = s.chance.choice(5, table, p=(0.16, 0.27, 0.25, 0.2, 0.12))[row, cell]
    inside = (at - np.floor(at)) * period[row] - period[row] / 2
    radius = 0.42 * row_high
    middle = across - (np.floor(across / row_high) + 0.5) * row_high
    far = np.hypot(np.maximum(np.abs(inside) - np.maximum(length / 2 - radius, 0), 0), middle)
    cover = np.clip((radius - far) / s.pixel + 0.5, 0, 1) * (tone > 0)
    share = np.clip(inside / length + 0.5, 0, 1)[..., None]
    ink = s.colours[tone] * (0.86 + 0.14 * share) + 10 * share
    out = np.broadcast_to(s.base, ink.shape).astype(np.float32)
    return inked(out, ink.astype(np.float32), cover.astype(np.float32))
