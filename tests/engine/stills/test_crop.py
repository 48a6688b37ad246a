"""Cropping: the exact size, inside the picture, faces whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engine import EngineError
from studio.engine.stills.crop import (
    FILLS,
    MODES,
    around,
    best_start,
    crop,
    fitted,
    room,
    scale,
    smart,
)
from studio.engine.stills.regard import faces
from tests.engine.stills.pictures import SAMPLES, assert_golden, pixels_of, sample, written

SIDES = st.integers(1, 5000)
SHARES = st.floats(0, 1)


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, SHARES, SHARES)
def test_the_box_stays_inside_with_its_shape(
    width: int, height: int, wide: int, tall: int, x: float, y: float
) -> None:
    box = around((width, height), wide / tall, (x, y))
    assert 0 <= box.left < box.right <= width
    assert 0 <= box.top < box.bottom <= height
    ratio = (box.right - box.left) / (box.bottom - box.top)
    assert ratio == pytest.approx(wide / tall, rel=1e-6)
    touches = (box.right - box.left, box.bottom - box.top)
    assert touches[0] == pytest.approx(width) or touches[1] == pytest.approx(height)


@settings(deadline=None)
@given(SIDES, SIDES, SHARES, SHARES)
def test_the_spot_stays_in_view(width: int, height: int, x: float, y: float) -> None:
    box = around((width, height), 1.0, (x, y))
    assert box.left - 1e-6 <= x * width <= box.right + 1e-6
    assert box.top - 1e-6 <= y * height <= box.bottom + 1e-6


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=40),
    st.floats(10, 1000),
    st.floats(0.05, 1),
    st.lists(st.tuples(SHARES, SHARES), max_size=4),
)
def test_a_window_begins_inside(
    weights: list[float], length: float, share: float, ends: list[tuple[float, float]]
) -> None:
    spans = [(min(pair) * length, max(pair) * length) for pair in ends]
    window = length * share
    start = best_start(np.array(weights), length, window, spans)
    assert 0 <= start <= length - window + 1e-6


@settings(deadline=None)
@given(st.floats(0, 900), st.floats(5, 100), st.integers(0, 99))
def test_a_face_that_fits_is_whole(begin: float, size: float, bright: int) -> None:
    weights = np.zeros(100)
    weights[bright] = 1  # what stands out must not win against a face
    start = best_start(weights, 1000, 300, [(begin, begin + size)])
    assert start - 0.5 <= begin
    assert begin + size <= start + 300.5


def test_several_faces_are_whole_together_where_they_fit() -> None:
    start = best_start(np.ones(10), 1000, 400, [(100, 200), (380, 480)])
    assert start <= 100
    assert start + 400 >= 480


def test_of_faces_that_do_not_fit_together_the_larger_is_whole_and_none_is_cut() -> None:
    start = best_start(np.ones(10), 1000, 300, [(0, 100), (700, 900)])
    assert start <= 700
    assert start + 300 >= 900


def test_the_face_of_a_portrait_is_found_with_its_hair() -> None:
    found = faces(pixels_of(SAMPLES / "astronaut.jpg"))
    assert len(found) == 1
    face = found[0]
    assert 150 < face.left < 190
    assert face.top < 45, "the hair belongs to it"
    assert 150 < face.bottom < 200


@pytest.mark.parametrize("ratio", [3.0, 2.0, 1.0, 0.5, 0.34])
def test_the_head_is_whole_in_every_shape(ratio: float) -> None:
    picture = pixels_of(SAMPLES / "astronaut.jpg")
    box, head = smart(picture, ratio), faces(picture)[0]
    fits = box.right - box.left >= head.right - head.left
    if fits and box.bottom - box.top >= head.bottom - head.top:
        assert box.left <= head.left + 1
        assert box.top <= head.top + 1
        assert box.right >= head.right - 1
        assert box.bottom >= head.bottom - 1


def test_what_stands_out_stays_in_view() -> None:
    picture = np.full((100, 400, 3), 90, np.uint8)
    picture[30:70, 320:360] = (250, 40, 30)
    box = smart(picture, 1.0)
    assert box.left <= 320
    assert box.right >= 360


def test_an_even_picture_is_cut_in_the_middle() -> None:
    box = smart(np.full((100, 300, 3), 128, np.uint8), 1.0)
    assert box.left == pytest.approx(100, abs=2)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 90),
    st.integers(1, 90),
    st.sampled_from(FILLS),
    st.sampled_from([3, 4]),
)
def test_fitting_is_exact(
    width: int, height: int, wide: int, tall: int, fill: str, channels: int
) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (height, width, channels), np.uint8)
    assert fitted(picture, wide, tall, fill, (1, 2, 3)).shape == (tall, wide, channels)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (333, 77), (50, 400), (700, 700)])
def test_the_size_is_exact(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    for shape in ((107, 160), (1, 1), (1, 90)):
        picture = np.random.default_rng(2).integers(0, 256, (*shape, 3), np.uint8)
        path = crop(
            written(picture, tmp_path / "a.png"),
            tmp_path / "b.png",
            width=size[0],
            height=size[1],
            mode=mode,
        )
        assert pixels_of(path).shape == (size[1], size[0], 3)


def test_fitting_shows_all_of_it_between_the_fill() -> None:
    picture = np.full((50, 50, 3), 200, np.uint8)
    beside = fitted(picture, 150, 50, "color", (10, 20, 30))
    assert (beside[:, 50:100] == 200).all()
    assert (beside[:, :50] == (10, 20, 30)).all()
    half = sample("coffee", 60)
    mirrored = fitted(half, 100, half.shape[0], "mirror", (0, 0, 0))
    assert (mirrored[:, :20] == half[:, 19::-1]).all()


def test_the_persons_spot_wins_over_a_face(tmp_path: Path) -> None:
    source = SAMPLES / "astronaut.jpg"
    made = crop(source, tmp_path / "a.png", width=300, height=100, focus=(0.5, 1.0))
    whole = pixels_of(source)
    bottom = whole[whole.shape[0] - round(whole.shape[1] / 3) :]
    assert abs(float(pixels_of(made).mean()) - float(bottom.mean())) < 2


def test_room_is_never_larger_than_the_picture() -> None:
    assert room((400, 300), 1.0) == (300, 300)
    assert room((400, 300), 4 / 3) == pytest.approx((400, 300))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"width": 0}, "Width is 0 px. Use 1 to 16,384"),
        ({"height": 99_999}, "Height is 99999 px"),
        ({"mode": "melt"}, "no mode “melt”"),
        ({"fill": "sand"}, "no fill “sand”"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, object], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        crop(SAMPLES / "coffee.jpg", tmp_path / "a.png", **{"width": 10, "height": 10, **wrong})


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("crop-wide", {"width": 180, "height": 60}),
        ("crop-tall", {"width": 60, "height": 180}),
        ("fit-blur", {"width": 180, "height": 90, "mode": "fit"}),
    ],
)
def test_it_looks_as_it_did(tmp_path: Path, name: str, how: dict[str, object]) -> None:
    made = crop(SAMPLES / "astronaut.jpg", tmp_path / "a.png", **how)
    assert_golden(pixels_of(made), name)


@pytest.mark.parametrize(
    ("percent", "size"), [(50, (300, 200)), (100, (600, 400)), (33, (198, 132)), (200, (1200, 800))]
)
def test_percent_keeps_the_shape(tmp_path: Path, percent: int, size: tuple[int, int]) -> None:
    target = scale(SAMPLES / "coffee.jpg", tmp_path / "a.png", percent=percent)
    assert pixels_of(target).shape[1::-1] == size


def test_one_pixel_is_left(tmp_path: Path) -> None:
    source = written(np.zeros((3, 40, 3), np.uint8), tmp_path / "a.png")
    assert pixels_of(scale(source, tmp_path / "b.png", percent=1)).shape == (1, 1, 3)


def test_a_scale_that_is_too_large_says_the_largest(tmp_path: Path) -> None:
    source = written(np.zeros((10, 9000, 3), np.uint8), tmp_path / "a.png")
    with pytest.raises(EngineError, match=r"400 %, which makes 36,000 × 40 px.*at most 182 %"):
        scale(source, tmp_path / "b.png", percent=400)
    scale(source, tmp_path / "b.png", percent=182)
