"""Shots laid over music."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.engine.beats import Pace
from studio.stories.pace import energies, proposed_count, snapped


def pace_of(
    beats: tuple[float, ...] = (), seconds: float = 60, loudness: tuple[float, ...] = ()
) -> Pace:
    halves = tuple((n / 2, n / 2 + 0.5, level) for n, level in enumerate(loudness))
    return Pace(seconds, 120.0 if beats else None, 0.9 if beats else 0.0, beats, halves, (), False)


def even(bpm: float, seconds: float, offset: float = 0.0) -> tuple[float, ...]:
    count = int((seconds - offset) * bpm / 60)
    return tuple(round(offset + n * 60 / bpm, 3) for n in range(count))


WISHES = st.lists(st.floats(0, 20), min_size=1, max_size=40)
PACES = st.builds(
    lambda bpm, seconds, offset: pace_of(even(bpm, seconds, min(offset, seconds)), seconds),
    st.floats(50, 200),
    st.floats(5, 200),
    st.floats(0, 2),
)
TOTALS = st.none() | st.floats(1, 300)


@given(WISHES, PACES, TOTALS, st.floats(0, 1), st.floats(0.1, 2))
def test_shots_cover_the_whole_and_keep_their_least_length(
    wishes: list[float], pace: Pace, total: float | None, within: float, shortest: float
) -> None:
    spans = snapped(wishes, pace, within=within, shortest=shortest, total=total)
    assert len(spans) == len(wishes)
    assert spans[0][0] == 0
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]
    end = spans[-1][1]
    if total is not None:
        assert end == total
    # To a millisecond, and so many as there is room for.
    least = min(shortest, math.floor(end * 1000) / 1000 / len(spans))
    assert all(b - a >= least - 0.0021 for a, b in spans)
    assert all(b > a for a, b in spans)


@given(WISHES, PACES, TOTALS)
@example([0.5, 0.5, 0.5, 3], pace_of(even(118, 60, 0.21)), None)
def test_what_came_out_goes_in_again(wishes: list[float], pace: Pace, total: float | None) -> None:
    spans = snapped(wishes, pace, total=total)
    again = snapped([b - a for a, b in spans], pace, total=total)
    assert again == [pytest.approx(span, abs=1e-6) for span in spans]


@given(WISHES, st.floats(10, 200))
def test_without_beats_nothing_moves(wishes: list[float], total: float) -> None:
    wishes = [w + 0.6 for w in wishes]
    total = max(total, sum(wishes))  # so that none has to be made longer
    scale = total / sum(wishes)
    at = 0.0
    for wish, (start, end) in zip(wishes, snapped(wishes, pace_of(), total=total), strict=True):
        assert start == pytest.approx(at, abs=0.002)
        at += wish * scale
        assert end == pytest.approx(at, abs=0.002)


@given(WISHES, PACES)
def test_a_cut_moves_no_further_than_it_may(wishes: list[float], pace: Pace) -> None:
    wishes = [w + 1.2 for w in wishes]  # long enough for every cut to move freely
    total = sum(wishes)
    at = 0.0
    for wish, (_, end) in zip(wishes[:-1], snapped(wishes, pace, total=total), strict=False):
        at += wish
        near = [beat for beat in pace.beats if abs(beat - at) <= 0.298]
        assert abs(end - at) <= 0.302
        assert not near or end in pace.beats


def test_the_nearest_beat_is_taken() -> None:
    pace = pace_of((0.0, 0.9, 1.8, 2.15, 2.7, 6.1, 9.9), seconds=10)
    assert snapped([2, 4.2, 3.8], pace) == [(0, 2.15), (2.15, 6.1), (6.1, 10)]
    assert snapped([2.0, 2.0, 6.0], pace) == [(0, 2.15), (2.15, 4), (4, 10)]


def test_the_wishes_share_the_track() -> None:
    pace = pace_of(even(60, 12), seconds=12)
    assert snapped([1, 1, 2], pace, total=12) == [(0, 3), (3, 6), (6, 12)]


def test_the_end_of_the_music_is_near_enough() -> None:
    assert snapped([2, 2.9], pace_of(seconds=5.1))[-1] == (2, 5.1)
    assert snapped([2, 2.0], pace_of(seconds=5.1))[-1] == (2, 4)


def test_too_many_shots_share_evenly() -> None:
    spans = snapped([5] * 10, pace_of(), total=2)
    assert [b - a for a, b in spans] == pytest.approx([0.2] * 10)
    with pytest.raises(ValueError, match="Take fewer shots"):
        snapped([1] * 50, pace_of(), total=0.01)


def test_odd_wishes() -> None:
    assert snapped([], pace_of()) == []
    assert snapped([0, math.nan, -3, math.inf], pace_of(), total=4) == [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
    ]


def test_energy_is_the_mean_loudness() -> None:
    pace = pace_of(seconds=2, loudness=(0.0, 0.5, 1.0, 1.0))
    assert energies([(0, 1), (1, 2), (0.25, 0.75), (1.5, 3.5), (9, 10)], pace) == [
        0.25,
        1.0,
        0.25,
        0.25,
        0.0,
    ]
    assert energies([(0, 1)], pace_of()) == [0]


@pytest.mark.parametrize(
    ("seconds", "sequences", "shots"),
    [
        (0.4, 1, 1),
        (10, 3, 10),
        (59, 3, 23),
        (60, 5, 25),
        (119, 5, 40),
        (180, 9, 70),
        (200, 9, 72),
        (240, 12, 93),
        (1800, 12, 96),
    ],
)
def test_a_count_is_proposed(seconds: float, sequences: int, shots: int) -> None:
    assert proposed_count(seconds) == (sequences, shots)


@given(st.floats(0, 4000))
def test_a_proposed_film_can_be_laid_out(seconds: float) -> None:
    count = proposed_count(seconds)
    assert 1 <= count.sequences <= count.shots
    if seconds >= 15:
        assert 5 <= count.shots / count.sequences <= 8
