"""How values are repeated in messages. Pure: nothing here knows a form or a model."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.utils.text import get_text_list

SHOWN = 60
LISTED, NEAREST = 12, 6  # choices that a message names, all of them or of many the nearest


def shown(value: Any) -> str:
    """A value as it is repeated in a message: short, on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def listed(choices: tuple[Any, ...]) -> str:
    """'in or out'; 'mp4, mov, webm or gif'."""
    return str(get_text_list([str(c) for c in choices], "or"))


def nearest(choices: tuple[Any, ...], wanted: Any) -> str:
    """The same, but of many only those that are most like what was wanted."""
    if len(choices) <= LISTED:
        return listed(choices)
    words = [str(c) for c in choices]
    close = get_close_matches(str(wanted).lower(), words, n=NEAREST, cutoff=0.5)
    named = list(dict.fromkeys([*close, *words]))[:NEAREST]
    return f"{', '.join(named)} and {len(words) - NEAREST} more"


def exact(number: float) -> str:
    """A number with all its digits, for programs."""
    return f"{number:.15g}" if abs(number) < 1e15 else f"{number:.0f}"


def spelled(number: float) -> str:
    """A number for people: a long one in groups of three digits."""
    whole = float(number).is_integer()
    return f"{number:,.0f}" if whole and abs(number) >= 10_000 else exact(number)
