"""Another file type, fewer bytes, or both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import files, icc, metadata, packing
from studio.engine.stills.files import Color, Pixels
from studio.engine.stills.packing import Pack

LEAST = {"jpeg": 30, "webp": 20, "avif": 25}
"""The quality below which fewer pixels look better than a lower quality."""
COLORS = (256, 128, 64)
"""Of a PNG or GIF that has to become smaller, before it loses pixels."""
SMALLEST = 64
"""The longer side is not made shorter than that to save bytes."""
KB = 1000


@dataclass(frozen=True)
class Wish:
    """What a file is to be.

    quality: for JPEG, WebP and AVIF, 1 to 100; with `target_kb` the best that may be taken.
    target_kb: of 1000 bytes; the file is never larger. Quality goes down first, then size.
    longest_side: in pixels; only ever makes the picture smaller.
    keep_transparency: where the type can; else the picture stands on the `background`.
    space: one of icc.SPACES; any but sRGB is named in the file. keep_metadata: see metadata.told;
    then sRGB is named as well.
    """

    format: str
    quality: int = 85
    target_kb: int | None = None
    longest_side: int | None = None
    keep_transparency: bool = True
    background: Color = files.WHITE
    space: str = "srgb"
    keep_metadata: bool = False
    progressive: bool = True
    optimize: bool = True


def convert(source: Path, target: Path, wish: Wish, report: Report = ignore) -> Path:
    """Write the picture as it is wished, upright. Raises EngineError for one that cannot be used or
    made so small."""
    report(0.0, "reading")
    seen = icc.load(source, wish.space if wish.format in packing.PROFILED else "srgb")
    pixels = prepared(seen.pixels, wish)
    pack = _pack(source, wish, seen.profile)
    report(0.2, "saving")
    if wish.target_kb:
        most = wish.target_kb * KB
        data = light_enough(pixels, wish.format, wish.quality, most, pack, report)
    else:
        data = packing.packed(pixels, wish.format, wish.quality, pack)
    return files.write(target, data)


def prepared(pixels: Pixels, wish: Wish) -> Pixels:
    """The pixels that are written: no larger than wished, flat where that is wished."""
    if wish.longest_side:
        pixels = shrunk(pixels, wish.longest_side / max(pixels.shape[:2]))
    keeps = wish.keep_transparency and wish.format in files.SEE_THROUGH
    return files.flat(pixels, wish.background) if pixels.shape[2] == 4 and not keeps else pixels


def _pack(source: Path, wish: Wish, profile: bytes) -> Pack:
    pack = Pack(wish.optimize, wish.progressive, wish.background, profile)
    if not wish.keep_metadata:
        return pack
    told = metadata.told(source)
    return pack._replace(profile=profile or icc.srgb(), exif=told.exif, xmp=told.xmp)


def shrunk(pixels: Pixels, by: float) -> Pixels:
    """Smaller by that factor; as it is from 1 on."""
    if by >= 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width * by)), max(1, round(height * by)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def light_enough(
    pixels: Pixels,
    format: str,
    quality: int,
    most: int,
    pack: Pack = packing.PLAIN,
    report: Report = ignore,
) -> bytes:
    """The file's bytes, at most `most` of them: in the best quality that fits, with as many pixels
    as fit."""
    by, tries = 1.0, 0
    while True:
        small = shrunk(pixels, by)
        steps = ways(small, format, quality, pack)
        tries += 1
        report(min(0.9, 0.2 + 0.1 * tries), "compressing")
        least = steps(0)
        if len(least) <= most:
            return steps(best(steps, most, report))
        longest = max(small.shape[:2])
        if longest <= SMALLEST:
            raise _too_small(small, format, len(least), most)
        # Bytes grow about as the pixels do. A little less, so that few tries are needed.
        guess = by * min(0.9, 0.97 * (most / len(least)) ** 0.5)
        by = max(guess, SMALLEST / max(pixels.shape[:2]))


class Ladder:
    """The ways to write one picture, from the smallest (0) to the best. `names`: the quality, or
    the number of colors, of each; None for all of them."""

    def __init__(self, ways: Sequence[Callable[[], bytes]], names: Sequence[int | None]) -> None:
        self.ways, self.names = ways, names
        self.made: dict[int, bytes] = {}

    def __call__(self, step: int) -> bytes:
        if step not in self.made:
            self.made[step] = self.ways[step]()
        return self.made[step]

    def __len__(self) -> int:
        return len(self.ways)


def ways(pixels: Pixels, format: str, quality: int, pack: Pack = packing.PLAIN) -> Ladder:
    """How a picture can be written as that type: in `quality` at best."""
    write = partial(packing.packed, pixels, format)
    if format in LEAST:
        low = min(LEAST[format], quality)
        steps = range(low, quality + 1)
        return Ladder([partial(write, q, pack) for q in steps], steps)
    few = [partial(write, quality, pack._replace(colors=count)) for count in reversed(COLORS)]
    if format == "gif":
        return Ladder(few, COLORS[::-1])
    whole = partial(write, quality, pack)
    if format == "png":
        return Ladder([*few, whole], [*COLORS[::-1], None])
    return Ladder([whole], [None])


def best(steps: Ladder, most: int, report: Report = ignore) -> int:
    """The highest step of at most `most` bytes, found by halving: each try is a whole encoding. The
    first is taken for small enough."""
    low, high = 0, len(steps)
    while high - low > 1:
        middle = (low + high) // 2
        # The best is what most people get: try it first.
        step = high - 1 if high == len(steps) and low == 0 else middle
        fits = len(steps(step)) <= most
        report(0.95, "compressing")
        low, high = (step, high) if fits else (low, step)
    return low


def _too_small(pixels: Pixels, format: str, size: int, most: int) -> EngineError:
    height, width = pixels.shape[:2]
    lossy = "" if format in LEAST else " Or choose WebP or AVIF, which need fewer bytes."
    return EngineError(
        f"At most {most // KB} KB cannot be reached: even at {width} × {height} pixels this "
        f"picture takes {-(-size // KB)} KB as {format.upper()}. Allow at least that.{lossy}"
    )
