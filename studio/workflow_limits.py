"""Limits of a stored workflow: how they narrow our params, and whether they make sense.

{param: {"low", "high", "default", …}}; of "frames" they say the pace. Pure functions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from studio.fields import shown
from studio.graphs import FRAMES, length_of
from studio.operations.transform import choice_of
from studio.spec import Operation, Param

# What may be said of a param, by its kind; with choices only the default besides.
NARROWS: dict[str, tuple[str, ...]] = {
    "integer": ("low", "high", "default", "multiple", "choices"),
    "number": ("low", "high", "default", "step", "choices"),
    "seed": ("low", "high", "default", "choices"),
    "text": ("default", "max_length", "choices"),
    "choice": ("default", "choices"),
    "style": ("default", "choices"),
    "color": ("default",),
    "boolean": ("default",),
}
PACES = ("fps", "step")  # of frames
WHOLE, NUMBER, TEXT, TRUTH = "a whole number", "a number", "text", "true or false"
VALUES = {
    "integer": WHOLE,
    "seed": WHOLE,
    "number": NUMBER,
    "text": TEXT,
    "color": TEXT,
    "boolean": TRUTH,
}
# What a number can be: (least, most). Above 2⁵³ − 1 a float no longer tells its neighbours apart.
MOST = 2**53 - 1
RANGES: dict[str, tuple[float, float]] = {
    "fps": (1, 1000),
    "step": (0.001, MOST),
    "multiple": (1, 1024),
    "max_length": (1, 20_000),
}
TYPES: dict[str, Callable[[Any], bool]] = {
    WHOLE: lambda value: type(value) is int,
    NUMBER: lambda value: type(value) in (int, float),
    TEXT: lambda value: type(value) is str,
    TRUTH: lambda value: type(value) is bool,
}
LONGEST = 60  # letters of a choice
MOST_CHOICES = 100


def narrowed(param: Param, said: Mapping[str, Any] | None) -> Any:
    """What an offer accepts of the param."""
    if not said:
        return True
    if "choices" not in said:
        return dict(said)
    choices, default = tuple(said["choices"]), said.get("default", param.default)
    rule = {**choice_of(*choices), "multiple": 1, "depends": None, "derive": None}
    left = "default" in said and default is None
    return {**rule, "default": default} if left or default in choices else rule


def problems_of_limits(limits: Any, mapping: Mapping[str, Any], op: Operation) -> Iterator[str]:
    """Why the limits cannot be used, in words. For a mapping without problems."""
    if not isinstance(limits, dict) or not all(isinstance(v, dict) for v in limits.values()):
        yield 'Limits must look like {"width": {"low": 256, "high": 1024, "default": 512}}.'
        return
    measured = {param.name for param in op.params if param.measures in mapping}
    known = {*mapping, *measured, *({length_of(op, mapping)} if FRAMES in mapping else ())}
    params = {param.name: param for param in op.params}
    for name, said in limits.items():
        where = f"Limits of “{shown(name)}”"
        if name not in known:
            yield f"Limits speak of “{shown(name)}”, which is not in the mapping."
        elif name == FRAMES:
            yield from _problems_of_pace(where, said)
        else:
            yield from _problems_of_param(where, params[name], said)
    if FRAMES in mapping and not _has_pace(limits, mapping):
        yield 'The mapping has frames but no fps. Map fps, or set {"frames": {"fps": 24}}.'


def _has_pace(limits: Mapping[str, Any], mapping: Mapping[str, Any]) -> bool:
    """Whether the frames of a second are known even when nobody says them."""
    unsaid = "default" in (said := limits.get("fps", {})) and said["default"] is None
    return ("fps" in mapping and not unsaid) or bool(limits.get(FRAMES, {}).get("fps"))


def _problems_of_pace(where: str, said: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(where, said, PACES)
    if "fps" in said:
        yield from _wrong_number(f"{where}: fps", said["fps"], NUMBER, *RANGES["fps"])
    if "step" in said:
        yield from _wrong_number(f"{where}: step", said["step"], WHOLE, *RANGES["multiple"])


def _problems_of_param(where: str, param: Param, said: Mapping[str, Any]) -> Iterator[str]:
    if param.kind not in NARROWS:
        yield f"{where}: {param.label} is a file, which takes no limits. Leave them out."
        return
    wrong = [
        *_unknown(where, said, NARROWS[param.kind]),
        *_wrong_words(where, param, said),
        *_wrong_choices(where, param, said),
        *_wrong_default(where, param, said),
    ]
    yield from wrong or _wrong_range(where, param, said)


def _unknown(where: str, said: Mapping[str, Any], possible: tuple[str, ...]) -> Iterator[str]:
    for word in said:
        if word not in possible:
            yield f"{where}: “{shown(word)}” is unknown. Use {', '.join(possible)}."


def _wrong_words(where: str, param: Param, said: Mapping[str, Any]) -> Iterator[str]:
    """Of all that is one number."""
    kind, least = _value_of(param), _least(param)
    rules: dict[str, tuple[str, float, float]]
    rules = {"low": (kind, least, MOST), "high": (kind, least, MOST)}
    rules |= {"step": (NUMBER, *RANGES["step"]), "multiple": (WHOLE, *RANGES["multiple"])}
    rules |= {"max_length": (WHOLE, *RANGES["max_length"])}
    for word in (word for word in said if word in rules and word in NARROWS[param.kind]):
        yield from _wrong_number(f"{where}: {word}", said[word], *rules[word])


def _wrong_choices(where: str, param: Param, said: Mapping[str, Any]) -> Iterator[str]:
    if "choices" not in said or "choices" not in NARROWS[param.kind]:
        return
    choices, kind = said["choices"], _value_of(param)
    if not isinstance(choices, list) or not 0 < len(choices) <= MOST_CHOICES:
        yield f"{where}: choices is a list of one value or more, at most {MOST_CHOICES}."
        return
    if others := [word for word in said if word not in ("choices", "default")]:
        yield f"{where}: choices leave no room for {', '.join(others)}. Leave one of them out."
    for value in choices:
        yield from _wrong_choice(f"{where}: a choice", value, kind, param)
    if len({str(value) for value in choices}) < len(choices):
        yield f"{where}: choices names a value twice. Name each once."


def _wrong_choice(where: str, value: Any, kind: str, param: Param) -> Iterator[str]:
    if kind in (WHOLE, NUMBER):
        yield from _wrong_number(where, value, kind, _least(param), MOST)
    elif not TYPES[kind](value):
        yield _wrong_type(where, value, kind)
    elif not value.strip() or value != value.strip() or len(value) > LONGEST:
        yield (
            f"{where} is {_json(value)}; it has 1 to {LONGEST} letters and no space at its ends."
        )


def _wrong_default(where: str, param: Param, said: Mapping[str, Any]) -> Iterator[str]:
    value = said.get("default")
    if value is None:
        return
    if not TYPES[kind := _value_of(param)](value):
        yield _wrong_type(f"{where}: default", value, kind)
    elif isinstance(choices := said.get("choices", list(param.choices) or None), list) and not any(
        value == choice for choice in choices
    ):
        yield f"{where}: default is {_json(value)}, which is no choice. Use {_some(choices)}."


def _wrong_range(where: str, param: Param, said: Mapping[str, Any]) -> Iterator[str]:
    """What does not go together, when each word by itself is right."""
    if "choices" in said or param.kind in ("choice", "style", "boolean"):
        return
    low, high = said.get("low", param.low), said.get("high", param.high)
    default = said.get("default", param.default)
    if param.kind == "text":
        most = said.get("max_length", param.max_length)
        if isinstance(default, str) and len(default) > most:
            yield f"{where}: default has {len(default)} characters; the most is {most}."
        return
    if low is None or high is None:
        return
    if low > high:
        yield f"{where}: low and high are {low} and {high}; low is not above high. Set both."
    elif default is not None and not low <= default <= high:
        yield f"{where}: the default {default} is outside its limits, {low} to {high}. Set it too."
    yield from _wrong_steps(where, param, said, low, high)


def _wrong_steps(
    where: str, param: Param, said: Mapping[str, Any], low: float, high: float
) -> Iterator[str]:
    """What is rounded must still be within the limits."""
    multiple, step = said.get("multiple", param.multiple), said.get("step", param.step)
    if multiple > 1 and high % multiple:
        yield f"{where}: high is {high}, which is no multiple of {multiple}. Set high to one."
    for word, end in (("low", low), ("high", high)) if step else ():
        if abs(round(end / step) * step - end) > 1e-6:
            yield f"{where}: {word} is {end}, no multiple of the step {step}. Set {word} to one."


def _least(param: Param) -> float:
    """What cannot be nothing as declared is more than nothing here as well."""
    return 0 if param.low == 0 else 1 if _value_of(param) == WHOLE else 0.001


def _value_of(param: Param) -> str:
    """The kind of value that a param has; a choice has that of its choices."""
    if param.kind in ("choice", "style"):
        return TEXT if isinstance(param.choices[0], str) else NUMBER
    return VALUES[param.kind]


def _wrong_number(where: str, value: Any, kind: str, least: float, most: float) -> Iterator[str]:
    if not TYPES[kind](value):
        yield _wrong_type(where, value, kind)
    elif not least <= value <= most:
        yield f"{where} is {_json(value)}; it is {least:,} to {most:,}."


def _wrong_type(where: str, value: Any, kind: str) -> str:
    point = ", written without a point" if type(value) is float and kind == WHOLE else ""
    return f"{where} is {_json(value)}; it is {kind}{point}."


def _json(value: Any) -> str:
    return shown(json.dumps(value, ensure_ascii=False))


def _some(choices: list[Any]) -> str:
    return shown(", ".join(map(str, choices)))
