"""More pixels for a picture, without a learned model: no detail is invented.

The enlarged picture is corrected until it becomes the original again when it is made smaller
(iterated back-projection; Irani and Peleg, 1991). In between it is smoothed along its edges, whose
direction the structure tensor tells, so that slanted lines have no steps. Each value stays within
the four pixels of the original around it, peaks aside: nothing rings, at any sharpness.
"""

import itertools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.engine import EngineError, Report, ignore
from studio.engine.picture import MAX_PIXELS
from studio.engine.stills import files
from studio.engine.stills.files import Pixels

Field = NDArray[np.floating]
Box = tuple[int, int, int, int]

PEAK, SUMMIT = np.float32(0.25), 8.0
"""How much higher than in the original a peak may be: a share of its height, and levels of 255."""
HALO = 12  # pixels of the original that a tile sees around itself
TILE = 1024  # pixels of the result
THREADS = 2
MOST_STEP = 4  # larger factors are made in several steps
FLOOR = 0.1  # of the structure tensor, so that flat parts have no direction
NEUTRAL = 50  # the sharpness that is nearest to the truth


class Pass(NamedTuple):
    """How carefully it is done. The lengths are in pixels of the original.

    `first`, `between` and `last` are how often it is corrected; `rounds` how often it is smoothed
    along the edges, by `taps` steps of `reach` to each side; `view` is how far around the direction
    is looked for; `smooth` how much of a correction is spread softly. `push` is more than 1 to get
    there sooner, `held` takes back a share of the finest detail.
    """

    first: int
    rounds: int
    between: int
    last: int
    reach: float
    taps: int
    view: float
    smooth: float
    push: float
    held: float


# The values were looked for on the sample pictures: `python -m tests.benchmarks upscale`.
DOUBLE = Pass(1, 2, 1, 2, 0.8, 1, 0.7, 0, 1.5, 0)
MORE = Pass(4, 4, 2, 6, 0.85, 3, 0.85, 0.85, 1.6, 0.12)


def draw(
    source: Path,
    target: Path,
    *,
    factor: float | None = None,
    longest: int | None = None,
    sharpness: int = NEUTRAL,
    format: str = "png",
    report: Report = ignore,
) -> None:
    """Write `source` with more pixels to `target`: `factor` times as many on each side, or with
    exactly `longest` on the longer one. What is transparent stays so.

    sharpness: 0 is soft, 50 nearest to the truth, 100 crisp. The same call makes the same bytes.
    Raises EngineError when the picture cannot be read, is at least that large, or would become
    larger than 150 megapixels.
    """
    report(0.0, "reading")
    image = files.load_rgba(source)
    if int(image[..., 3].min()) == 255:
        image = np.ascontiguousarray(image[..., :3])
    size = target_size((image.shape[1], image.shape[0]), factor, longest)
    made = enlarged(image, size, sharpness, report)
    report(0.95, "saving")
    files.save(made, target, format)
    report(1.0, "saving")


def target_size(
    size: tuple[int, int], factor: float | None, longest: int | None
) -> tuple[int, int]:
    """Width and height of the result. Raises EngineError where there is nothing to enlarge or no
    room for it."""
    width, height = size
    by = factor if factor is not None else (longest or 0) / max(size)
    new = (max(1, round(width * by)), max(1, round(height * by)))
    if max(new) <= max(size):
        raise EngineError(
            f"The picture is {width} × {height} already; the result would be {new[0]} × {new[1]}. "
            "Choose a larger size, or make it smaller with Convert or Crop."
        )
    if new[0] * new[1] > MAX_PIXELS:
        most = int(math.sqrt(MAX_PIXELS / (new[0] * new[1])) * max(new))
        raise EngineError(
            f"{new[0]} × {new[1]} are {new[0] * new[1] / 1e6:.0f} megapixels; at most "
            f"{MAX_PIXELS // 1_000_000} can be made. Choose a longer side of at most {most} px."
        )
    return new


def enlarged(
    image: Pixels, size: tuple[int, int], sharpness: int = NEUTRAL, report: Report = ignore
) -> Pixels:
    """The picture (height x width x 3 or 4) at `size` (width, height), which is larger."""
    while max(size[0] / image.shape[1], size[1] / image.shape[0]) > MOST_STEP:
        step = (image.shape[1] * MOST_STEP, image.shape[0] * MOST_STEP)
        image = _step(image, (min(step[0], size[0]), min(step[1], size[1])), NEUTRAL, ignore)
    return _step(image, size, sharpness, report)


