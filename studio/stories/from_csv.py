"""A story as a table: a shot in each row, a column for each field.

`scene` groups the shots, by its number or title; `scene_…` and `story_…` are fields of those.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from difflib import get_close_matches
from io import StringIO

from studio import tables
from studio.stories.draft import Part, Said, StoryDraft
from studio.stories.fields import LEVELS, SET_ASIDE, Level, known_as, plain
from studio.stories.times import Problem
from studio.tables import SIGNS, guarded
from studio.wording import shown

MOST_COLUMNS = 100
SCENE_NAMES = {"scene", "scene_number", "sequence", "sequence_id", "scene_id"}
# Columns that a table has even when nothing is in them, so that it can be filled in.
ALWAYS = ("title", "description", "camera_language", "seconds", "narration")

Column = tuple[Level, str] | None


def sign_of(text: str) -> str | None:
    """What divides the cells, when the first line is a header of ours; else None."""
    header = next((line for line in text.split("\n") if line.strip()), "")
    if max(map(header.count, SIGNS)) > MOST_COLUMNS:
        return None
    for sign in sorted(SIGNS, key=header.count, reverse=True):
        names = [cell.strip().strip('"') for cell in header.split(sign)]
        known = [name for name in names if _column(name) is not None]
        if len(names) > 1 and len(known) >= max(2, len(names) / 2) and max(map(len, names)) < 40:
            return sign
    return None


def read(text: str, sign: str) -> tuple[Part, list[Problem]]:
    """The parts of a story. Never raises."""
    story, problems = Part("story"), list[Problem]()
    rows = _rows(text, sign, problems)
    line, header = next(rows, (1, []))
    columns = [_known(name, line, at + 1, problems) for at, name in enumerate(header)]
    scenes: dict[str, Part] = {}
    for line, row in rows:
        if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
            words = (
                f"This row has {len(row)} cells, and there are {len(columns)} columns. "
                'Put text that holds the dividing sign between "quotes".'
            )
            problems.append(Problem(line, None, "row", words))
            continue
        _add(story, scenes, columns, line, row)
    return story, problems


def _rows(text: str, sign: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The rows with something in them, each with the line that it begins on."""
    try:
        for row in tables.records(StringIO(text, newline=""), sign):
            if any(cell.strip() for cell in row.cells):
                yield row.line, row.cells
    except tables.Broken as error:
        problems.append(Problem(error.line, None, "row", f"The row that begins here {error}"))


def _known(name: str, line: int, at: int, problems: list[Problem]) -> Column:
    found = _column(name)
    if found is None and name.strip():
        names = [*(p.name for p in LEVELS["shot"]), "scene"]
        near = get_close_matches(plain(name), names, n=1, cutoff=0.7)
        way_out = f"Did you mean “{near[0]}”?" if near else f"Columns are {', '.join(names)}."
        words = f"Column {at}, “{shown(name)}”, is not a field of a shot. {way_out}"
        problems.append(Problem(line, None, name.strip(), words))
    return found


def _column(name: str) -> Column:
    """Level and field of a column; ('scene', '') is what groups the shots, ('shot', '') nothing."""
    found = plain(name)
    if found in SCENE_NAMES:
        return "scene", ""
    if known := known_as("shot", name):
        return "shot", known
    levels: tuple[Level, ...] = ("scene", "story")
    for level in levels:
        rest = found.removeprefix(f"{level}_")
        if rest != found and (known := known_as(level, rest)):
            return level, known
    for level in levels:
        if known := known_as(level, name):
            return level, known
    return ("shot", "") if found in SET_ASIDE or found == "shot" else None


def _add(
    story: Part, scenes: dict[str, Part], columns: list[Column], line: int, row: list[str]
) -> None:
    shot = Part("shot", line)
    said: dict[Level, list[Said]] = {"story": [], "scene": [], "shot": shot.said}
    group = next(iter(reversed(scenes)), "")
    for column, cell in zip(columns, row, strict=False):
        if column is None or not cell.strip():
            continue
        level, name = column
        if column == ("scene", ""):
            group = cell.strip()
        elif name:
            said[level].append(Said(name, cell, line))
    is_new = group not in scenes
    scene = scenes.setdefault(group, Part("scene", line))
    if is_new:
        story.parts.append(scene)
        if group and not group.isdecimal() and not any(s.name == "title" for s in said["scene"]):
            scene.said.append(Said("title", group, line))
    scene.said += said["scene"]
    story.said += said["story"]
    if shot.said:
        scene.parts.append(shot)


# --- writing ------------------------------------------------------------------------------------


def written(draft: StoryDraft) -> str:
    """The story as a table that `read` understands. What a spreadsheet would take for a formula
    has a ' before it."""
    used = {key for shot in draft.shots for key in shot.fields} | set(ALWAYS)
    of_scene = {key for scene in draft.scenes for key in scene.fields}
    columns: list[tuple[Level, str]] = [
        *(("story", p.name) for p in LEVELS["story"] if p.name in draft.fields),
        *(("scene", p.name) for p in LEVELS["scene"] if p.name in of_scene),
        *(("shot", p.name) for p in LEVELS["shot"] if p.name in used),
    ]
    out = StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["scene", *(n if level == "shot" else f"{level}_{n}" for level, n in columns)])
    for number, scene in enumerate(draft.scenes, 1):
        for at, shot in enumerate(scene.shots or [None]):
            first: dict[Level, dict[str, object]] = {
                "story": draft.fields if (number, at) == (1, 0) else {},
                "scene": scene.fields if at == 0 else {},
                "shot": shot.fields if shot else {},
            }
            cells = (first[level].get(name, "") for level, name in columns)
            table.writerow([number, *(guarded(c) if isinstance(c, str) else c for c in cells)])
    return out.getvalue()
