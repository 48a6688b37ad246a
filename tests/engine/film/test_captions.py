"""Subtitles: lines that fit, times inside the cut, words as they were."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engine.film.assembly import Cue, Cut, Wish, assemble, cues, srt, vtt
from studio.engine.film.assembly.captions import LEAST, MOST
from tests.needs import often

words = st.text("abcdefghij", min_size=1, max_size=14)
marks = st.sampled_from(["", "", "", ",", ".", "!", "?”", "…"])
texts = st.lists(st.builds(lambda w, m: w + m, words, marks), min_size=1, max_size=80).map(" ".join)
times = st.integers(1, 40).map(lambda n: Fraction(n, 2))


def lines_of(text: str, seconds: float = 10) -> list[tuple[str, ...]]:
    return [cue.lines for cue in cues(text, Fraction(0), Fraction(seconds))]


@settings(max_examples=often(100), deadline=None)
@given(texts, times, times)
def test_every_word_is_shown_in_order_and_in_lines_that_fit(text, begin, length) -> None:
    found = cues(text, begin, begin + length)
    assert " ".join(" ".join(cue.lines) for cue in found) == text
    for cue in found:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= 42 for line in cue.lines)


@settings(max_examples=often(100), deadline=None)
@given(texts, times, times, st.none() | times)
def test_cues_follow_each_other_inside_the_cut(text, begin, length, spoken) -> None:
    found = cues(text, begin, begin + length, spoken)
    assert found[0].begin == begin
    assert found[-1].end <= begin + length
    for one, other in pairwise(found):
        assert one.begin < one.end <= other.begin
    assert all(cue.end - cue.begin <= MOST for cue in found)


@settings(max_examples=often(100), deadline=None)
@given(texts, times)
def test_no_short_cue_is_left_that_goes_with_its_neighbor(text, length) -> None:
    found = cues(text, Fraction(0), length)
    for one, other in pairwise(found):
        if min(one.end - one.begin, other.end - other.begin) < LEAST * Fraction(99, 100):
            both = cues(" ".join([*one.lines, *other.lines]), Fraction(0), Fraction(60))
            assert len(both) > 1 or len(both[0].lines) > 2 or _breaks(one, other)


def _breaks(one: Cue, other: Cue) -> bool:
    """Whether the two together need more than two lines."""
    whole = " ".join([*one.lines, *other.lines])
    return not any(
        letter == " " and at <= 42 and len(whole) - at - 1 <= 42 for at, letter in enumerate(whole)
    )


def test_sentences_are_not_torn_apart() -> None:
    text = (
        "It was the last train out of Coldwater, and nobody on the platform had slept. "
        "“Are you coming?” she asked. Then the whistle blew."
    )
    assert lines_of(text, 12) == [
        ("It was the last train out of Coldwater,", "and nobody on the platform had slept."),
        ("“Are you coming?” she asked.",),
        ("Then the whistle blew.",),
    ]


def test_a_long_sentence_breaks_at_a_comma() -> None:
    text = (
        "The river had been rising since noon, brown and quick and full of leaves, "
        "and still nobody in the village had thought of moving the boats."
    )
    found = lines_of(text, 12)
    assert [" ".join(lines) for lines in found] == [
        "The river had been rising since noon, brown and quick and full of leaves,",
        "and still nobody in the village had thought of moving the boats.",
    ]


def test_time_goes_by_the_number_of_characters() -> None:
    found = cues("Ten letter. Thirty letters are here now.", Fraction(2), Fraction(6))
    assert [float(cue.end - cue.begin) for cue in found] == [4 * 11 / 39, 4 * 28 / 39]
    found = cues("Word. Other.", Fraction(0), Fraction(1))
    assert [cue.lines for cue in found] == [("Word. Other.",)]


def test_a_voice_that_ends_early_takes_its_words_with_it() -> None:
    (found,) = cues("Only this.", Fraction(1), Fraction(9), Fraction(5, 2))
    assert (found.begin, found.end) == (1, Fraction(7, 2))
    (found,) = cues("Only this.", Fraction(1), Fraction(9), Fraction(1, 5))
    assert found.end == 2, "a second at least"


def test_words_without_spaces_are_broken_somewhere() -> None:
    assert lines_of("x" * 100) == [("x" * 42, "x" * 8), ("x" * 42, "x" * 8)]
    assert lines_of("今天是星期五。明天是星期六。") == [("今天是星期五。",), ("明天是星期六。",)]
    assert lines_of(" \n ") == []


def test_the_two_kinds_of_files() -> None:
    found = [
        Cue(Fraction(0), Fraction(3, 2), ("One & <two>",)),
        Cue(Fraction(3661), Fraction(36617, 10), ("Three", "four")),
    ]
    assert srt(found) == (
        "1\n00:00:00,000 --> 00:00:01,500\nOne & <two>\n\n"
        "2\n01:01:01,000 --> 01:01:01,700\nThree\nfour\n"
    )
    assert vtt(found) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne &amp; &lt;two&gt;\n\n"
        "01:01:01.000 --> 01:01:01.700\nThree\nfour\n"
    )


def test_words_end_with_what_is_said_and_not_with_the_cut(tmp_path) -> None:
    """In a cut of four seconds of which one is spoken."""
    target = tmp_path / "a.mp4"
    cuts = [Cut("Shot 1", seconds=4, text="One.", spoken=1.5), Cut("Shot 2", seconds=1)]
    assemble(cuts, target, Wish(size=(64, 36), fps=24, transition="cut", subtitles="track"))
    with av.open(str(target)) as container:
        stream = container.streams.subtitles[0]
        shown = [p for p in container.demux(stream) if p.size > 2]
    assert [round(float(p.duration * p.time_base), 1) for p in shown] == [1.5]
