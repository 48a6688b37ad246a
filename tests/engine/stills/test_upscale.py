"""Enlarging: nearer to the original than Lanczos, no ringing, the size that was asked for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.engine import EngineError, Stopped
from studio.engine.picture import MAX_PIXELS
from studio.engine.stills import upscale
from studio.engine.stills.files import load_rgba
from tests.benchmarks.upscale import decibels, overshoot, reduced
from tests.engine.stills.golden import sample

SAMPLES = ("astronaut", "chelsea", "coffee", "hubble", "rocket")


@pytest.mark.parametrize("way", ["area", "bicubic"])
@pytest.mark.parametrize("by", [2, 4])
@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_nearer_to_the_original_than_lanczos(name: str, by: int, way: str) -> None:
    original, small = reduced(sample(name), by, way)
    size = (original.shape[1], original.shape[0])
    other = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LANCZOS4))
    made = upscale.enlarged(small, size)
    assert decibels(made, original) - decibels(other, original) >= 0.2


@pytest.mark.parametrize("sharpness", [0, 50, 100])
@pytest.mark.parametrize("by", [2, 3, 4])
def test_beside_an_edge_nothing_rings(by: int, sharpness: int) -> None:
    step = np.full((24, 24, 3), 60, np.uint8)
    step[:, 11:] = 200
    for turned in (step, np.ascontiguousarray(step.transpose(1, 0, 2))):
        made = upscale.enlarged(turned, (24 * by, 24 * by), sharpness)
        assert made.min() >= 60
        assert made.max() <= 200
    lanczos = cv2.resize(step, None, fx=by, fy=by, interpolation=cv2.INTER_LANCZOS4)
    assert lanczos.max() > 205, "the peer does ring"


@pytest.mark.parametrize("sharpness", [0, 50, 100])
@pytest.mark.parametrize("name", ["rocket", "coffee"])
def test_no_value_leaves_what_is_around_it(name: str, sharpness: int) -> None:
    _, small = reduced(sample(name)[:200, :200], 2, "area")
    made = upscale.enlarged(small, (200, 200), sharpness)
    assert overshoot(made, small, 2).max() <= upscale.SUMMIT + 1


def test_sharper_is_sharper() -> None:
    small = sample("chelsea", 128)
    size = (small.shape[1] * 2, small.shape[0] * 2)
    edges = [
        np.abs(np.diff(upscale.enlarged(small, size, s).astype(int), axis=1)).mean()
        for s in (0, 25, 50, 75, 100)
    ]
    assert edges == sorted(edges)
    assert edges[-1] > 1.2 * edges[0]


def test_slanted_lines_have_no_steps() -> None:
    """Along a slanted edge the values are those of a larger drawing of it."""
    y, x = np.mgrid[0:128, 0:128]
    large = np.where(x * 0.9 + y * 0.35 > 80, 220, 30).astype(np.uint8)
    large = np.repeat(cv2.GaussianBlur(large, (0, 0), 0.6)[..., None], 3, 2)
    small = cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA)
    ours = upscale.enlarged(small, (128, 128))
    other = np.asarray(cv2.resize(small, (128, 128), interpolation=cv2.INTER_LANCZOS4))
    assert decibels(ours, large) > decibels(other, large) + 2


def test_a_flat_picture_stays_flat() -> None:
    flat = np.full((9, 7, 3), (12, 200, 99), np.uint8)
    assert (upscale.enlarged(flat, (50, 64), 100) == (12, 200, 99)).all()


def test_tiles_leave_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    small = sample("coffee", 120)
    size = (small.shape[1] * 2, small.shape[0] * 2)
    whole = upscale.enlarged(small, size)
    monkeypatch.setattr(upscale, "TILE", 64)
    assert np.abs(upscale.enlarged(small, size).astype(int) - whole).max() <= 2


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(1.02, 9, allow_nan=False), st.booleans())
def test_the_size_is_set(width: int, height: int, by: float, holes: bool) -> None:
    longest = max(max(width, height) + 1, round(max(width, height) * by))
    image = np.zeros((height, width, 4 if holes else 3), np.uint8)
    size = upscale.target_size((width, height), None, longest)
    assert max(size) == longest
    assert abs(min(size) - min(width, height) * longest / max(width, height)) <= 1
    assert upscale.enlarged(image, size).shape == (size[1], size[0], image.shape[2])


def test_holes_stay_and_have_no_rim(tmp_path: Path) -> None:
    image = np.zeros((40, 40, 4), np.uint8)  # what is transparent is black
    image[10:30, 10:30] = (250, 240, 230, 255)
    Image.fromarray(image).save(tmp_path / "a.png")
    upscale.draw(tmp_path / "a.png", tmp_path / "b.png", factor=3)
    made = load_rgba(tmp_path / "b.png")
    assert made.shape == (120, 120, 4)
    assert made[5, 5, 3] == 0
    assert made[60, 60, 3] == 255
    seen = made[made[..., 3] > 20]
    assert seen[:, :3].min() >= 225, "no dark rim"


def test_a_fraction_keeps_its_place() -> None:
    """The middle of a dot is where it was, whatever the factor."""
    image = np.zeros((60, 60, 3), np.uint8)
    cv2.circle(image, (20, 40), 6, (255, 255, 255), -1, cv2.LINE_AA)
    for side in (61, 77, 90, 150, 219, 300):
        made = upscale.enlarged(image, (side, side))[..., 0].astype(float)
        y, x = (np.average(grid, weights=made) for grid in np.mgrid[0:side, 0:side])
        assert ((x + 0.5) * 60 / side, (y + 0.5) * 60 / side) == pytest.approx(
            (20.5, 40.5), abs=0.1
        )


def test_the_same_call_makes_the_same_bytes(tmp_path: Path) -> None:
    Image.fromarray(sample("rocket", 100)).save(tmp_path / "a.png")
    for name in ("b.png", "c.png"):
        upscale.draw(tmp_path / "a.png", tmp_path / name, longest=333)
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()


def test_large_enough_is_refused_with_both_sizes() -> None:
    with pytest.raises(EngineError, match="4000 × 3000 already; the result would be 2048 × 1536"):
        upscale.target_size((4000, 3000), None, 2048)
    with pytest.raises(EngineError, match="Convert or Crop"):
        upscale.target_size((100, 50), None, 100)


def test_too_large_a_result_is_refused_with_the_way_out() -> None:
    with pytest.raises(EngineError, match="192 megapixels; at most 150") as refused:
        upscale.target_size((8000, 6000), 2, None)
    most = int(str(refused.value).split("at most ")[-1].split()[0])
    wide, high = upscale.target_size((8000, 6000), None, most)
    assert wide * high <= MAX_PIXELS


def test_progress_rises_and_stopping_leaves_nothing(tmp_path: Path) -> None:
    Image.fromarray(sample("coffee", 150)).save(tmp_path / "a.png")
    heard: list[float] = []
    upscale.draw(
        tmp_path / "a.png", tmp_path / "b.png", factor=4, report=lambda f, _: heard.append(f)
    )
    assert heard == sorted(heard)
    assert heard[-1] == 1

    def stop(fraction: float, stage: str) -> None:
        if stage == "upscaling":
            raise Stopped

    with pytest.raises(Stopped):
        upscale.draw(tmp_path / "a.png", tmp_path / "c.png", factor=4, report=stop)
    assert {p.name for p in tmp_path.iterdir()} == {"a.png", "b.png"}
