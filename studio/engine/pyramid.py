"""One picture at the few sizes a camera movement needs, made when they are needed.

Frames are cut from a copy that is a little finer than the output. Too coarse a copy makes the
sharpness pulse as sample points fall on and between pixels; too fine a copy costs time. `FINER`
and the ratio between neighbouring sizes keep every frame in a narrow band, and `FINER` is no
simple fraction, so that the sub-pixel phases of a steady pan differ from column to column (see
camera.py).
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

import av
import cv2
import numpy as np
from av.filter import Graph

from studio.engine.path import Pair, View
from studio.engine.picture import Picture, Plane, plane

FINER = 1.5137
PER_OCTAVE = 4
SLACK = 0.1
"""A size that would serve fewer views than this share of a step costs more than it saves."""
PAD = 128
"""Unused columns to the left of a layer and rows above it (see camera.py)."""
EDGE = 2
"""Repeated columns and rows on every side, for samples that reach over the border."""
MARGIN = 8
COARSER = 1.25
"""How much coarser chroma may be; nobody sees its finest detail."""
SHAPE = np.array([0.0406, -0.1626, 0.2427, 0.7586, 0.2427, -0.1626, 0.0406], np.float32)
"""Filter for the luma of a layer, along rows and columns.

It lifts the detail that bilinear sampling weakens and removes what the output is too coarse to
show, which would flicker as the camera moves. A least-squares fit: up to 0.25 cycles per sample
it wants sinc(f) ** -1.4 (the mean loss of a bilinear sample is sinc(f) ** 2, the exponent is the
one that comes nearest to a Lanczos resampling), from 0.4 on it wants nothing, weighted 0.5.
"""


class Layer(NamedTuple):
    """Luma, or both chroma planes with their samples in pairs, at one size.

    The sample in column i and row j (the pad not counted) has its centre at
    (left + (i + 0.5) * wide, top + (j + 0.5) * high) in luma pixels of the picture.
    """

    samples: Plane
    left: float
    top: float
    wide: float
    high: float


class Box(NamedTuple):
    """Part of a picture, in whole luma pixels; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int


class Pyramid:
    """Layers of one picture for one camera path.

    views: every view that will be asked for, so that only what the camera sees is scaled.
    across, down: luma pixels per chroma sample of the output, 1 or 2 each.
    """

    def __init__(
        self, picture: Picture, views: Sequence[View], output: Pair, across: int, down: int
    ) -> None:
        self.picture = picture
        self.across, self.down = across, down
        self.tightest = min(at.scale for at in views)
        octaves = math.log2(max(at.scale for at in views) / self.tightest)
        self.sizes = max(1, math.ceil(PER_OCTAVE * octaves - SLACK))
        self.octaves = octaves / self.sizes
        self.boxes: dict[int, Box] = {}
        for number, seen in self.sort(views).items():
            margin = MARGIN * self.pixel(number) * 2
            self.boxes[number] = bounds(seen, output, picture, margin)
        self.made: dict[int, tuple[Layer, Layer]] = {}

    def sort(self, views: Iterable[View]) -> dict[int, list[View]]:
        """The views by the number of the size that serves them."""
        found: dict[int, list[View]] = {}
        for at in views:
            found.setdefault(self.number(at.scale), []).append(at)
        return found

    def number(self, scale: float) -> int:
        """0 for the finest size."""
        octaves = math.log2(scale / self.tightest)
        return min(math.floor(octaves / self.octaves), self.sizes - 1) if self.octaves else 0

    def pixel(self, number: int) -> float:
        """The width of a sample of that size, in pixels of the picture."""
        return float(self.tightest / FINER * 2 ** (number * self.octaves))

    def layers(self, at: View) -> tuple[Layer, Layer]:
        """Luma and chroma to cut that view from. Two sizes are kept, older ones forgotten."""
        number = self.number(at.scale)
        if number not in self.made:
            for old in list(self.made)[:-1]:
                del self.made[old]
            self.made[number] = self.make(number)
        return self.made[number]

    def make(self, number: int) -> tuple[Layer, Layer]:
        picture, box, pixel = self.picture, self.boxes[number], self.pixel(number)
        luma = scale([picture.luma], box, 1, 1, pixel, pixel, shape=True)
        wide, high = pixel * COARSER * self.across, pixel * COARSER * self.down
        both = [picture.cb, picture.cr]
        return luma, scale(both, box, picture.across, picture.down, wide, high, shape=False)


