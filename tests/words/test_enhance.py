"""The rule-based writer adds what is missing, and leaves what somebody wrote alone."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.presets import TEMPLATES
from studio.words import rules
from studio.words.difference import difference
from studio.words.enhance import LIMIT, Brief, Place, Voice, enhance, pieces, said
from studio.words.facts import KINDS, SAID, contradicts, is_drawn, kind_of

WORDS = [
    *("cat", "portrait", "woman", "mug", "forest", "night", "rain", "foggy", "black and white"),
    *("watercolor", "close-up", "wide", "calm", "storm", "sharp", "blurry", "no people", "warm"),
    *("snow", "lens", "sunny", "photo", "sad", "room", "the", "red", "of", "without shadows"),
    *("Haus", "猫", "—", ".", "!", ",", ";", "\n", "50 mm", "minimal", "neon", "plain", "3"),
]
PROMPTS = st.one_of(
    st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
)
PARTS = st.lists(st.sampled_from(WORDS), max_size=6).map(", ".join)
PERSONAS = st.none() | st.builds(Voice, st.just("Acme"), PARTS, PARTS, PARTS)
PLACES = st.none() | st.sampled_from([Place(row.name, row.hint) for row in TEMPLATES])
BRIEFS = st.builds(
    Brief,
    prompt=PROMPTS,
    negative_prompt=PARTS,
    style=PARTS,
    drawn=st.booleans(),
    pictured=st.booleans(),
    moving=st.booleans(),
    persona=PERSONAS,
    place=PLACES,
    limit=st.sampled_from([0, 40, 120, 200, 300, LIMIT, 10_000]),
    negative_limit=st.sampled_from([0, 30, LIMIT]),
)


# --- what holds for every wish --------------------------------------------------------------------


@given(BRIEFS)
def test_a_second_time_adds_nothing(brief: Brief) -> None:
    once = enhance(brief)
    again = replace(brief, prompt=once.prompt, negative_prompt=once.negative_prompt)
    twice = enhance(again)
    assert twice.prompt == once.prompt
    assert twice.negative_prompt == once.negative_prompt
    assert twice.additions == ()


@given(BRIEFS)
def test_what_somebody_wrote_stays_word_for_word(brief: Brief) -> None:
    better = enhance(brief)
    assert better.prompt.startswith(brief.prompt.rstrip())
    kinds = {p.kind for p in difference(brief.prompt.rstrip(), better.prompt)}
    assert kinds <= {"kept", "added"}
    assert better.negative_prompt.startswith(brief.negative_prompt.rstrip())


@given(BRIEFS)
def test_the_limit_holds(brief: Brief) -> None:
    better = enhance(brief)
    assert len(better.prompt) <= max(len(brief.prompt), min(brief.limit, LIMIT))
    assert len(better.negative_prompt) <= max(len(brief.negative_prompt), brief.negative_limit)


@given(BRIEFS)
def test_each_addition_is_there_has_a_reason_and_is_no_contradiction(brief: Brief) -> None:
    better = enhance(brief)
    added = better.prompt[len(brief.prompt.rstrip()) :].casefold()
    for addition in better.additions:
        assert addition.words.casefold() in added
        assert addition.why.endswith(".")
        assert not contradicts(addition.words, brief.prompt)


@given(BRIEFS)
def test_it_is_the_same_each_time(brief: Brief) -> None:
    assert enhance(brief) == enhance(brief)


# --- what it knows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("An old fisherman, portrait", "portrait"),
        ("Perfume bottle on marble", "product"),
        ("a bowl of noodles", "food"),
        ("Scandinavian living room", "interior"),
        ("two puppies in a basket", "animal"),
        ("a cat in a kitchen", "animal"),
        ("mountains behind a lake", "landscape"),
        ("freedom", "general"),
        ("categories of thought", "general"),
    ],
)
def test_it_tells_what_a_picture_is_of(prompt: str, kind: str) -> None:
    assert kind_of(prompt) == kind


@pytest.mark.parametrize(
    ("prompt", "has", "lacks"),
    [
        ("portrait of a chef", "window light", "lens"),
        ("Perfume bottle on marble.", "studio light", "golden"),
        ("mountains behind a lake", "golden-hour", "eyes"),
        ("watercolor of a village", "clean lines", "lens"),
        ("a dog, soft light, close-up, happy, sharp, fur detail", "", "lens"),
        ("storm over the sea at night", "24 mm", "quiet"),
        ("snowy forest, foggy", "diffused", "golden"),
        ("a fox, black and white", "fox", "colors"),
        ("a fox, blurry", "fox", "sharp"),
        ("a sad clown alone", "clown", "inviting"),
    ],
)
def test_what_it_adds_and_what_it_does_not(prompt: str, has: str, lacks: str) -> None:
    better = enhance(Brief(prompt)).prompt
    added = better[len(prompt) :]
    assert has in better
    assert lacks not in added


def test_every_side_of_the_picture_is_filled_for_every_kind() -> None:
    for kind in KINDS:
        word = {"general": "freedom", "animal": "bird"}.get(kind, kind)
        better = enhance(Brief(f"A {word}")).prompt
        assert [spot for spot, look in SAID.items() if not look.search(better)] == []


def test_each_rule_is_seen_as_said_and_fits_its_room() -> None:
    """Else a second time would add to it, or it would not be added at the end of its room."""
    tables = [*rules.PHOTO.values(), rules.DRAWN]
    for table, spot in product(tables, rules.SPOTS):
        for words, why in table[spot]:
            assert SAID[spot].search(words), (spot, words)
            assert len(words) <= rules.LONGEST
            assert why.endswith(".")
            assert not is_drawn(words), words
    assert set(SAID) == set(rules.SPOTS)


def test_what_is_unwanted_is_not_brought_in() -> None:
    plain = enhance(Brief("Perfume bottle"))
    assert "shadow" in plain.prompt
    for brief in (
        Brief("Perfume bottle without shadows"),
        Brief("Perfume bottle", negative_prompt="hard shadows"),
        Brief("Perfume bottle", persona=Voice("Acme", avoid="shadows")),
    ):
        added = enhance(brief).prompt[len(brief.prompt) :]
        assert "shadow" not in added


def test_a_style_counts_as_said_and_is_not_repeated() -> None:
    style = "natural photograph, true colors, soft daylight, fine detail"
    better = enhance(Brief("a burger", style=style))
    assert "light" not in better.prompt
    assert "colors" not in better.prompt
    assert "inviting mood" in better.prompt
    outlines = "clean ink outlines on white, no shading, even strokes"
    drawn = enhance(Brief("a burger", style=outlines, drawn=True))
    assert "lens" not in drawn.prompt


def test_the_place_brings_its_composition() -> None:
    place = Place("Pinterest pin", "upright, bright, the subject in the lower two thirds")
    better = enhance(Brief("a mug on a table", place=place))
    assert "composition: upright, bright, the subject in the lower two thirds" in better.prompt
    assert "lens" not in better.prompt
    night = enhance(Brief("a mug at night", place=place))
    assert "composition: upright, the subject" in night.prompt
    assert any("bright" in note for note in night.notes)


def test_sentences_go_on_as_sentences() -> None:
    assert enhance(Brief("A cat.")).prompt.startswith("A cat. Fine detail")
    assert enhance(Brief("A cat,")).prompt.startswith("A cat, fine detail")
    assert enhance(Brief("A cat ")).prompt.startswith("A cat, fine detail")


@pytest.mark.parametrize("nothing", ["", "   ", "?!", "\n\n"])
def test_from_nothing_comes_nothing(nothing: str) -> None:
    persona = Voice("Acme", "warm", "linen", "neon")
    assert enhance(Brief(nothing, persona=persona)).prompt == nothing


# --- personas -------------------------------------------------------------------------------------

ACME = Voice(
    "Acme Tea", "Warm, plain-spoken. Never loud", "terracotta, morning light; linen", "neon, people"
)


def test_a_persona_is_seen_in_prompt_and_negative_prompt() -> None:
    better = enhance(Brief("a mug on a table", "blur", persona=ACME))
    for words in ("terracotta", "morning light", "linen", "mood: warm, plain-spoken"):
        assert words in better.prompt
    assert "Never loud" not in better.prompt
    assert better.negative_prompt == "blur, neon, people"
    told = {a.words: a.why for a in better.additions}
    assert told["linen"] == "Part of the look of “Acme Tea”."
    assert better.prompt.count("light") == 1


def test_what_a_persona_cannot_have_is_said() -> None:
    better = enhance(Brief("people at night, neon signs", persona=ACME))
    assert better.negative_prompt == ""
    assert "morning" not in better.prompt
    told = " ".join(better.notes)
    assert "avoids “neon”, but the prompt asks for it" in told
    assert "“morning light” of “Acme Tea” was left out" in told


def test_without_a_negative_prompt_what_it_avoids_is_said() -> None:
    better = enhance(Brief("a mug", persona=ACME, negative_limit=0))
    assert better.negative_prompt == ""
    assert "not taken by this model" in " ".join(better.notes)


def test_lists_are_read_as_people_write_them() -> None:
    assert pieces("warm light; brick,\nplants. Old wood.") == [
        "warm light",
        "brick",
        "plants",
        "Old wood",
    ]
    assert pieces("50 mm f/1.8") == ["50 mm f/1.8"]
    assert said("soft lights", "a soft light from the left")
    assert not said("soft light", "soft cloth")


def test_words_of_a_place_are_never_cut() -> None:
    for row in TEMPLATES:
        place = Place(row.name, row.hint)
        better = enhance(Brief("a mug on a table", place=place))
        assert re.search(r"composition: \w", better.prompt), row.key


# --- what the picture decides ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        "make the sky purple",
        "Please remove the man on the left",
        "Replace it with a dog",
        "add a hat",
    ],
)
def test_an_order_stays_an_order(order: str) -> None:
    better = enhance(Brief(order))
    assert better.prompt == order
    assert "left as it is" in better.notes[0]
    assert "linen" in enhance(Brief(order, persona=Voice("Acme", look="linen"))).prompt


def test_a_description_is_no_order() -> None:
    for prompt in ("Turn of the century street", "Adder in the grass", "a man who makes the bed"):
        assert enhance(Brief(prompt)).additions


def test_a_picture_that_is_there_is_not_described_again() -> None:
    edited = enhance(Brief("a vase of tulips", pictured=True)).prompt
    assert "lens" not in edited
    assert "light" not in edited
    filmed = enhance(Brief("a boat", pictured=True, moving=True)).prompt
    assert filmed == "a boat, slow natural movement of the subject"
    assert enhance(Brief("a boat drifts by", pictured=True, moving=True)).additions == ()
    assert "movement" in enhance(Brief("a boat", moving=True)).prompt


def test_a_rule_says_nothing_about_what_comes_after_it() -> None:
    """Else what comes after it would be taken for said."""
    for table, (place, spot) in product(
        [*rules.PHOTO.values(), rules.DRAWN], enumerate(rules.SPOTS)
    ):
        for words, _ in table[spot]:
            for later in rules.SPOTS[place + 1 :]:
                assert not SAID[later].search(words), (spot, words, later)
