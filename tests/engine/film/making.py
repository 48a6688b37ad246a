"""Small films out of cuts, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np

from studio.engine.film.assembly import Cut, Made, Wish, assemble
from tests.fakes import films


def shots(*paths: Path | None, **more: Any) -> list[Cut]:
    return [Cut(f"Shot {number}", path, **more) for number, path in enumerate(paths, 1)]


def made(target: Path, cuts: list[Cut], report=None, **wish: Any) -> Made:
    """Small, and without transitions where nothing else is said."""
    wanted = Wish(**{"size": films.SIZE, "transition": "cut", **wish})
    return assemble(cuts, target, wanted, *([report] if report else []))


def pixels(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
