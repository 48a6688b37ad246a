"""The bodies of requests about batches, declared once for the check and for the schema."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiRequest, extend_schema_field
from rest_framework import serializers

from studio.api.fields import OneOf, Text, Whole, YesNo
from studio.api.serializers import ASSET_EXAMPLE_ID
from studio.batches.drafts import MOST_AT_ONCE, MOST_CELL, MOST_NAME
from studio.batches.limits import MOST_BYTES, MOST_ROWS
from studio.batches.steps import MOST_STEPS

# Of one request in JSON: as many rows as a sheet may have, with some forty cells each.
MOST_VALUES = 500_000
MOST_UNITS = 2**62
TERMS = 100  # letters of what was agreed


class Moment(serializers.DateTimeField):
    """A time with its zone. One without is not taken for any: the check of the schedule says so."""

    def enforce_timezone(self, value: datetime) -> datetime:
        return value


WINDOW = {
    "oneOf": [
        {"type": "string", "enum": ["nights", "weekends"]},
        {
            "type": "object",
            "properties": {
                "days": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                "from": {"type": "string", "examples": ["22:00"]},
                "to": {"type": "string", "examples": ["06:00"]},
                "zone": {"type": "string", "examples": ["Europe/Amsterdam"]},
            },
            "required": ["days", "from", "to"],
            "additionalProperties": False,
        },
        {"type": "null"},
    ]
}
ROWS = {
    "type": "array",
    "items": {"type": "object"},
    "minItems": 1,
    "maxItems": MOST_ROWS,
    "description": "Cells by the names of their columns",
}


def no_nul(value: Any) -> None:
    """A validator: no database holds a NUL in its texts."""
    level = [value]
    while level:
        if any(isinstance(one, str) and "\0" in one for one in level):
            raise serializers.ValidationError("It has a NUL (code 0) in it. Take it out.")
        level = [inner for one in level for inner in _inside(one)]


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


class Given(serializers.Field[Any, Any, Any, Any]):
    """A value of JSON that others look at: they say more than a serializer could."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(WINDOW)
class WindowField(Given):
    """Hours of the clock."""


