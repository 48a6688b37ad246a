"""Where a format is cut: inside the picture, of its shape, with what a person wants to see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engine.social import Seen, boxes
from studio.engine.social.draw import snapped
from studio.engine.social.place import box_of, enlarged, moved, place
from studio.engine.social.sight import at_pixels
from studio.engine.stills import crop
from studio.engine.stills.crop import Box
from studio.engine.stills.halves import halves
from studio.engine.stills.regard import Face, Regard
from tests.benchmarks.scenes import read
from tests.engine.social.pictures import want

SIDES = st.integers(1, 3000)
SHARES = st.floats(0, 1)
WAYS = st.sampled_from(["smart", "center", "focus", "box"])


def of_size(width: int, height: int, heads: tuple[Face, ...] = ()) -> Seen:
    return Seen(width, height, Regard(width, height, heads, (1.0,) * 5, (1.0,) * 4), (), ())


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, WAYS, st.tuples(SHARES, SHARES), st.tuples(SHARES, SHARES))
def test_the_box_is_inside_and_has_the_exact_ratio(
    width: int,
    height: int,
    wide: int,
    tall: int,
    way: str,
    across: tuple[float, float],
    down: tuple[float, float],
) -> None:
    asked = want(width=wide, height=tall, mode="center" if way == "center" else "smart")
    if way == "focus":
        asked = want(width=wide, height=tall, focus=(across[0], down[0]))
    if way == "box" and across[0] != across[1] and down[0] != down[1]:
        part = (min(across), min(down), max(across), max(down))
        asked = want(width=wide, height=tall, box=part)
    box = box_of(of_size(width, height), asked)
    assert 0 <= box.left <= box.right <= width + 1e-6
    assert 0 <= box.top <= box.bottom <= height + 1e-6
    got = (box.right - box.left, box.bottom - box.top)
    assert got[0] * tall == pytest.approx(got[1] * wide, rel=1e-5, abs=1e-6)


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, SHARES, SHARES)
def test_the_focus_is_in_the_box(
    width: int, height: int, wide: int, tall: int, x: float, y: float
) -> None:
    for mode in ("smart", "center"):
        asked = want(width=wide, height=tall, focus=(x, y), mode=mode)
        box = box_of(of_size(width, height), asked)
        assert box.left - 1e-6 <= x * width <= box.right + 1e-6
        assert box.top - 1e-6 <= y * height <= box.bottom + 1e-6


@settings(deadline=None)
@given(SIDES, SIDES, SIDES, SIDES)
def test_fit_shows_everything(width: int, height: int, wide: int, tall: int) -> None:
    seen, asked = of_size(width, height), want(width=wide, height=tall, mode="fit")
    placed = place(seen, asked, box_of(seen, asked))
    assert placed.seen == (0, 0, 1, 1)
    assert all(0 <= value <= 1 for value in placed.at)
    touches = (placed.at[2] - placed.at[0], placed.at[3] - placed.at[1])
    assert max(touches) == pytest.approx(1)


@settings(deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), SIDES, SIDES, SHARES, SHARES)
def test_a_snapped_box_is_inside_and_near(
    width: int, height: int, wide: int, tall: int, x: float, y: float
) -> None:
    seen = of_size(width, height)
    seen = seen._replace(levels=halves(np.zeros((height, width, 3), np.uint8)))
    box = crop.around(seen.size, wide / tall, (x, y))
    level, near = snapped(seen, box, (wide, tall))
    assert 0 <= near.left < near.right <= width
    assert 0 <= near.top < near.bottom <= height
    step = 2**level
    assert all(abs(a - b) <= 1.5 * step for a, b in zip(box, near, strict=True))
    if level:
        assert (near.right - near.left) / step >= wide
        assert (near.bottom - near.top) / step >= tall


def test_a_persons_box_wins_over_the_focus_and_that_over_the_face() -> None:
    seen = of_size(1000, 500, (Face(0, 100, 200, 300),))
    assert box_of(seen, want(width=100, height=100)).left == 0
    spot = want(width=100, height=100, focus=(0.9, 0.5))
    assert box_of(seen, spot) == Box(500, 0, 1000, 500)
    part = want(width=100, height=100, focus=(0.9, 0.5), box=(0.4, 0.2, 0.5, 0.4), mode="fit")
    assert box_of(seen, part) == pytest.approx((400, 100, 500, 200))


def test_a_box_of_another_shape_is_widened_as_far_as_the_picture_goes() -> None:
    seen = of_size(1000, 500)
    wide = box_of(seen, want(width=200, height=100, box=(0.0, 0.2, 0.1, 0.6)))
    assert wide == pytest.approx((0, 100, 400, 300))
    tall = box_of(seen, want(width=100, height=100, box=(0.1, 0.1, 1.0, 0.9)))
    assert tall == pytest.approx((300, 0, 800, 500))


def test_enlarging_is_told() -> None:
    assert enlarged(Box(0, 0, 160, 100), want()) == pytest.approx(2)
    assert enlarged(Box(0, 0, 640, 400), want()) == 1
    assert enlarged(Box(0, 0, 320, 199.9), want()) == 1, "less than a pixel is none"


def test_a_part_of_the_picture_is_found_in_the_file() -> None:
    seen = of_size(1000, 500)
    square = want(width=100, height=100, mode="center")
    placed = place(seen, square, box_of(seen, square))
    assert moved((0.25, 0, 0.75, 1), placed) == pytest.approx((0, 0, 1, 1))
    fitted = want(width=100, height=100, mode="fit")
    placed = place(seen, fitted, box_of(seen, fitted))
    assert moved((0, 0, 1, 1), placed) == pytest.approx((0, 0.25, 1, 0.75))


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_a_smaller_copy_is_cut_as_the_picture_is(name: str) -> None:
    small = read(name)
    large = np.repeat(np.repeat(small, 4, axis=0), 4, axis=1)
    ratios = [0.5625, 0.8, 1.0, 1.91, 3.0]
    both = boxes(at_pixels(small), ratios), boxes(at_pixels(large), ratios)
    assert np.abs(np.subtract(*both)).max() < 0.002


@pytest.mark.parametrize("ratio", [0.5625, 1.0, 3.0])
def test_the_crop_operation_cuts_the_same(ratio: float) -> None:
    pixels = np.repeat(np.repeat(read("coffee"), 3, axis=0), 3, axis=1)
    height, width = pixels.shape[:2]
    box = crop.smart(pixels, ratio)
    (same,) = boxes(at_pixels(pixels), [ratio])
    assert same == pytest.approx(
        (box.left / width, box.top / height, box.right / width, box.bottom / height)
    )
