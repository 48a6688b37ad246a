"""What is said of a story, a scene or a shot, checked before it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from assets import services as assets
from assets.models import Asset
from studio.fields import FIELDS, nearest, shown
from studio.models import Story
from studio.stories import fields
from studio.stories.fields import LEVELS, Level


class NotChanged(Exception):
    """The change is refused; `field` is what the message is about. `problems` are all that is
    wrong, as (field, what was given, message)."""

    def __init__(
        self, message: str, field: str = "", problems: Sequence[tuple[str, Any, str]] = ()
    ) -> None:
        super().__init__(message)
        self.field = field
        self.problems = tuple(problems) or ((field, None, message),)


class FactsForm(forms.Form):
    """Checks what is said of a story, a scene or a shot: only what is named is looked at."""

    def __init__(self, level: Level, data: Mapping[str, Any]) -> None:
        super().__init__(data={name: data[name] for name in data})
        self.level = level
        self.unknown = [n for n in data if not any(p.name == n for p in LEVELS[level])]
        for param in LEVELS[level]:
            if param.name in data:
                self.fields[param.name] = FIELDS[param.kind](param)
                self.fields[param.name].required = False

    def _clean_fields(self) -> None:
        for name, field in self.fields.items():
            value = self.data.get(name)
            if name in fields.LISTS and isinstance(value, list | tuple):
                value = fields.packed(name, [str(v) for v in value])
            try:
                self.cleaned_data[name] = field.clean(value)
            except forms.ValidationError as error:
                self.add_error(name, error)

    def clean(self) -> dict[str, Any]:
        if words := out_of_order(self.cleaned_data):
            self.add_error("end", forms.ValidationError(words))
        return self.cleaned_data

    def problems(self) -> list[tuple[str, Any, str]]:
        """All that is wrong, as (field, what was given, message)."""
        names = tuple(p.name for p in LEVELS[self.level])
        strange = [
            (
                shown(name),
                self.data[name],
                f"“{shown(name)}” is not known of a {self.level}. It has {nearest(names, name)}.",
            )
            for name in self.unknown
        ]
        wrong = [
            (str(name), self.data.get(name), str(message))
            for name, messages in self.errors.items()
            for message in messages
        ]
        return strange + wrong


def join(story: Story, *files: Asset | None) -> None:
    """The story takes these files: all of it belongs to one client. Raises NotChanged."""
    try:
        assets.join(story, [file for file in files if file])
    except assets.Refused as error:
        raise NotChanged(str(error)) from None


def out_of_order(facts: Mapping[str, Any]) -> str:
    """What is wrong with its place on the track; empty when nothing is."""
    start, end = facts.get("start"), facts.get("end")
    if start is None or end is None or end > start:
        return ""
    return f"To is {end:g} s, and From is {start:g} s. Choose a later end."


def checked(level: Level, data: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept. Raises NotChanged, with all that is wrong."""
    form = FactsForm(level, data)
    if wrong := form.problems():
        raise NotChanged(wrong[0][2], wrong[0][0], wrong)
    return form.cleaned_data
