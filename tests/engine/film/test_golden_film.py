"""Frames of films as they looked when a person judged them good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from studio.engine.film.assembly import Cut, Wish, assemble
from tests.engine.stills.pictures import GOLDEN, SAMPLES, assert_golden

ROCKET, COFFEE, CAT = (SAMPLES / f"{name}.jpg" for name in ("rocket", "coffee", "chelsea"))
ASTRONAUT = SAMPLES / "astronaut.jpg"
WORDS = "It was the last train out of Coldwater, and nobody on the platform had slept."

SCENES: dict[str, tuple[list[Cut], float, dict[str, Any]]] = {
    "title": (
        [Cut("Shot 1", COFFEE, seconds=1)],
        1.5,
        {"title": "The Last Train\nA story in six shots", "title_seconds": 2},
    ),
    "crossfade": (
        [Cut("Shot 1", ROCKET, seconds=1), Cut("Shot 2", CAT, seconds=1)],
        1.0,
        {"transition": "crossfade"},
    ),
    "dip": (
        [Cut("Shot 1", ROCKET, seconds=1), Cut("Shot 2", CAT, seconds=1)],
        1.14,
        {"transition": "dip", "seconds": 0.5},
    ),
    "words": ([Cut("Shot 1", COFFEE, seconds=3, text=WORDS)], 1.0, {"subtitles": "burned"}),
    "ground": (
        [Cut("Shot 1", ASTRONAUT, seconds=1)],
        0.5,
        {"ground": "blur"},
    ),
    "motion": (
        [
            Cut(
                "Shot 1",
                CAT,
                seconds=2,
                motion={"type": "complex", "direction": "in", "strength": 60, "focus": (0.5, 0.4)},
            )
        ],
        1.9,
        {},
    ),
}


def frame(scene: str, target: Path, size: tuple[int, int]):
    """The one that is shown at the second of that scene."""
    cuts, at, wish = SCENES[scene]
    assemble(cuts, target, Wish(**{"size": size, "fps": 25, "transition": "cut", **wish}))
    with av.open(str(target)) as container:
        return next(
            frame.to_ndarray(format="rgb24")
            for frame in container.decode(video=0)
            if frame.time >= at - 0.001
        )


@pytest.mark.parametrize("scene", SCENES)
def test_it_looks_as_it_did(scene, tmp_path) -> None:
    found = frame(scene, tmp_path / "film.mp4", (240, 134))
    assert_golden(found, scene, folder=GOLDEN.parent / "film")