@extend_schema_field(ROWS)
class RowsField(Given):
    """The rows of a sheet."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            raise serializers.ValidationError("This is not a list. Give a list of objects.")
        return data


class WantedStepSerializer(serializers.Serializer[Any]):
    """Describes a step; steps are read by the batches themselves."""

    operation = serializers.CharField(help_text="The key of an operation")
    offer = serializers.CharField(
        required=False, help_text="Who does it; the first of the operation otherwise"
    )
    params = serializers.DictField(required=False, help_text="For every row that says nothing else")
    takes = serializers.CharField(
        required=False, help_text="The param that the result of the step before becomes"
    )


@extend_schema_field(WantedStepSerializer(many=True))
class StepsField(Given):
    """What is done with each row, one after the other."""

    default_validators = [no_nul]

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            raise serializers.ValidationError("This is not a list. Give a list of steps.")
        return data


def _mapping(**more: Any) -> serializers.DictField:
    return serializers.DictField(
        child=Text(max_length=80, allow_blank=True),
        validators=[no_nul],
        help_text="Column → param of the first step, `2.text` for that of the second, or one of "
        "title, operation, model, module, row. A column that is not named is not used",
        **more,
    )


class OptionsSerializer(serializers.Serializer[Any]):
    """When and how it runs, and who is told."""

    title = Text(max_length=200, required=False, allow_blank=True)
    at_once = Whole(
        required=False,
        min_value=1,
        max_value=MOST_AT_ONCE,
        help_text="Of its jobs, at work for each provider at the same time",
    )
    stop_failures = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_ROWS,
        help_text="It stops when so many rows failed",
    )
    stop_units = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_UNITS,
        help_text="It stops before more units are spent",
    )
    email = Text(max_length=254, required=False, allow_blank=True, help_text="Is told of the end")
    webhook = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="An https address that is told of the end, signed as Standard Webhooks are",
    )
    starts_at = Moment(required=False, allow_null=True, help_text="When it begins; null is now")
    window = WindowField(
        required=False,
        allow_null=True,
        help_text="The hours in which rows begin: `nights`, `weekends`, or days and times; null is "
        "always. Clocks are those of the account's time zone",
    )
    repeats = OneOf(["", "weekly"], required=False, allow_blank=True)


class BatchChangeSerializer(OptionsSerializer):
    """What may be changed; what is left out stays as it is."""

    mapping = _mapping(required=False)
    steps = StepsField(required=False, help_text="What is done with each row, in this order")


class NewBatchSerializer(OptionsSerializer):
    """One source (`rows`, `prompts` or `assets`), and what is done with each row of it:
    `operation`, `steps` or a `template`; with an operation in each row none of them is needed."""

    rows = RowsField(required=False)
    prompts = Text(
        max_length=MOST_BYTES, required=False, trim_whitespace=False, help_text="One on each line"
    )
    assets = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        allow_empty=False,
        max_length=MOST_ROWS,
        help_text="Files of the library, of one kind: a row each",
        error_messages={
            "max_length": "There are more than {max_length:,}, the most. Send fewer.",
            "empty": "It is empty. Give the id of at least one asset.",
        },
    )
    operation = Text(max_length=80, required=False, help_text="The key of an operation")
    offer = Text(max_length=80, required=False, help_text="The first of the operation otherwise")
    params = serializers.DictField(
        required=False, validators=[no_nul], help_text="For every row that says nothing else"
    )
    steps = StepsField(
        required=False,
        help_text=f"A chain, at most {MOST_STEPS} long: each takes what the one before it made",
    )
    template = serializers.UUIDField(required=False, help_text="Steps that were kept")
    mapping = _mapping(required=False)
    saved_mapping = serializers.UUIDField(required=False, help_text="A mapping that was kept")


class NewBatchFormSerializer(OptionsSerializer):
    """A CSV, TSV, XLSX or JSON file (or what was pasted, as `prompts`); the other fields are those
    of the JSON, with lists and objects as JSON text."""

    file = serializers.FileField(required=False, allow_empty_file=True, max_length=None)
    prompts = Text(max_length=MOST_BYTES, required=False, trim_whitespace=False)
    operation = Text(max_length=80, required=False)
    offer = Text(max_length=80, required=False)
    params = serializers.DictField(required=False, validators=[no_nul])
    steps = StepsField(required=False)
    template = serializers.UUIDField(required=False)
    mapping = _mapping(required=False)
    saved_mapping = serializers.UUIDField(required=False)


class NewRowsSerializer(serializers.Serializer[Any]):
    rows = RowsField(help_text="Cells by the columns that the batch has")


class RowChangeSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    cells = serializers.DictField(
        child=Text(max_length=MOST_CELL, allow_blank=True, trim_whitespace=False),
        required=False,
        help_text="The new texts, by column",
    )
    skipped = YesNo(required=False, help_text="Left out of the batch, or taken in again")


class SkipRowsSerializer(serializers.Serializer[Any]):
    """Rows by their numbers, or all of a sort. One of the two."""

    rows = serializers.ListField(
        child=Whole(min_value=1, max_value=2**31 - 1),
        required=False,
        allow_empty=False,
        max_length=MOST_ROWS,
    )
    which = OneOf(
        ["duplicates", "wrong", "skipped"],
        required=False,
        help_text="`duplicates`: what the library has the result of already",
    )
    skipped = YesNo(required=False, default=True, help_text="False takes them in again")


class StartBatchSerializer(serializers.Serializer[Any]):
    agreed = Text(
        required=False,
        max_length=TERMS,
        help_text="The `agreed` of the plan that was shown; at other terms nothing is begun",
    )
    without_wrong = YesNo(required=False, help_text="Rows that are wrong are left out")


class RetryBatchSerializer(serializers.Serializer[Any]):
    agreed = Text(
        required=False,
        max_length=TERMS,
        help_text="The `agreed` of the plan that was shown; at other terms nothing is begun",
    )
    canceled = YesNo(required=False, help_text="Those that were canceled, too")


class ChangeModelSerializer(RetryBatchSerializer):
    offer = Text(max_length=80, help_text="The key of the offer that is to do the failed rows")


class NewBatchTemplateSerializer(serializers.Serializer[Any]):
    """A name, and steps that are checked as those of a batch."""

    name = Text(max_length=MOST_NAME)
    steps = StepsField()


class NewBatchMappingSerializer(serializers.Serializer[Any]):
    """A name, and which column is which param."""

    name = Text(max_length=MOST_NAME)
    mapping = _mapping()


CHAIN = [
    {"operation": "upscale", "params": {"size": "2x"}},
    {"operation": "watermark", "params": {"text": "© Acme Tea"}},
]
EXAMPLES = [
    OpenApiExample(
        "Rows, by the names of their columns",
        {
            "title": "Spring",
            "operation": "background",
            "params": {"width": 640, "height": 640},
            "rows": [{"pattern": "mesh", "palette": "sea"}, {"pattern": "waves"}],
        },
        request_only=True,
    ),
    OpenApiExample(
        "A chain for pictures of the library",
        {"assets": [ASSET_EXAMPLE_ID], "steps": CHAIN},
        request_only=True,
    ),
]
NEW_BATCH = {
    "application/json": OpenApiRequest(NewBatchSerializer, examples=EXAMPLES),
    "multipart/form-data": OpenApiRequest(NewBatchFormSerializer),
}
