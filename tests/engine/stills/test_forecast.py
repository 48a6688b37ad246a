"""What a file will weigh is told from parts of it, within a fifth; and what suits the picture."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.engine.stills import files
from studio.engine.stills.convert import Wish, convert
from studio.engine.stills.forecast import MOST_PIXELS, forecast
from tests.engine.stills.pictures import SAMPLES, sample, written

WISHES = [
    *(Wish(format) for format in files.SUFFIXES),
    Wish("jpeg", quality=40),
    Wish("webp", quality=60, longest_side=500),
]


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: f"{wish.format}-{wish.quality}")
@pytest.mark.parametrize("name", ["astronaut", "coffee", "hubble", "rocket", "chelsea"])
def test_it_comes_near(tmp_path: Path, name: str, wish: Wish) -> None:
    source = SAMPLES / f"{name}.jpg"
    found = forecast(source, wish)
    made = convert(source, tmp_path / "a", wish).stat().st_size
    assert found is not None
    assert found.size == pytest.approx(made, rel=0.2)


def test_a_ceiling_is_the_most(tmp_path: Path) -> None:
    found = forecast(SAMPLES / "coffee.jpg", Wish("jpeg", target_kb=20))
    assert found is not None
    assert (found.size, found.lowered) == (20_000, True)
    roomy = forecast(SAMPLES / "coffee.jpg", Wish("jpeg", target_kb=500))
    assert roomy is not None
    assert not roomy.lowered


def test_contents(tmp_path: Path) -> None:
    drawing = Image.new("RGB", (900, 600), "white")
    ImageDraw.Draw(drawing).ellipse((200, 100, 700, 500), "teal", "navy", 9)
    drawing.resize((450, 300), Image.Resampling.LANCZOS).save(tmp_path / "drawing.png")
    clear = np.dstack([sample("coffee"), np.zeros(sample("coffee").shape[:2], np.uint8)])
    written(clear, tmp_path / "clear.png")
    for path, content in (
        (tmp_path / "drawing.png", "flat"),
        (tmp_path / "clear.png", "transparent"),
        (SAMPLES / "chelsea.jpg", "photo"),
        (SAMPLES / "hubble.jpg", "photo"),
        (SAMPLES / "rocket.jpg", "photo"),
    ):
        found = forecast(path, Wish("webp"))
        assert found is not None
        assert found.content == content, path.name


def test_a_changed_file_is_looked_at_anew(tmp_path: Path) -> None:
    path = written(sample("coffee"), tmp_path / "a.png")
    first = forecast(path, Wish("png"))
    time.sleep(0.01)
    written(np.zeros((10, 10, 3), np.uint8), path)
    second = forecast(path, Wish("png"))
    assert first is not None
    assert second is not None
    assert second.size < first.size / 10


def test_a_huge_picture_is_not_opened(tmp_path: Path) -> None:
    Image.new("L", (MOST_PIXELS // 4000 + 1, 4000)).save(tmp_path / "a.png")
    assert forecast(tmp_path / "a.png", Wish("webp")) is None
