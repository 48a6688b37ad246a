"""The facts of stories, scenes and shots as the API describes them, from their declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from studio.schema import param_schema
from studio.spec import Param
from studio.stories.fields import LEVELS, LISTS, Level

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema
    from drf_spectacular.utils import Direction

Schema = dict[str, Any]
TEXTS: Schema = {"type": "array", "items": {"type": "string"}}


class FactsSerializer(serializers.Serializer[Any]):
    """Names the component; FactsExtension writes it."""

    level: Level = "story"


class StoryFactsSerializer(FactsSerializer):
    level = "story"


class SceneFactsSerializer(FactsSerializer):
    level = "scene"


class ShotFactsSerializer(FactsSerializer):
    level = "shot"


class FactsExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "studio.api.story.facts.FactsSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        shape = _given if direction == "request" else _told
        return {
            "type": "object",
            "title": f"What is known of a {self.target.level}",
            "properties": {p.name: shape(p) for p in LEVELS[self.target.level]},
            "additionalProperties": False,
        }


def _told(param: Param) -> Schema:
    """What is not said is left out; a list is always a list."""
    schema = {n: v for n, v in param_schema(param).items() if n not in ("default", "step")}
    if param.name in LISTS:
        return {**_words(schema), **TEXTS}
    return {n: v for n, v in schema.items() if n not in ("minimum", "maximum", "maxLength")}


def _given(param: Param) -> Schema:
    """null takes it away; a list may be a text too."""
    schema = param_schema(param)
    words, shape = _words(schema), {n: v for n, v in schema.items() if n not in _words(schema)}
    shape.pop("default", None)
    also = [TEXTS] if param.name in LISTS else []
    return {**words, "anyOf": [shape, *also, {"type": "null"}]}


def _words(schema: Schema) -> Schema:
    return {n: schema[n] for n in ("title", "description") if n in schema}


class _Facts(serializers.DictField):
    """An object; what it may have is checked where it is taken over, all of it at once."""

    default_error_messages = {"not_a_dict": "This is no object. Give the facts by name."}


@extend_schema_field(StoryFactsSerializer)
class StoryFacts(_Facts):
    pass


@extend_schema_field(SceneFactsSerializer)
class SceneFacts(_Facts):
    pass


@extend_schema_field(ShotFactsSerializer)
class ShotFacts(_Facts):
    pass
