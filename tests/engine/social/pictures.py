"""Pictures and formats for the tests of the social formats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.engine.social import Made, Wanted, export
from tests.engine.stills.pictures import SAMPLES, Pixels, pixels_of, written

PLAIN = Wanted("a", 320, 200, ("jpeg",))
COFFEE = SAMPLES / "coffee.jpg"


def want(**more: Any) -> Wanted:
    return replace(PLAIN, **more)


def made(source: Path, folder: Path, **more: Any) -> Made:
    ((one,), _) = export(source, folder, [want(**more)])
    return one


def noise(width: int, height: int, channels: int = 3) -> Pixels:
    return np.random.default_rng(5).integers(0, 256, (height, width, channels), np.uint8)


def noisy(folder: Path, width: int, height: int, channels: int = 3) -> Path:
    return written(noise(width, height, channels), folder / f"noise{channels}.png")


def of_color(folder: Path, width: int, height: int, color: tuple[int, ...]) -> Path:
    """A picture of one color, with opacity where that has four values."""
    path = folder / "color.png"
    Image.new("RGB" if len(color) == 3 else "RGBA", (width, height), color).save(path)
    return path


__all__ = [
    "COFFEE",
    "SAMPLES",
    "made",
    "noise",
    "noisy",
    "of_color",
    "pixels_of",
    "want",
    "written",
]
