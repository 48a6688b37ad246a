"""Small pictures and comparisons for the tests of still pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "static" / "samples"
GOLDEN = ROOT / "tests" / "golden" / "stills"
Pixels = NDArray[np.uint8]


def pixels_of(path: Path) -> Pixels:
    """As a person's viewer shows them; with transparency where there is any."""
    with Image.open(path) as image:
        mode = "RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"
        return np.asarray(image.convert(mode))


def sample(name: str, width: int = 160) -> Pixels:
    whole = pixels_of(SAMPLES / f"{name}.jpg")
    height = round(whole.shape[0] * width / whole.shape[1])
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def written(pixels: Pixels, path: Path) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def apart(one: Pixels, other: Pixels) -> float:
    """The mean difference of the channels, in steps of 255."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def assert_golden(pixels: Pixels, name: str, slack: float = 2.0, folder: Path = GOLDEN) -> None:
    """As it looked when a person judged it good; versions of the libraries differ in a few steps.

    A missing picture is written and fails once, so that somebody looks at it.
    """
    path = folder / f"{name}.png"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path, optimize=True)
        raise AssertionError(f"{path.name} is new: look at it")
    assert path.stat().st_size <= 60_000
    assert apart(pixels, pixels_of(path)) <= slack, name
