"""Whatever a person pastes → a draft of a story, or all that is wrong with it.

JSON, a table (CSV) and plain script tell themselves apart.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from studio.stories import from_csv, from_json, from_script
from studio.stories.draft import Part, SceneDraft, ShotDraft, StoryDraft, checked
from studio.stories.fields import as_json
from studio.stories.from_csv import written as csv_of
from studio.stories.times import Problem

__all__ = ["Problem", "Read", "SceneDraft", "ShotDraft", "StoryDraft", "csv_of", "read", "written"]

MOST_BYTES = 200 * 1024
MOST_PROBLEMS = 20
FENCE = re.compile(r"\A\s*```\w*[ \t]*(?=\n)|\n```\s*\Z")


@dataclass(frozen=True)
class Read:
    """What became of a text: a draft, or the first problems and how many `more` there are.
    `form` is 'JSON', 'CSV' or 'script'."""

    draft: StoryDraft | None
    problems: list[Problem] = field(default_factory=list)
    more: int = 0
    form: str = ""


def read(text: str) -> Read:
    """Never raises, whatever the text."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        words = (
            f"The script has {size / 1024:,.0f} kB; the most is {MOST_BYTES / 1024:,.0f} kB. "
            "Divide it into two stories."
        )
        return Read(None, [Problem(1, None, "script", words)])
    text = tidy(text)
    if not text.strip():
        words = "There is nothing in it. Paste a script, a table or JSON, or write what happens."
        return Read(None, [Problem(1, None, "script", words)])
    form, story, problems = _parts(text)
    draft, wrong = checked(story)
    if not problems and not wrong and not (draft.scenes or draft.fields):
        words = "No scene and no shot was found in it. Write what happens, a paragraph a shot."
        wrong = [Problem(1, None, "script", words)]
    if found := sorted([*problems, *wrong], key=lambda p: (p.line, p.column or 0)):
        return Read(None, found[:MOST_PROBLEMS], max(0, len(found) - MOST_PROBLEMS), form)
    return Read(draft, form=form)


def tidy(text: str) -> str:
    """With one kind of line end, and without a mark of the byte order or a fence around it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return FENCE.sub("", text) if text.lstrip().startswith("```") else text


def _parts(text: str) -> tuple[str, Part, list[Problem]]:
    if _looks_like_json(text):
        return "JSON", *from_json.read(text)
    if sign := from_csv.sign_of(text):
        return "CSV", *from_csv.read(text, sign)
    story, problems = from_script.read(text)
    from_script.divided(story)
    return "script", story, problems


def _looks_like_json(text: str) -> bool:
    """A script may begin with a bracket too: “[0:00 - 0:05] A door opens”."""
    start = text.lstrip()
    return start.startswith("{") or bool(re.match(r"\[\s*[{\"\]\[“]", start))


def written(draft: StoryDraft) -> str:
    """The story as JSON, as `read` understands it; the notes are not part of it."""
    story = {
        **as_json(draft.fields),
        "scenes": [
            {**as_json(scene.fields), "shots": [as_json(shot.fields) for shot in scene.shots]}
            for scene in draft.scenes
        ],
    }
    return json.dumps(story, ensure_ascii=False, indent=2)
