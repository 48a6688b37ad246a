"""Motion prompts are written from the facts alone, and each word tells its field."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.words.scene import (
    AVATAR_LIMIT,
    AVATAR_SHORTEST,
    DEFAULT,
    Facts,
    avatar_prompt,
    cut,
    energy_words,
    motion_prompt,
)
from studio.words.traced import Piece, Traced

SHOT = {
    "camera_language": "slow push in",
    "energy": 0.8,
    "environment": "a rainy neon street",
    "symbolic_elements": "a broken umbrella, a red balloon, a third thing",
    "description": "A woman in a coat waits for the tram. She looks up.",
    "wardrobe": "a yellow coat",
    "intent": "loneliness",
    "notes": "never sent",
}
STORY = {
    "tone": "tense",
    "setting": "Tokyo in 2090",
    "style": "anime noir",
    "camera": "low and steady",
    "mood": "cool blues",
    "lighting": "practical lamps",
    "line_style": "thin ink",
    "tags": "grain, soft edges, three, four, five, six, seven",
    "cast": "Mira, Jo, Kei, Ran, Ulf",
}


def test_all_that_is_said_in_three_sentences() -> None:
    found = motion_prompt(STORY, {}, SHOT)
    assert found.text == (
        "Slow push in, dynamic motion, in a rainy neon street, with a broken umbrella and a red "
        "balloon. A woman in a coat waits for the tram. She looks up. Wearing a yellow coat; the "
        "aim: loneliness; tense tone, Tokyo in 2090, anime noir, cool blues mood, practical lamps, "
        "thin ink, grain, soft edges, three, four, five, six; with Mira, Jo, Kei and Ran."
    )
    assert found.pieces[:6] == (
        Piece("Slow push in", "shot.camera_language"),
        Piece(", "),
        Piece("dynamic motion", "shot.energy"),
        Piece(", in "),
        Piece("a rainy neon street", "shot.environment"),
        Piece(", with "),
    )
    assert found.writer == "rules"


@pytest.mark.parametrize(
    ("energy", "words"),
    [
        (0, "subtle motion"),
        (0.29, "subtle motion"),
        (0.3, ""),
        (0.7, ""),
        (0.71, "dynamic motion"),
        (1, "dynamic motion"),
        (None, ""),
        (True, ""),
        ("0.9", ""),
    ],
)
def test_energy(energy: Any, words: str) -> None:
    assert energy_words(energy) == words


@pytest.mark.parametrize(
    ("story", "scene", "shot", "text"),
    [
        ({}, {}, {}, DEFAULT),
        ({}, {}, {"energy": 0.5, "title": " ", "notes": "x"}, DEFAULT),
        ({}, {}, {"camera_language": "pan left", "energy": 0.9}, "Pan left, dynamic motion."),
        ({}, {}, {"environment": "Kitchen", "energy": 0.1}, "Subtle motion, Kitchen."),
        ({}, {}, {"symbolic_elements": ["rain", "a clock"]}, "Rain and a clock."),
        # The shot, else the scene, else the story.
        ({"camera": "slow and low"}, {}, {}, "Slow and low."),
        ({"tone": "dry"}, {"tone": "gentle"}, {}, "Gentle tone."),
        ({}, {"description": "A fox waits."}, {"title": "One"}, "A fox waits."),
        ({"cast": "A"}, {"cast": "Mira"}, {}, "Mira."),
        # What is said already is not said again.
        ({"style": "neon"}, {}, {"environment": "a neon street"}, "A neon street."),
        ({"cast": "Mira"}, {}, {"description": "Mira waits"}, "Mira waits."),
        ({}, {}, {"camera_language": "pan, dynamic motion", "energy": 1}, "Pan, dynamic motion."),
        ({}, {}, {"wardrobe": "dressed in red"}, "Dressed in red."),
        ({"tone": "a warm tone"}, {}, {}, "A warm tone."),
        ({}, {}, {"camera_language": "镜头推进", "description": "灯亮了。"}, "镜头推进。 灯亮了。"),
        # Own words stay as they are.
        (STORY, {}, {**SHOT, "motion_prompt": "only this"}, "only this"),
    ],
)
def test_what_is_written(story: Facts, scene: Facts, shot: Facts, text: str) -> None:
    assert motion_prompt(story, scene, shot).text == text


def test_a_long_description_ends_with_a_sentence() -> None:
    told = "The boat sails slowly out to sea while gulls cry. " * 9
    found = motion_prompt({}, {}, {"description": told})
    assert found.text == ("The boat sails slowly out to sea while gulls cry. " * 4).strip()
    assert motion_prompt({}, {}, {"description": "word " * 99}).text.endswith("word.")
    assert cut("A cat sleeps. A dog barks loudly.", 20) == "A cat sleeps."
    assert cut("one two three", 9) == "one two"
    assert cut("猫" * 30, 9) == "猫" * 9


PLAIN = st.sampled_from(
    [
        *("a red clock", "rain", "Rain.", "slow push in", "THE SEA", "猫。", "ß"),
        *("", "  ", "!", "…", "“quoted”", "it’s — so; and, on", "\n"),
        *( "A cat sleeps. A dog barks!", "word " * 70, "x" * 400),
        *("one\ntwo", "Anna: hi", "שלום", "ﬁne ǆ"),
    ]
)  # fmt: skip
FACTS = st.dictionaries(
    st.sampled_from([*STORY, *SHOT, "title", "image_prompt", "narration", "lines", "host", "guest",
                     "guest_expertise", "takeaways", "audience", "background"]),
    PLAIN | st.none(),
    max_size=8,
)  # fmt: skip
SHOTS = st.builds(
    lambda facts, energy: {**facts, "energy": energy}, FACTS, st.none() | st.floats(0, 1)
)


def assert_traced(found: Traced, story: Facts, scene: Facts, shot: Facts) -> None:
    """Words that come from a field are in it; the others are of the few that connect."""
    facts = {"story": story, "scene": scene, "shot": shot}
    for piece in found.pieces:
        if piece.field == "shot.energy":
            assert piece.text.lower() == energy_words(shot["energy"])
        elif piece.field:
            level, name = piece.field.split(".")
            told = " ".join(str(facts[level][name]).split()).casefold()
            assert " ".join(piece.text.split()).casefold() in told
        elif piece.text != DEFAULT:
            words = set(re.findall(r"\w+", piece.text.lower()))
            assert words <= {
                *("with", "in", "and", "wearing", "the", "aim", "tone", "mood", "light", "saying"),
                *("background", "host", "guest", "about", "for"),
            }
    for one, other in pairwise(found.pieces):
        assert one.field != other.field


@given(FACTS, FACTS, SHOTS, st.integers(0, 900))
def test_every_word_tells_its_field_and_the_limit_holds(
    story: Facts, scene: Facts, shot: Facts, limit: int
) -> None:
    found = motion_prompt(story, scene, {**shot, "motion_prompt": ""}, limit=limit)
    assert len(found.text) <= limit
    assert found.text == found.text.strip()
    assert "\n" not in found.text
    assert_traced(found, story, scene, shot)
    assert found == motion_prompt(story, scene, shot, limit=limit)


@given(FACTS, FACTS, SHOTS)
def test_a_speaker_is_told_in_some_words_or_none(story: Facts, scene: Facts, shot: Facts) -> None:
    found = avatar_prompt(story, scene, shot)
    assert found.text == "" or AVATAR_SHORTEST <= len(found.text) <= AVATAR_LIMIT
    assert_traced(found, story, scene, shot)


def test_somebody_speaks() -> None:
    story = {
        "tone": "gentle",
        "style": "watercolor",
        "background": "a fireplace",
        "host": "an old voice",
        "guest": "Owl",
        "guest_expertise": "nights",
        "takeaways": "Look twice.\nListen.",
        "audience": "children of all ages",
    }
    shot = {
        "image_prompt": "A fox at an old well, moonlight. Stars above.",
        "narration": "What is down there?\nOnly me.\nReally?\nA fourth line.",
    }
    found = avatar_prompt(story, {"lines": "not this"}, shot)
    assert found.text == (
        "A fox at an old well, moonlight. Saying: “What is down there? Only me. Really?” Gentle "
        "tone, watercolor, background: a fireplace. Host: an old voice, guest: Owl, nights, about: "
        "Look twice, for children."
    )
    assert "scene.lines" not in found.fields
    assert avatar_prompt({}, {"lines": "Good morning, all."}, {}).text == (
        "Saying: “Good morning, all”."
    )
    assert avatar_prompt({}, {}, {"title": "Hi"}) == Traced()
