"""What a story, a scene and a shot have is declared once, and each way of writing it agrees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.fields import FIELDS
from studio.stories import fields
from studio.stories.fields import ALIASES, LEVELS, LISTS, SET_ASIDE, VALUES, Level, known_as

ALL: list[tuple[Level, str]] = [(level, p.name) for level in LEVELS for p in LEVELS[level]]
THINGS = st.lists(st.text(max_size=20), max_size=5)


@pytest.mark.parametrize(("level", "name"), ALL)
def test_each_has_a_form_field_and_is_known_by_its_names(level: Level, name: str) -> None:
    param = fields.param(level, name)
    assert FIELDS[param.kind](param).label == param.label
    assert known_as(level, name) == known_as(level, param.name.upper()) == name
    assert known_as(level, param.label) == name


def test_names_are_unique_and_other_names_lead_to_one_that_there_is() -> None:
    for level, params in LEVELS.items():
        names = [p.name for p in params]
        assert len(names) == len(set(names))
        assert not set(names) & set(ALIASES[level])
        assert not SET_ASIDE & {*names, *ALIASES[level]}
    assert set(LISTS) <= {name for _, name in ALL}
    for name, words in VALUES.items():
        choices = {c for level, n in ALL if n == name for c in fields.param(level, n).choices}
        assert set(words.values()) <= choices


@pytest.mark.parametrize(
    ("level", "said", "meant"),
    [
        ("shot", "visual_intent", "intent"),
        ("shot", "Camera language", "camera_language"),
        ("shot", "cameraLanguage", "camera_language"),
        ("shot", "prompt_base", "image_prompt"),
        ("shot", "user_notes", "notes"),
        ("story", "keyTakeaways", "takeaways"),
        ("story", "guestName", "guest"),
        ("story", "extra_tags", "tags"),
        ("scene", "label", "title"),
        ("shot", "engery", None),
    ],
)
def test_names_of_other_systems(level: Level, said: str, meant: str | None) -> None:
    assert known_as(level, said) == meant


@given(st.sampled_from(sorted(LISTS)), THINGS)
def test_a_list_survives_as_text(name: str, things: list[str]) -> None:
    once = fields.listed(name, fields.packed(name, things))
    assert fields.listed(name, fields.packed(name, once)) == once
    if LISTS[name] == "\n":
        assert once == [" ".join(t.split()) for t in things if t.split()]


def test_things_with_commas_in_them_stay_whole() -> None:
    for things in (["a red, broken clock"], ["a red, broken clock", "rain"], ["rain", "a clock"]):
        assert (
            fields.listed("symbolic_elements", fields.packed("symbolic_elements", things)) == things
        )


def test_what_is_not_said_is_not_in_the_json() -> None:
    said = {"title": "Rain", "cast": "Anna, Ben", "energy": 0, "notes": None, "wardrobe": ""}
    assert fields.as_json(said) == {"title": "Rain", "cast": ["Anna", "Ben"], "energy": 0}