def _step(image: Pixels, size: tuple[int, int], sharpness: int, report: Report) -> Pixels:
    height, width = image.shape[:2]
    by = max(1, math.ceil(max(size[0] / width, size[1] / height) - 1e-9))
    padded = cv2.copyMakeBorder(_bled(image), HALO, HALO, HALO, HALO, cv2.BORDER_REPLICATE)
    out = np.empty((size[1], size[0], image.shape[2]), np.uint8)
    share = (width / size[0], height / size[1])

    def work(box: Box) -> None:
        left, top, right, bottom = box
        x, y = int(left * share[0]), int(top * share[1])
        x2 = min(width, math.ceil(right * share[0]))
        y2 = min(height, math.ceil(bottom * share[1]))
        part = padded[y : y2 + 2 * HALO, x : x2 + 2 * HALO]
        large = _rounded(restored(part.astype(np.float32), by, sharpness))
        # Where the box lies in the enlarged part, to a fraction of its pixels.
        at = (HALO - x + left * share[0]) * by, (HALO - y + top * share[1]) * by
        end = (HALO - x + right * share[0]) * by, (HALO - y + bottom * share[1]) * by
        out[top:bottom, left:right] = _cut(large, (*at, *end), (right - left, bottom - top))

    boxes = list(_boxes(size))
    pool = ThreadPoolExecutor(THREADS)
    try:
        for number, _ in enumerate(pool.map(work, boxes), 1):
            report(0.02 + 0.92 * number / len(boxes), "upscaling")
    finally:
        pool.shutdown(cancel_futures=True)
    return out


def _boxes(size: tuple[int, int]) -> Iterator[Box]:
    columns, rows = math.ceil(size[0] / TILE), math.ceil(size[1] / TILE)
    xs = [round(size[0] * i / columns) for i in range(columns + 1)]
    ys = [round(size[1] * i / rows) for i in range(rows + 1)]
    for top, bottom in itertools.pairwise(ys):
        for left, right in itertools.pairwise(xs):
            yield left, top, right, bottom


def _cut(large: Pixels, box: tuple[float, float, float, float], size: tuple[int, int]) -> Pixels:
    left, top, right, bottom = box
    if (right - left, bottom - top) == size and left == int(left) and top == int(top):
        return large[int(top) : int(bottom), int(left) : int(right)]
    # Pillow takes fractions of pixels, and looks over the edge of the box.
    image = Image.fromarray(large)
    return np.asarray(image.resize(size, Image.Resampling.HAMMING, box=box))


def _bled(image: Pixels) -> Pixels:
    """What is wholly transparent takes the colour of what is near, so that no rim of a colour that
    nobody saw appears."""
    if image.shape[2] == 3:
        return image
    seen = image[..., 3:].astype(np.float32) / 255
    near, weight = _spread(image[..., :3] * seen), _spread(seen)
    near = near / np.maximum(weight, 1e-4)
    kept = np.where((seen > 0) | (weight <= 1e-4), image[..., :3], np.clip(np.rint(near), 0, 255))
    return np.dstack((kept.astype(np.uint8), image[..., 3]))


def _spread(values: Field) -> Field:
    """Twice the mean of what is around, height x width x channels."""
    soft = cv2.blur(cv2.blur(values, (9, 9)), (9, 9))
    return np.asarray(soft, np.float32).reshape(values.shape)


def restored(source: Field, by: int, sharpness: int = NEUTRAL) -> Field:
    """One part (height x width x channels), `by` times as large on each side."""
    if by == 1:
        return source
    way = DOUBLE if by == 2 else MORE
    size = (source.shape[1] * by, source.shape[0] * by)
    low, high = limits(source, by)
    x: Field = np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_CUBIC), np.float32)
    x = _corrected(_held(x, low, high), source, low, high, way, way.first)
    for number in range(way.rounds):
        x = _along_edges(x, by, way)
        last = number == way.rounds - 1
        x = _corrected(x, source, low, high, way, way.last if last else way.between)
    return _sharpened(x, low, high, by, sharpness, way.held)


def limits(source: Field, by: int) -> tuple[Field, Field]:
    """The least and the most that each pixel of the result may be: of the four pixels of the
    original whose middles are around it. A pixel that is a peak or a ridge was more than that
    before it was averaged, so it may be a little higher. Beside an edge nothing may."""
    padded: Field = np.asarray(
        cv2.copyMakeBorder(source, 2, 2, 2, 2, cv2.BORDER_REPLICATE), np.float32
    )
    above, below = _peaks(padded)
    padded = padded[1:-1, 1:-1]
    square = np.ones((2, 2), np.uint8)
    # Of each pixel and those left of it and above; the first row and column see only the border.
    low = cv2.erode(padded - below, square, anchor=(1, 1))[1:, 1:]
    high = cv2.dilate(padded + above, square, anchor=(1, 1))[1:, 1:]
    return _quadrants(np.asarray(low, np.float32), by), _quadrants(np.asarray(high, np.float32), by)


