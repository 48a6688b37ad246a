"""Lists as people write them: one text, with a sign between the things."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

LINES = "\n"
COMMAS = ","


def as_list(value: Any) -> list[str]:
    """The things of a list, one a line, else between semicolons, else between commas.

    >>> as_list("a red clock, rain")
    ['a red clock', 'rain']
    >>> as_list("a red, broken clock; rain")
    ['a red, broken clock', 'rain']
    """
    if value is None:
        return []
    if not isinstance(value, str):
        return [text for item in value if (text := _squeezed(str(item)))]
    sign = next((s for s in ("\n", ";") if s in value), COMMAS)
    return [text for item in value.split(sign) if (text := _squeezed(item))]


def as_text(things: Iterable[str], sign: str = COMMAS) -> str:
    """The list as `as_list` reads it, with `sign` between the things wherever none holds it."""
    kept = [text for thing in things if (text := _squeezed(thing))]
    if sign == LINES:
        return LINES.join(kept)
    kept = [text for thing in kept if (text := thing.replace(";", ",").strip())]
    if any(COMMAS in thing for thing in kept):
        # The last sign says that it is a list, even of one thing.
        return "; ".join(kept) + ("" if len(kept) > 1 else ";")
    return ", ".join(kept)


def as_lines(value: Any) -> list[str]:
    """The things of a list of whole sentences: one a line, whatever signs are in them."""
    found = value.splitlines() if isinstance(value, str) else [str(v) for v in value or ()]
    return [text for item in found if (text := _squeezed(item))]


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
