"""Pictures of which it is known where their subject is, and the shapes they are cut to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.common import MEDIA

Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""

SIZES = ((1200, 800), (800, 1200), (1000, 1000), (1600, 700))
SPOTS = (0.0, 0.35, 0.7, 1.0)
"""Where a subject is, from one edge to the other."""
HEAD: Box = (165, 4, 286, 198)
"""Of the astronaut: hair to chin, measured by hand."""
BUST = (110, 0, 340, 330)
MEASURED: dict[str, Box] = {
    "chelsea": (130, 80, 352, 272),
    "coffee": (170, 15, 405, 312),
    "rocket": (304, 124, 338, 408),
}
"""The face of the cat from ears to chin, the cup with its handle, the rocket: by hand."""


class Scene(NamedTuple):
    name: str
    pixels: Pixels
    subject: Box


def read(name: str) -> Pixels:
    found = cv2.imread(str(MEDIA / f"{name}.jpg"))
    assert found is not None, f"{MEDIA} lacks {name}.jpg"
    return np.asarray(found[..., ::-1], np.uint8)


def scenes(seed: int = 7) -> Iterator[Scene]:
    random = np.random.default_rng(seed)
    yield from heads(random)
    yield from photographs(random)
    yield from objects(random)


# --- faces --------------------------------------------------------------------------------------


def heads(random: np.random.Generator) -> Iterator[Scene]:
    """The astronaut's head and shoulders, in other places."""
    whole = read("astronaut")
    left, top, right, bottom = BUST
    bust = whole[top:bottom, left:right]
    soft = np.zeros(bust.shape[:2], np.float32)
    head = (round((HEAD[0] + HEAD[2]) / 2) - left, 100)
    cv2.ellipse(soft, head, (66, 108), 0, 0, 360, 1, -1)
    cv2.ellipse(soft, (head[0], bottom - top), (110, 130), 0, 0, 360, 1, -1)
    soft = cv2.GaussianBlur(soft, (0, 0), 3)
    box = (HEAD[0] - left, HEAD[1] - top, HEAD[2] - left, HEAD[3] - top)
    for number, (width, height) in enumerate(SIZES * 4):
        tall = float(random.uniform(0.3, 0.8)) * min(width, height)
        spot = (SPOTS[number % 4], SPOTS[(number // 4 + number) % 4])
        ground = GROUNDS[number % len(GROUNDS)](random, width, height)
        pixels, subject = placed(ground, bust, soft, box, tall / bust.shape[0], spot)
        yield Scene(f"head {number}", pixels, subject)


def placed(
    ground: Pixels,
    thing: Pixels,
    mask: NDArray[np.float32],
    box: Box,
    by: float,
    spot: tuple[float, float],
) -> tuple[Pixels, Box]:
    """The ground with the thing, `by` as large as it is, and its box there."""
    rows, columns = max(4, round(thing.shape[0] * by)), max(4, round(thing.shape[1] * by))
    way = cv2.INTER_AREA if by < 1 else cv2.INTER_CUBIC
    small = cv2.resize(thing, (columns, rows), interpolation=way).astype(np.float32)
    share = np.clip(cv2.resize(mask, (columns, rows), interpolation=way), 0, 1)[..., None]
    left = round(spot[0] * (ground.shape[1] - columns))
    top = round(spot[1] * (ground.shape[0] - rows))
    result = ground.copy()
    place = result[top : top + rows, left : left + columns]
    place[:] = np.clip(np.rint(place * (1 - share) + small * share), 0, 255)
    subject = (left + box[0] * by, top + box[1] * by, left + box[2] * by, top + box[3] * by)
    return result, subject


# --- photographs --------------------------------------------------------------------------------


def photographs(random: np.random.Generator) -> Iterator[Scene]:
    """The samples whole, turned around, and cut so that the subject is not in the middle."""
    for name, box in MEASURED.items():
        whole = read(name)
        yield Scene(name, whole, box)
        yield mirrored(Scene(f"{name}, turned around", whole, box))
        for number in range(6):
            cut = cropped(random, whole, box)
            scene = Scene(f"{name}, part {number}", *cut)
            yield mirrored(scene) if number % 2 else scene


def mirrored(scene: Scene) -> Scene:
    width = scene.pixels.shape[1]
    left, top, right, bottom = scene.subject
    turned = np.ascontiguousarray(scene.pixels[:, ::-1])
    return Scene(scene.name, turned, (width - right, top, width - left, bottom))


def cropped(random: np.random.Generator, whole: Pixels, box: Box) -> tuple[Pixels, Box]:
    """A part of at least half of it, on which all of the subject still is."""
    height, width = whole.shape[:2]
    left = int(random.integers(0, max(1, min(round(box[0]), width // 3))))
    top = int(random.integers(0, max(1, min(round(box[1]), height // 3))))
    right = int(random.integers(max(round(box[2]), width * 2 // 3), width + 1))
    bottom = int(random.integers(max(round(box[3]), height * 2 // 3), height + 1))
    part = np.ascontiguousarray(whole[top:bottom, left:right])
    return part, (box[0] - left, box[1] - top, box[2] - left, box[3] - top)


# --- drawn --------------------------------------------------------------------------------------


def objects(random: np.random.Generator) -> Iterator[Scene]:
    """Something drawn with light and shade, on a ground with structure."""
    for number, (width, height) in enumerate(SIZES * 6):
        ground = GROUNDS[(number + number // 4) % len(GROUNDS)](random, width, height)
        thing, mask = THINGS[number % len(THINGS)](random)
        spot = (SPOTS[(number // 4) % 4], SPOTS[(number + 1) % 4])
        by = float(random.uniform(0.2, 0.5)) * min(width, height) / 256
        down, across = np.nonzero(mask > 0.5)
        box = (across.min(), down.min(), across.max() + 1, down.max() + 1)
        pixels, subject = placed(ground, thing, mask, tuple(map(float, box)), by, spot)
        yield Scene(f"object {number}", pixels, subject)


def color(random: np.random.Generator) -> NDArray[np.float32]:
    """One that is neither dark nor pale."""
    hue, strength = int(random.integers(0, 180)), int(random.integers(120, 240))
    bright = int(random.integers(120, 240))
    swatch = np.array([[[hue, strength, bright]]], np.uint8)
    return cv2.cvtColor(swatch, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)


def ball(random: np.random.Generator) -> tuple[Pixels, NDArray[np.float32]]:
    down, across = np.mgrid[:256, :256].astype(np.float32) / 127.5 - 1
    mask = (across**2 + down**2 < 0.95).astype(np.float32)
    light = np.clip(1.1 - 0.7 * np.hypot(across + 0.35, down + 0.4), 0.1, 1.1)
    return np.clip(color(random) * light[..., None], 0, 255).astype(np.uint8), mask


def block(random: np.random.Generator) -> tuple[Pixels, NDArray[np.float32]]:
    mask = np.zeros((256, 256), np.float32)
    corners = cv2.boxPoints(((128, 128), (200, 120), float(random.uniform(0, 180))))
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    shade = np.linspace(0.6, 1.1, 256, dtype=np.float32)[None, :, None]
    pixels = np.broadcast_to(color(random) * shade, (256, 256, 3))
    stripes = (np.arange(256) // 24 % 2 == 0)[:, None, None]
    return np.clip(np.where(stripes, pixels, pixels * 0.7), 0, 255).astype(np.uint8), mask


def star(random: np.random.Generator) -> tuple[Pixels, NDArray[np.float32]]:
    turns = np.linspace(0, 2 * np.pi, 10, endpoint=False) + random.uniform(0, 1)
    far = np.where(np.arange(10) % 2 == 0, 124, 62)
    points = np.stack([128 + far * np.cos(turns), 128 + far * np.sin(turns)], 1)
    mask = np.zeros((256, 256), np.float32)
    cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 1)
    noise = cv2.GaussianBlur(random.normal(0, 60, (256, 256, 1)), (0, 0), 2)[..., None]
    return np.clip(color(random) + noise, 0, 255).astype(np.uint8), mask


THINGS = (ball, block, star)


def cloth(random: np.random.Generator, width: int, height: int) -> Pixels:
    """A weave of two close greys, uneven as dyed cloth is."""
    down, across = np.mgrid[:height, :width]
    weave = 12 * np.sin(across / 3.1) * np.sin(down / 2.7)
    clouds = cv2.resize(
        random.normal(0, 14, (12, 12)), (width, height), interpolation=cv2.INTER_CUBIC
    )
    base = color(random) * 0.3 + 60
    return np.clip(base + (weave + clouds)[..., None], 0, 255).astype(np.uint8)


def sand(random: np.random.Generator, width: int, height: int) -> Pixels:
    """Grains, coarse and fine."""
    fine = random.normal(0, 22, (height, width))
    coarse = random.normal(0, 26, (height // 8, width // 8))
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.array([176, 152, 118]) + (fine + large)[..., None], 0, 255).astype(np.uint8)


def leaves(random: np.random.Generator, width: int, height: int) -> Pixels:
    """Ellipses of many greens over each other."""
    board = np.full((height, width, 3), (38, 64, 30), np.uint8)
    for _ in range(900):
        middle = (int(random.integers(0, width)), int(random.integers(0, height)))
        axes = (int(random.integers(10, 40)), int(random.integers(4, 12)))
        green = int(random.integers(70, 150))
        shade = (int(green * random.uniform(0.4, 0.7)), green, int(green * 0.35))
        turn = float(random.uniform(0, 180))
        cv2.ellipse(board, middle, axes, turn, 0, 360, shade, -1, cv2.LINE_AA)
    return board


def wood(random: np.random.Generator, width: int, height: int) -> Pixels:
    """The table of the coffee cup."""
    return stretched(read("coffee")[300:400, 480:600], width, height)


def dusk(random: np.random.Generator, width: int, height: int) -> Pixels:
    """The sky behind the rocket."""
    return stretched(read("rocket")[0:110, 100:540], width, height)


def stretched(part: Pixels, width: int, height: int) -> Pixels:
    large = cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8)


GROUNDS = (cloth, sand, leaves, wood, dusk)


# --- judging ------------------------------------------------------------------------------------


def fits(scene: Scene, ratio: float) -> bool:
    """Whether the whole subject has room in the largest part with that ratio."""
    height, width = scene.pixels.shape[:2]
    wide, tall = min(width, height * ratio), min(height, width / ratio)
    left, top, right, bottom = scene.subject
    return right - left <= wide and bottom - top <= tall


def kept(subject: Box, box: Box) -> float:
    """The share of the subject that is in the box."""
    across = min(subject[2], box[2]) - max(subject[0], box[0])
    down = min(subject[3], box[3]) - max(subject[1], box[1])
    whole = (subject[2] - subject[0]) * (subject[3] - subject[1])
    return max(0.0, across) * max(0.0, down) / whole
