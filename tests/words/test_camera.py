"""Words for a camera become motions that this computer's engine knows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import catalogue
from studio.operations.transform import MOTION_DIRECTIONS, STRENGTH
from studio.words.camera import local_motion


@pytest.mark.parametrize(
    ("words", "motion", "direction"),
    [
        ("slow push in", "zoom", "in"),
        ("push-in", "zoom", "in"),
        ("the camera moves closer", "zoom", "in"),
        ("pull back to reveal the city", "zoom", "out"),
        ("fast zoom out", "zoom", "out"),
        ("pans slowly to the left", "pan", "left"),
        ("whip pan right", "pan", "right"),
        ("tracking shot", "pan", "right"),
        ("tilt up", "pan", "up"),
        ("drone rises", "pan", "up"),
        ("crane down", "pan", "down"),
        ("orbit", "complex", "right"),
        ("arcs to the left", "complex", "left"),
        ("circles around her", "complex", "right"),
        ("dutch roll", "rotation", "left"),
        ("rolls clockwise", "rotation", "right"),
        ("handheld", "complex", "in"),
        ("follows him", "complex", "in"),
        # What stands first counts, and what is not wanted does not.
        ("slow push in, then pan left", "zoom", "in"),
        ("tilt down and push in", "pan", "down"),
        ("no zoom or roll, tracking right", "pan", "right"),
    ],
)
def test_words_for_a_camera(words: str, motion: str, direction: str) -> None:
    found = local_motion({"camera_language": words}, 0)
    assert (found["motion"], found["direction"]) == (motion, direction)


@pytest.mark.parametrize("words", ["static", "Locked off, tripod", "still", "no camera movement"])
def test_a_camera_that_rests(words: str) -> None:
    found = local_motion({"camera_language": words, "energy": 1}, 3)
    assert found == {"motion": "zoom", "direction": "in", "strength": 1}


@pytest.mark.parametrize(
    ("shot", "strength"),
    [
        ({}, 50),
        ({"energy": 0}, 20),
        ({"energy": 0.5}, 50),
        ({"energy": 1}, 80),
        ({"energy": 1, "camera_language": "slow pan left"}, 48),
        ({"energy": 1, "camera_language": "fast pan left"}, 100),
        ({"camera_language": "handheld", "energy": 1}, 30),
    ],
)
def test_strength(shot: dict[str, Any], strength: int) -> None:
    assert local_motion(shot, 0)["strength"] == strength


def test_where_nothing_is_said_neighbors_differ() -> None:
    found = [local_motion({}, number) for number in range(5)]
    assert all(one != other for one, other in pairwise(found))
    assert found[4] == found[0]


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["pan", "left", "no", "up", "slow", "zoom", "roll", "static", "to", ","]),
        max_size=8,
    ).map(" ".join)
    | st.none(),
    st.none() | st.floats() | st.booleans(),
    st.integers(0, 300),
)
def test_any_words_give_params_that_the_engine_takes(
    words: str | None, energy: Any, number: int
) -> None:
    found = local_motion({"camera_language": words, "energy": energy}, number)
    assert found["direction"] in MOTION_DIRECTIONS[found["motion"]]
    assert (STRENGTH.low or 0) <= found["strength"] <= (STRENGTH.high or 0)


def test_the_names_are_those_of_the_operation() -> None:
    names = {p.name for p in catalogue.operations()["image-to-video"].params}
    assert set(local_motion({}, 0)) <= names
