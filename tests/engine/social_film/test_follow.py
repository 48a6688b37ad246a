"""The camera as numbers: inside, calm, and never faster or harder than it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engine.social_film import follow
from studio.engine.social_film.watch import SPOTS

SMALLEST = 1e-9
PLACES = st.lists(st.floats(0, 1), min_size=1, max_size=60)
SPARE = st.floats(0.05, 0.9)


def path(places: list[float], spare: float) -> np.ndarray:
    at = np.arange(len(places)) / 4
    return follow.calm(at, np.array(places), 0.0, len(places) / 4, spare)


@settings(deadline=None)
@given(PLACES, SPARE)
def test_a_path_stays_inside_and_within_its_speed_and_acceleration(
    places: list[float], spare: float
) -> None:
    way = path(places, spare)
    assert way.min() >= 0
    assert way.max() <= 1
    lengths = way * spare
    assert np.abs(np.diff(lengths)).max() <= follow.FASTEST / follow.GRID + SMALLEST
    harder = np.abs(np.diff(lengths, 2)).max(initial=0)
    assert harder <= follow.HARDEST / follow.GRID**2 * 1.05 + SMALLEST


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(1, 80), SPARE)
def test_a_subject_that_stays_is_seen_from_one_place(x: float, count: int, spare: float) -> None:
    way = path([x] * count, spare)
    assert np.ptp(way) < SMALLEST
    assert way[0] == pytest.approx(x)


@settings(deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=60), SPARE)
def test_trembling_of_less_than_calm_moves_nothing(shakes: list[float], spare: float) -> None:
    places = 0.5 + np.array(shakes) * min(0.5, 0.99 * follow.CALM / spare)
    assert np.ptp(path(list(places), spare)) < SMALLEST


@settings(deadline=None)
@given(PLACES, SPARE)
def test_backwards_it_goes_the_same_way_back(places: list[float], spare: float) -> None:
    at = np.arange(len(places)) / 4
    end = at[-1]
    way = follow.calm(at, np.array(places), 0.0, end, spare)
    back = follow.calm(at, np.array(places[::-1]), 0.0, end, spare)
    assert np.allclose(way, back[::-1], atol=1e-6)


def test_one_wrong_picture_moves_nothing() -> None:
    assert np.ptp(path([0.3, 0.3, 0.3, 0.9, 0.3, 0.3, 0.3], 0.6)) < SMALLEST


def test_a_long_way_is_gone_after_all() -> None:
    way = path([0.1] * 20 + [0.9] * 20, 0.6)
    assert way[0] == pytest.approx(0.1, abs=0.06)
    assert way[-1] == pytest.approx(0.9, abs=0.06)


@pytest.mark.parametrize("spot", [10, 64, 120])
def test_what_stands_out_is_chosen_and_kept_in_the_middle(spot: int) -> None:
    profile = np.full(SPOTS, 1 / SPOTS, np.float32)
    profile[spot - 3 : spot + 4] += 0.3
    place = follow.chosen([profile] * 8, 0.3)
    middle = place * 0.7 + 0.15
    wanted = np.clip((spot + 0.5) / SPOTS, 0.15, 0.85)
    assert np.allclose(middle, wanted, atol=0.03)


def test_where_nothing_stands_out_the_middle_is_chosen() -> None:
    profile = np.full(SPOTS, 1 / SPOTS, np.float32)
    assert np.allclose(follow.chosen([profile] * 3, 0.4), 0.5, atol=0.02)
