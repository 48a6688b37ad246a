"""What the backgrounds are drawn with: coordinates, smooth chance, edges without steps.

What is soft is drawn on a small grid and enlarged; what has edges is drawn at full size, or with
more pixels than asked for. Lengths are in halves of the shorter side, so that a background looks
the same at every size.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import backdrop
from studio.engine.stills.palettes import Field, Palette, from_oklab, oklab

SMALL = 512
"""The longer side of the small grid."""
LEAST = 96
"""Its shorter side has at least as many."""
TILE = 128
FINE, COARSE, LARGE = 4, 3, 2048
"""Steps of a pixel that shapes are drawn with, up to a large side and above."""
STRIPE = 256  # rows drawn at once


class Shape(NamedTuple):
    """A closed line (n x 2, pixels) and its colour, R'G'B' of 0 to 255."""

    outline: NDArray[np.float64]
    colour: Field


class Scene:
    """One background: its size, its colours and its chance."""

    def __init__(self, width: int, height: int, palette: Palette, seed: int) -> None:
        self.width, self.height, self.palette, self.seed = width, height, palette, seed
        self.chance = np.random.default_rng(seed)
        self.short = min(width, height)
        scale = max(SMALL / max(width, height), LEAST / self.short)
        self.small = (max(2, round(width * scale)), max(2, round(height * scale)))
        self.grid = backdrop.grid(*self.small)
        self.colours = palette.colours()
        self.base = self.colours[0]

    @property
    def pixel(self) -> float:
        """The length of a pixel."""
        return 2 / self.short

    def line(self, length: float) -> float:
        """Half the width of a line, never so thin that it would break up."""
        return max(length, 0.55 * self.pixel)

    def full(self, field: Field) -> Field:
        """What was drawn on the small grid, at full size."""
        grow = self.width > self.small[0]
        how = cv2.INTER_CUBIC if grow else cv2.INTER_AREA
        return np.asarray(cv2.resize(field, (self.width, self.height), interpolation=how))

    def place(self) -> tuple[Field, Field]:
        """Coordinates of each column (1 x width) and row (height x 1) at full size."""
        wide, high = self.width / self.short, self.height / self.short
        x = (np.arange(self.width, dtype=np.float32) + np.float32(0.5)) * np.float32(self.pixel)
        y = (np.arange(self.height, dtype=np.float32) + np.float32(0.5)) * np.float32(self.pixel)
        return (x - np.float32(wide))[None, :], (y - np.float32(high))[:, None]

    def some(self, count: int, low: float = 0, high: float = 1) -> list[float]:
        return [float(v) for v in self.chance.uniform(low, high, count)]

    def hills(self, size: float, layers: int = 1) -> Field:
        """Smooth chance on the small grid, about -2 to 2; `size` is how wide its hills are. Each
        further layer is twice as fine and half as strong."""
        total = np.zeros(self.small[::-1], np.float32)
        for layer in range(layers):
            total += self._hills(size / 2**layer) * np.float32(0.5**layer)
        return total / np.float32(total.std() + 1e-6)

    def _hills(self, size: float) -> Field:
        """White noise on a grid of its own, seen through a soft lens: smooth in every derivative,
        so that contour lines have no kinks."""
        step = size / 6
        rows, columns = self.grid.y[:, 0] / step, self.grid.x[0] / step
        down, across = _lens(rows), _lens(columns)
        noise = self.chance.normal(0, 1, (down.shape[1], across.shape[1])).astype(np.float32)
        found = down @ noise @ across.T
        return np.asarray((found - found.mean()) / (found.std() + 1e-6), np.float32)

    def slope(self, field: Field) -> Field:
        """How much a small field changes per pixel of the full size; at full size."""
        down, across = np.gradient(field)
        share = max(self.small) / max(self.width, self.height)
        return self.full((np.hypot(down, across) * share).astype(np.float32))


def _lens(at: Field) -> Field:
    """How much each cell of a grid counts at each place: places x cells."""
    first, last = int(np.floor(at.min())) - 10, int(np.ceil(at.max())) + 11
    cells = np.arange(first, last, dtype=np.float32)
    return np.asarray(np.exp(-(((at[:, None] - cells[None, :]) / 3) ** 2) / 2), np.float32)


