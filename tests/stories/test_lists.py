"""A cut list that editing programs read: frame by frame without gaps, in right timecodes."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.stories.lists import Cut, Rate, Transition, cut_csv, edl
from tests.stories.edl import frame, read

RATES = [23.976, 24, 25, 29.97, 30, 50, 59.94, 60]
FILM = [
    Cut("Stairs & lamp", "pic éins.mp4", 0, 4.5, 0, 4.5),
    Cut("Lamp", "b.mp4", 1, 5, 4, 8, "dissolve", 0.5),
    Cut("Sea", "pic éins.mp4", 0, 3, 8, 11, "black", 1),
    Cut("Fast", "c.mp4", 0, 4, 11, 13),
]


@pytest.mark.parametrize(
    ("fps", "number", "code"),
    [
        (29.97, 1799, "00:00:59;29"),
        (29.97, 1800, "00:01:00;02"),
        (29.97, 17981, "00:09:59;29"),
        (29.97, 17982, "00:10:00;00"),
        (29.97, 107892, "01:00:00;00"),
        (59.94, 3600, "00:01:00;04"),
        (59.94, 215784, "01:00:00;00"),
        (25, 90000, "01:00:00:00"),
        (23.976, 86400, "01:00:00:00"),
        (30, 1800, "00:01:00:00"),
    ],
)
def test_timecode(fps: float, number: int, code: str) -> None:
    assert Rate(fps).timecode(number) == code


@given(st.sampled_from(RATES), st.integers(0, 20 * 3600 * 24))
def test_each_frame_has_a_code_of_its_own(fps: float, number: int) -> None:
    rate = Rate(fps)
    assert frame(rate.timecode(number), rate.nominal, rate.is_drop) == number


def test_a_code_of_drop_frame_is_the_time_on_the_clock() -> None:
    rate = Rate(29.97)
    assert rate.timecode(rate.frames(3600)) == "01:00:00;00"
    assert rate.timecode(rate.frames(2 * 3600)) == "02:00:00;00"
    assert Rate(30000 / 1001).is_drop
    assert not Rate(30).is_drop
    # 23.976 has no such code: after an hour it is some seconds behind.
    assert Rate(23.976).timecode(Rate(23.976).frames(3600)) == "00:59:56:10"


def test_a_film() -> None:
    title, events = read(edl(FILM, 25, "My film"), 25)
    assert title == "My film"
    hour = 25 * 3600
    told = [(e.number, e.reel, e.how, e.frames, e.source, e.out, e.start - hour) for e in events]
    assert told == [
        (1, "PICEINSM", "C", 0, 0, 100, 0),
        (2, "PICEINSM", "C", 0, 100, 100, 100),
        (2, "BMP4", "D", 12, 25, 113, 100),
        (3, "BMP4", "C", 0, 113, 113, 188),
        (3, "BL", "D", 12, 0, 12, 188),
        (4, "BL", "C", 0, 0, 0, 200),
        (4, "PICEINSM", "D", 13, 0, 75, 200),
        (5, "CMP4", "C", 0, 0, 100, 275),
    ]
    assert events[-1].end - hour == 13 * 25
    assert events[-1].fps == 50
    assert events[2].comments == ["FROM CLIP NAME: Stairs & lamp", "TO CLIP NAME: Lamp"]
    assert events[-1].comments == ["FROM CLIP NAME: Fast"]


def test_two_sources_have_two_reels() -> None:
    names = ["a long name 1", "a long name 2", "猫", "狗", "BL", "!"]
    cuts = [Cut(name, name, 0, 1, at, at + 1) for at, name in enumerate(names)]
    _, events = read(edl(cuts, 24, "\n猫 EDL\x00"), 24)
    assert [e.reel for e in events] == ["ALONGNAM", "ALONGNA2", "CLIP", "2", "BL2", "3"]


@pytest.mark.parametrize(
    ("cuts", "fps", "words"),
    [
        ([Cut("A", "a", 0, 1, 0, 0.001)], 25, "Make it longer."),
        ([Cut("A", "a", 2, 1, 0, 1)], 25, "Clip 1, “A”, ends before"),
        ([Cut("A", "a", 0, 1, 0, 1)], 0.2, "Give 24, 25 or 30."),
        ([FILM[0], Cut("B", "b", 0, 1, 4, 5, "dissolve", 2)], 25, "shorter than the transitions"),
        ([Cut("A", "a", 0, 1, n, n + 1) for n in range(1000)], 25, "Export it in two parts."),
    ],
)
def test_what_no_list_can_hold(cuts: list[Cut], fps: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        edl(cuts, fps)


KINDS: list[Transition] = ["cut", "dissolve", "black"]
CLIPS = st.lists(
    st.tuples(
        st.integers(60, 200), st.sampled_from(KINDS), st.integers(2, 20), st.text(max_size=9)
    ),
    min_size=1,
    max_size=8,
)


@given(CLIPS, st.sampled_from(RATES))
def test_any_film_follows_on_itself_to_the_frame(
    clips: list[tuple[int, Transition, int, str]], fps: float
) -> None:
    """Lengths in frames; a dissolve overlaps the clip before by its length."""
    rate, cuts, at = Rate(fps), list[Cut](), 0
    for length, how, fade, name in clips:
        start = max(0, at - fade) if how == "dissolve" else at
        times = (0, length, start, start + length)
        source, out, start_s, end_s = (float(n / rate.exact) for n in times)
        cuts.append(Cut(name, name, source, out, start_s, end_s, how, float(fade / rate.exact)))
        at = start + length
    _, events = read(edl(cuts, fps), rate.nominal)
    assert events[0].start == rate.first
    assert events[-1].end == rate.first + at
    assert len({e.number for e in events}) == len(clips) + sum(
        how == "black" for _, how, _, _ in clips[1:]
    )


def test_the_table() -> None:
    rows = list(csv.DictReader(StringIO(cut_csv([*FILM, Cut("=1+1", "x", 0, 1, 13, 14)], 29.97))))
    assert rows[1] == {
        "number": "2",
        "name": "Lamp",
        "source": "b.mp4",
        "source in": "00:00:01;00",
        "source out": "00:00:05;00",
        "record in": "00:00:04;00",
        "record out": "00:00:08;00",
        "seconds": "4.000",
        "transition": "dissolve",
        "transition seconds": "0.500",
    }
    assert rows[-1]["name"] == "'=1+1"
