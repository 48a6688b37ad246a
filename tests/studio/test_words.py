"""Motion as words: every move has its own sentence, and what is sent is what was shown."""

from __future__ import annotations

from typing import Any

import pytest

from studio.operations.transform import MOTION_DIRECTIONS
from studio.words.motion import as_prompt, motion_words, pace, spoken

EVERY = [(m, d) for m, directions in MOTION_DIRECTIONS.items() for d in directions]


def test_every_move_has_its_own_sentence() -> None:
    told = [motion_words({"motion": m, "direction": d, "strength": 50}) for m, d in EVERY]
    assert len(set(told)) == len(EVERY)
    for sentence in told:
        assert sentence
        assert sentence.startswith("The camera steadily ")
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("strength", "word"),
    [
        (1, "barely"),
        (15, "barely"),
        (16, "slowly"),
        (40, "slowly"),
        (50, "steadily"),
        (65, "steadily"),
        (85, "quickly"),
        (86, "dramatically"),
        (100, "dramatically"),
    ],
)
def test_strength_is_a_pace(strength: int, word: str) -> None:
    assert pace(strength) == word


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, None),
        ({"motion": "none", "direction": "in", "strength": 50}, None),
        ({"motion": "pan", "strength": 10}, "The camera barely pans to the left."),
        ({"motion": "zoom", "direction": "out"}, "The camera steadily zooms out."),
    ],
)
def test_what_is_left_out(params: dict[str, Any], words: str | None) -> None:
    assert motion_words(params) == words


@pytest.mark.parametrize(
    ("prompt", "moves", "sent"),
    [
        (None, None, None),
        ("", " ", None),
        ("A cat", None, "A cat"),
        (None, "It pans.", "It pans."),
        ("A cat yawns", "It pans.", "A cat yawns. It pans."),
        ("A cat yawns!", "It pans.", "A cat yawns! It pans."),
    ],
)
def test_prompt_and_motion_are_sent_as_one(
    prompt: str | None, moves: str | None, sent: str | None
) -> None:
    assert spoken({"prompt": prompt, "motion_words": moves}) == sent


def test_the_controls_themselves_are_never_sent() -> None:
    said = {"prompt": "A cat", "motion": "pan", "direction": "left", "strength": 0, "seed": 0}
    assert as_prompt({**said, "motion_words": "It pans."}) == {
        "prompt": "A cat. It pans.",
        "seed": 0,
    }
