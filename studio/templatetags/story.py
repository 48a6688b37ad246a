"""Words of the story pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from studio.stories.fields import LEVELS
from studio.words.traced import MODEL, Traced

register = template.Library()


@register.filter
def field_label(field: str) -> str:
    """'shot.camera_language' → 'Shot: Camera'."""
    if field == MODEL:
        return "The model's own words"
    level, _, name = field.partition(".")
    declared = {p.name: p.label for p in LEVELS.get(level, ())}  # type: ignore[call-overload]
    return f"{level.capitalize()}: {declared.get(name, name)}"


@register.filter
def fields_of(traced: Traced) -> str:
    """The fields that a prompt was written from, each once."""
    return ", ".join(field_label(field) for field in traced.fields)


@register.filter
def gist(facts: Mapping[str, Any], most: int = 110) -> str:
    """What a shot is about, in a few words."""
    names = ("title", "description", "narration", "image_prompt", "camera_language")
    text = next((str(facts[name]) for name in names if facts.get(name)), "")
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
