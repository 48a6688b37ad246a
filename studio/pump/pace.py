"""How often work elsewhere is asked about: pure functions of seconds."""

from __future__ import annotations

import random

LEAST = 2.0
LATE_MOST = 300.0
# A provider that sends news by itself is asked only for safety.
HOOKED = 60.0
# So many times its deadline work may take before a person is asked.
PATIENCE = 4
ERROR_MOST = 60.0
# Whoever takes over asks about everything within so many seconds: it may have been long away.
SPREAD_MOST = 20.0


def interval(age: float, first: float, most: float, *, deadline: float, hooked: bool) -> float:
    """Seconds from one question to the next, for work that was handed over `age` seconds ago.

    >>> [interval(a, 3, 15, deadline=900, hooked=False) for a in (0, 10, 60, 600, 2000)]
    [3, 3, 6.0, 15, 200.0]
    """
    least = max(first, LEAST)
    if age > deadline:
        return max(least, min(age / 10, LATE_MOST))
    if hooked:
        return max(HOOKED, least)
    return max(least, min(age / 10, most))


def jittered(seconds: float) -> float:
    """A little earlier or later, so that what began together does not stay together."""
    return seconds * random.uniform(0.95, 1.05)  # noqa: S311


def after_error(seconds: float, errors: int, asked: float | None) -> float:
    """Seconds to the next question after `errors` unanswered ones in a row."""
    own = min(max(seconds, LEAST * 2.0 ** min(errors, 10)), max(ERROR_MOST, seconds))
    return max(own * random.uniform(0.5, 1), seconds, asked or 0.0)  # noqa: S311
