"""Who speaks, in every script, and in every way that a name is set apart."""

from __future__ import annotations

import pytest

from studio.stories.podcast import Segment
from studio.stories.podcast import read as speakers
from studio.stories.script import read

NAMES = ["Anna", "Анна", "سارة", "שרה", "सीता", "มานี", "李雷", "さくら", "민준", "Ελένη", "Ավագ"]


def narration(text: str) -> str:
    draft = read(text).draft
    assert draft
    return str(draft.scenes[0].shots[0].fields.get("narration"))


@pytest.mark.parametrize("name", [*NAMES, "约翰·史密斯"])
@pytest.mark.parametrize("form", ["{}: Oh.", "{}：Oh.", "{}:\nOh.", "\u200f{}\u200f:\nOh.\n\nSea."])
def test_a_name_with_a_colon_speaks_in_a_script(name: str, form: str) -> None:
    assert narration(f"SCENE 1\nA room.\n{form.format(name)}") == f"{name}: Oh."


def test_one_speaks_until_another_is_named() -> None:
    text = "SCENE 1\nA room.\nАнна:\nПривет!\nКак дела?\nسارة:\nمرحبا\ncamera: pan left\n"
    draft = read(text).draft
    assert draft
    (shot,) = draft.scenes[0].shots
    assert shot.fields["narration"] == "Анна: Привет! Как дела?\nسارة: مرحبا"
    assert shot.fields["camera_language"] == "pan left"


@pytest.mark.parametrize("head", ["Here is what we saw:", "Cast:", "12:", "Note: a, b:"])
def test_other_lines_with_a_colon_are_no_speakers(head: str) -> None:
    assert narration(f"SCENE 1\n{head}\nWaves.") == "None"


@pytest.mark.parametrize(
    ("scene", "shot"),
    [("Сцена", "Кадр"), ("مشهد", "لقطة"), ("סצנה", "שוט"), ("दृश्य", "शॉट"), ("장면", "컷")],
)
def test_a_heading_is_not_taken_for_somebody_who_speaks(scene: str, shot: str) -> None:
    draft = read(f"{scene} 1: X\n{shot} 1: A wave.\n{shot} 2: A gull.\n{scene} 2: Y\nRain.").draft
    assert draft
    assert [s.fields["title"] for s in draft.scenes] == ["X", "Y"]
    said = [[s.fields["description"] for s in scene.shots] for scene in draft.scenes]
    assert said == [["A wave.", "A gull."], ["Rain."]]


def test_what_stands_in_brackets_is_no_part_of_a_name() -> None:
    assert narration("SCENE 1\nA room.\nСара (за кадром): Ага.") == "Сара: Ага."


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "{}: 00:02",
        "{} - 00:02",
        "{} – [00:02]",
        "{} | 00:02",
        "00:02 - {}",
        "00:02 {}:",
        "00:02\n{}:",
        "\u200f00:02 {}\u200f",
    ],
)
def test_what_sets_a_time_apart_is_no_part_of_a_name(name: str, form: str) -> None:
    found = speakers(form.format(name), 9)
    assert (found.problems, found.segments) == ([], [Segment(name, 2, 9)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        "{0}:\n0:02 Oh.\n0:05 Yes.",
        "{0}:\n0:02\nOh.\n{0}:\n0:05\nYes.",
        "0:02\n{0}: Oh.\n0:05\n{0}：Yes.",
    ],
)
def test_a_name_on_its_own_line_speaks(name: str, form: str) -> None:
    found = speakers(form.format(name), 9)
    assert found.problems == []
    assert found.segments == [Segment(name, 2, 5, "Oh."), Segment(name, 5, 9, "Yes.")]


def test_whoever_is_named_speaks_until_another_is() -> None:
    found = speakers("Anna:\n0:00 One.\n0:02 Two.\nBen:\n0:04 Three.\n0:06 Zoe: Four.", 9)
    assert [s.speaker for s in found.segments] == ["Anna", "Anna", "Ben", "Zoe"]


@pytest.mark.parametrize(
    "text",
    [
        "0:00 Анна\nПривет\nسارة:\nمرحبا",
        "0:00 Анна\nПривет\nسارة:",
        "0:00 A\n\nسارة:\n0:05 B: b",
    ],
)
def test_somebody_without_a_time_is_told_once(text: str) -> None:
    (problem,) = speakers(text, 9).problems
    assert (problem.line, problem.field) == (3, "start")
    assert str(problem).startswith("Line 3: “سارة” has no time.")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1:99 Anna", 1),
        ("Anna 1:99\n", 1),
        ("0:00 Ben\n1:99 Anna\n0:09 Ben", 2),
        ("0:00 Ben\n0:03 - 1:99 Anna\n0:09 Ben", 2),
        ("speaker,start,end\nBen,0,1\nAnna,1:99,0:05\n", 3),
    ],
)
def test_a_wrong_time_is_told_once(text: str, line: int) -> None:
    (problem,) = speakers(text).problems if "," in text else speakers(text, 20).problems
    assert problem.line == line
    assert problem.field in ("start", "end")
    assert f"{problem.field.capitalize()} is “1:99”, which is no time." in str(problem)
