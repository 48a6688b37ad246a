"""A story that was read, and the one check that every format goes through.

A reader hands over parts: what was said, as it was written, and where. What is wrong is told with
its line; all of it at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError

from studio.fields import FIELDS, ParamField, shown
from studio.spec import Param
from studio.stories import fields
from studio.stories.fields import LEVELS, LISTS, SET_ASIDE, VALUES, Level, known_as, plain
from studio.stories.times import Problem, looked_at, spoken, time_of

MOST_SCENES, MOST_SHOTS = 60, 200
MOST_NOTES, MOST_COMPARED = 20, 50
FORM: Mapping[tuple[Level, str], ParamField] = {
    (level, p.name): FIELDS[p.kind](p) for level, params in LEVELS.items() for p in params
}
UNITS = re.compile(r"([-+]?[\d.,]+)\s*(?:s|secs?|seconds?|sek|″|\")\.?", re.IGNORECASE)


@dataclass
class ShotDraft:
    fields: dict[str, Any]


@dataclass
class SceneDraft:
    fields: dict[str, Any]
    shots: list[ShotDraft] = field(default_factory=list)


@dataclass
class StoryDraft:
    """What was said, by the names of `fields`; a shot always has its seconds. `notes` are for
    people: what was left out or guessed."""

    fields: dict[str, Any]
    scenes: list[SceneDraft] = field(default_factory=list)
    notes: list[str] = field(default_factory=list, compare=False)

    @property
    def shots(self) -> list[ShotDraft]:
        return [shot for scene in self.scenes for shot in scene.shots]


@dataclass
class Said:
    """A value under the name that it was written with."""

    name: str
    value: Any
    line: int
    column: int | None = None


@dataclass
class Part:
    """A story, scene or shot as it was written, its scenes or shots in it. `foreign`: what it
    says beyond our fields is left out with a note, because another system wrote it."""

    level: Level
    line: int = 1
    said: list[Said] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    foreign: bool = False

    def names(self) -> set[str]:
        return {known_as(self.level, s.name) or plain(s.name) for s in self.said}


FROM_SCENE = {"description": "description", "image_prompt": "image_prompt", "lines": "narration"}


def give_a_shot(scene: Part) -> None:
    """A scene that has no shots gets one of what is said of it."""
    shot = Part("shot", scene.line, foreign=scene.foreign)
    for said in list(scene.said):
        name = known_as("scene", said.name)
        if name is None and known_as("shot", said.name):
            scene.said.remove(said)
            shot.said.append(said)
        elif name in FROM_SCENE:
            shot.said.append(replace(said, name=FROM_SCENE[name]))
    if shot.said:
        scene.parts.append(shot)


def checked(story: Part) -> tuple[StoryDraft, list[Problem]]:
    """The draft of what was said, and all that is wrong with it, by line."""
    check = _Check()
    check.count(story)
    draft = StoryDraft(check.values(story))
    for scene in story.parts[:MOST_SCENES]:
        found = SceneDraft(check.values(scene))
        found.shots = [ShotDraft(check.shot(shot)) for shot in scene.parts[:MOST_SHOTS]]
        draft.scenes.append(found)
    draft.notes = [*check.told()]
    return draft, sorted(check.problems, key=lambda p: (p.line, p.column or 0))


class _Check:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.aside: dict[str, None] = {}

    def told(self) -> Iterator[str]:
        yield from self.notes[:MOST_NOTES]
        if self.aside:
            names = ", ".join([*self.aside][:MOST_NOTES])
            yield f"Left out, because a story has no place for it: {names}."

    def values(self, part: Part) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for said in part.said:
            name = known_as(part.level, said.name)
            if name is None:
                self._unknown(part, said)
                continue
            value = self._value(FORM[part.level, name], said)
            if value is None:
                continue
            if found.setdefault(name, value) != value:
                self.notes.append(
                    f"Line {said.line}: {said.name} is said twice of the same {part.level}; "
                    "the first one counts."
                )
        self._check_times(part, found)
        return {p.name: found[p.name] for p in LEVELS[part.level] if p.name in found}

    def shot(self, part: Part) -> dict[str, Any]:
        found = self.values(part)
        if "seconds" not in found:
            found["seconds"] = self._seconds(found)
        return {p.name: found[p.name] for p in fields.SHOT if p.name in found}

    @staticmethod
    def _seconds(found: Mapping[str, Any]) -> float:
        if "start" in found and "end" in found:
            long = round(found["end"] - found["start"], 3)
            return float(min(max(long, fields.SHORTEST), fields.LONGEST))
        heard = spoken(str(found["narration"])) if "narration" in found else 0
        names = ("description",) if heard else ("description", "image_prompt", "title")
        seen = next((str(found[name]) for name in names if name in found), "")
        return max(heard, looked_at(seen) if seen or not heard else 0)

    def _value(self, form: ParamField, said: Said) -> Any:
        param = form.param
        try:
            return form.clean(_plain_value(param, said.value))
        except ValidationError as error:
            self.problems.append(Problem(said.line, said.column, param.name, error.messages[0]))
            return None

    def _unknown(self, part: Part, said: Said) -> None:
        # Nobody reads as many problems, and each comparison takes its time.
        near = nearest(part.level, said.name) if len(self.problems) < MOST_COMPARED else ""
        if plain(said.name) in SET_ASIDE or (part.foreign and not near):
            self.aside[shown(said.name)] = None
            return
        inside = {"story": ("scenes",), "scene": ("shots",), "shot": ()}[part.level]
        names = ", ".join([*(p.name for p in LEVELS[part.level]), *inside])
        way_out = f"Did you mean “{near}”?" if near else f"A {part.level} has {names}."
        words = f"“{shown(said.name)}” is not a field of a {part.level}. {way_out}"
        self.problems.append(Problem(said.line, said.column, said.name, words))

    def _check_times(self, part: Part, found: Mapping[str, Any]) -> None:
        start, end = found.get("start"), found.get("end")
        if start is None or end is None:
            return
        said = next(s for s in part.said if known_as(part.level, s.name) == "end")
        words = ""
        if end <= start:
            words = f"To is {end:g} s, which is not after from, {start:g} s. Give a later end."
        elif part.level == "shot" and not (fields.SHORTEST <= end - start <= fields.LONGEST):
            words = (
                f"To is {end:g} s, so the shot would take {end - start:g} s. "
                f"A shot takes {fields.SHORTEST:g} to {fields.LONGEST:g} s."
            )
        if words:
            self.problems.append(Problem(said.line, said.column, "end", words))

    def count(self, story: Part) -> None:
        shots = [shot for scene in story.parts for shot in scene.parts]
        for name, parts, most in (
            ("scenes", story.parts, MOST_SCENES),
            ("shots", shots, MOST_SHOTS),
        ):
            if len(parts) > most:
                words = (
                    f"There are {len(parts)} {name}; the most is {most}. "
                    "Divide it into two stories, beginning the second one here."
                )
                self.problems.append(Problem(parts[most].line, None, name, words))


def nearest(level: Level, name: str) -> str:
    """The name of a field that looks like this one, or nothing."""
    names = [*(p.name for p in LEVELS[level]), *fields.ALIASES[level]]
    return next(iter(get_close_matches(plain(name), names, n=1, cutoff=0.75)), "")


# --- values as people write them ----------------------------------------------------------------


def _plain_value(param: Param, value: Any) -> Any:
    """What FIELDS can read: '4s' as a number, a list as a text, '16:9' as its choice."""
    if param.name in LISTS:
        return _list_text(param.name, value)
    if isinstance(value, list) and param.kind == "text":
        texts = [text for item in value if isinstance(text := _named(item), str)]
        value = ("\n" if param.group == "sound" else ", ").join(texts)
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if param.kind == "number":
        return _number(param, text)
    return VALUES.get(param.name, {}).get(text.lower(), text)


def _list_text(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return fields.packed(name, fields.listed(name, value))
    if isinstance(value, list):
        named = [_named(item) for item in value]
        if all(isinstance(item, str) for item in named):
            return fields.packed(name, named)
    return value


def _named(item: Any) -> Any:
    """What a thing in a list is called: cast and lines may be objects."""
    if isinstance(item, dict):
        found = (item.get(key) for key in ("name", "text", "line", "label", "cast_id"))
        return next((text for text in found if isinstance(text, str)), item)
    return item


def _number(param: Param, text: str) -> str:
    """'4 s' and '0:04' as seconds, '80%' of something up to 1, '0,8' with a comma."""
    if param.unit == "s":
        found = time_of(text) if ":" in text else None
        if found is not None:
            return f"{found:.3f}"
        unit = UNITS.fullmatch(text)
        text = unit[1] if unit else text
    elif param.high == 1 and re.fullmatch(r"\d{1,3}(?:\.\d+)?\s*%", text, re.ASCII):
        return f"{float(text.rstrip('% ')) / 100:g}"
    return re.sub(r"^([-+]?\d+),(\d+)$", r"\1.\2", text)
