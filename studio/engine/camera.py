"""Draw one view of a picture into a video frame, exactly where it belongs.

Bilinear sampling is exact in position, and the layers of the pyramid are made so that it is also
good enough in sharpness. An affine warp can do every view. Where the camera is level the same
samples can be had in half the time from a plain resize, which is separable: a resize starts at a
whole pixel, but if it is made to start a few output columns further left, one of those starts
happens to lie where a whole pixel is, and the surplus columns are thrown away.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.path import Pair, View
from studio.engine.picture import Plane
from studio.engine.pyramid import PAD, Layer

Affine = tuple[float, float, float, float, float, float]

TRIES = 64
MIDDLES = np.arange(TRIES) + 0.5
NEAR = 0.03
"""How far, in pixels of the layer, a sample may lie from where it should."""


class Camera:
    """Draws planes; keeps one scratch area so that no frame allocates memory."""

    def __init__(self, output: Pair) -> None:
        self.output = output
        self.scratch = np.empty(0, np.uint8)

    def draw(
        self, layer: Layer, at: View, target: Plane, across: int, down: int, left: bool
    ) -> None:
        """Fill one plane.

        across, down: output pixels per sample of the plane (1 for luma).
        left: whether chroma samples sit on the left column of their pixels, as in MPEG-2 and
            H.264 by default, instead of in the middle.
        """
        a, b, c, d, e, f = sampling(layer, at, self.output, across, down, left)
        if at.angle == 0.0 and a > 1 and d > 1:
            horizontal = start(e, a, target.shape[1], layer.samples.shape[1])
            vertical = start(f, d, target.shape[0], layer.samples.shape[0])
            if horizontal and vertical:
                self.resize(layer.samples, a, d, horizontal, vertical, target)
                return
        inverse = np.array([[a, b, e + PAD], [c, d, f + PAD]])
        warp(layer.samples, inverse, target)

    def resize(
        self,
        samples: Plane,
        wide: float,
        high: float,
        horizontal: tuple[int, int],
        vertical: tuple[int, int],
        target: Plane,
    ) -> None:
        (x, skip), (y, drop) = horizontal, vertical
        rows, columns = target.shape[:2]
        part = samples[y : y + span(rows + drop, high), x : x + span(columns + skip, wide)]
        # The size that OpenCV will work out from the factors.
        height, width = round(part.shape[0] / high), round(part.shape[1] / wide)
        shape = (height, width, *target.shape[2:])
        size = math.prod(shape)
        if self.scratch.size < size:
            self.scratch = np.empty(size + size // 4, np.uint8)
        drawn = self.scratch[:size].reshape(shape)
        cv2.resize(part, None, dst=drawn, fx=1 / wide, fy=1 / high, interpolation=cv2.INTER_LINEAR)
        target[:] = drawn[drop : drop + rows, skip : skip + columns]


def sampling(layer: Layer, at: View, output: Pair, across: int, down: int, left: bool) -> Affine:
    """(a, b, c, d, e, f): sample (u, v) of the plane lies at column a u + b v + e of the layer
    and row c u + d v + f, its pad not counted."""
    cos, sin = at.scale * math.cos(at.angle), at.scale * math.sin(at.angle)
    u = (0.5 if left or across == 1 else across / 2) - output[0] / 2
    v = down / 2 - output[1] / 2
    return (
        cos * across / layer.wide,
        -sin * down / layer.wide,
        sin * across / layer.high,
        cos * down / layer.high,
        (at.cx + cos * u - sin * v - layer.left) / layer.wide - 0.5,
        (at.cy + sin * u + cos * v - layer.top) / layer.high - 0.5,
    )


def span(count: int, step: float) -> int:
    """How many layer pixels a resize must be given to make at least `count` samples."""
    return math.ceil(count * step)


def start(first: float, step: float, count: int, size: int) -> tuple[int, int] | None:
    """Where a resize has to begin so that one of its samples falls on `first`.

    Returns the pixel to begin at (the pad counted) and how many samples to skip, or None where
    no beginning is near enough or the samples reach out of the `size` pixels.
    """
    exact = first + 0.5 + PAD - MIDDLES * step
    misses = np.abs(exact - np.rint(exact))
    skip = int(np.argmax(misses < NEAR / 2))  # the first that is very near, or else 0
    if misses[skip] >= NEAR / 2:
        skip = int(np.argmin(misses))
    pixel = round(exact[skip])
    inside = 0 <= pixel <= size - span(count + skip, step)
    return (pixel, skip) if inside and misses[skip] < NEAR else None


def warp(samples: Plane, inverse: NDArray[np.float64], target: Plane) -> None:
    cv2.warpAffine(
        samples,
        inverse,
        (target.shape[1], target.shape[0]),
        dst=target,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
