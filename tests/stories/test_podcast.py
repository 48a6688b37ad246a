"""Who speaks when, however it is written down."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.stories.podcast import Segment, read

TWO = [Segment("Anna", 0, 12.5, "Hello."), Segment("Ben", 12.5, 20, "Hi, Anna.")]


@pytest.mark.parametrize(
    "text",
    [
        "00:00 Anna: Hello.\n00:12.5 Ben: Hi, Anna.",
        "[0:00] Anna\nHello.\n\n[0:12.5] Ben\nHi,\nAnna.",
        "0:00 - 0:12.5 Anna: Hello.\n00:00:12,500 --- 0:20 Ben: Hi, Anna.".replace("---", "–"),
        "Anna (0:00)\nHello.\nBen (0:12.5)\nHi, Anna.",
        "speaker,start,end,text\r\nAnna,0,12.5,Hello.\r\nBen,0:12.5,20,\"Hi, Anna.\"\r\n",
        "name;from;to;line\nAnna;0;12,5;Hello.\nBen;12,5;;Hi, Anna.",
        '[{"speaker": "Anna", "start": 0, "end": 12.5, "text": "Hello."},'
        ' {"speaker": "Ben", "start": "0:12.5", "text": "Hi, Anna."}]',
        '{"segments": [{"who": "Anna", "from": 0, "text": "Hello."},'
        ' {"who": "Ben", "from": 12.5, "text": "Hi, Anna."}]}',
        "\ufeff1\r\n00:00:00,000 --> 00:00:12,500\r\nAnna: Hello.\r\n\r\n"
        "2\r\n00:00:12,500 --> 00:00:20,000\r\nBen: Hi,\r\nAnna.\r\n",
        "1\n00:00:00,000 --> 00:00:12,500\nAnna: Hello.\n"
        "2\n00:00:12,500 --> 00:00:20,000\nBen: Hi, Anna.",
        "WEBVTT\n\nintro\n00:00.000 --> 00:12.500 align:start\n<v Anna>Hello.</v>\n\n"
        "00:12.500 --> 00:20.000\n<v.loud Ben>Hi, <i>Anna</i>.</v>\n",
    ],
)  # fmt: skip
def test_each_way_of_writing(text: str) -> None:
    found = read(text, 20)
    assert found.problems == []
    assert found.segments == TWO
    assert found.speakers == ["Anna", "Ben"]


def test_speakers_come_in_the_order_of_their_first_word() -> None:
    found = read("0:00 Zoe\n0:05 Anna\n0:09 Zoe\n0:12 李雷", 20)
    assert found.speakers == ["Zoe", "Anna", "李雷"]
    assert [s.end for s in found.segments] == [5, 9, 12, 20]


def test_a_cue_without_a_name_is_spoken_by_the_same() -> None:
    found = read("0:00.0 --> 0:02.0\nAnna: A\n\n0:02.0 --> 0:04.0\nwe meet at 10:30\n")
    assert found.segments[1] == Segment("Anna", 2, 4, "we meet at 10:30")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Line 1: No speaker with a time was found"),
        ("Anna says hello", "Line 1: “Anna says hello” has no time."),
        ("0:05 Anna\n0:03 Ben", "Line 2: “Ben” begins at 3 s, not after the one above, at 5 s."),
        ("0:05 - 0:05 Anna", "Line 1: “Anna” ends at 5 s, not after 5 s. Give a later end."),
        ("0:00 - 0:09 Anna\n0:05 Ben", "Line 2: “Ben” begins at 5 s, while “Anna” speaks until"),
        ("0:00 - 0:21 Anna", "Line 1: “Anna” ends at 21 s, and the audio at 20 s."),
        ("0:00 Anna\n0:20 Ben", "Line 2: “Ben” begins at 20 s, and the audio ends at 20 s."),
        ("0:00\n0:02 Ben", "Line 1: It is not said who speaks."),
        ("0:00 Anna\n1:75 Ben", "Line 2: Start is “1:75”, which is no time."),
        ("speaker,start\nAnna,soon", "Line 2: Start is “soon”, which is no time."),
        ("speaker,start,mood\nAnna,0,x", "Line 2: “mood” is not known here."),
        ("speaker,end\nAnna,4", "Line 2: It is not said when “Anna” begins."),
        ('[{"speaker": "Anna",}]', "Line 1, column 20: This is not good JSON"),
        ('[{"speaker": "Anna", "start": true}]', "Start is “True”, which is no time."),
        ("0:01 -> --> Anna", "has no two times"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, words: str) -> None:
    found = read(text, 20)
    assert found.segments == []
    assert any(words in str(problem) for problem in found.problems), found.problems


def test_an_end_that_nobody_wrote_is_not_complained_of() -> None:
    (problem,) = read("0:00 Anna\n0:25 Ben", 20).problems
    assert str(problem).startswith("Line 2: “Ben” begins at 25 s, and the audio ends at 20 s.")


def test_limits() -> None:
    (long,) = read("0:00 Anna\n10:01 Ben", 700).problems
    assert str(long).startswith("Line 1: “Anna” speaks for 601 s; the most is 600 s.")
    (unknown,) = read("0:00 Anna\n0:05 Ben").problems
    assert str(unknown) == (
        "Line 2: It is not known when “Ben” ends. Give an end, or the audio first."
    )
    (many,) = read("\n".join(f"{n // 60}:{n % 60:02} A" for n in range(501)), 600).problems
    assert "There are 501 segments; the most is 500." in str(many)
    assert len(read("\n".join(["speaker,start", *["A,x"] * 50])).problems) == 20


BITS = [
    *("0:00 Anna", "0:05", " --> ", "0:09.5", "\n", "\n\n", "Ben: hi", "speaker,start,end\n", ","),
    *(
        "WEBVTT",
        "<v Anna>",
        "</v>",
        '[{"speaker": "A", "start": 1}]',
        "[",
        "{",
        "}",
        "1",
        ":",
        "猫",
    ),
]


@given(
    st.one_of(st.text(max_size=80), st.lists(st.sampled_from(BITS), max_size=12).map("".join)),
    st.none() | st.floats(0.1, 5000),
)
@settings(max_examples=200)
def test_any_text_is_read_or_told_what_is_wrong(text: str, seconds: float | None) -> None:
    found = read(text, seconds)
    assert bool(found.segments) != bool(found.problems)
    before = 0.0
    for segment in found.segments:
        assert before - 0.051 <= segment.start < segment.end
        assert seconds is None or segment.end <= seconds + 0.001
        assert segment.speaker
        before = segment.end
