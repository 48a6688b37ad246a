"""Checked fields of small bodies, declared once for the check and for the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from studio.api.errors import Invalid, Problem, problem
from studio.fields import listed, shown


class Text(serializers.CharField):
    """Text only: a number is not taken for its digits."""

    default_error_messages = {
        "invalid": "This is not text. Give text.",
        "blank": "It is empty. Give at least one letter, or leave it out.",
        "max_length": "It has more than {max_length} letters, the most. Make it shorter.",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """true or false of JSON, nothing that looks like it."""

    default_error_messages = {"invalid": "“{input}” is neither. Give true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=shown(data))
        return data


class Number(serializers.FloatField):
    """A number of JSON, nothing that looks like it."""

    default_error_messages = {"invalid": "This is not a number. Give a number."}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    default_error_messages = {
        "invalid": "This is not a whole number. Give one.",
        "min_value": "The least is {min_value}. Give more.",
        "max_value": "The most is {max_value}. Give less.",
    }

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class OneOf(serializers.ChoiceField):
    def fail(self, key: str, **given: Any) -> Any:
        choices = [choice for choice in self.choices if choice != ""]
        way_out = f"Choose {listed(tuple(choices))}{', or leave it empty' * self.allow_blank}."
        words = f"“{str(given.get('input'))[:40]}” is not known. {way_out}"
        raise serializers.ValidationError(words, code=key)


def checked(serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """The valid values of a body; raises Invalid. Unknown names are problems too."""
    if not isinstance(data, Mapping):
        raise Invalid([problem("", data, "Send an object with the fields by name.")])
    form = serializer(data=data)
    known = tuple(form.fields)
    wrong = [
        problem(shown(name), data[name], f"“{shown(name)}” is not known. Known: {listed(known)}.")
        for name in data
        if name not in known
    ]
    if form.is_valid() and not wrong:
        return dict(form.validated_data)
    for name, messages in form.errors.items():
        wrong.extend(_problem(str(name), data, text) for text in _flat(messages))
    raise Invalid(wrong)


def _problem(name: str, data: Mapping[str, Any], text: str) -> Problem:
    return problem(name, data.get(name), f"{name}: {text}")


def _flat(messages: Any) -> list[str]:
    """Messages of a field, or of the members of a list in it."""
    if isinstance(messages, Mapping):
        return [text for inner in messages.values() for text in _flat(inner)]
    return [str(text) for text in messages]
