"""Steps that paint: brushes, washes and the ground they are laid on."""

from __future__ import annotations

import cv2
import numpy as np

from studio.engine.stills.files import Field
from studio.engine.stills.looks.base import (
    Mask,
    blur,
    color,
    field,
    grey,
    luma,
    mix,
    noise,
    ramp,
    side,
    smaller,
)

SECTORS = 8


def oil(image: Field, radius: float = 0.012, longest: int = 1000, sharp: float = 6.0) -> Field:
    """Flat touches that keep edges: the mean of the calmest of eight sectors around each pixel
    (a generalised Kuwahara filter)."""

    def paint(small: Field) -> Field:
        reach = max(2, round(radius * side(small)))
        at = np.arange(-reach, reach + 1, dtype=np.float32)
        x, y = np.meshgrid(at, at)
        disc = np.exp(-(x * x + y * y) / (2 * (reach * 0.55) ** 2)) * (x * x + y * y <= reach**2)
        angle = np.arctan2(y, x)
        total = np.zeros_like(small)
        weight = np.zeros(small.shape[:2], np.float32)
        squares = small * small
        for number in range(SECTORS):
            off = np.angle(np.exp(1j * (angle - number * 2 * np.pi / SECTORS)))
            kernel = field(disc * np.clip(1.15 - np.abs(off) / (np.pi / SECTORS * 1.5), 0, 1))
            kernel /= kernel.sum()
            mean = cv2.filter2D(small, -1, kernel)
            spread = (cv2.filter2D(squares, -1, kernel) - mean * mean).sum(2)
            share = field(1 / (1e-4 + np.maximum(spread, 0)) ** (sharp / 4))
            total += mean * share[..., None]
            weight += share
        return total / weight[..., None]

    return smaller(image, longest, paint)


