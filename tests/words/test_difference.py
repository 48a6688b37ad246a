"""A difference tells the truth: both texts can be read off it, to the letter."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.words.difference import difference
from tests.steps import steps

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["a", "red", "cat", ",", ".", "\n", "on", "wall"]), max_size=25).map(
        " ".join
    ),
)


def read_off(old: str, new: str) -> tuple[str, str]:
    pieces = difference(old, new)
    before = "".join(p.text for p in pieces if p.kind != "added")
    return before, "".join(p.text for p in pieces if p.kind != "removed")


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off(old: str, new: str) -> None:
    assert read_off(old, new) == (old, new)
    pieces = difference(old, new)
    assert all(p.text for p in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


@given(TEXTS)
def test_nothing_changed(text: str) -> None:
    assert {p.kind for p in difference(text, text)} <= {"kept"}


@given(TEXTS)
def test_what_is_added_at_the_end_is_one_piece(old: str) -> None:
    assert difference(old, f"{old}, and a cat")[-1] == ("added", ", and a cat")


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("a red cat", "a blue cat", "a [red]{blue} cat"),
        ("a cat", "a cat, asleep", "a cat{, asleep}"),
        ("a cat. A dog", "a cat", "a cat[. A dog]"),
        ("", "new", "{new}"),
        ("old", "", "[old]"),
        ("Katzen", "Katze", "[Katzen]{Katze}"),
    ],
)
def test_words_are_whole(old: str, new: str, pieces: str) -> None:
    marks = {"kept": "%s", "added": "{%s}", "removed": "[%s]"}
    assert "".join(marks[p.kind] % p.text for p in difference(old, new)) == pieces


def test_the_longest_prompts_take_no_effort_to_speak_of() -> None:
    old, new = "a red cat, " * 900, "the blue dog; " * 700
    assert read_off(old, new) == (old, new)
    # A fraction of the pairs of their words.
    assert steps(lambda: difference(old, new)) < 100_000