def bounds(views: Iterable[View], output: Pair, picture: Picture, margin: float) -> Box:
    """The smallest box, on even pixels, that holds all those views and a margin."""
    left = top = math.inf
    right = bottom = -math.inf
    for at in views:
        cos, sin = abs(math.cos(at.angle)), abs(math.sin(at.angle))
        half = at.scale * (output[0] * cos + output[1] * sin) / 2 + margin
        left, right = min(left, at.cx - half), max(right, at.cx + half)
        half = at.scale * (output[0] * sin + output[1] * cos) / 2 + margin
        top, bottom = min(top, at.cy - half), max(bottom, at.cy + half)
    return Box(
        max(0, math.floor(left / 2) * 2),
        max(0, math.floor(top / 2) * 2),
        min(picture.width, math.ceil(right / 2) * 2),
        min(picture.height, math.ceil(bottom / 2) * 2),
    )


def scale(
    sources: Sequence[Plane],
    box: Box,
    across: int,
    down: int,
    wide: float,
    high: float,
    shape: bool,
) -> Layer:
    """Cut a box out of planes and scale it to samples of about `wide` x `high` luma pixels."""
    parts = [
        source[
            box.top // down : -(-box.bottom // down), box.left // across : -(-box.right // across)
        ]
        for source in sources
    ]
    rows, columns = parts[0].shape
    width = max(2, round(columns * across / wide))
    height = max(2, round(rows * down / high))
    small = [resample(part, width, height) for part in parts]
    channels = (len(small),) if len(small) > 1 else ()
    samples = np.empty((height + PAD + EDGE, width + PAD + EDGE, *channels), np.uint8)
    target = samples[PAD:-EDGE, PAD:-EDGE]
    if shape:
        cv2.sepFilter2D(small[0], -1, SHAPE, SHAPE, dst=target, borderType=cv2.BORDER_REPLICATE)
    else:
        cv2.merge(small, dst=target)
    samples[PAD:-EDGE, -EDGE:] = target[:, -1:]
    samples[PAD:-EDGE, PAD - EDGE : PAD] = target[:, :1]
    samples[-EDGE:] = samples[-EDGE - 1]
    samples[PAD - EDGE : PAD] = samples[PAD]
    return Layer(
        samples,
        float(box.left // across * across),
        float(box.top // down * down),
        step(columns, width) * across,
        step(rows, height) * down,
    )


def step(source: int, target: int) -> float:
    """Source samples per target sample as the scaler takes them: in 1/65536, rounded."""
    return ((source << 16) + (target >> 1)) // target / 65536


def resample(part: Plane, width: int, height: int) -> Plane:
    """Scale one plane with FFmpeg's bicubic filter, which widens when it makes things smaller."""
    if part.shape == (height, width):
        return part
    graph = Graph()
    rows, columns = part.shape
    entry = graph.add("buffer", f"video_size={columns}x{rows}:pix_fmt=gray:time_base=1/1")
    scale = graph.add("scale", f"{width}:{height}:flags=bicubic+accurate_rnd")
    leave = graph.add("buffersink")
    entry.link_to(scale)
    scale.link_to(leave)
    graph.configure()
    entry.push(av.VideoFrame.from_numpy_buffer(part, format="gray"))
    return plane(cast(av.VideoFrame, leave.pull()), 0)
