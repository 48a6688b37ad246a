"""Values of keys: numbers with units, and the conditions that compare them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q

from assets.search import moments

_NUMBER = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([a-z]*)")
_CLOCK = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{1,2}(?:\.[0-9]{1,3})?)")
_BYTES = {"": 1, "b": 1, "kb": 1024, "k": 1024, "mb": 1024**2, "m": 1024**2, "gb": 1024**3}
_PIXELS = {"": 1, "k": 1_000, "m": 1_000_000, "mp": 1_000_000}
_SECONDS = {"": 1, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
LARGEST = 2**63 - 1

Reader = Callable[[str], float]


def number(units: dict[str, int], example: str, rounded: bool = True) -> Reader:
    """A reader of numbers with one of `units` behind them, `rounded` to whole ones of what they
    are counted in. It raises ValueError, said for the person."""

    def read(text: str) -> float:
        match = _NUMBER.fullmatch(text.strip().lower())
        if match is None or match[2] not in units:
            raise ValueError(f"“{text[:40]}” is not a number here. Write it like {example}.")
        value = float(match[1]) * units[match[2]]
        if abs(value) > LARGEST:
            raise ValueError(f"“{text[:40]}” is too large. Write a smaller number.")
        return round(value) if rounded or value == round(value) else value

    return read


plain = number({"": 1}, "5", rounded=False)
size = number({**_BYTES, "g": 1024**3}, "5MB")
pixels = number(_PIXELS, "2mp")
credits = number({"": 1_000_000}, "1.5")


def whole(text: str) -> int:
    value = plain(text)
    if not isinstance(value, int):
        raise ValueError(f"“{text[:40]}” is not a whole number. Write it like 5.")
    return value


def exact_whole(text: str) -> int:
    """A seed: all of its digits count."""
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not -LARGEST <= int(text) <= LARGEST:
        raise ValueError(f"“{text[:40]}” is not a whole number here. Write it like 1234.")
    return int(text)


def seconds(text: str) -> float:
    """`90`, `90s`, `1:30`, `1.5min`."""
    if clock := _CLOCK.fullmatch(text.strip()):
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
    return number(_SECONDS, "5, 5s or 1:30", rounded=False)(text)


def compare(field: str, op: str, text: str, read: Reader, near: float = 0.0) -> Q:
    """`field` against a value or a range `a..b`, of which one end may be missing. A single value
    counts with what is `near` it."""
    if op != ":":
        return Q(**{f"{field}__{_NAMES[op]}": read(text)})
    low, dots, high = text.partition("..")
    if not dots:
        value = read(text)
        if near:
            return Q(**{f"{field}__gte": value - near, f"{field}__lte": value + near})
        return Q(**{field: value})
    if not low.strip() and not high.strip():
        raise ValueError("The range has no ends. Write it like 5..10.")
    found = Q()
    if low.strip():
        found &= Q(**{f"{field}__gte": read(low)})
    if high.strip():
        found &= Q(**{f"{field}__lte": read(high)})
    if low.strip() and high.strip() and read(low) > read(high):
        raise ValueError(f"The range “{text[:40]}” ends before it begins. Turn it around.")
    return found


_NAMES = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def when(field: str, op: str, text: str, now: datetime) -> Q:
    """`field` in a span of time, from one to another (`a..b`, both whole), before or after one."""
    low, dots, high = text.partition("..")
    if not dots:
        low = high = text
    if op != ":":
        begin, end = moments.span(text, now)
        end = begin if moments.is_ago(text) else end
        edge: dict[str, Any] = {
            "<": {"lt": begin},
            "<=": {"lt": end},
            ">": {"gte": end},
            ">=": {"gte": begin},
        }[op]
        return Q(**{f"{field}__{name}": value for name, value in edge.items()})
    if not low.strip() and not high.strip():
        raise ValueError("The range has no ends. Write it like 2026-01..2026-03.")
    found = Q()
    if low.strip():
        found &= Q(**{f"{field}__gte": moments.span(low, now)[0]})
    if high.strip():
        end = moments.span(high, now)[0 if moments.is_ago(high) and dots else 1]
        found &= Q(**{f"{field}__lt": end})
    return found
