"""Moving backgrounds, made of nothing but a number: soft, slow, and calm enough for words.

Each is a function of time on a small grid; the caller enlarges it. Colours are R'G'B', 0 to 255.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError

Field = NDArray[np.float32]
Colour = tuple[float, float, float]


class Palette(NamedTuple):
    base: Colour
    first: Colour
    second: Colour
    third: Colour


NIGHTS = (
    Palette((9, 11, 30), (52, 44, 168), (18, 140, 190), (214, 82, 160)),
    Palette((28, 9, 14), (178, 44, 38), (244, 132, 50), (112, 26, 92)),
    Palette((4, 22, 26), (8, 112, 104), (96, 190, 110), (22, 66, 140)),
    Palette((22, 8, 38), (124, 36, 160), (240, 84, 124), (48, 62, 196)),
    Palette((3, 18, 42), (2, 92, 180), (10, 178, 190), (92, 74, 214)),
    Palette((24, 14, 10), (150, 76, 30), (236, 176, 84), (120, 40, 50)),
)
DAYS = (
    Palette((245, 239, 228), (226, 205, 178), (214, 190, 170), (236, 222, 200)),
    Palette((238, 241, 239), (196, 212, 208), (210, 220, 228), (226, 230, 222)),
    Palette((248, 236, 230), (230, 196, 184), (222, 206, 214), (244, 222, 204)),
)


def tint_of(colour: Colour) -> Field:
    return np.array(colour, np.float32)


class Grid(NamedTuple):
    """Coordinates with the shorter side from -1 to 1; y grows downwards."""

    x: Field
    y: Field
    wide: float
    high: float


def grid(width: int, height: int) -> Grid:
    wide, high = width / min(width, height), height / min(width, height)
    x = np.linspace(-wide, wide, width, dtype=np.float32)[None, :]
    y = np.linspace(-high, high, height, dtype=np.float32)[:, None]
    return Grid(x, y, wide, high)


class Backdrop:
    """One background. `at(seconds)` draws it; the same seed makes the same one again.

    Without a palette it takes one by chance.
    """

    def __init__(
        self, style: str, seed: int, width: int, height: int, palette: Palette | None = None
    ) -> None:
        if style not in STYLES:
            raise EngineError(f"There is no style “{style}”. Choose {' or '.join(STYLES)}.")
        self.grid = grid(width, height)
        self.chance = np.random.default_rng(seed)
        self.light = style == "paper"
        palettes = DAYS if self.light else NIGHTS
        own = palettes[int(self.chance.integers(len(palettes)))]
        self.palette = palette or own
        self.paint = STYLES[style](self)

    def at(self, seconds: float) -> Field:
        return self.paint(seconds)

    def some(self, count: int, low: float, high: float) -> list[float]:
        """Numbers by chance."""
        return [float(v) for v in self.chance.uniform(low, high, count)]

    def filled(self, colour: Colour) -> Field:
        shape = (self.grid.y.shape[0], self.grid.x.shape[1], 3)
        return np.broadcast_to(tint_of(colour), shape).copy()


Paint = Callable[[float], Field]
TURN = 2 * math.pi


def smooth(value: Field) -> Field:
    """0 below 0, 1 above 1, and soft between."""
    held = np.clip(value, 0, 1)
    return held * held * (3 - 2 * held)


def gradient(b: Backdrop) -> Paint:
    """Clouds of colour that wander through each other."""
    g, p = b.grid, b.palette
    colours = (p.first, p.second, p.third, p.base, p.first)
    phases, speeds = b.some(10, 0, TURN), b.some(10, 0.16, 0.34)

    def paint(t: float) -> Field:
        total = np.full((g.y.shape[0], g.x.shape[1]), 0.22, np.float32)
        out = b.filled(p.base) * 0.22
        for i, colour in enumerate(colours):
            cx = 1.05 * g.wide * math.sin(phases[2 * i] + speeds[2 * i] * t)
            cy = 1.05 * g.high * math.sin(phases[2 * i + 1] + speeds[2 * i + 1] * t)
            weight = np.exp(-((g.x - cx) ** 2 + (g.y - cy) ** 2) / 0.75)
            total += weight
            out += weight[..., None] * tint_of(colour)
        out *= 0.86 / total[..., None]
        return out

    return paint


def aurora(b: Backdrop) -> Paint:
    """Curtains of light over a night sky."""
    g, p = b.grid, b.palette
    colours = (p.second, p.first, p.third)
    phase, bend = b.some(12, 0, TURN), b.some(3, 0.7, 1.3)
    fade = ((g.y + g.high) / (2 * g.high))[..., None]
    sky = b.filled(p.base) * (0.45 + 0.75 * fade)

    def paint(t: float) -> Field:
        out = sky.copy()
        for i, colour in enumerate(colours):
            a, c, d, e = phase[4 * i : 4 * i + 4]
            warp = 0.35 * np.sin(1.1 * bend[i] * g.x + a + 0.23 * t)
            warp += 0.13 * np.sin(2.7 * g.x - 0.31 * t + c)
            above = (0.15 + 0.36 * i - 0.2 * g.high + warp) - g.y
            fold = 0.62 + 0.38 * np.sin(6.5 * g.x + 3 * warp + d + 0.55 * t)
            fold *= 0.75 + 0.25 * np.sin(17 * g.x - 5 * warp + e - 0.8 * t)
            reach = 0.5 + 0.2 * np.sin(1.7 * g.x + d - 0.2 * t)
            glow = np.where(above > 0, np.exp(-above / reach), np.exp(-((above / 0.11) ** 2)))
            out += (0.85 * glow * fold)[..., None] * tint_of(colour)
        return out

    return paint


def rays(b: Backdrop) -> Paint:
    """Light that falls in from a corner."""
    g, p = b.grid, b.palette
    side = 1 if b.chance.random() < 0.5 else -1
    cx, cy = side * g.wide * 0.72, -g.high * 1.12
    angle = np.arctan2(g.y - cy, side * (cx - g.x))
    far = np.hypot(g.x - cx, g.y - cy) / (g.wide + g.high)
    phase, speed = b.some(5, 0, TURN), b.some(5, 0.1, 0.3)
    mix = np.clip(far * 1.25, 0, 1)[..., None]
    tint = tint_of(p.second) * (1 - mix) + tint_of(p.first) * mix
    sky = b.filled(p.base) + np.exp(-4 * far)[..., None] * tint_of(p.third) * 0.5

    def paint(t: float) -> Field:
        beams = np.zeros_like(angle)
        for i, step in enumerate((5, 9, 14, 23, 37)):
            way = 1 if i % 2 else -1
            beams += np.sin(step * angle + phase[i] + way * speed[i] * t) / (1 + 0.35 * i)
        light = smooth(0.42 + 0.3 * beams) * np.exp(-1.7 * far)
        out: Field = sky + light[..., None] * tint * 1.1
        return out

    return paint


def bokeh(b: Backdrop) -> Paint:
    """Lights out of focus that rise slowly."""
    g, p = b.grid, b.palette
    count = round(22 * max(g.wide, g.high))
    xs, ys = b.some(count, -1.1, 1.1), b.some(count, 0, 1)
    sizes, speeds = b.some(count, 0.05, 0.3), b.some(count, 0.014, 0.04)
    phases, strong = b.some(count, 0, TURN), b.some(count, 0.12, 0.5)
    colours = [tint_of((p.first, p.second, p.third, p.second)[i % 4]) for i in range(count)]
    corner = np.exp(-((g.x + 0.7 * g.wide) ** 2 + (g.y - 0.6 * g.high) ** 2) / 1.6)
    other = np.exp(-((g.x - 0.7 * g.wide) ** 2 + (g.y + 0.5 * g.high) ** 2) / 1.4)
    sky = b.filled(p.base) * 0.8
    sky += corner[..., None] * tint_of(p.first) * 0.5 + other[..., None] * tint_of(p.third) * 0.35

    def paint(t: float) -> Field:
        out = sky.copy()
        for i in range(count):
            r = sizes[i]
            rise = (ys[i] + speeds[i] * t / g.high) % 1
            cx = xs[i] * g.wide + 0.05 * math.sin(phases[i] + 0.5 * t)
            cy = (g.high + r) - rise * 2 * (g.high + r)
            columns = np.flatnonzero(abs(g.x[0] - cx) < r)
            rows = np.flatnonzero(abs(g.y[:, 0] - cy) < r)
            if not columns.size or not rows.size:
                continue
            part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            d = np.hypot(g.x[:, part[1]] - cx, g.y[part[0]] - cy) / r
            disc = smooth((1 - d) * (3 + 8 * r)) * (0.7 + 0.3 * smooth(d * d))
            pulse = strong[i] * (0.75 + 0.25 * math.sin(phases[i] * 3 + 0.9 * t))
            out[part] += (disc * pulse)[..., None] * colours[i]
        return out

    return paint


def paper(b: Backdrop) -> Paint:
    """A bright sheet with the shadows of a tree going over it."""
    g, p = b.grid, b.palette
    phase, turn = b.some(6, 0, TURN), b.some(6, -0.5, 0.5)
    sheet = b.filled(p.base)
    near = np.exp(-((g.x + 0.9 * g.wide) ** 2 + (g.y + g.high) ** 2) / 3)[..., None]
    sheet += near * (tint_of((255, 253, 248)) - sheet) * 0.8
    shadow = tint_of(p.first)

    def paint(t: float) -> Field:
        leaves = np.zeros((g.y.shape[0], g.x.shape[1]), np.float32)
        for i, step in enumerate((1.3, 1.9, 2.9, 3.7, 5.3, 7.1)):
            sway = 0.22 * math.sin(0.5 * t + phase[i])
            along = g.x * math.cos(0.8 + turn[i]) + g.y * math.sin(0.8 + turn[i]) + sway
            leaves += np.sin(step * along + phase[i] + 0.12 * t) / (1 + 0.3 * i)
        dark = smooth(0.35 + 0.32 * leaves)[..., None] * 0.6
        bright: Field = sheet * (1 - dark) + shadow * dark
        return bright

    return paint


STYLES: dict[str, Callable[[Backdrop], Paint]] = {
    "aurora": aurora,
    "gradient": gradient,
    "rays": rays,
    "bokeh": bokeh,
    "paper": paper,
}
