"""Looks: a style drawn over a picture by a row of small steps. No model; nothing is invented.

A step is a name and its values; which steps make which style is data of the caller. The same
picture and steps make the same bytes, at any size the same impression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from studio.engine import Report, ignore
from studio.engine.stills import files
from studio.engine.stills.files import Field, Pixels
from studio.engine.stills.looks import ground, lens, marks, paint, pieces, tone

Step = tuple[str, Mapping[str, Any]]
STEPS: Mapping[str, Callable[..., Field]] = {
    **tone.STEPS,
    **lens.STEPS,
    **paint.STEPS,
    **marks.STEPS,
    **ground.STEPS,
    **pieces.STEPS,
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
    before = pixels.astype(np.float32) / 255
    image = before
    for number, (name, values) in enumerate(steps):
        report(0.05 + 0.9 * number / len(steps), "drawing")
        image = STEPS[name](image, **values)
    if amount < 1:
        image = before + (image - before) * amount
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
