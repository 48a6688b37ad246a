"""What is made looks as it did when somebody looked at it."""

from __future__ import annotations

import numpy as np
import pytest

from studio.engine.stills.files import load_rgb
from tests.engine.stills.golden import CASES, FOLDER, LARGEST, difference


@pytest.mark.parametrize("name", CASES)
def test_it_looks_like_its_golden_picture(name: str) -> None:
    assert difference(CASES[name](), load_rgb(FOLDER / f"{name}.webp")) < 2.5


def test_every_golden_picture_is_small_and_used() -> None:
    files = {p.stem: p.stat().st_size for p in FOLDER.glob("*.webp")}
    assert set(files) == set(CASES)
    assert max(files.values()) <= LARGEST


def test_the_comparison_sees_another_picture() -> None:
    golden = load_rgb(FOLDER / "background-waves.webp")
    assert difference(np.roll(golden, 8, 0), golden) > 2.5
    assert difference(255 - golden, golden) > 50
