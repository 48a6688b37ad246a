"""Golden pictures: small results that somebody looked at, kept beside the tests.

`python -m tests.engine.stills.golden` writes them anew; look at each before you keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from studio.engine.stills import edges, palettes, patterns, poster, transfer, upscale
from studio.engine.stills.files import Pixels, load_rgb, save

FOLDER = Path(__file__).parents[2] / "golden" / "stills"
SAMPLES = Path(__file__).parents[3] / "static" / "samples"
LARGEST = 60_000
"""Bytes of one golden picture."""


def sample(name: str, side: int | None = None) -> Pixels:
    """One of the sample pictures, with that longer side."""
    image = load_rgb(SAMPLES / f"{name}.jpg")
    if side is None:
        return image
    by = side / max(image.shape[:2])
    size = (round(image.shape[1] * by), round(image.shape[0] * by))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def background(pattern: str) -> Pixels:
    names = list(palettes.PALETTES)
    chosen = names[list(patterns.PATTERNS).index(pattern) % len(names)]
    return patterns.picture(pattern, palettes.PALETTES[chosen], 216, 270, 1)


def card(design: str) -> Pixels:
    text = "Make it simple, but significant\nDon Draper"
    return poster.picture(text, design, "waves", palettes.PALETTES["sea"], (216, 270), 3)


def lines(manner: str) -> Pixels:
    drawn = edges.draw(sample("astronaut", 256), manner, 50)
    return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_GRAY2RGB))


def enlarged() -> Pixels:
    return upscale.enlarged(sample("chelsea")[80:180, 120:240], (240, 200))


def styled() -> Pixels:
    return transfer.transferred(sample("rocket", 256), sample("coffee", 256), 1, 0.75)


CASES: dict[str, Callable[[], Pixels]] = {
    **{f"background-{p}": lambda p=p: background(p) for p in patterns.PATTERNS},  # type: ignore[misc]
    **{f"card-{d}": lambda d=d: card(d) for d in poster.DESIGNS},  # type: ignore[misc]
    **{f"lines-{m}": lambda m=m: lines(m) for m in edges.MANNERS},  # type: ignore[misc]
    "upscale": enlarged,
    "transfer": styled,
}


def difference(made: Pixels, golden: Pixels) -> float:
    """Mean distance in levels of 255, of both seen through a soft lens."""
    assert made.shape == golden.shape
    soft = [cv2.GaussianBlur(v.astype(np.float32), (0, 0), 1.2) for v in (made, golden)]
    return float(np.abs(soft[0] - soft[1]).mean())


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, make in CASES.items():
        save(make(), FOLDER / f"{name}.webp", "webp", 88)


if __name__ == "__main__":
    write()
