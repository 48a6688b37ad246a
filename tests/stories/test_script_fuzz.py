"""No text makes the reader fail, and what it wrote itself it reads again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.spec import Param
from studio.stories import podcast
from studio.stories.fields import LEVELS, LISTS, Level, listed, packed
from studio.stories.located import Malformed, parse
from studio.stories.script import SceneDraft, ShotDraft, StoryDraft, csv_of, read, written

BITS = [
    *("Scene 1", "SCENE 2: The end", "INT. ROOM - DAY", "Shot 1:", "# A", "## B", "### C", "1. x"),
    *("- y", "energy: 2", "energy: 0.5", "camera: pan", "ANNA: hi", "ANNA", "(softly)", "V.O.: a"),
    *("0:00 - 0:05 a", "{", "}", "[", "]", '"a": 1', ",", ":", '"', "title,energy\n", "a;b\n"),
    *(
        "\n",
        "\n\n",
        "\r",
        "\t",
        "\ufeff",
        "\u2028",
        "```json\n",
        "猫。",
        "שלום",
        "“",
        "—",
        "CUT TO:",
    ),
    *('{"scenes": [', '{"shots": [', '{"lines": [{"text": "a"}]}', '"cast"', "null", "1e999"),
]
PASTED = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(BITS), max_size=14).map("".join))
NAMES = sorted(
    {p.name for level in LEVELS.values() for p in level}
    | {"scenes", "shots", "sequences", "scene_data", "story_context", "render", "video", "foo"}
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(PASTED)
@settings(max_examples=300)
def test_any_text_is_read_or_told_what_is_wrong(text: str) -> None:
    found = read(text)
    assert (found.draft is None) == bool(found.problems)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= p.line <= lines and p.message for p in found.problems)
    if found.draft:
        assert read(written(found.draft)).draft == found.draft


@given(ANY_JSON)
@settings(max_examples=200)
def test_any_json_is_read_or_told_what_is_wrong(data: Any) -> None:
    found = read(json.dumps(data))
    assert (found.draft is None) == bool(found.problems)


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=15,
), st.sampled_from([None, 2]))  # fmt: skip
def test_json_with_places_is_json(data: Any, indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    assert parse(text).plain() == json.loads(text)


@given(st.text(alphabet='{}[]",:0123 \n\\truefalsn.-e', max_size=30))
def test_what_json_refuses_is_refused(text: str) -> None:
    if _is_json(text):
        parse(text)
    else:
        with pytest.raises(Malformed) as found:
            parse(text)
        assert 0 <= found.value.at <= len(text)


def _is_json(text: str) -> bool:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(pairs) == len(dict(pairs))
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=once)
    except (ValueError, AssertionError):
        return False
    return True


# --- there and back -------------------------------------------------------------------------------

PLAIN = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n=+-@'\",;"), max_size=20
).map(str.strip)


def values(param: Param) -> st.SearchStrategy[Any]:
    if param.name in LISTS:
        return PLAIN.map(lambda text: packed(param.name, listed(param.name, text)))
    if param.kind == "choice":
        return st.sampled_from(param.choices)
    if param.kind == "number":
        return st.integers(int((param.low or 0) * 10) + 1, int((param.high or 0) * 10)).map(
            lambda tenths: tenths / 10
        )
    return PLAIN


@st.composite
def facts(draw: st.DrawFn, level: Level) -> dict[str, Any]:
    params = {p.name: p for p in LEVELS[level] if p.name not in ("start", "end")}
    names = draw(st.lists(st.sampled_from(sorted(params)), unique=True, max_size=5))
    said = {name: draw(values(params[name])) for name in names}
    return {name: value for name, value in said.items() if value != ""}


SHOTS = facts("shot").map(lambda said: ShotDraft({"seconds": 5, **said}))
SCENES = st.builds(SceneDraft, facts("scene"), st.lists(SHOTS, max_size=3))
STORIES = st.builds(StoryDraft, facts("story"), st.lists(SCENES, min_size=1, max_size=3))


@given(STORIES)
@settings(max_examples=60)
def test_a_story_survives_as_json(draft: StoryDraft) -> None:
    found = read(written(draft))
    assert found.problems == []
    assert found.draft == draft


@given(STORIES)
@settings(max_examples=60)
def test_a_story_survives_as_a_table(draft: StoryDraft) -> None:
    found = read(csv_of(draft))
    assert found.problems == []
    assert found.draft == draft


# Texts that make a careless search for a pattern begin anew at each sign.
LONG = [
    "\n" * 60_000 + "x",
    "# x" + "#" * 60_000 + "y",
    "A" + "(" * 60_000 + "\nx",
    "A" + " " * 60_000 + "b",
    "0:00 " + "<a" * 30_000,
    "0:00 <v" + " " * 60_000,
    "a\n" * 30_000,
    "\n".join(f"abc{number}z: x" for number in range(6000)),
]


@pytest.mark.parametrize("text", LONG)
def test_long_texts_of_one_kind_are_read_in_one_go(text: str) -> None:
    """A search that begins anew at each of so many signs would not end while anybody waits."""
    read(text)
    podcast.read(text, 60)
