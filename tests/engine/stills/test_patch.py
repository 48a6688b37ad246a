"""What was made, taken only where the mask is white."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError
from studio.engine.stills.patch import patched
from tests.engine.stills.pictures import Pixels, pixels_of, sample, written


def mask_of(pixels: Pixels) -> Pixels:
    """White on the left half, with a step of grey."""
    mask = np.zeros(pixels.shape[:2], np.uint8)
    half = pixels.shape[1] // 2
    mask[:, :half], mask[:, half] = 255, 128
    return mask


@pytest.fixture
def source(tmp_path: Path) -> tuple[Path, Path, Pixels]:
    pixels = sample(SAMPLE)
    return (
        written(pixels, tmp_path / "source.png"),
        written(mask_of(pixels), tmp_path / "mask.png"),
        pixels,
    )


SAMPLE = "coffee"
RED = (200, 30, 40)


@pytest.mark.parametrize("scale", [1, 0.5, 1.7])
def test_black_stays_to_the_pixel_and_white_is_new(
    source: tuple[Path, Path, Pixels], tmp_path: Path, scale: float
) -> None:
    original, mask, pixels = source
    height, width = pixels.shape[:2]
    made = tmp_path / "made.png"
    Image.new("RGB", (round(width * scale), round(height * scale)), RED).save(made)
    found = pixels_of(patched(original, mask, made, tmp_path))
    half = width // 2
    assert found.shape == pixels.shape
    assert np.array_equal(found[:, half + 1 :], pixels[:, half + 1 :])
    assert np.array_equal(found[:, :half], np.broadcast_to(RED, found[:, :half].shape))
    mixed = (pixels[:, half].astype(float) + RED) / 2
    assert np.abs(found[:, half] - mixed).max() <= 2


def test_the_type_is_that_of_what_was_made(
    source: tuple[Path, Path, Pixels], tmp_path: Path
) -> None:
    original, mask, pixels = source
    for suffix in ("jpg", "webp", "png"):
        made = written(pixels, tmp_path / f"made.{suffix}")
        assert patched(original, mask, made, tmp_path).suffix == f".{suffix}"


def test_holes_of_the_original_stay_holes(
    source: tuple[Path, Path, Pixels], tmp_path: Path
) -> None:
    _, mask, pixels = source
    holed = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    holed[-9:, -9:, 3] = 0
    original = written(holed, tmp_path / "holed.png")
    made = written(pixels, tmp_path / "made.jpg")
    found = pixels_of(patched(original, mask, made, tmp_path))
    assert found.shape[2] == 4
    assert not found[-9:, -9:, 3].any()
    assert found[:, 0, 3].min() == 255


def test_a_mask_of_another_size_is_refused(
    source: tuple[Path, Path, Pixels], tmp_path: Path
) -> None:
    original, _, _ = source
    mask = written(np.full((9, 9), 255, np.uint8), tmp_path / "small.png")
    with pytest.raises(EngineError, match="9 × 9"):
        patched(original, mask, original, tmp_path)
