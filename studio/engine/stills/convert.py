"""Another file type, fewer bytes, or both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import files
from studio.engine.stills.files import Color, Pixels

LEAST = {"jpeg": 30, "webp": 20, "avif": 25}
"""The quality below which fewer pixels look better than a lower quality."""
COLORS = (256, 128, 64)
"""Of a PNG that has to become smaller, before it loses pixels."""
SMALLEST = 64
"""The longer side is not made shorter than that to save bytes."""
KB = 1000


def convert(
    source: Path,
    target: Path,
    *,
    format: str,
    quality: int = 85,
    target_kb: int | None = None,
    longest_side: int | None = None,
    background: Color = files.WHITE,
    report: Report = ignore,
) -> Path:
    """Write the picture as `format`: upright, in sRGB, without metadata.

    quality: for JPEG, WebP and AVIF, 1 to 100; with `target_kb` the best that may be taken.
    target_kb: of 1000 bytes; the file is never larger. Quality goes down first, then size.
    longest_side: in pixels; only ever makes the picture smaller.
    background: shown where the picture is transparent and the type cannot be.

    Raises EngineError for a picture that cannot be used or made so small.
    """
    report(0.0, "reading")
    pixels = files.load(source)
    if longest_side:
        pixels = shrunk(pixels, longest_side / max(pixels.shape[:2]))
    if pixels.shape[2] == 4 and format not in files.SEE_THROUGH:
        pixels = files.flat(pixels, background)
    report(0.2, "saving")
    if not target_kb:
        return files.save(pixels, target, format, quality, background)
    return files.write(target, light_enough(pixels, format, quality, target_kb * KB, report))


def shrunk(pixels: Pixels, by: float) -> Pixels:
    """Smaller by that factor; as it is from 1 on."""
    if by >= 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width * by)), max(1, round(height * by)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def light_enough(
    pixels: Pixels, format: str, quality: int, most: int, report: Report = ignore
) -> bytes:
    """The file's bytes, at most `most` of them: in the best quality that fits, with as many pixels
    as fit."""
    by, tries = 1.0, 0
    while True:
        small = shrunk(pixels, by)
        steps = _steps(small, format, quality)
        tries += 1
        report(min(0.9, 0.2 + 0.1 * tries), "compressing")
        least = steps(0)
        if len(least) <= most:
            return _best(steps, least, most, report)
        longest = max(small.shape[:2])
        if longest <= SMALLEST:
            raise _too_small(small, format, len(least), most)
        # Bytes grow about as the pixels do. A little less, so that few tries are needed.
        guess = by * min(0.9, 0.97 * (most / len(least)) ** 0.5)
        by = max(guess, SMALLEST / max(pixels.shape[:2]))


class _Ladder:
    """The ways to write one picture, from the smallest (0) to the best."""

    def __init__(self, ways: list[Callable[[], bytes]]) -> None:
        self.ways = ways

    def __call__(self, step: int) -> bytes:
        return self.ways[step]()

    def __len__(self) -> int:
        return len(self.ways)


def _steps(pixels: Pixels, format: str, quality: int) -> _Ladder:
    if format in LEAST:
        low = min(LEAST[format], quality)
        return _Ladder([_way(pixels, format, q) for q in range(low, quality + 1)])
    if format == "png":
        few = [_few_colors(pixels, count) for count in reversed(COLORS)]
        return _Ladder([*few, _way(pixels, "png", 100)])
    return _Ladder([_way(pixels, format, 100)])


def _way(pixels: Pixels, format: str, quality: int) -> Callable[[], bytes]:
    return lambda: files.encoded(pixels, format, quality)


def _few_colors(pixels: Pixels, count: int) -> Callable[[], bytes]:
    def write() -> bytes:
        image = Image.fromarray(pixels)
        # The median cut is better but knows no transparency.
        clear = image.mode == "RGBA"
        method = Image.Quantize.FASTOCTREE if clear else Image.Quantize.MEDIANCUT
        few = image.quantize(count, method=method, dither=Image.Dither.FLOYDSTEINBERG)
        return files.bytes_of(few, "PNG", optimize=True)

    return write


def _best(steps: _Ladder, least: bytes, most: int, report: Report) -> bytes:
    """The highest step that fits, found by halving: each try is a whole encoding."""
    low, high, found = 0, len(steps), least
    while high - low > 1:
        middle = (low + high) // 2
        # The best is what most people get: try it first.
        step = high - 1 if high == len(steps) and low == 0 else middle
        data = steps(step)
        report(0.95, "compressing")
        low, high, found = (step, high, data) if len(data) <= most else (low, step, found)
    return found


def _too_small(pixels: Pixels, format: str, size: int, most: int) -> EngineError:
    height, width = pixels.shape[:2]
    lossy = "" if format in LEAST else " Or choose WebP or AVIF, which need fewer bytes."
    return EngineError(
        f"At most {most // KB} KB cannot be reached: even at {width} × {height} pixels this "
        f"picture takes {-(-size // KB)} KB as {format.upper()}. Allow at least that.{lossy}"
    )