def _peaks(padded: Field) -> tuple[Field, Field]:
    """What each pixel gets for being above both of its neighbours in some direction, or below."""
    middle = padded[1:-1, 1:-1]
    height, width = middle.shape[:2]
    above, below = np.zeros_like(middle), np.zeros_like(middle)
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        one = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        other = padded[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        cv2.max(above, cv2.subtract(middle, cv2.max(one, other)), dst=above)
        cv2.max(below, cv2.subtract(cv2.min(one, other), middle), dst=below)
    return np.minimum(PEAK * above, SUMMIT), np.minimum(PEAK * below, SUMMIT)


def _quadrants(corners: Field, by: int) -> Field:
    """From what is around each corner of the pixels to every pixel of the result."""
    double = (corners.shape[1] * 2, corners.shape[0] * 2)
    wide = cv2.resize(corners, double, interpolation=cv2.INTER_NEAREST)[1:-1, 1:-1]
    if by == 2:
        return np.ascontiguousarray(wide)
    size = (wide.shape[1] // 2 * by, wide.shape[0] // 2 * by)
    return np.asarray(cv2.resize(wide, size, interpolation=cv2.INTER_NEAREST))


def _held(x: Field, low: Field, high: Field) -> Field:
    cv2.max(x, low, dst=x)
    return np.asarray(cv2.min(x, high, dst=x))


def _corrected(x: Field, source: Field, low: Field, high: Field, way: Pass, times: int) -> Field:
    small, size = source.shape[1::-1], x.shape[1::-1]
    for _ in range(times):
        missing = cv2.subtract(source, cv2.resize(x, small, interpolation=cv2.INTER_AREA))
        back = cv2.resize(missing, size, interpolation=cv2.INTER_CUBIC)
        if way.smooth:
            soft = cv2.resize(missing, size, interpolation=cv2.INTER_LINEAR)
            cv2.addWeighted(back, 1 - way.smooth, soft, way.smooth, 0, dst=back)
        cv2.scaleAdd(back, way.push, x, dst=x)
        x = _held(x, low, high)
    return x


def _along_edges(x: Field, by: int, way: Pass) -> Field:
    """Smoothed along its edges, the more the clearer their direction is."""
    across, down, clear = directions(x, way.view * by)
    height, width = clear.shape
    columns = np.arange(width, dtype=np.float32)[None, :]
    rows = np.arange(height, dtype=np.float32)[:, None]
    total, weights = x.copy(), 1.0
    for tap in range(1, way.taps + 1):
        weight = math.exp(-0.5 * (1.5 * tap / way.taps) ** 2)
        far = tap * way.reach * by
        for side in (-far, far):
            seen = cv2.remap(
                x,
                columns + across * np.float32(side),
                rows + down * np.float32(side),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            cv2.scaleAdd(seen.reshape(x.shape), weight, total, dst=total)
            weights += weight
    share = np.float32(0.8) * clear
    cv2.addWeighted(total, 1 / weights, x, -1, 0, dst=total)
    total *= share[..., None]
    total += x
    return total


def directions(x: Field, view: float) -> tuple[Field, Field, Field]:
    """Which way the edges run (a unit vector), and how clearly, from 0 to 1: what the structure
    tensor says within `view` pixels."""
    code = cv2.COLOR_RGB2GRAY if x.shape[2] == 3 else cv2.COLOR_RGBA2GRAY
    grey = cv2.cvtColor(x, code)
    gx = cv2.Scharr(grey, cv2.CV_32F, 1, 0, scale=1 / 32)
    gy = cv2.Scharr(grey, cv2.CV_32F, 0, 1, scale=1 / 32)
    xx, yy, xy = (
        cv2.GaussianBlur(cv2.multiply(*pair), (0, 0), view)
        for pair in ((gx, gx), (gy, gy), (gx, gy))
    )
    spread = xx - yy
    turn = cv2.magnitude(spread, 2 * xy)
    double = spread / (turn + np.float32(1e-9))
    across = np.sqrt(np.maximum((1 - double) / 2, 0))
    down = np.sqrt(np.maximum((1 + double) / 2, 0))
    return np.where(xy > 0, -across, across), down, turn / (xx + yy + np.float32(FLOOR))


def _sharpened(x: Field, low: Field, high: Field, by: int, sharpness: int, held: float) -> Field:
    """Softer or crisper than the truth, within the same limits."""
    amount = (sharpness - NEUTRAL) / NEUTRAL
    amount = amount * (0.7 if amount < 0 else 1.2) - held * min(1.0, 1 - amount)
    if not amount:
        return x
    reach = 0.3 * by if amount < 0 and sharpness >= NEUTRAL else 0.45 * by
    soft = cv2.GaussianBlur(x, (0, 0), reach)
    return _held(np.asarray(cv2.addWeighted(x, 1 + amount, soft, -amount, 0)), low, high)


def _rounded(x: Field) -> Pixels:
    return np.asarray(cv2.convertScaleAbs(_held(x, np.zeros_like(x), np.full_like(x, 255))))
