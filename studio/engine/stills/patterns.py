"""Backgrounds out of nothing: a pattern, a palette, and a number that makes another one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import drawn, files, pieces, soft
from studio.engine.stills.palettes import Field, Palette
from studio.engine.stills.scene import Scene, dithered

LOW, HIGH = 64, 4096
"""Sides in pixels."""

PATTERNS: dict[str, Callable[[Scene], Field]] = {
    "mesh": soft.mesh,
    "gradient": soft.gradient,
    "aurora": soft.aurora,
    "rays": soft.rays,
    "bokeh": soft.bokeh,
    "waves": drawn.waves,
    "blobs": drawn.blobs,
    "topographic": drawn.topographic,
    "marble": soft.marble,
    "paper": soft.paper,
    "stripes": drawn.stripes,
    "dots": drawn.dots,
    "grid": drawn.grid,
    "triangles": pieces.triangles,
    "terrazzo": pieces.terrazzo,
    "tiles": pieces.tiles,
    "scales": pieces.scales,
}


def picture(
    pattern: str, palette: Palette, width: int, height: int, seed: int = 0
) -> NDArray[np.uint8]:
    """The background as pixels (height x width x 3). The same call makes the same ones.

    Raises EngineError for a pattern that is not there and for sides outside LOW to HIGH.
    """
    return dithered(field(pattern, palette, width, height, seed))


def field(pattern: str, palette: Palette, width: int, height: int, seed: int) -> Field:
    """The same before it is rounded to 8 bits."""
    if pattern not in PATTERNS:
        raise EngineError(f"There is no pattern “{pattern}”. Choose {', '.join(PATTERNS)}.")
    for name, side in (("Width", width), ("Height", height)):
        if not LOW <= side <= HIGH:
            raise EngineError(f"{name} is {side} px; it goes from {LOW} to {HIGH} px.")
    return PATTERNS[pattern](Scene(width, height, palette, seed))


def draw(
    target: Path,
    *,
    pattern: str,
    palette: Palette,
    width: int,
    height: int,
    seed: int = 0,
    format: str = "png",
    report: Report = ignore,
) -> None:
    """Write a background to `target`. Raises EngineError."""
    report(0.0, "drawing")
    made = picture(pattern, palette, width, height, seed)
    report(0.7, "saving")
    files.save(made, target, format)
    report(1.0, "saving")
