"""Steps of pens and presses: lines, dots, hatches and flat inks."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from studio.engine.stills.files import Field
from studio.engine.stills.looks.base import (
    Mask,
    blur,
    color,
    field,
    grid,
    luma,
    mix,
    noise,
    ramp,
    side,
)


def _lines(image: Field, width: float, sharp: float, level: float) -> Mask:
    """1 on paper, 0 on a line: an extended difference of Gaussians, softly thresholded."""
    bright = luma(image)
    near, far = blur(bright, width), blur(bright, width * 1.6)
    edge = near * (1 + sharp) - far * sharp
    return field(np.where(edge > level, 1, 1 + np.tanh((edge - level) * 14)))


def outline(
    image: Field,
    width: float = 0.002,
    strength: float = 1.0,
    ink: str = "#000000",
    sharp: float = 18.0,
    level: float = 0.12,
) -> Field:
    """Lines along the edges, and the deepest shadows filled."""
    lines = np.maximum(1 - _lines(image, width, sharp, level), _edges(image, width, 1.4))
    return mix(image, color(ink), field(strength * lines))


def contour(
    image: Field,
    paper: str = "#ffffff",
    ink: str = "#111111",
    width: float = 0.0018,
    fine: float = 1.0,
) -> Field:
    """Lines only, ink on paper; `fine` above 1 draws fainter edges too."""
    return mix(np.broadcast_to(color(paper), image.shape), color(ink), _edges(image, width, fine))


def _edges(image: Field, width: float, fine: float) -> Mask:
    """1 on the dark side of edges; texture finer than a line is calmed first."""
    bright = luma(image) * 255
    reach = max(1, round(width * 4 * side(image)))
    calm = field(cv2.ximgproc.guidedFilter(bright, bright, reach, 120.0) / 255)
    apart = blur(calm, width * 2.2) - blur(calm, width)
    # In the dark a small difference is as much of an edge as a large one in the light.
    apart = apart / (0.25 + blur(calm, width * 4))
    return ramp(0.022 / fine, 0.085 / fine, field(apart))


def pencil(
    image: Field, paper: str = "#faf8f3", lead: str = "#2b2b2e", shade: float = 0.6
) -> Field:
    """Pencil: lines where brightness changes, and slanting strokes in the shadows."""
    bright = luma(image)
    dodge = np.clip(bright / np.maximum(blur(bright, 0.008), 0.02), 0, 1)
    lines = ramp(0.55, 0.985, field(dodge))
    x, y = grid(image)
    tooth = noise(image.shape, max(1.0, 0.002 * side(image)), 51)
    wobble = blur(noise(image.shape, 0.05 * side(image), 52), 0.01)
    stroke = 0.5 + 0.5 * np.sin((x + y) * 2 * np.pi * 95 + wobble * 3)
    tone = np.clip(1 - blur(bright, 0.004) * 1.25, 0, 1) ** 1.2
    marks = field(np.clip(tone * 1.5 + 0.22 * tooth - 0.55 * stroke, 0, 1))
    drawn = lines * (1 - shade * marks)
    return mix(np.broadcast_to(color(paper), image.shape), color(lead), field(1 - drawn))


def crayon(image: Field, paper: str = "#fbf8f1") -> Field:
    """Colored pencils: slanting strokes over each other, and paper between."""
    unit = side(image)
    x, y = grid(image)
    flat = blur(image, 0.005)
    bright = luma(flat)
    sheet = np.broadcast_to(color(paper), image.shape).astype(np.float32)
    for number, degrees in enumerate((50, 20, 115)):
        turn = np.deg2rad(degrees)
        wobble = 0.006 * blur(noise(image.shape, 0.06 * unit, 55 + number), 0.01)
        wave = 0.5 + 0.5 * np.sin((x * np.cos(turn) + y * np.sin(turn) + wobble) * 2 * np.pi * 85)
        tooth = noise(image.shape, max(1.0, 0.0028 * unit), 58 + number)
        need = 1.15 - bright - 0.22 * number
        laid = ramp(0.0, 0.75, field(need * 1.1 + 0.18 * tooth - 0.42 * wave + 0.12))
        sheet = mix(sheet, sheet * np.clip(flat * 0.9 + 0.12, 0, 1), field(laid * 0.85))
    lines = _lines(image, 0.0018, 16, 0.12)
    return mix(sheet, np.clip(flat * 0.35, 0, 1), field((1 - lines) * 0.6))


def charcoal(image: Field, paper: str = "#efe9dd", coal: str = "#191717") -> Field:
    """Broad soft strokes that the tooth of the paper breaks up."""
    bright = luma(image)
    tone = 1 - ramp(-0.1, 0.9, blur(bright, 0.004))
    edges = 1 - ramp(0.45, 0.97, field(bright / np.maximum(blur(bright, 0.014), 0.02)))
    unit = side(image)
    tooth = 0.7 * noise(image.shape, 0.003 * unit, 61) + 0.5 * noise(image.shape, 0.008 * unit, 62)
    x, y = grid(image)
    drag = np.sin((x * 0.8 + y) * 150 + 2 * noise(image.shape, 0.04 * unit, 63))
    dark = tone * 0.92 + 0.8 * edges + 0.14 * tooth + 0.06 * drag
    laid = ramp(0.1, 1.05, field(dark))
    return mix(np.broadcast_to(color(paper), image.shape), color(coal), laid)


def hatch(
    image: Field,
    lines: int = 90,
    paper: str = "#f7f2e6",
    ink: str = "#1a1715",
    layers: int = 4,
    swell: bool = True,
) -> Field:
    """Engraving: parallel lines that swell with the dark, in up to four directions."""
    bright = np.clip(blur(luma(image), 0.0025), 0, 1)
    x, y = grid(image)
    bend = 0.012 * blur(noise(image.shape, 0.2 * side(image), 71), 0.03)
    dark = np.zeros(image.shape[:2], np.float32)
    softness = max(0.12, 1.6 * lines / side(image))
    for number, degrees in enumerate((38, -38, 84, 4)[:layers]):
        turn = np.deg2rad(degrees)
        along = x * np.cos(turn) + y * np.sin(turn) + bend
        wave = np.abs((along * lines) % 1 - 0.5) * 2
        need = np.clip((0.86 - 0.21 * number - bright) * (1.35 if swell else 3), 0, 0.62)
        need = np.where(need > 0.02, need, -1)
        dark = np.maximum(dark, 1 - ramp(-softness, softness, field(wave - need)))
    return mix(np.broadcast_to(color(paper), image.shape), color(ink), dark)


def _screen(tone: Mask, cell: float, degrees: float, unit: int) -> Mask:
    """How much ink a screen of round dots lays for each tone (1 = full), about evenly."""
    x, y = grid(tone)
    turn = np.deg2rad(degrees)
    u = (x * np.cos(turn) + y * np.sin(turn)) / cell
    v = (-x * np.sin(turn) + y * np.cos(turn)) / cell
    wave = 0.5 + 0.25 * (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v))
    softness = min(0.5, max(0.06, 1.2 / (cell * unit)))
    return ramp(-softness, softness, field(tone - 1 + wave))


def halftone(
    image: Field, cell: float = 0.014, paper: str = "#f6f1e4", colored: bool = True, ink: str = ""
) -> Field:
    """Printed in dots: four inks at their angles, or one `ink`."""
    unit = side(image)
    even = blur(image, cell * 0.25)
    if not colored:
        dots = _screen(1 - luma(even), cell, 45, unit)
        return mix(np.broadcast_to(color(paper), image.shape), color(ink or "#161616"), dots)
    inks = 1 - even
    black = inks.min(2)
    sheet = np.broadcast_to(color(paper), image.shape).astype(np.float32)
    plates = (("#00a3d9", 15), ("#e4157c", 75), ("#ffe100", 0))
    for channel, (tint, degrees) in enumerate(plates):
        dots = _screen(field(inks[..., channel] - black * 0.5), cell, degrees, unit)
        sheet = mix(sheet, sheet * color(tint), dots)
    return mix(sheet, sheet * 0.1, _screen(field(black**1.6), cell, 45, unit))


def dots(image: Field, cell: float = 0.02, strength: float = 0.35, degrees: float = 45) -> Field:
    """A screen of dots in the shadows of what is coloured already, as in old comics."""
    tone = np.clip(0.9 - luma(blur(image, cell * 0.5)), 0, 1)
    screen = _screen(field(tone * 0.8), cell, degrees, side(image))
    return mix(image, image * 0.45, field(screen * strength))


def stipple(
    image: Field, cell: float = 0.006, paper: str = "#fbf8f0", ink: str = "#151515"
) -> Field:
    """Shaded with the point of a pen: dots on an uneven grid, larger and denser in the dark."""
    height, width = image.shape[:2]
    unit = side(image)
    step = max(2.2, cell * unit)
    bright = luma(image)
    edge = np.clip(blur(bright, 0.01) - blur(bright, 0.0015), 0, 1)
    tone = np.clip(1 - ramp(-0.15, 0.92, blur(bright, cell * 0.4)) + 1.5 * edge, 0, 1)
    random = np.random.default_rng(81)
    rows, columns = int(height / step) + 1, int(width / step) + 1
    jitter = random.uniform(-0.34, 0.34, (2, rows, columns))
    y = (np.arange(rows)[:, None] + 0.5 + jitter[0]) * step
    x = (np.arange(columns)[None] + 0.5 * (np.arange(rows)[:, None] % 2) + jitter[1]) * step
    at = tone[np.clip(y, 0, height - 1).astype(int), np.clip(x, 0, width - 1).astype(int)]
    sheet = np.zeros((height, width), np.uint8)
    for cx, cy, dark in zip(x.ravel(), y.ravel(), at.ravel(), strict=True):
        if dark > 0.02:
            size = int(step * 0.7 * dark**0.85 * 16)
            cv2.circle(sheet, (int(cx * 16), int(cy * 16)), size, 255, -1, cv2.LINE_AA, 4)
    return mix(np.broadcast_to(color(paper), image.shape), color(ink), field(sheet / 255))


def press(
    image: Field,
    inks: Sequence[str] = ("#0b5cff", "#ff4b3e", "#ffd23f"),
    paper: str = "#f5f0e2",
    shift: float = 0.004,
    cell: float = 0.009,
) -> Field:
    """A few spot inks over each other, each grainy and a little out of place."""
    height, width = image.shape[:2]
    unit = side(image)
    sheet = np.broadcast_to(color(paper), image.shape).astype(np.float32)
    need = np.clip(1 - image, 0, 1)
    directions = ((1, 0.4), (-0.7, 0.8), (0.3, -1), (-1, -0.3))
    for number, code in enumerate(inks):
        takes = 1 - color(code)
        amount = field((need @ takes) / (takes @ takes))
        amount = np.clip((amount - 0.1) * 1.05, 0, 1)
        dx, dy = directions[number % 4]
        move = np.array([[1, 0, dx * shift * unit], [0, 1, dy * shift * unit]])
        moved = cv2.warpAffine(amount, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
        laid = _screen(field(moved), cell, 20 + 35 * number, unit) * 0.35 + field(moved) * 0.65
        speck = 1 - 0.35 * ramp(1.0, 2.2, noise(image.shape, max(1.0, 0.0022 * unit), 90 + number))
        sheet = mix(sheet, sheet * color(code), np.clip(laid * speck, 0, 1))
    return sheet


def cut(
    image: Field,
    levels: Sequence[float] = (0.33, 0.6),
    inks: Sequence[str] = ("#161412", "#b5651d", "#f3e6cf"),
    smooth: float = 0.004,
) -> Field:
    """Flat shapes with clean rims: as many inks as there are levels, and one more."""
    bright = blur(luma(image), smooth)
    low, high = np.percentile(bright, (2, 98))
    bright = np.clip((bright - low) / max(0.05, high - low), 0, 1)
    sheet = np.broadcast_to(color(inks[0]), image.shape).astype(np.float32)
    softness = max(0.008, 3 / side(image) * 0.5)
    for level, code in zip(levels, inks[1:], strict=True):
        sheet = mix(sheet, color(code), ramp(level - softness, level + softness, field(bright)))
    return sheet


def gouge(image: Field, lines: int = 70, ink: str = "#14120f", paper: str = "#f2ead8") -> Field:
    """Cut in lino: black, with the middle tones opened by cuts that follow the forms."""
    bright = blur(luma(image), 0.004)
    low, high = np.percentile(bright, (2, 98))
    tone = np.clip((bright - low) / max(0.05, high - low), 0, 1)
    x, y = grid(image)
    bend = blur(tone, 0.03) * 0.3 + 0.02 * blur(noise(image.shape, 0.1 * side(image), 95), 0.01)
    wave = np.abs(((y + 0.35 * x + bend) * lines) % 1 - 0.5) * 2
    opened = ramp(-0.12, 0.12, field(np.clip((tone - 0.24) * 1.9, -0.3, 1.3) - wave))
    edge = _lines(image, 0.0022, 20, 0.1)
    return mix(np.broadcast_to(color(ink), image.shape), color(paper), field(opened * edge))


def glow(image: Field, colors: Sequence[str], width: float = 0.0025, ground: float = 0.25) -> Field:
    """Edges become tubes of light in a run of colours; the rest goes dark."""
    lines = _edges(image, width, 1.3)
    bright = blur(luma(image), 0.02)
    x, y = grid(image)
    at = np.clip(0.5 + 0.45 * x + 0.35 * y + 0.3 * (bright - 0.5), 0, 1)
    steps = np.linspace(0, 1, len(colors))
    tint = field(
        np.stack([np.interp(at, steps, [color(c)[i] for c in colors]) for i in range(3)], -1)
    )
    lit = lines[..., None] * (0.35 + 0.65 * tint)
    halo = blur(field(lines[..., None] * tint), 0.012) * 1.6 + blur(lit, 0.045) * 0.9
    base = image * ground * (0.4 + 0.6 * tint)
    return field(np.clip(1 - (1 - base) * (1 - np.clip(lit + halo, 0, 1)), 0, 1))


def rule(image: Field, tint: str = "#ffffff", count: int = 20, strength: float = 0.18) -> Field:
    """Squared paper: fine lines, each fifth one stronger."""
    x, y = grid(image)
    thick = max(1.0 / side(image), 0.0012) * count
    share = np.zeros(image.shape[:2], np.float32)
    for axis in (x, y):
        for every, weight in ((1, 0.6), (5, 1.0)):
            away = np.abs(axis * count / every - np.rint(axis * count / every)) * every
            share = np.maximum(share, weight * (1 - ramp(thick * 0.4, thick, field(away))))
    return mix(image, color(tint), share * strength)


STEPS = {
    "outline": outline,
    "contour": contour,
    "pencil": pencil,
    "crayon": crayon,
    "charcoal": charcoal,
    "hatch": hatch,
    "halftone": halftone,
    "dots": dots,
    "stipple": stipple,
    "press": press,
    "cut": cut,
    "gouge": gouge,
    "glow": glow,
    "rule": rule,
}
