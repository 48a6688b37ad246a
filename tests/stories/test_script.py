"""Whatever is pasted becomes a story, or is told what is wrong with it, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.stories.script import MOST_BYTES, Read, StoryDraft, csv_of, read, written

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> StoryDraft:
    return good(EXAMPLES.joinpath(name).read_text())


def good(text: str) -> StoryDraft:
    found = read(text)
    assert found.draft is not None, found.problems
    return found.draft


def bad(text: str) -> list[str]:
    found = read(text)
    assert found.draft is None
    return [str(p) for p in found.problems]


def shots(draft: StoryDraft) -> list[list[dict[str, Any]]]:
    return [[shot.fields for shot in scene.shots] for scene in draft.scenes]


# --- JSON -----------------------------------------------------------------------------------------


def test_our_own_shape() -> None:
    draft = example("ours.json")
    assert draft.fields == {
        "title": "The lighthouse",
        "tone": "quiet, tense",
        "setting": "A rocky coast, 1924",
        "style": "16 mm film",
        "tags": "grain, soft light",
        "cast": "Anna, Ben",
        "aspect": "vertical",
    }
    storm, morning = draft.scenes
    assert storm.fields["kind"] == "voice-over"
    assert storm.fields["lines"] == "It had been out for ten years.\nAnna: I can see it!"
    assert storm.shots[0].fields["symbolic_elements"] == "a red, broken clock; rain"
    # Zero is said; the length follows from the track.
    assert storm.shots[1].fields["guidance"] == 0
    assert storm.shots[1].fields["seconds"] == 3.5
    assert (morning.fields, morning.shots) == ({"title": "Morning"}, [])
    assert draft.notes == []


def test_a_shot_that_was_rendered_elsewhere() -> None:
    draft = example("rendered_shot.json")
    words = "smooth pan left, dynamic motion, urban environment"
    assert shots(draft) == [[{"seconds": 5, "motion_prompt": words}]]
    assert draft.notes == ["Left out, because a story has no place for it: shot_id, render."]


def test_sequences_with_their_shots() -> None:
    draft = example("sequences.json")
    assert draft.fields == {
        "title": "Neon",
        "style": "anime noir",
        "cast": "Mira, Jo",
        "aspect": "horizontal",
    }
    rain, run = draft.scenes
    assert rain.fields["title"] == "Rain"
    assert rain.fields["structure_type"] == "intro"
    assert (run.fields["start"], run.fields["end"]) == (8, 15.5)
    (waiting,), (running,) = shots(draft)
    assert waiting == {
        "image_prompt": "a woman at a bus stop",
        "camera_language": "static",
        "energy": 0.2,
        "environment": "a bus stop at night",
        "symbolic_elements": "a broken umbrella",
        "cast": "Mira",
        "wardrobe": "a yellow coat",
        "intent": "loneliness",
        "seconds": 4,
        "start": 0,
        "end": 4,
        "notes": "keep the coat",
    }
    assert (running["cast"], running["seconds"]) == ("Mira, Jo", 3.25)
    assert "locks" in draft.notes[0]


def test_a_request_to_animate_a_scene() -> None:
    draft = example("scene_data.json")
    assert draft.fields == {
        "tone": "gentle",
        "setting": "a forest",
        "style": "watercolor",
        "camera": "slow and low",
        "mood": "cool blues",
        "lighting": "moonlight",
        "line_style": "thin ink",
        "tags": "paper grain, soft edges",
        "cast": "Fox, Owl",
        "content_type": "tale",
        "audience": "children",
        "host": "an old voice",
        "guest": "Owl",
        "guest_expertise": "nights",
        "takeaways": "Look twice.",
        "background": "a fireplace",
    }
    (scene,) = draft.scenes
    assert scene.fields["lines"] == "What is down there?\nOnly me."
    assert shots(draft) == [
        [
            {
                "description": "A fox looks into a well.",
                "image_prompt": "A fox at an old well, moonlight. Stars above.",
                "seconds": 10,
                "narration": "What is down there?\nOnly me.",
            }
        ]
    ]
    assert "mood_board" in " ".join(draft.notes)


@pytest.mark.parametrize(
    "text",
    [
        '[{"description": "A"}, {"description": "B"}]',
        '["A", "B"]',
        '{"shots": [{"text": "A"}, {"desc": "B"}]}',
        '{"scenes": [{"shots": ["A", "B"]}]}',
        '```json\n["A", "B"]\n```',
    ],
)
def test_shots_without_more(text: str) -> None:
    assert [s["description"] for (many) in shots(good(text)) for s in many] == ["A", "B"]


def test_each_problem_has_its_line_and_a_way_out() -> None:
    text = '{"scenes": [\n {"shots": [\n  {"engery": 3},\n  {"energy": 1.7,\n   "foo": 1}]}]}'
    one, two, three = bad(text)
    assert one == ("Line 3, column 14: “engery” is not a field of a shot. Did you mean “energy”?")
    assert two == ("Line 4, column 14: Energy is 1.7; the most is 1. Give a number from 0 to 1.")
    assert three.startswith("Line 5, column 11: “foo” is not a field of a shot. A shot has title, ")
    assert [p.field for p in read(text).problems] == ["engery", "energy", "foo"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"scenes": [', "Line 1, column 13: This is not good JSON: it ends too early"),
        ('{"scenes": [],}', "Line 1, column 14: This is not good JSON: a comma too many"),
        ('{\n"a": 1\n"b": 2}', "Line 3, column 1: This is not good JSON: a comma or } is missing"),
        ("{'a': 1}", 'Line 1, column 2: This is not good JSON: \' cannot stand here; write "'),
        ("{“a”: 1}", 'write " instead'),
        ('{"a": 1} x', "something follows"),
        ('{"a": "1}', 'has no " at its end'),
        ('{"a": NaN}', "a value is missing before “NaN"),
        ('{"a": 1, "a": 2}', "“a” is there twice"),
        ('{"a": 1 // one\n}', "JSON has no comments"),
        ("[" * 90_000, "nested more than 30 deep"),
        ('{"scenes": 5}', "“scenes” is a list"),
        ('{"shots": [5]}', "A shot is written as {…}"),
        ('{"title": "x"}', 'Add "scenes"'),
        ('[{"energy": %s}]' % ("9" * 5000), "Energy is"),
        ('[{"energy": true}]', "not a number"),
        ('[{"description": 5}]', "What happens is “5”, which is not text"),
        ('[{"description": "a\\u0000"}]', "Leave that character out"),
        ('[{"description": "a\\ud800"}]', "Leave that half out"),
        ('[{"start": 5, "end": 2}]', "To is 2 s, which is not after from, 5 s. Give a later end."),
        ('[{"start": 5, "end": 90}]', "so the shot would take 85 s"),
        ('{"aspect": "round", "scenes": []}', "Choose horizontal, vertical or square."),
    ],
)  # fmt: skip
def test_json_that_is_wrong(text: str, words: str) -> None:
    assert any(words in problem for problem in bad(text)), bad(text)


# --- tables ---------------------------------------------------------------------------------------


def test_a_table() -> None:
    draft = example("shots.csv")
    assert [s.fields for s in draft.scenes] == [
        {"title": "Storm", "kind": "voice-over"},
        {"title": "Morning"},
    ]
    (stairs, lamp), (sea,) = shots(draft)
    assert stairs == {
        "title": "Stairs",
        "description": "A woman climbs, slowly.",
        "camera_language": "push in",
        "energy": 0.8,
        "symbolic_elements": "clock, rain",
        "cast": "Anna, Ben",
        "seconds": 4,
    }
    assert lamp["description"] == 'He says "now".\nAnd the lamp turns.'
    assert (sea["energy"], sea["seconds"]) == (0.2, 6)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_dividing_sign_is_found(sign: str) -> None:
    rows = [["scene", "title", "energy"], ["1", "A", "0.5"], ["2", "B", "1"]]
    draft = good("\r\n".join(sign.join(row) for row in rows))
    assert [[s["energy"] for s in many] for many in shots(draft)] == [[0.5], [1]]


def test_problems_of_a_table() -> None:
    text = 'scene,title,camara,enegry\n1,"a\nb",x,1\n1,c,x,1,5\n\n1,d,x,1\n'
    problems = bad(text)
    assert problems[0].startswith("Line 1: Column 3, “camara”, is not a field of a shot.")
    assert (
        "Line 1: Column 4, “enegry”, is not a field of a shot. Did you mean “energy”?" in problems
    )
    assert any(p.startswith("Line 4: This row has 5 cells") for p in problems)
    (energy,) = bad("title,energy\na,1\nb,7\n")
    assert energy == "Line 3: Energy is 7; the most is 1. Give a number from 0 to 1."
    (quote,) = bad('title,description\na,b\nc,"d\ne,f\n')
    assert quote.startswith("Line 3: The row that begins here cannot be read")


def test_a_spreadsheet_runs_nothing_of_it() -> None:
    draft = good('[{"title": "=1+1", "description": "@x", "notes": "-5 degrees", "energy": 0}]')
    table = csv_of(draft)
    cells = table.split("\r\n")[1].split(",")
    assert not [cell for cell in cells if cell.startswith(("=", "@", "-"))]
    assert good(table) == draft


# --- scripts --------------------------------------------------------------------------------------


def test_a_script() -> None:
    draft = example("script.txt")
    assert draft.fields == {
        "title": "The lighthouse",
        "tone": "quiet and tense",
        "cast": "Anna, Ben",
    }
    assert [s.fields for s in draft.scenes] == [
        {"title": "The storm", "kind": "voice-over", "setting": "Lamp room – night"},
        {"title": "Morning"},
        {"title": "EXT. PIER – DAY", "setting": "Pier – day"},
    ]
    (climb, lamp), (sea, hand), (ben,) = shots(draft)
    assert climb == {
        "description": "A woman climbs the stairs, a lantern in her hand.",
        "camera_language": "slow push in",
        "energy": 0.8,
        "seconds": 5.3,
        "narration": "Anna: I can see the light!\nIt had been out for ten years.",
    }
    assert lamp["description"] == "The lamp turns, and the whole room is lit."
    assert sea == {"description": "Wide view of the calm sea.", "seconds": 4}
    assert hand["description"] == "Close-up of a hand. It opens slowly."
    assert ben == {"seconds": 1.7, "narration": "Ben: Where is it?"}


def test_paragraphs_are_shots_and_long_ones_several() -> None:
    sentence = "The boat sails slowly out to sea while the gulls cry."
    draft = good(f"A cat sleeps.\n\nA dog wakes it up.\nThey run.\n\n{' '.join([sentence] * 12)}")
    (found,) = shots(draft)
    told = [s["description"] for s in found]
    assert told[:2] == ["A cat sleeps.", "A dog wakes it up. They run."]
    assert len(told) == 5
    assert all(text.endswith("cry.") and len(text) <= 240 for text in told[2:])
    assert " ".join(told[2:]) == " ".join([sentence] * 12)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1. A cat sleeps.\n2. A dog barks.", ["A cat sleeps.", "A dog barks."]),
        ("- A cat sleeps.\n- A dog barks.", ["A cat sleeps.", "A dog barks."]),
        ("Shot 1\nA cat.\n\nIt sleeps.\nShot 2 - A dog.", ["A cat. It sleeps.", "A dog."]),
        ("## Start\n### One\nA cat.\n### Two\nA dog.", ["A cat.", "A dog."]),
        ("Scene of the crime was quiet.\n\nRain.", ["Scene of the crime was quiet.", "Rain."]),
        ("The rule: never look back.", ["The rule: never look back."]),
        ("FADE IN:\n\nA cat.\n\nCUT TO:\n\nA dog.", ["A cat.", "A dog."]),
        ("\ufeffמשפט ראשון\r\n\r\nמשפט שני\r\n", ["משפט ראשון", "משפט שני"]),
        ("第一幕\n\n女人走上楼梯。\n\n灯亮了。", ["女人走上楼梯。", "灯亮了。"]),
        ("A “cat” — it’s\tasleep", ["A “cat” — it’s asleep"]),
    ],
)  # fmt: skip
def test_what_is_a_shot(text: str, told: list[str]) -> None:
    assert [s["description"] for many in shots(good(text)) for s in many] == told


def test_places_on_the_track() -> None:
    (found,) = shots(good("[0:00 - 0:05] A door opens\n0:05-0:09.5 camera: pan left\n"))
    assert [(s["start"], s["end"], s["seconds"]) for s in found] == [(0, 5, 5), (5, 9.5, 4.5)]
    assert found[1]["camera_language"] == "pan left"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("energy: 1.7", "Line 4: Energy is 1.7; the most is 1. Give a number from 0 to 1."),
        ("engery: 0.5", "Line 4: “engery” is not a field of a shot. Did you mean “energy”?"),
        ("Enegry: 0.5", "Line 4: “Enegry” is not a field of a shot. Did you mean “energy”?"),
        ("duration: 90s", "Line 4: Duration is 90 s; the most is 60 s."),
        ("energy: high", "Line 4: Energy is “high”, which is not a number."),
    ],
)
def test_a_line_that_is_wrong(line: str, words: str) -> None:
    (problem,) = bad(f"Scene 1\n\nA cat sleeps.\n{line}\n")
    assert problem.startswith(words)


@pytest.mark.parametrize(
    "line", ["Stella: Come in!", "MRS. O’NEILL: Come in!", "Émile: Entrez !", "安娜：进来！"]
)
def test_who_speaks_is_no_field(line: str) -> None:
    (shot,) = shots(good(f"Scene 1\n\nA door.\n{line}"))[0]
    assert shot["narration"].split(": ", 1)[1] in line


# --- limits ---------------------------------------------------------------------------------------


def test_limits() -> None:
    def only(found: Read) -> str:
        (problem,) = found.problems
        return str(problem)

    assert "The script has 201 kB; the most is 200 kB" in only(read("é" * (MOST_BYTES // 2 + 512)))
    for nothing in ("", " \n\t", "\ufeff", "```\n```"):
        assert "Paste a script" in only(read(nothing))
    many = "\n\n".join(f"Shot {n}: A cat." for n in range(201))
    assert only(read(many)).startswith("Line 401: There are 201 shots; the most is 200.")
    scenes = "\n\n".join(f"Scene {n}: A cat." for n in range(61))
    assert "There are 61 scenes; the most is 60." in only(read(scenes))
    found = read("title,energy\n" + "a,9\n" * 50)
    assert (len(found.problems), found.more) == (20, 30)


@pytest.mark.parametrize("name", sorted(p.name for p in EXAMPLES.iterdir()))
def test_each_example_survives_being_written(name: str) -> None:
    draft = example(name)
    assert good(written(draft)) == draft
    assert good(csv_of(draft)) == draft


@pytest.mark.parametrize(
    ("text", "title", "description"),
    [
        ("Shot 1: Portrait\nShe looks up.", "Portrait", "She looks up."),
        ("Shot 1: She looks up.\nThen away.", None, "She looks up. Then away."),
        ("Shot 1: She looks up", None, "She looks up"),
        ("Shot 1: Portrait\ncamera: pan left", None, "Portrait"),
        ("Shot 1: Portrait\nShot 2: Landscape", None, "Portrait"),
    ],
)
def test_a_few_words_beside_a_shot_are_its_title_when_more_follows(
    text: str, title: str | None, description: str
) -> None:
    draft = read(text).draft
    assert draft
    first = draft.shots[0].fields
    assert (first.get("title"), first.get("description")) == (title, description)


def test_what_a_scene_has_includes_its_shots() -> None:
    """Who mistypes the list of shots is told how it is called."""
    (problem,) = read('{"scenes": [{"xyzzy": []}]}').problems
    assert "A scene has title," in str(problem)
    assert str(problem).endswith(", shots.")
