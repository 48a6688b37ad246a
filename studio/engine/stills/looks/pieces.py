"""Steps that build the picture from pieces: facets, tiles, glass, stitches, blocks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.files import Field
from studio.engine.stills.looks.base import (
    Mask,
    blur,
    cells,
    color,
    field,
    luma,
    mix,
    noise,
    ramp,
    side,
    smaller,
)

Points = NDArray[np.float64]


def _points(image: Field, count: int, edges: float, seed: int = 2) -> Points:
    """About `count` points over the picture, a share `edges` of them where there is detail."""
    height, width = image.shape[:2]
    random = np.random.default_rng(seed)
    step = max(2.0, float(np.sqrt(height * width / max(1, count * (1 - edges)))))
    rows, columns = int(height / step) + 1, int(width / step) + 1
    even = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), -1).reshape(-1, 2) + 0.5
    even = even * step + random.uniform(-0.38, 0.38, (len(even), 2)) * step
    detail = blur(field(np.abs(cv2.Laplacian(blur(luma(image), 0.004), cv2.CV_32F))), 0.004)
    weight = np.cumsum(detail.ravel().astype(np.float64) ** 0.7 + 1e-9)
    picks = np.searchsorted(weight, random.uniform(0, weight[-1], int(count * edges)))
    busy = np.stack([picks % width, picks // width], -1) + random.uniform(0, 1, (len(picks), 2))
    points = np.concatenate([even, busy])
    inside = (points >= 0).all(1) & (points[:, 0] < width - 1) & (points[:, 1] < height - 1)
    return np.asarray(points[inside], np.float64)


def _rim(width: int, height: int, step: float) -> Points:
    across = np.linspace(0, width - 1, max(2, round(width / step)))
    down = np.linspace(0, height - 1, max(2, round(height / step)))
    parts = [(x, y) for x in across for y in (0, height - 1)]
    parts += [(x, y) for y in down for x in (0, width - 1)]
    return np.array(parts, np.float64)


def facets(image: Field, count: int = 900, edges: float = 0.6, relief: float = 0.0) -> Field:
    """Flat triangles, more of them where there is detail; `relief` shades them as folded paper."""

    def draw(small: Field) -> Field:
        height, width = small.shape[:2]
        step = float(np.sqrt(height * width / count)) * 1.4
        points = np.concatenate([_points(small, count, edges), _rim(width, height, step)])
        net = cv2.Subdiv2D((0, 0, width, height))
        net.insert([(float(min(x, width - 1)), float(min(y, height - 1))) for x, y in points])
        corners = np.asarray(net.getTriangleList(), np.float32).reshape(-1, 3, 2)
        limit = np.array([width, height]) + 0.5
        corners = corners[((corners >= -0.5) & (corners <= limit)).all((1, 2))]
        labels = np.zeros((height, width), np.int32)
        for number, corner in enumerate(corners, 1):
            cv2.fillConvexPoly(labels, np.rint(corner).astype(np.int32), number)
        flat = cells(small, labels)
        if relief:
            random = np.random.default_rng(4)
            tilt = random.normal(0, 1, (len(corners) + 1,)).astype(np.float32)
            lit = 1 + relief * np.clip(tilt, -1.6, 1.6)[labels]
            across = np.diff(labels, axis=1, prepend=labels[:, :1]) != 0
            crease = blur(field(across), 0.0012) * 0.25
            flat = flat * (lit + crease)[..., None]
        return field(np.clip(flat, 0, 1))

    return smaller(image, 1600, draw)


def _regions(shape: tuple[int, int], points: Points) -> tuple[NDArray[np.int32], Mask]:
    """The nearest point of each pixel, and how far away it is."""
    free = np.full(shape, 255, np.uint8)
    at = np.clip(np.rint(points), 0, np.array(shape[::-1]) - 1).astype(int)
    free[at[:, 1], at[:, 0]] = 0
    away, labels = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    return np.asarray(labels, np.int32), field(away)


def _seams(labels: NDArray[np.int32], width: float) -> Mask:
    """1 on the borders between pieces, `width` in pixels."""
    height, wide = labels.shape
    border = np.zeros((height, wide), np.uint8)
    border[:, 1:] |= (labels[:, 1:] != labels[:, :-1]).astype(np.uint8)
    border[1:] |= (labels[1:] != labels[:-1]).astype(np.uint8)
    away = cv2.distanceTransform(1 - border, cv2.DIST_L2, 5)
    return field(1 - ramp(width * 0.5 - 0.7, width * 0.5 + 0.9, field(away)))


def glass(image: Field, count: int = 560, lead: float = 0.007) -> Field:
    """Panes of coloured glass in lead."""

    def draw(small: Field) -> Field:
        unit = side(small)
        labels, _ = _regions(small.shape[:2], _points(small, count, 0.62))
        flat = cells(small, labels)
        light = (
            np.clip(flat * 1.15 + 0.04, 0, 1)
            * (1 + 0.09 * noise(small.shape, unit * 0.02, 6))[..., None]
        )
        seams = _seams(labels, lead * unit)
        halo = blur(field(seams), 0.006)
        shaded = light * (1 - 0.45 * halo)[..., None]
        sheen = np.clip(cv2.Sobel(blur(field(seams), 0.002), cv2.CV_32F, 1, 1), -1, 1)
        return field(
            np.clip(mix(field(shaded), color("#15130f") + 0.1 * sheen[..., None], seams), 0, 1)
        )

    return smaller(image, 1800, draw)


def mosaic(image: Field, count: int = 48, gap: float = 0.12, wobble: float = 0.1) -> Field:
    """Small stones, `count` along the shorter side, each a little turned, in pale mortar."""

    def draw(small: Field) -> Field:
        height, width = small.shape[:2]
        step = side(small) / count
        random = np.random.default_rng(12)
        sheet = np.zeros((height, width), np.int32)
        rows, columns = int(height / step) + 1, int(width / step) + 1
        half = step * (1 - gap) / 2
        shades = random.normal(1, 0.07, rows * columns + 1).astype(np.float32)
        for number in range(rows * columns):
            middle = (number % columns + 0.5, number // columns + 0.5)
            turn = random.normal() * wobble
            size = half * random.uniform(0.9, 1.05)
            corner = cv2.boxPoints(
                (
                    (middle[0] * step, middle[1] * step),
                    (2 * size, 2 * size),
                    float(np.rad2deg(turn)),
                )
            )
            cv2.fillConvexPoly(sheet, np.rint(corner).astype(np.int32), number + 1)
        flat = cells(small, sheet) * shades[sheet][..., None]
        stone = field(sheet > 0)
        soft = blur(stone, 0.0014)
        edge = cv2.Sobel(soft, cv2.CV_32F, 1, 0) + cv2.Sobel(soft, cv2.CV_32F, 0, 1)
        lit = flat * (1 + 0.22 * np.clip(edge, -1, 1))[..., None]
        return mix(
            np.broadcast_to(color("#cfc6b6") * 0.8, small.shape), field(np.clip(lit, 0, 1)), soft
        )

    return smaller(image, 1600, draw)


def pixels(image: Field, count: int = 96, levels: int = 0) -> Field:
    """Square pixels, `count` along the shorter side, in `levels` of brightness."""
    height, width = image.shape[:2]
    step = side(image) / min(count, side(image))
    few = (max(1, round(width / step)), max(1, round(height / step)))
    small = field(cv2.resize(image, few, interpolation=cv2.INTER_AREA))
    if levels:
        bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 0.47
        tiled = np.tile(bayer, (few[1] // 4 + 1, few[0] // 4 + 1))[: few[1], : few[0]]
        # Brightness and colour apart: channels on their own would turn greys into confetti.
        parts = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
        parts[..., 0] = np.rint(parts[..., 0] * levels + 0.3 * tiled) / levels
        parts[..., 1:] = np.rint((parts[..., 1:] - 0.5) * levels * 4) / (levels * 4) + 0.5
        small = field(cv2.cvtColor(parts, cv2.COLOR_YCrCb2RGB))
    return field(cv2.resize(np.clip(small, 0, 1), (width, height), interpolation=cv2.INTER_NEAREST))


def _within(image: Field, count: int) -> tuple[Field, Mask, Mask]:
    """The picture in square cells, and where in its cell each pixel is, -1 to 1."""
    height, width = image.shape[:2]
    step = side(image) / min(count, max(1, side(image) // 4))
    columns, rows = max(1, round(width / step)), max(1, round(height / step))
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    large = field(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST))
    u = ((np.arange(width, dtype=np.float32) + 0.5) * columns / width % 1) * 2 - 1
    v = ((np.arange(height, dtype=np.float32) + 0.5) * rows / height % 1) * 2 - 1
    shape = (height, width)
    return large, np.broadcast_to(u, shape), np.broadcast_to(v[:, None], shape)


def stitches(image: Field, count: int = 54) -> Field:
    """Cross-stitch on pale cloth."""
    flat, u, v = _within(image, count)
    first, second = np.abs(u - v), np.abs(u + v)
    thread = 0.78
    over = ramp(0, 0.25, field(thread - first))
    under = ramp(0, 0.25, field(thread - second))
    round_over = 1 - 0.45 * (first / thread) ** 2
    round_under = 0.82 - 0.4 * (second / thread) ** 2
    cloth = color("#e9e2d3") * (0.86 + 0.08 * np.cos(u * 9) * np.cos(v * 9))[..., None]
    twist = 1 + 0.07 * np.sin((u + v) * 14)
    result = mix(field(cloth), field(np.clip(flat * round_under[..., None], 0, 1)), under)
    return field(
        np.clip(mix(result, field(flat * (round_over * twist)[..., None] * 1.08), over), 0, 1)
    )


def bricks(image: Field, count: int = 36) -> Field:
    """Toy building blocks seen from above, each with a round stud."""
    flat, u, v = _within(image, count)
    away = np.sqrt(u * u + v * v)
    light = np.clip((-u - v) / 1.414, -1, 1)
    stud = 1 - ramp(0.56, 0.64, field(away))
    rim = np.exp(-(((away - 0.58) / 0.1) ** 2)) * light * 0.7
    cast = np.exp(-(((np.sqrt((u - 0.16) ** 2 + (v - 0.16) ** 2) - 0.56) / 0.2) ** 2)) * (1 - stud)
    edge = ramp(0.86, 1.0, field(np.maximum(np.abs(u), np.abs(v))))
    lit = 1 + rim + 0.1 * stud - 0.28 * cast - 0.38 * edge
    return field(np.clip((flat * 0.92 + 0.04) * lit[..., None], 0, 1))


def cubes(image: Field, count: int = 36) -> Field:
    """Stacked cubes seen at an angle: each is a hexagon of a light, a middle and a dark side."""

    def draw(small: Field) -> Field:
        height, width = small.shape[:2]
        size = side(small) / min(count, max(1, side(small) // 6)) / np.sqrt(3)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
        q, r = (np.sqrt(3) / 3 * x - y / 3) / size, (2 / 3 * y) / size
        rq, rr = _hexagons(field(q), field(r))
        number = (rq - rq.min()) * (rr.max() - rr.min() + 1) + (rr - rr.min())
        flat = cells(small, number.astype(np.int32))
        cx, cy = size * np.sqrt(3) * (rq + rr / 2), size * 1.5 * rr
        turn = np.rad2deg(np.arctan2(y - cy, x - cx)) % 360
        dark, light = (turn < 90) | (turn >= 330), (turn >= 210) & (turn < 330)
        shade = np.where(dark, 0.66, np.where(light, 1.16, 0.9))
        return field(np.clip((flat * 0.9 + 0.05) * shade[..., None], 0, 1))

    return smaller(image, 2400, draw)


def _hexagons(q: Field, r: Field) -> tuple[Field, Field]:
    """The hexagon of each place, in axial coordinates: the nearest whole ones whose sum with the
    third is 0 (Red Blob Games, Hexagonal Grids)."""
    s = -q - r
    rq, rr, rs = np.rint(q), np.rint(r), np.rint(s)
    dq, dr, ds = np.abs(rq - q), np.abs(rr - r), np.abs(rs - s)
    fixed = np.where((dq > dr) & (dq > ds), -rr - rs, rq)
    return field(fixed), field(np.where((dq > dr) | (dr <= ds), rr, -rq - rs))


def paint_dots(image: Field, count: int = 5200, spread: float = 0.09) -> Field:
    """Round dabs of pure colour beside each other, three layers from broad to fine."""

    def draw(small: Field) -> Field:
        unit = side(small)
        random = np.random.default_rng(21)
        sheet = blur(small, 0.015).copy()
        for layer, share in enumerate((0.35, 0.8, 1.6)):
            points = _points(small, int(count * share), 0.0 if layer < 2 else 0.5, seed=layer)
            random.shuffle(points)
            radius = unit * (0.013, 0.0085, 0.0055)[layer]
            at = points.astype(int)
            tints = small[at[:, 1], at[:, 0]] + random.normal(0, spread, (len(at), 3)) * 0.7
            tints = np.clip(tints, 0, 1)
            for (x, y), tint in zip(points * 16, tints, strict=True):
                middle = (int(x), int(y))
                size = int(radius * 16 * random.uniform(0.75, 1.15))
                cv2.circle(sheet, middle, size, tint.tolist(), -1, cv2.LINE_AA, 4)
        return sheet

    return smaller(image, 1200, draw)


def layers(image: Field, levels: int = 6, depth: float = 0.012) -> Field:
    """Sheets of coloured paper over each other, each casting a shadow on the one below."""

    def draw(small: Field) -> Field:
        unit = side(small)
        even = cv2.medianBlur(np.rint(blur(luma(small), 0.005) * 255).astype(np.uint8), 5)
        bright = field(even / 255)
        cuts = np.percentile(bright, np.linspace(0, 100, levels + 1)[1:-1])
        sheets = np.concatenate([[0], np.maximum.accumulate(cuts)])
        result = np.zeros_like(small)
        reach = depth * unit
        move = np.array([[1, 0, reach * 0.5], [0, 1, reach * 0.7]])
        for number, level in enumerate(sheets):
            shape = ramp(level - 0.004, level + 0.004, bright) if number else bright * 0 + 1
            local = blur(small * shape[..., None], 0.03) / (blur(shape, 0.03) + 1e-3)[..., None]
            sheet = np.clip(0.25 + 0.8 * local, 0, 1) * (0.55 + 0.45 * (number + 1) / levels)
            fibre = 1 + 0.025 * noise(small.shape, max(1.0, 0.003 * unit), 70 + number)
            size = (small.shape[1], small.shape[0])
            cast = cv2.warpAffine(shape, move, size, borderMode=cv2.BORDER_REPLICATE)
            shadow = blur(field(cast), depth * 0.6)
            result = result * (1 - 0.42 * shadow * (1 - shape))[..., None]
            result = mix(field(result), field(sheet * fibre[..., None]), shape)
        return field(np.clip(result, 0, 1))

    return smaller(image, 1800, draw)


def tiled(image: Field, times: int = 3) -> Field:
    """The picture again and again, each beside its mirror image, so that no seam shows."""
    height, width = image.shape[:2]
    size = (max(1, -(-width // times)), max(1, -(-height // times)))
    one = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    row = np.concatenate([one if i % 2 == 0 else one[:, ::-1] for i in range(times)], 1)
    whole = np.concatenate([row if i % 2 == 0 else row[::-1] for i in range(times)], 0)
    return field(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


def ripple(image: Field, amount: float = 0.03, waves: float = 3.0) -> Field:
    """Bent in slow waves."""
    height, width = image.shape[:2]
    unit = side(image)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = 2 * np.pi * waves / unit
    mx = x + amount * unit * np.sin(y * turn + 1.5 * np.sin(x * turn * 0.5))
    my = y + amount * unit * np.cos(x * turn * 0.8 + 1.2 * np.sin(y * turn * 0.6))
    return field(
        cv2.remap(image, field(mx), field(my), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    )


STEPS = {
    "facets": facets,
    "glass": glass,
    "mosaic": mosaic,
    "pixels": pixels,
    "stitches": stitches,
    "bricks": bricks,
    "cubes": cubes,
    "paint_dots": paint_dots,
    "layers": layers,
    "tiled": tiled,
    "ripple": ripple,
}
