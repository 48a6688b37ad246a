"""GIF, transparency, and how files are written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from studio.engine.stills import files, indexed
from studio.engine.stills.convert import Wish, convert, light_enough
from studio.engine.stills.packing import Pack, packed
from tests.engine.stills.pictures import SAMPLES, Pixels, apart, assert_golden, pixels_of, written


def coffee() -> Pixels:
    return pixels_of(SAMPLES / "coffee.jpg")


def soft(pixels: Pixels) -> Pixels:
    """As it looks from a little way off."""
    return files.as_pixels(cv2.GaussianBlur(pixels, (0, 0), 2))


def colors_of(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))


# --- few colors -----------------------------------------------------------------------------------


def test_few_colors_stay_exact() -> None:
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (256, 3), np.uint8)[random.integers(0, 256, (50, 60))]
    assert (colors_of(files.gif(pixels))[..., :3] == pixels).all()


def test_many_colors_are_mixed() -> None:
    """Dots of two colors look like the one between them: nearer than the nearest color."""
    mixed = colors_of(files.gif(coffee(), colors=16))[..., :3]
    plain = np.asarray(Image.fromarray(coffee()).quantize(16).convert("RGB"))
    assert apart(soft(mixed), soft(coffee())) < 0.8 * apart(soft(plain), soft(coffee()))


def faded() -> Pixels:
    across = np.tile(np.linspace(0, 255, 600).astype(np.uint8), (400, 1))
    return np.dstack([coffee(), across])


def test_a_gif_has_pixels_that_are_there_or_not() -> None:
    made = colors_of(files.gif(faded(), (255, 0, 0)))
    assert set(np.unique(made[..., 3])) == {0, 255}
    assert ((made[..., 3] == 255) == (faded()[..., 3] >= indexed.SEEN)).all()
    shown = files.flat(faded(), (255, 0, 0))
    there = made[..., 3] == 255
    assert apart(made[there][:, :3], shown[there]) < 4, "its soft part stands on the background"


def test_what_is_not_seen_takes_no_color() -> None:
    """255 colors that are seen stay exact, whatever lies in the holes."""
    random = np.random.default_rng(2)
    pixels = random.integers(0, 256, (60, 60, 4), np.uint8)
    pixels[..., 3] = 0
    pixels[:5, :51, 3] = 255
    made = colors_of(files.gif(pixels))
    assert (made[:5, :51, :3] == pixels[:5, :51, :3]).all()
    assert not made[5:, :, 3].any()


def test_a_gif_of_nothing() -> None:
    assert not colors_of(files.gif(np.zeros((7, 9, 4), np.uint8)))[..., 3].any()


def test_a_gif_looks_good(tmp_path: Path) -> None:
    target = convert(SAMPLES / "chelsea.jpg", tmp_path / "a.gif", Wish("gif", longest_side=160))
    assert_golden(pixels_of(target), "converted_to_gif", slack=4)


def test_a_gif_has_a_ceiling_too() -> None:
    data = light_enough(coffee(), "gif", 85, 60_000)
    assert 40_000 < len(data) <= 60_000


# --- transparency -------------------------------------------------------------------------------


@pytest.mark.parametrize("format", files.SEE_THROUGH)
@pytest.mark.parametrize("keep", [True, False])
def test_transparency_is_kept_or_flattened(tmp_path: Path, format: str, keep: bool) -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:15, 5:15] = (200, 40, 30, 255)
    source = written(pixels, tmp_path / "a.png")
    wish = Wish(format, quality=95, keep_transparency=keep, background=(10, 200, 30))
    made = colors_of(convert(source, tmp_path / f"b.{format}", wish).read_bytes())
    assert (int(made[0, 0, 3]) == 0) is keep
    assert np.abs(made[10, 10].astype(int) - (200, 40, 30, 255)).max() <= 6
    if not keep:
        assert np.abs(made[1, 1].astype(int) - (10, 200, 30, 255)).max() <= 6


# --- how it is written --------------------------------------------------------------------------


def size(format: str, **how: Any) -> int:
    return len(packed(coffee(), format, 85, Pack(**how)))


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "avif"])
def test_optimizing_saves_bytes(format: str) -> None:
    fast, small = size(format, optimize=False, progressive=False), size(format, progressive=False)
    assert 0.75 * fast < small < fast


def test_progressive_is_said_in_the_file() -> None:
    for progressive in (True, False):
        data = packed(coffee(), "jpeg", 85, Pack(progressive=progressive))
        with Image.open(io.BytesIO(data)) as image:
            assert bool(image.info.get("progressive")) is progressive


def test_optimizing_changes_no_pixel_of_a_png() -> None:
    for optimize in (True, False):
        data = packed(faded(), "png", 85, Pack(optimize=optimize))
        assert (colors_of(data) == faded()).all()
