"""Which column is which param, as people call them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import catalogue
from studio.batches.columns import RESERVED, Target, check, guess, targets_of, unknown
from studio.batches.limits import Refused
from studio.spec import Operation, Param
from tests.steps import steps

OPERATIONS = [o for o in catalogue.operations().values() if not o.elsewhere]
MOVING = catalogue.operations()["image-to-video"]
TARGETS = targets_of(MOVING.params)


def guessed(*columns: str, targets: tuple[Target, ...] = TARGETS) -> dict[str, str]:
    return guess(columns, targets)


# --- what a column may be -----------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.key)
def test_every_param_is_found_by_its_own_name(operation: Operation) -> None:
    """Whatever the other names are: what is written for one operation is never guessed."""
    names = [p.name for p in operation.params if not p.measures]
    assert guess(names, targets_of(operation.params)) == {name: name for name in names}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.key)
def test_every_label_that_only_one_has_is_found(operation: Operation) -> None:
    params = [p for p in operation.params if not p.measures]
    names = {p.name.replace("_", " ") for p in params}
    labels = [p.label for p in params]
    for param in params:
        if labels.count(param.label) == 1 and param.label.lower() not in names:
            assert guess([param.label], targets_of(params)) == {param.label: param.name}


def test_targets_come_from_the_params_and_are_there_once() -> None:
    both = targets_of([*MOVING.params, *catalogue.operations()["watermark"].params])
    names = [t.name for t in both]
    assert len(names) == len(set(names))
    assert {p.name for p in MOVING.params} < set(names)
    assert {t.name for t in RESERVED} < set(names)


def test_a_param_goes_before_a_word_about_the_row() -> None:
    targets = targets_of([Param("title", "text", "Title card")])
    assert [t.kind for t in targets if t.name == "title"] == ["text"]


def test_what_is_measured_is_nobodys_to_say() -> None:
    avatar = catalogue.operations()["talking-avatar"]
    assert "seconds" not in {t.name for t in targets_of(avatar.params)}


# --- guessing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("prompt", "prompt"),
        ("Prompt", "prompt"),
        ("text", "prompt"),
        ("Aspect ratio", "aspect_ratio"),
        ("ASPECT-RATIO", "aspect_ratio"),
        ("ratio", "aspect_ratio"),
        ("length", "duration"),
        ("Seconds", "duration"),
        ("image", "image"),
        ("Picture", "image"),
        ("FILE", "image"),
        ("url", "image"),
        ("negativ prompt", "negative_prompt"),
        ("durration", "duration"),
        ("operation", "operation"),
        ("Module", "module"),
        ("offer", "model"),
        ("Title", "title"),
        ("ID", "row"),
        ("Row", "row"),
    ],
)
def test_a_column_is_known_by_what_people_call_it(column: str, name: str) -> None:
    assert guessed(column) == {column: name}


@pytest.mark.parametrize("column", ["budget", "x", "", "—", "im", "client name", "imprint"])
def test_a_column_that_is_like_nothing_is_left(column: str) -> None:
    assert guessed(column) == {}


def test_the_word_for_a_file_is_the_one_that_is_worked_on() -> None:
    for key, name in [("gif", "video"), ("upscale", "image"), ("join", "clip_1")]:
        targets = targets_of(catalogue.operations()[key].params)
        assert guessed("file", targets=targets) == {"file": name}
    # A sound may be added there, but nobody calls it the file.
    assert guessed("url", targets=targets_of(catalogue.operations()["text-to-video"].params)) == {}


def test_each_param_once_and_the_surest_column_has_it() -> None:
    assert guessed("text", "url", "Prompt", "image", "durration", "duration") == {
        "Prompt": "prompt",
        "image": "image",
        "duration": "duration",
    }


@pytest.mark.parametrize(("key", "column"), [("join", "clip_13"), ("face-swap", "face_6")])
def test_another_number_is_another_thing(key: str, column: str) -> None:
    targets = targets_of(catalogue.operations()[key].params)
    assert guessed(column, targets=targets) == {}


def test_what_is_like_two_is_left() -> None:
    targets = (Target("colour_a", "Ground A", "color"), Target("colour_b", "Ground B", "color"))
    assert guessed("colour_c", targets=targets) == {}
    assert guessed("colouur_a", targets=targets[:1]) == {"colouur_a": "colour_a"}
    shared = (Target("a", "A", "text", ("same",)), Target("b", "B", "text", ("same",)))
    assert guessed("same", targets=shared) == {}


@given(st.lists(st.text(max_size=12) | st.sampled_from(["prompt", "Text", "image"]), unique=True))
def test_a_guess_fits(columns: list[str]) -> None:
    found = guess(columns, TARGETS)
    assert list(found) == [c for c in columns if c in found]
    check(found, columns, TARGETS)


def test_no_column_is_dearer_to_guess_for_the_others() -> None:
    columns = [f"negativ prompd {n}" * 3 for n in range(200)]
    every = targets_of(p for o in OPERATIONS for p in o.params)
    few = steps(lambda: guess(columns[:100], every))
    assert steps(lambda: guess(columns, every)) < 2.1 * few


# --- what is not used ---------------------------------------------------------------------------


def test_a_hundred_columns_are_told_once() -> None:
    columns = ["prompt", *(f"c{n}" for n in range(100))]
    said = unknown(columns, {"prompt": "prompt", "c0": ""})
    assert said == "100 columns are not used: “c0”, “c1”, “c2”, “c3”, “c4” and 95 more."
    assert unknown(["a", "b"], {}) == "2 columns are not used: “a” and “b”."
    assert unknown(["a"], {}) == "1 column is not used: “a”."
    assert unknown(["a"], {"a": "prompt"}) == ""


# --- a mapping that somebody says ---------------------------------------------------------------


def test_a_mapping_that_fits_is_good() -> None:
    check({"A": "prompt", "B": "", "C": "model"}, ["A", "B", "C", "D"], TARGETS)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"A": "prompt", "B": "prompt"}, ("“A”", "“B”", "“Prompt”", "Leave one")),
        ({"A": "promt"}, ("“A”", "“promt”", "prompt")),
        ({"Z": "prompt"}, ("“Z”", "A or B")),
        ({"A": ["prompt"]}, ("“A”", "no parameter")),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words(
    mapping: dict[str, str], said: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as error:
        check(mapping, ["A", "B"], TARGETS)
    assert all(word in str(error.value) for word in said), str(error.value)
