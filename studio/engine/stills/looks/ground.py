"""Steps that lay a surface or weather over the picture: cracks, wood, concrete, stars, snow."""

from __future__ import annotations

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


def cracks(image: Field, strength: float = 0.3, count: int = 46) -> Field:
    """The fine net of cracks in old paint, deeper in places."""
    height, width = image.shape[:2]
    unit = side(image)
    step = unit / count
    rows, columns = int(height / step) + 2, int(width / step) + 2
    random = np.random.default_rng(15)
    free = np.full((height, width), 255, np.uint8)
    y = (np.arange(rows)[:, None] + random.uniform(0, 1, (rows, columns))) * step
    x = (np.arange(columns)[None] + random.uniform(0, 1, (rows, columns))) * step
    inside = (y < height) & (x < width)
    free[y[inside].astype(int), x[inside].astype(int)] = 0
    _, labels = cv2.distanceTransformWithLabels(
        free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    edge = np.zeros((height, width), np.float32)
    edge[:, 1:] += labels[:, 1:] != labels[:, :-1]
    edge[1:] += labels[1:] != labels[:-1]
    fine = np.clip(blur(edge, 0.0009) * (1 + unit * 0.001), 0, 1)
    where = ramp(-0.4, 1.4, noise(image.shape, unit * 0.12, 16))
    return field(image * (1 - strength * fine * where)[..., None])


def wood(image: Field, strength: float = 0.1) -> Field:
    """The grain of the block, printed along."""
    height, width = image.shape[:2]
    unit = side(image)
    few = (max(2, width // max(1, round(unit * 0.15))), max(2, round(height / (unit * 0.004))))
    lines = np.random.default_rng(17).standard_normal((few[1], few[0]), np.float32)
    grain = field(cv2.resize(lines, (width, height), interpolation=cv2.INTER_CUBIC))
    return field(np.clip(image + strength * 0.6 * np.clip(grain, -1, 1)[..., None] * 0.5, 0, 1))


def brushed(image: Field, paper: str = "#f0eee2") -> Field:
    """Only as far as the brush went: ragged borders of bare paper."""
    height, width = image.shape[:2]
    unit = side(image)
    x, y = grid(image)
    ragged = 0.012 * noise(image.shape, unit * 0.03, 18) + 0.008 * noise(
        image.shape, unit * 0.008, 19
    )
    across = width / unit / 2 - np.abs(x) - 0.045
    down = height / unit / 2 - np.abs(y) - 0.045
    streaks = 0.03 * blur(noise((height, 1), unit * 0.012, 20), 0)[:, :1]
    inside = np.minimum(across + streaks, down) + ragged
    return mix(
        np.broadcast_to(color(paper), image.shape), image, ramp(-0.004, 0.006, field(inside))
    )


def fingerprints(image: Field, strength: float = 0.1) -> Field:
    """The ridges that fingers leave in clay, here and there."""
    unit = side(image)
    x, y = grid(image)
    random = np.random.default_rng(22)
    ridges = np.zeros(image.shape[:2], np.float32)
    wide, high = (float(np.abs(axis).max()) for axis in (x, y))
    for _ in range(9):
        cx, cy = random.uniform(-wide, wide), random.uniform(-high, high)
        turn = random.uniform(0, np.pi)
        u = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
        v = -(x - cx) * np.sin(turn) + (y - cy) * np.cos(turn)
        away = np.sqrt((u / 1.0) ** 2 + (v / 1.5) ** 2)
        wave = np.sin(2 * np.pi * np.sqrt(u * u + (v * 0.7 + 0.04) ** 2) * 75)
        ridges += wave * (1 - ramp(0.05, 0.12, field(away)))
    bumps = 0.7 * noise(image.shape, unit * 0.02, 23)
    return field(np.clip(image * (1 + strength * (ridges + bumps))[..., None], 0, 1))


def concrete(image: Field, strength: float = 0.2) -> Field:
    """Stains, pores and the joints of the boards it was poured against."""
    unit = side(image)
    x, y = grid(image)
    stains = 0.6 * noise(image.shape, unit * 0.15, 24) + 0.4 * noise(image.shape, unit * 0.02, 25)
    pores = ramp(1.9, 2.6, noise(image.shape, unit * 0.005, 26))
    joints = np.zeros(image.shape[:2], np.float32)
    for axis, every in ((y, 0.25), (x, 0.5)):
        away = np.abs(axis / every - np.rint(axis / every)) * every
        joints = np.maximum(joints, 1 - ramp(0.001, 0.004, field(away)))
    fine = 0.35 * noise(image.shape, max(1.0, unit * 0.002), 27)
    shade = 1 + strength * (0.5 * stains + fine - 1.6 * pores - 1.2 * joints)
    return field(np.clip(image * shade[..., None], 0, 1))


def _specks(image: Field, count: int, size: float, seed: int, least: float = 0.2) -> Mask:
    """Round soft specks of many sizes, few of them large."""
    height, width = image.shape[:2]
    unit = side(image)
    random = np.random.default_rng(seed)
    sheet = np.zeros((height, width), np.float32)
    for _ in range(count):
        x, y = random.uniform(0, width), random.uniform(0, height)
        radius = max(0.6, unit * size * (least + (1 - least) * random.uniform() ** 3))
        light = float(random.uniform(0.35, 1.0))
        cv2.circle(sheet, (int(x * 16), int(y * 16)), int(radius * 16), light, -1, cv2.LINE_AA, 4)
    return sheet


def stars(image: Field, count: int = 320, tint: str = "#ffe9b0") -> Field:
    """Stars where the picture is dark."""
    dark = 1 - ramp(0.12, 0.4, blur(luma(image), 0.01))
    points = blur(_specks(image, count, 0.004, 28), 0.0007)
    halo = blur(points, 0.006) * 2
    share = np.clip((points + halo) * dark, 0, 1)
    return field(1 - (1 - image) * (1 - share[..., None] * color(tint)))


def snow(image: Field) -> Field:
    """Snow in three depths, the nearest flakes large and soft."""
    layers = ((700, 0.006, 0.001, 0.95), (200, 0.013, 0.003, 0.95), (40, 0.03, 0.009, 0.8))
    for number, (count, size, soft, strength) in enumerate(layers):
        flakes = blur(_specks(image, count, size, 30 + number, 0.4), soft)
        image = mix(image, np.ones(3, np.float32), field(np.clip(flakes * strength, 0, 1)))
    return image


def rays(image: Field, tint: str = "#c8201c", count: int = 9, strength: float = 0.85) -> Field:
    """Rays from the lower left corner, printed where the paper is bare."""
    x, y = grid(image)
    turn = np.arctan2(float(y.max()) - y, x - float(x.min()))
    wave = np.abs((turn / (np.pi / 2) * count) % 1 - 0.5) * 2
    soft = ramp(0.47, 0.53, field(wave))
    bare = ramp(0.72, 0.8, luma(image))
    return mix(image, color(tint), field(strength * soft * bare))


STEPS = {
    "cracks": cracks,
    "wood": wood,
    "brushed": brushed,
    "fingerprints": fingerprints,
    "concrete": concrete,
    "stars": stars,
    "snow": snow,
    "rays": rays,
}
