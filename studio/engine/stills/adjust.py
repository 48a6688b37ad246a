"""Light, colour, sharpness and noise of a picture.

Light is counted in linear light, tones on brightness alone, so that no colour shifts. Everything is
worked out in bands of rows, which keeps a large picture within a few hundred megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import deep, detail, files, light
from studio.engine.stills.files import Pixels

BAND = 1 << 20
"""Pixels that are worked on at once."""
TONES = (
    "contrast",
    "highlights",
    "shadows",
    "temperature",
    "tint",
    "saturation",
    "vibrance",
)
DETAILS = ("sharpen", "denoise")


@dataclass(frozen=True)
class Changes:
    """What is to change. `exposure` in stops (-3 to 3), the others from -100 to 100, `sharpen` and
    `denoise` from 0. 0 changes nothing."""

    exposure: float = 0.0
    contrast: float = 0.0
    highlights: float = 0.0
    shadows: float = 0.0
    temperature: float = 0.0
    tint: float = 0.0
    saturation: float = 0.0
    vibrance: float = 0.0
    sharpen: float = 0.0
    denoise: float = 0.0

    def __post_init__(self) -> None:
        _within("exposure", self.exposure, -3, 3)
        for name in (*TONES, *DETAILS):
            _within(name, getattr(self, name), 0 if name in DETAILS else -100, 100)

    @property
    def tones(self) -> bool:
        """Whether light or colour changes, which is worked out in linear light."""
        return any(getattr(self, name) for name in ("exposure", *TONES))

    @property
    def local(self) -> bool:
        """Whether it matters how light it is around a pixel."""
        return bool(self.highlights or self.shadows)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise EngineError(f"{name.capitalize()} is {value:g}. Use {low:g} to {high:g}.")


def adjust(
    source: Path,
    target: Path,
    changes: Changes,
    *,
    mask: Path | None = None,
    format: str = "png",
    report: Report = ignore,
) -> Path:
    """Write the picture with these changes, where the mask is white if there is one.

    What is transparent stays so. Raises EngineError for a picture or mask that cannot be used.
    """
    report(0.0, "reading")
    picture = files.load(source)
    size = (picture.shape[1], picture.shape[0])
    where = files.load_mask(mask, size) if mask else None
    before = np.ascontiguousarray(picture[..., :3])
    # More than 8 bits are read only where something is done with them.
    fine = deep.load(source) if changes.tones else None
    after = adjusted(before, changes, fine, report)
    if where is not None:
        after = _only_there(before, after, where)
    if picture.shape[2] == 4:
        after = np.dstack([after, picture[..., 3]])
    report(0.9, "saving")
    return files.save(after, target, format)


def adjusted(
    pixels: Pixels,
    changes: Changes,
    fine: NDArray[np.uint16] | None = None,
    report: Report = ignore,
) -> Pixels:
    """The changes on height x width x 3. `fine` is the same picture in 16 bits, where there is
    one: its steps are too small to show as bands."""
    if changes.denoise:
        report(0.05, "cleaning")
        pixels, fine = detail.denoised(pixels, changes.denoise / 100, report), None
    if changes.tones:
        pixels = _toned(pixels, changes, fine, report)
    if changes.sharpen:
        report(0.8, "sharpening")
        pixels = detail.sharpened(pixels, changes.sharpen / 100)
    return pixels


def _toned(
    pixels: Pixels, changes: Changes, fine: NDArray[np.uint16] | None, report: Report
) -> Pixels:
    height, width = pixels.shape[:2]
    base = light.surround(pixels, changes.exposure) if changes.local else None
    change = light.recipe(
        gain=2.0**changes.exposure,
        white=(changes.temperature / 100, changes.tint / 100),
        contrast=changes.contrast / 100,
        highlights=changes.highlights / 100,
        shadows=changes.shadows / 100,
        saturation=changes.saturation / 100,
        vibrance=changes.vibrance / 100,
    )
    result = np.empty_like(pixels)
    rows = max(1, BAND // width)
    for top in range(0, height, rows):
        part = slice(top, min(top + rows, height))
        linear = deep.to_linear(pixels[part] if fine is None else fine[part])
        linear = change(linear, None if base is None else light.band(base, part, pixels.shape))
        result[part] = deep.from_linear(linear, dither=fine is not None)
        report(0.3 + 0.5 * part.stop / height, "adjusting")
    return result


def _only_there(before: Pixels, after: Pixels, where: Pixels) -> Pixels:
    share = where[..., None].astype(np.uint32)
    mixed = (after * share + before * (255 - share) + 127) // 255
    return np.asarray(mixed, np.uint8)
