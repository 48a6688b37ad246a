"""When cuts begin and end, without a file."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engine import EngineError
from studio.engine.film.assembly import Cut, Wish, timeline
from studio.engine.film.assembly.wish import RATES, check
from studio.engine.film.cut import starts
from tests.needs import often

PLACE = Path("clip.mp4")
lengths = st.decimals("0.2", "9", places=2).map(float)
wishes = st.builds(
    Wish,
    fps=st.sampled_from([*RATES, 23.976, 29.97]),
    transition=st.sampled_from(["cut", "crossfade", "dip"]),
    seconds=st.sampled_from([0.0, 0.2, 0.5, 1.0, 3.0]),
    title=st.sampled_from(["", "A title"]),
)


def paced(*seconds: float) -> list[Cut]:
    return [Cut(f"Shot {n}", PLACE, seconds=s) for n, s in enumerate(seconds, 1)]


@st.composite
def films(draw) -> tuple[list[Cut], list[float]]:
    """Cuts of given lengths and whole clips among each other."""
    rows = draw(st.lists(st.tuples(lengths, lengths, st.booleans()), min_size=1, max_size=9))
    cuts = [
        Cut(f"Shot {n}", PLACE, seconds=own if given else None)
        for n, (own, _, given) in enumerate(rows)
    ]
    return cuts, [clip for _, clip, _ in rows]


@settings(max_examples=often(100), deadline=None)
@given(films(), wishes)
def test_there_is_no_hole_and_transitions_meet(film, wish: Wish) -> None:
    cuts, clips = film
    found = timeline(cuts, wish, clips)
    for one, other in pairwise(found):
        assert one.last == other.first
        if wish.transition == "crossfade":
            # What is seen of both at once is the transition, and its middle is the border.
            both = one.opening + one.length - other.opening
            assert both == one.fall == other.rise
            assert other.first - other.opening == both // 2
        else:
            assert one.opening + one.length == other.opening
    for span in found:
        assert span.rise + span.fall <= span.length
        assert span.first <= span.last


@settings(max_examples=often(100), deadline=None)
@given(st.lists(lengths, min_size=1, max_size=70), wishes)
def test_cuts_of_given_lengths_begin_where_their_sum_says(seconds, wish: Wish) -> None:
    found = timeline(paced(*seconds), wish)
    at = Fraction(wish.title_seconds) if wish.title else Fraction(0)
    for length, span in zip(seconds, found, strict=True):
        assert abs(span.begin - at) <= 1 / (2 * wish.rate)
        at += Fraction(str(length))
    assert abs(found[-1].end - at) <= 1 / (2 * wish.rate)


@settings(max_examples=often(100), deadline=None)
@given(st.lists(st.integers(40, 200), min_size=1, max_size=12), st.integers(1, 20))
def test_whole_clips_overlap_as_joined_ones_do(frames, fade) -> None:
    wish = Wish(fps=30, seconds=fade / 30)
    cuts = [Cut(f"Shot {n}", PLACE) for n in range(len(frames))]
    found = timeline(cuts, wish, [Fraction(n, 30) for n in frames])
    wanted = starts(frames, fade, "crossfade")
    assert [span.opening for span in found] == wanted[:-1]
    assert [span.length for span in found] == frames
    assert found[-1].last == wanted[-1]


@settings(max_examples=often(100), deadline=None)
@given(films(), wishes)
def test_no_more_of_a_whole_clip_is_shown_than_there_is(film, wish: Wish) -> None:
    cuts, clips = film
    for cut, clip, span in zip(cuts, clips, timeline(cuts, wish, clips), strict=True):
        if cut.seconds is None:
            assert abs(span.length - Fraction(str(clip)) * wish.rate) < 1


def test_lengths_and_starts_that_are_missing_are_said() -> None:
    with pytest.raises(EngineError, match=r"Shot 1 has no length\. Give its seconds"):
        timeline([Cut("Shot 1", PLACE)], Wish())
    with pytest.raises(EngineError, match=r"Shot 1 begins at 7 s, and its video is 5\.00 s long"):
        timeline([Cut("Shot 1", PLACE, start=7)], Wish(), [5.0])


@pytest.mark.parametrize(
    ("cut", "wish", "message"),
    [
        ({}, {"size": (1921, 1080)}, "cannot have 1921 × 1080 pixels"),
        ({}, {"size": (19200, 1080)}, "from 16 to 4096"),
        ({}, {"fps": 12}, r"12 frames per second is not offered\. Use 23\.976, 24, 25, 29\.97"),
        ({}, {"transition": "star wipe"}, "no transition “star wipe”. Choose cut or crossfade"),
        ({}, {"format": "gif"}, "no format “gif”. Choose mp4 or mov or webm"),
        ({}, {"loudness": -3.0}, "Loudness -3 LUFS is not offered"),
        ({}, {"fade_out": -1.0}, "Fade out cannot be less than 0 s"),
        ({}, {"seconds": float("nan")}, "Seconds cannot be less"),
        ({}, {"title": "x" * 300}, "300 characters; a card holds 200"),
        ({}, {"title": "你好"}, "The font of the title card has no “你”"),
        ({"path": None, "seconds": None}, {}, "Shot 1 is black and has no length"),
        ({"seconds": 0.001}, {}, r"Shot 1 lasts 0\.001 s, which is less than one frame"),
        ({"seconds": -3}, {}, "Shot 1 lasts -3 s"),
        ({"start": -1}, {}, "Shot 1 begins before its file does"),
        ({"voice_start": 3, "voice_end": 2}, {}, "ends at 2 s, before it begins at 3 s"),
        ({"motion": {"type": "wobble"}}, {}, "no motion “wobble”"),
    ],
)
def test_what_cannot_be_made_is_said_before_a_file_is_opened(cut, wish, message) -> None:
    with pytest.raises(EngineError, match=message):
        check([Cut("Shot 1", **{"path": PLACE, "seconds": 2, **cut})], Wish(**wish))


def test_rounded_rates_are_exact() -> None:
    found = [Wish(fps=fps).rate for fps in (23.976, 23.98, 24, 29.97, 59.999)]
    assert found == [Fraction(24000, 1001)] * 2 + [24, Fraction(30000, 1001), 60]
