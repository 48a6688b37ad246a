"""Looks: a style drawn over a picture by a row of small steps. No model; nothing is invented.

A step is a name and its values; which steps make which style is data of the caller. The same
picture and steps make the same bytes, at any size the same impression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from studio.engine import Report, ignore
from studio.engine.stills import files
from studio.engine.stills.files import Field, Pixels
from studio.engine.stills.looks import ground, lens, marks, paint, pieces, tone

Step = tuple[str, Mapping[str, Any]]
Draw = Callable[..., Field]
LEAST_SIDE = 32
"""A picture with a shorter side is drawn larger: strokes and dots need some room."""
MOST_PIXELS = 16_000_000
"""A larger picture is drawn with that many and enlarged: each step needs several copies of it."""
STEPS: Mapping[str, Draw] = {
    name: draw
    for part in (tone, lens, paint, marks, ground, pieces)
    for name, draw in part.STEPS.items()
}


def apply(
    source: Path,
    target: Path,
    steps: Sequence[Step],
    *,
    amount: float = 1.0,
    format: str = "png",
    report: Report = ignore,
) -> Path:
    """Write the picture with that look; `amount` 0 to 1 mixes it with the picture as it was.

    What is transparent stays so. Raises EngineError for a picture that cannot be used.
    """
    report(0.0, "reading")
    picture = files.load(source)
    drawn = rendered(np.ascontiguousarray(picture[..., :3]), steps, amount, report)
    if picture.shape[2] == 4:
        drawn = np.dstack([drawn, picture[..., 3]])
    report(0.95, "saving")
    return files.save(drawn, target, format)


def rendered(
    pixels: Pixels, steps: Sequence[Step], amount: float = 1.0, report: Report = ignore
) -> Pixels:
    """The look on opaque pixels (height x width x 3)."""
    height, width = pixels.shape[:2]
    by = max(1.0, LEAST_SIDE / min(height, width))
    by = min(by, (MOST_PIXELS / (height * width)) ** 0.5)
    few = (max(1, round(width * by)), max(1, round(height * by)))
    small = pixels if by == 1 else _sized(pixels, *few)
    image: Field = np.asarray(small / np.float32(255), np.float32)
    for number, (name, values) in enumerate(steps):
        report(0.05 + 0.85 * number / len(steps), "drawing")
        image = STEPS[name](image, **values)
    drawn = np.asarray(np.rint(np.clip(image, 0, 1) * 255), np.uint8)
    if by != 1:
        drawn = _sized(drawn, width, height)
    if amount < 1:
        drawn = np.asarray(cv2.addWeighted(drawn, amount, pixels, 1 - amount, 0), np.uint8)
    return drawn


def _sized(pixels: Pixels, width: int, height: int) -> Pixels:
    smaller = width * height < pixels.shape[0] * pixels.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)