def _flow(small: Field, calm: float) -> tuple[Mask, Mask]:
    """The direction along the edges at each pixel, as a unit vector, calmed over a distance."""
    bright = luma(small)
    gx = cv2.Sobel(bright, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(bright, cv2.CV_32F, 0, 1)
    xx, xy, yy = (blur(field(part), calm) for part in (gx * gx, gx * gy, gy * gy))
    turn = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return field(np.cos(turn)), field(np.sin(turn))


def strokes(
    image: Field,
    length: float = 0.03,
    width: float = 0.006,
    relief: float = 0.25,
    wander: float = 0.0,
    longest: int = 1000,
) -> Field:
    """Brush strokes along the forms: noise and colour are drawn out along the edges, and the noise
    stands out like ridges of paint. `wander` lets the strokes swirl where nothing leads them."""

    def paint(small: Field) -> Field:
        dx, dy = _flow(small, 0.03)
        if wander:
            turn = blur(noise(small.shape, 0.12 * side(small), 3), 0.02) * wander
            dx, dy = dx * np.cos(turn) - dy * np.sin(turn), dx * np.sin(turn) + dy * np.cos(turn)
        bristle = noise(small.shape, max(1.2, width * side(small)), 7)[..., None]
        dabs = small + 0.10 * noise(small.shape, max(1.5, width * 2.2 * side(small)), 8)[..., None]
        layers = field(np.dstack([dabs, bristle]))
        drawn = _drawn_out(layers, dx, dy, max(3, round(length * side(small) / 2)))
        ridges = drawn[..., 3] / max(1e-6, float(drawn[..., 3].std()))
        lit = cv2.Sobel(ridges, cv2.CV_32F, 1, 1, ksize=3) + 0.35 * ridges
        return field(np.clip(drawn[..., :3] * (1 + relief * 0.28 * lit[..., None]), 0, 1))

    return smaller(image, longest, paint)


def _drawn_out(layers: Field, dx: Mask, dy: Mask, reach: int) -> Field:
    """The mean along the flow, `reach` pixels to both sides (line integral convolution)."""
    height, width = dx.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    total = layers.copy()
    for sign in (1.0, -1.0):
        px, py = x.copy(), y.copy()
        vx, vy = dx * sign, dy * sign
        for _ in range(reach):
            px += vx
            py += vy
            total += cv2.remap(layers, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            ix = np.clip(np.rint(px), 0, width - 1).astype(np.int32)
            iy = np.clip(np.rint(py), 0, height - 1).astype(np.int32)
            nx, ny = dx[iy, ix], dy[iy, ix]
            # The flow has no sign of its own: go on in the direction that was taken.
            back = np.where(nx * vx + ny * vy < 0, np.float32(-1), np.float32(1))
            vx, vy = nx * back, ny * back
    return field(total / (2 * reach + 1))


def dabs(
    image: Field,
    length: float = 0.028,
    width: float = 0.0085,
    lively: float = 1.0,
    longest: int = 1200,
) -> Field:
    """Short strokes of a loaded brush beside each other, along the forms, from broad to fine."""

    def paint(small: Field) -> Field:
        dx, dy = _flow(small, 0.015)
        unit = side(small)
        random = np.random.default_rng(13)
        sheet = blur(small, 0.01).copy()
        for layer, (scale, spread) in enumerate(((1.7, 0.05), (1.0, 0.07), (0.6, 0.06))):
            step = max(1.5, width * scale * unit * 1.25)
            rows, columns = int(small.shape[0] / step) + 1, int(small.shape[1] / step) + 1
            spots = random.permutation(rows * columns)
            shake = random.uniform(-0.5, 0.5, (rows * columns, 2))
            tone = random.normal(0, spread * lively, (rows * columns, 3))
            detail = np.abs(luma(small) - blur(luma(small), width * scale))
            for spot in spots:
                x = int(
                    min(max(0, (spot % columns + 0.5 + shake[spot, 0]) * step), small.shape[1] - 1)
                )
                y = int(
                    min(max(0, (spot // columns + 0.5 + shake[spot, 1]) * step), small.shape[0] - 1)
                )
                if layer == 2 and detail[y, x] < 0.025:
                    continue
                reach = length * scale * unit / 2 * (0.7 + 0.6 * abs(shake[spot, 0]))
                rx, ry = dx[y, x] * reach, dy[y, x] * reach
                ends = (
                    (int((x - rx) * 8), int((y - ry) * 8)),
                    (int((x + rx) * 8), int((y + ry) * 8)),
                )
                tint = np.clip(small[y, x] + tone[spot], 0, 1).tolist()
                thick = max(1, round(width * scale * unit))
                cv2.line(sheet, *ends, tint, thick, cv2.LINE_AA, 3)
        return sheet

    return _ridged(smaller(image, longest, paint))


def _ridged(image: Field) -> Field:
    """Thin light and shadow at the rims of strokes, as thick paint has."""
    bright = luma(image)
    slope = cv2.Sobel(blur(bright, 0.0015), cv2.CV_32F, 1, 1)
    return field(np.clip(image * (1 + np.clip(slope * 2.0, -0.12, 0.12))[..., None], 0, 1))


def median(image: Field, radius: float = 0.006, longest: int = 1600) -> Field:
    """Small spots go, rims become smooth, flat colours stay flat."""

    def draw(small: Field) -> Field:
        reach = max(1, round(radius * side(small))) * 2 + 1
        return field(cv2.medianBlur(np.rint(small * 255).astype(np.uint8), min(reach, 99)) / 255)

    return smaller(image, longest, draw)


def watercolor(image: Field, radius: float = 0.008, longest: int = 1100, wet: float = 1.0) -> Field:
    """Washes with darker rims, pigment that settles, and white paper that shines through."""

    def paint(small: Field) -> Field:
        unit = side(small)
        wobble = 0.003 * unit * wet
        height, width = small.shape[:2]
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        wx = x + wobble * noise(small.shape, 0.03 * unit, 1)
        wy = y + wobble * noise(small.shape, 0.03 * unit, 2)
        moved = cv2.remap(small, wx, wy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        flat = oil(field(moved), radius, longest, 8)
        light = luma(flat)
        washes = 5.0
        stepped = (np.floor(light * washes) + ramp(0.35, 0.65, light * washes % 1)) / washes
        flat = flat * (0.35 + 0.65 * (stepped + 0.05) / (light + 0.05))[..., None]
        # What is drawn with the tip of the brush, such as a mouth, is finer than any wash.
        grey = luma(field(moved))
        tip = np.clip(grey / (blur(grey, 0.008) + 0.02), 0.5, 1)
        flat = flat * np.minimum(1, 0.04 + blur(field(tip), 0.0008))[..., None] ** 1.2
        edge = blur(field(np.abs(cv2.Laplacian(blur(luma(field(flat)), 0.003), cv2.CV_32F))), 0.002)
        rim = ramp(0.004, 0.05, edge)
        settled = 0.10 * noise(small.shape, 0.05 * unit, 4) + 0.04 * noise(small.shape, 2, 5)
        density = 1 + 0.35 * rim + wet * settled
        paled = 1 - (1 - np.clip(flat, 0.02, 1)) * 0.92
        return field(np.clip(paled ** density[..., None], 0, 1))

    return smaller(image, longest, paint)


def smooth(image: Field, radius: float = 0.02, keep: float = 0.12, longest: int = 1600) -> Field:
    """Flat areas with sharp edges, as colour is laid in animation."""

    def paint(small: Field) -> Field:
        reach = max(1, round(radius * side(small)))
        # From 0 to 1 the determinants that this filter divides by are too small for it.
        result = small * 255
        for _ in range(3):
            result = field(cv2.ximgproc.guidedFilter(result, result, reach, (keep * 140) ** 2))
        return field(result / 255)

    return smaller(image, longest, paint)


def paper(
    image: Field, strength: float = 0.08, tint: str = "#fbf7ee", size: float = 0.004
) -> Field:
    """The tooth of paper, and its colour."""
    unit = size * side(image)
    rough = 0.6 * noise(image.shape, unit, 31) + 0.4 * noise(image.shape, unit * 4, 32)
    lit = blur(field(rough), size * 0.25)
    slope = field(np.clip(cv2.Sobel(lit, cv2.CV_32F, 1, 1, scale=max(1.0, unit) * 0.5), -2, 2))
    return field(np.clip(image * color(tint) * (1 + strength * slope[..., None]), 0, 1))


def canvas(image: Field, strength: float = 0.12, threads: int = 150) -> Field:
    """A woven ground: threads over and under each other."""
    unit = side(image) / threads
    height, width = image.shape[:2]
    x = np.arange(width, dtype=np.float32)[None] / unit
    y = np.arange(height, dtype=np.float32)[:, None] / unit
    over = (np.floor(x) + np.floor(y)) % 2
    across = np.abs(np.sin(np.pi * x))
    down = np.abs(np.sin(np.pi * y))
    weave = np.where(over > 0.5, across * 0.9 + 0.1 * down, down * 0.9 + 0.1 * across) - 0.6
    weave = field(weave) + 0.12 * noise(image.shape, max(1.0, unit * 2), 33)
    return field(np.clip(image * (1 + strength * weave[..., None]), 0, 1))


def relief(
    image: Field, depth: float = 0.5, radius: float = 0.006, gloss: float = 0.0, shade: float = 1.0
) -> Field:
    """Lit from the top left as if brightness were height; `gloss` adds highlights."""

    def light(small: Field) -> Field:
        height = blur(luma(small), radius)
        scale = depth * side(small) * 0.02
        gx = cv2.Sobel(height, cv2.CV_32F, 1, 0) * scale
        gy = cv2.Sobel(height, cv2.CV_32F, 0, 1) * scale
        facing = (0.45 * -gx + 0.55 * -gy + 0.7) / np.sqrt(1 + gx * gx + gy * gy)
        lit = 1 + shade * 0.9 * (facing - 0.7)
        spark = gloss * np.clip(facing - 0.86, 0, 1) ** 1.5 * 6
        return grey(field(lit * 0.5)) + grey(field(spark))

    shading = smaller(image, 1400, light)
    return field(np.clip(image * np.minimum(shading, 0.8) * 2, 0, 1))


def fuzz(image: Field, strength: float = 0.2, length: float = 0.012) -> Field:
    """Short fibres in all directions, as on felt and wool."""
    unit = side(image)

    def fibres(small: Field) -> Field:
        turn = noise(small.shape, 0.008 * side(small), 41) * 3
        dx, dy = field(np.cos(turn)), field(np.sin(turn))
        hair = noise(small.shape, 1.3, 42)
        drawn = _drawn_out(hair, dx, dy, max(3, round(length * side(small) / 2)))
        return grey(field(0.5 + 0.16 * drawn / max(1e-6, float(drawn.std()))))

    texture = smaller(image, min(1400, max(image.shape)), fibres) if unit > 8 else image * 0 + 0.5
    return field(np.clip(image * (1 + strength * 4 * (texture - 0.5)), 0, 1))


def pastel(image: Field, strength: float = 0.5) -> Field:
    """Lighter, milky colours, as with much white in the paint."""
    return mix(image, field(0.45 + 0.55 * image), strength)


STEPS = {
    "oil": oil,
    "strokes": strokes,
    "watercolor": watercolor,
    "dabs": dabs,
    "median": median,
    "smooth": smooth,
    "paper": paper,
    "canvas": canvas,
    "relief": relief,
    "fuzz": fuzz,
    "pastel": pastel,
}
