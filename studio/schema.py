"""Param → JSON Schema (draft 2020-12), for programs that build a request."""

from __future__ import annotations

from typing import Any

from studio import edl, file_limits, places
from studio.fields import listed
from studio.spec import Offer, Operation, Param

Schema = dict[str, Any]

ASSET = "The id of an asset, a data URL or an https address; in multipart a file."


def _shape(param: Param) -> Schema:
    match param.kind:
        case "integer" | "seed":
            return {"type": "integer"} | _limits(param)
        case "number":
            return {"type": "number"} | _limits(param)
        case "boolean":
            return {"type": "boolean"}
        case "choice" | "style":
            return {"enum": list(param.choices)}
        case "point":
            number = {"type": "number", "minimum": 0, "maximum": 1}
            return {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        case "color":
            return {"type": "string", "pattern": "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"}
        case "edl":
            return edl.SCHEMA
        case "places":
            return places.SCHEMA
        case "text":
            return {"type": "string", "maxLength": param.max_length}
        case _:
            return {"type": "string", "format": f"zoetrope-{param.kind}"}


def _limits(param: Param) -> Schema:
    limits = {"minimum": param.low, "maximum": param.high}
    return {k: int(v) if v == int(v) else v for k, v in limits.items() if v is not None}


def param_schema(param: Param, on: Param | None = None) -> Schema:
    """`on` is the param that it depends on."""
    words = [param.help, ASSET if param.is_asset else "", param.unit and f"In {param.unit}."]
    if on and on.choices and len(used := param.used_with(on)) < len(on.choices):
        otherwise = "" if param.is_asset else "; left out otherwise"
        words.append(f"Only with {on.name} {listed(used)}{otherwise}.")
    for choice, sets in param.sets.items():
        said = ", ".join(f"{name} {value}" for name, value in sets.items() if value is not None)
        words.append(f"{choice} stands for {said}.")
    if param.step:
        words.append(f"Rounded to steps of {param.step:g}.")
    if param.limits and (takes := file_limits.summary(param.limits)):
        words.append(f"Takes files {takes}.")
    schema = _shape(param) | {"title": param.label}
    if text := " ".join(w for w in words if w):
        schema["description"] = text
    if param.default is not None:
        default = param.default
        schema["default"] = list(default) if isinstance(default, tuple) else default
    return schema


def _dependency(param: Param, on: Param) -> list[Schema]:
    """`Depends` as if/then: one rule for each value of the other param; the rule of its default
    also holds when it is left out."""
    assert param.depends
    rules = []
    for value, choices in param.depends.choices.items():
        if not choices and not param.is_asset:
            continue  # it is left out then, with a note
        condition: Schema = {"properties": {on.name: {"const": value}}}
        if value != on.default:
            condition["required"] = [on.name]
        allowed = {"enum": list(choices)} if choices else False
        rules.append({"if": condition, "then": {"properties": {param.name: allowed}}})
    return rules


def json_schema(operation: Operation, offer: Offer) -> Schema:
    """The schema of `params` for this operation by this offer."""
    params = offer.params(operation)
    named = {p.name: p for p in params}
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{operation.label} by {offer.label}",
        "type": "object",
        "properties": {
            p.name: param_schema(p, named.get(p.depends.on) if p.depends else None) for p in params
        },
        "required": [p.name for p in params if p.required],
        "additionalProperties": False,
    }
    if rules := [r for p in params if p.depends for r in _dependency(p, named[p.depends.on])]:
        schema["allOf"] = rules
    return schema