def blend(lab: Field, share: Field) -> Field:
    """Between colours in a row (n x 3, Oklab), by a share of 0 to 1: R'G'B'."""
    at = np.clip(share, 0, 1) * (len(lab) - 1)
    low = np.minimum(at.astype(np.int32), len(lab) - 2)
    part = (at - low)[..., None]
    return from_oklab((lab[low] * (1 - part) + lab[low + 1] * part).astype(np.float32))


def between(colours: Field, share: Field) -> Field:
    """The same of R'G'B' colours."""
    return blend(oklab(colours), share)


def inked(ground: Field, ink: Field, cover: Field) -> Field:
    """Ink (a colour or a picture) over the ground, as much as `cover` says."""
    ground += cover[..., None] * (ink - ground)
    return ground


def soft_step(value: Field) -> Field:
    return backdrop.smooth(value)


def painted(scene: Scene, ground: Field, shapes: Sequence[Shape]) -> Field:
    """Shapes over a ground (a colour, or height x width x 3), edges without steps."""
    fine = FINE if max(scene.width, scene.height) <= LARGE else COARSE
    outlines = [np.rint(s.outline * (fine * 16) - 8).astype(np.int32) for s in shapes]
    out = np.empty((scene.height, scene.width, 3), np.float32)
    for top in range(0, scene.height, STRIPE):
        rows = min(STRIPE, scene.height - top)
        out[top : top + rows] = _stripe(scene, ground, shapes, outlines, (top, rows, fine))
    return out


def _stripe(
    scene: Scene,
    ground: Field,
    shapes: Sequence[Shape],
    outlines: list[NDArray[np.int32]],
    part: tuple[int, int, int],
) -> Field:
    top, rows, fine = part
    own = ground if ground.ndim == 1 else ground[top : top + rows]
    size = (scene.width * fine, rows * fine)
    large = np.empty((size[1], size[0], 4), np.uint8)
    large[:] = 0
    for shape, outline in zip(shapes, outlines, strict=True):
        ys = outline[:, 1] / (16 * fine)
        if ys.max() < top - 1 or ys.min() > top + rows + 1:
            continue
        moved = outline - np.array((0, top * fine * 16), np.int32)
        colour = (*(float(round(float(c))) for c in shape.colour), 255.0)
        cv2.fillPoly(large, [moved], colour, cv2.LINE_8, 4)
    small = cv2.resize(large, (scene.width, rows), interpolation=cv2.INTER_AREA)
    cover = small[..., 3:].astype(np.float32) / 255
    return small[..., :3].astype(np.float32) + (1 - cover) * own


def ellipse(x: float, y: float, wide: float, high: float, count: int = 96) -> NDArray[np.float64]:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack((x + wide * np.cos(turn), y + high * np.sin(turn)), 1)


@lru_cache(maxsize=1)
def blue_noise() -> Field:
    """A tile of thresholds, 0 to 1, whose low frequencies are missing: the eye does not see it.

    White noise, again and again cleared of its low frequencies and spread out evenly.
    """
    noise = np.random.default_rng(1).random((TILE, TILE))
    across, down = np.fft.fftfreq(TILE)[None, :], np.fft.fftfreq(TILE)[:, None]
    keep = 1 - np.exp(-(across**2 + down**2) / (2 * 0.19**2))
    for _ in range(12):
        noise = np.fft.ifft2(np.fft.fft2(noise) * keep).real
        order = np.round(noise, 9).ravel().argsort(kind="stable").argsort(kind="stable")
        noise = ((order + 0.5) / order.size).reshape(TILE, TILE)
    return cast(Field, noise.astype(np.float32))


def dithered(rgb: Field) -> NDArray[np.uint8]:
    """In 8 bits, with the steps between close colours dissolved. A flat colour stays flat."""
    height, width = rgb.shape[:2]
    out = np.empty(rgb.shape, np.uint8)
    tile = np.tile(blue_noise(), (1, -(-width // TILE)))[:, :width, None]
    for top in range(0, height, TILE):
        part = rgb[top : top + TILE]
        out[top : top + TILE] = np.clip(part, 0, 255) + (tile[: len(part)] * 0.998 + 0.001)
    return out
