"""Enlarging sample pictures that were made smaller: how near to the original, and does it ring?

Decibels of peak signal to noise over all three colours; a peer is better when its row is higher.
A folder of other pictures may be named in the environment variable BENCHMARK_PICTURES.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.engine.stills import upscale
from studio.engine.stills.files import Pixels, load_rgb
from tests.benchmarks.common import MEDIA, cpu, photograph, table

Row = tuple[str, str, str, str, str]
PROMISED = 0.2
WAYS = ("area", "bicubic")


def run() -> None:
    folder = Path(os.environ.get("BENCHMARK_PICTURES", MEDIA))
    pictures = {p.stem: load_rgb(p) for p in sorted(folder.iterdir()) if is_picture(p)}
    for way in WAYS:
        for by in (2, 4):
            rows = [
                row for name, image in pictures.items() for row in measured(name, image, way, by)
            ]
            table(f"{by}x after a {way} reduction, dB (seconds of processor)", rows)
    table("Beyond the nine pixels of the original around it, in levels of 255", ringing(pictures))
    table("1920 × 1080 to 3840 × 2160, with reading and writing a PNG", [speed()])


def is_picture(path: Path) -> bool:
    return path.suffix in (".png", ".jpg")


def reduced(image: Pixels, by: int, way: str) -> tuple[Pixels, Pixels]:
    """The original, cut to a whole number of steps, and the small copy."""
    height, width = (side // by * by for side in image.shape[:2])
    original = np.ascontiguousarray(image[:height, :width])
    size = (width // by, height // by)
    if way == "area":
        return original, np.asarray(cv2.resize(original, size, interpolation=cv2.INTER_AREA))
    return original, np.asarray(Image.fromarray(original).resize(size, Image.Resampling.BICUBIC))


def decibels(made: Pixels, original: Pixels) -> float:
    error = np.mean((made.astype(np.float64) - original) ** 2)
    return float(10 * np.log10(255**2 / error))


def peers(small: Pixels, size: tuple[int, int]) -> dict[str, Pixels]:
    return {
        "Lanczos": np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LANCZOS4)),
        "bicubic": np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)),
    }


def measured(name: str, image: Pixels, way: str, by: int) -> Iterator[Row]:
    original, small = reduced(image, by, way)
    size = (original.shape[1], original.shape[0])
    began = time.process_time()
    ours = decibels(upscale.enlarged(small, size), original)
    seconds = time.process_time() - began
    for peer, made in peers(small, size).items():
        other = decibels(made, original)
        wish = f"at least +{PROMISED}" if peer == "Lanczos" else "–"
        yield (
            f"{name} against {peer}",
            f"{ours:.2f} ({seconds:.2f} s)",
            f"{other:.2f}",
            f"{ours - other:+.2f}",
            wish,
        )


def overshoot(made: Pixels, small: Pixels, by: int) -> NDArray[np.float32]:
    """How far each value leaves what the nine pixels of the original around it span."""
    square = np.ones((3, 3), np.uint8)
    size = (made.shape[1], made.shape[0])
    low, high = (
        cv2.resize(bound, size, interpolation=cv2.INTER_NEAREST).astype(np.float32)
        for bound in (cv2.erode(small, square), cv2.dilate(small, square))
    )
    values = made.astype(np.float32)
    return np.maximum(np.maximum(values - high, low - values), 0)


def ringing(pictures: dict[str, Pixels]) -> Iterator[Row]:
    for name, image in pictures.items():
        original, small = reduced(image, 2, "area")
        size = (original.shape[1], original.shape[0])
        ours = overshoot(upscale.enlarged(small, size), small, 2)
        other = overshoot(peers(small, size)["Lanczos"], small, 2)
        yield (
            f"{name}: most / share of values beyond {upscale.SUMMIT:.0f}",
            f"{ours.max():.0f} / {np.mean(ours > upscale.SUMMIT + 1):.3%}",
            f"{other.max():.0f} / {np.mean(other > upscale.SUMMIT + 1):.3%}",
            "–",
            f"at most {upscale.SUMMIT:.0f}",
        )


def speed() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        source = photograph(Path(folder) / "photo.jpg", 1920, 1080)
        target = Path(folder) / "large.png"
        began = time.monotonic()
        busy = cpu(lambda: upscale.draw(source, target, factor=2))
        passed = time.monotonic() - began
    return ("seconds passed / of processor", f"{passed:.2f} / {busy:.2f}", "–", "–", "under 4 s")
