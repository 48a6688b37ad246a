"""Rules of what may be sent. A rule is a set of values, a type, a rule for each part of a list or
of an object, or a function. Fields with "!" must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Rule = Any


def within(low: float, high: float) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, int | float) and not isinstance(v, bool) and low <= v <= high


def whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda v: type(v) is int and low <= v <= high


def words(most: int) -> Callable[[Any], bool]:
    return lambda v: isinstance(v, str) and 0 < len(v) <= most


def problems(said: Mapping[str, Any], rules: Mapping[str, Rule], at: str = "") -> list[str]:
    """What is missing, unknown or not allowed."""
    known = {name.rstrip("!"): rule for name, rule in rules.items()}
    missing = [n[:-1] for n in rules if n.endswith("!") and n[:-1] not in said]
    wrong = [
        f"{at}{name}={value!r}"
        for name, value in said.items()
        if name not in known or not fits(value, known[name])
    ]
    return [*wrong, *(f"{at}{name} is missing" for name in missing)]


def fits(value: Any, rule: Rule) -> bool:
    if isinstance(rule, dict):
        return isinstance(value, dict) and not problems(value, rule)
    if isinstance(rule, list):
        return isinstance(value, list) and all(any(fits(v, r) for r in rule) for v in value)
    if isinstance(rule, frozenset):
        return any(type(value) is type(one) and value == one for one in rule)
    if isinstance(rule, tuple):
        return any(fits(value, one) for one in rule)
    return type(value) is rule if isinstance(rule, type) else bool(rule(value))


def of(*values: Any) -> frozenset[Any]:
    return frozenset(values)


def multiples(of: int) -> Callable[[Any], bool]:
    return lambda v: type(v) is int and v > 0 and v % of == 0


URL = words(5000)
PART = within(0, 1)
