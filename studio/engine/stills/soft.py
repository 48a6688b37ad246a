"""Backgrounds without edges: light, clouds of colour, stone."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import backdrop
from studio.engine.stills.palettes import Field, from_oklab, oklab
from studio.engine.stills.scene import Scene, between, inked, soft_step


def mesh(s: Scene) -> Field:
    """Patches of colour that flow into each other."""
    g = s.grid
    bend, other = s.hills(1.5) * 0.22, s.hills(1.5) * 0.22
    x, y = g.x + bend, g.y + other
    order = [0, 1, 2, 3, 1, 4, 2] if not s.palette.light else [0, 1, 3, 0, 2, 1, 0, 3]
    lab = oklab(s.colours)
    total = np.zeros_like(x)
    out = np.zeros((*x.shape, 3), np.float32)
    for number, (px, py) in enumerate(scattered(s, len(order))):
        far = (x - px) ** 2 + (y - py) ** 2
        weight = 1 / (far + 0.06) ** 1.9
        total += weight
        out += weight[..., None] * lab[order[number]]
    return s.full(from_oklab(out / total[..., None]))


def scattered(s: Scene, count: int) -> list[tuple[float, float]]:
    """Places all over the frame, none close to another."""
    g, found = s.grid, [(0.0, 0.0)]
    for number in range(count):
        best, most = (0.0, 0.0), -1.0
        for _ in range(24):
            x = float(s.chance.uniform(-1, 1)) * g.wide
            y = float(s.chance.uniform(-1, 1)) * g.high
            near = min(((x - a) / g.wide) ** 2 + ((y - b) / g.high) ** 2 for a, b in found)
            if near > most:
                best, most = (x, y), near
        found = [*(found if number else []), best]
    return found


def gradient(s: Scene) -> Field:
    """From one corner to another through the whole palette, over a soft curve."""
    g = s.grid
    angle = s.some(1, 0.18, 0.32)[0] * math.pi * (1 if s.chance.random() < 0.5 else 3)
    along = g.x * math.cos(angle) + g.y * math.sin(angle)
    reach = g.wide * abs(math.cos(angle)) + g.high * abs(math.sin(angle))
    across = g.y * math.cos(angle) - g.x * math.sin(angle)
    phase = s.some(1, 0, 2 * math.pi)[0]
    share = 0.5 + 0.5 * along / reach + 0.07 * np.sin(1.3 * across + phase)
    picked = s.colours[[0, 1, 2, 3]]
    if s.palette.light:
        picked = s.colours[[0, 1, 2]]
    return s.full(between(picked, share.astype(np.float32)))


def lights(style: str, s: Scene, ground: Field) -> Field:
    """One of the moving backgrounds, held still. Light adds up on a dark ground; on a bright one
    the same is drawn with the colours turned round, so that it takes light away as ink does."""
    turned = float(ground.mean()) > 128
    colours = np.vstack([ground, s.colours[1:]])
    colours = 255 - colours if turned else colours
    base, first, second, third, _ = ((float(r), float(g), float(b)) for r, g, b in colours)
    chosen = backdrop.Palette(base, first, second, third)
    found = backdrop.Backdrop(style, s.seed, *s.small, palette=chosen).at(0)
    found = np.clip(found, 0, 255)
    return s.full(np.asarray(255 - found if turned else found, np.float32))


def aurora(s: Scene) -> Field:
    """Curtains of light over a night sky, which is dark whatever the palette."""
    if not s.palette.light:
        return lights("aurora", s, s.colours[0])
    darkest = oklab(s.palette.ramp()[0])
    darkest[0] = min(float(darkest[0]), 0.3)
    return lights("aurora", s, from_oklab(darkest * np.array((1, 0.8, 0.8), np.float32)))


def rays(s: Scene) -> Field:
    return lights("rays", s, s.base)


def bokeh(s: Scene) -> Field:
    return lights("bokeh", s, s.base)


def paper(s: Scene) -> Field:
    """A handmade sheet: fibres in it, light from the side, the shadow of leaves over it."""
    sheet = s.full(_sheet(s))
    grain = s.chance.normal(0, 1.5, (s.height, s.width)).astype(np.float32)
    relief = s.full(_relief(s)) * 3.2
    out = sheet + (grain + relief)[..., None]
    fibres = np.zeros((s.height, s.width), np.uint8)
    for _ in range(int(90 * s.width * s.height / s.short**2)):
        cv2.polylines(
            fibres, [_fibre(s)], False, int(s.chance.integers(40, 150)), 1, cv2.LINE_AA, 4
        )
    strong = fibres.astype(np.float32) / 255 * 0.5
    return inked(out, s.colours[2], strong)


def _relief(s: Scene) -> Field:
    """How steeply the sheet faces the light."""
    tall = s.hills(0.07) + 0.8 * s.hills(0.035) + 1.5 * s.hills(0.3)
    down, across = np.gradient(tall)
    lit = across + down
    return np.asarray(lit / (lit.std() + 1e-6), np.float32)


def _fibre(s: Scene) -> NDArray[np.int32]:
    """A thin curved hair, in sixteenths of a pixel."""
    x, y, turn, bend = s.some(4)
    steps = np.linspace(0, 1, 12)
    way = 2 * math.pi * turn + (bend - 0.5) * 3 * steps
    length = s.some(1, 0.02, 0.09)[0] * s.short / 12
    points = np.stack((np.cumsum(np.cos(way)), np.sin(way).cumsum()), 1) * length
    moved = points + np.array((x * s.width, y * s.height))
    return np.asarray(np.rint(moved * 16), np.int32)


def _sheet(s: Scene) -> Field:
    leaves = np.zeros(s.small[::-1], np.float32)
    turn = s.some(1, 0.5, 1.1)[0]
    for step, bend in ((1.9, 0.0), (3.1, 0.5), (4.7, -0.4), (6.6, 0.25), (9.0, -0.2)):
        phase, lean = s.some(1, 0, 2 * math.pi)[0], turn + bend
        along = s.grid.x * math.cos(lean) + s.grid.y * math.sin(lean)
        leaves += np.sin(step * along + phase) / (1 + 0.1 * step)
    tint = (soft_step(0.45 + 0.42 * leaves) * 0.55)[..., None]
    ground, deep = oklab(s.base), oklab(s.colours[1])
    lift = 0.02 if s.palette.light else 0.06
    lit = ground + np.array((lift, 0, 0), np.float32)
    return from_oklab(lit * (1 - tint) + (0.5 * deep + 0.5 * ground) * tint)


def marble(s: Scene) -> Field:
    """Polished stone with veins."""
    warp, body, fine = s.hills(0.9, 3), s.hills(1.3, 5), s.hills(0.15, 3)
    lab = oklab(s.colours)
    stone = lab[0] + (lab[1] - lab[0]) * (soft_step(0.5 + 0.25 * body) * 0.45)[..., None]
    accent = lab[4] if s.palette.light else lab[3]
    ways = (
        (1.1, 0.030, lab[2], 0.5),
        (0.7, 0.009, lab[2], 0.5),
        (0.9, 0.013, lab[3], 0.6),
        (0.6, 0.006, accent, 0.7),
        (1.4, 0.017, accent, 0.95),
    )
    for size, thin, colour, strong in ways:
        field = s.hills(size) + 0.5 * warp + 0.12 * fine
        down, across = np.gradient(field)
        steep = np.hypot(down, across) * min(s.small) / 2 + 0.8
        away = np.abs(field) / steep
        width = thin * np.exp(0.45 * s.hills(0.5))
        shown = soft_step(0.6 + 0.5 * s.hills(0.8)) * strong
        line = np.exp(-((away / width) ** 2)) * shown
        haze = np.exp(-away / (4 * width)) * shown * 0.22
        share = np.clip(np.maximum(line, haze), 0, 1)[..., None]
        stone = stone + (colour - stone) * share
    return s.full(from_oklab(stone.astype(np.float32)))
