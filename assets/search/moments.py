"""Times as people write them: today, yesterday, this-week, last-month, 2026, 2026-11, 2026-11-28,
3d, 2w, 6m, 1y; each is a span from its beginning to before its end."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

_AGO = re.compile(r"([0-9]{1,4})([hdwmy])")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
WORDS = (
    "today",
    "yesterday",
    "this-week",
    "last-week",
    "this-month",
    "last-month",
    "this-year",
    "last-year",
)


def span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end (not in it) of what `text` names, in the current time zone; `3d`
    are the last three days up to `now`. Raises ValueError, said for the person."""
    word = text.strip().lower()
    try:
        if ago := _AGO.fullmatch(word):
            hours = int(ago[1]) * (1 if ago[2] == "h" else 24 * _DAYS[ago[2]])
            return now - timedelta(hours=hours), now + timedelta(days=1)
        if word in WORDS:
            first, after = _named(word, timezone.localdate(now))
            return _begin(first), _begin(after)
        if written := _DATE.fullmatch(word):
            first, after = _written(written)
            return _begin(first), _begin(after)
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        f"“{text[:40]}” is not a time. Write it like today, last-week, 3d, 2026-11 or 2026-11-28."
    )


def is_ago(text: str) -> bool:
    """Whether it is counted back from now, so that it is a moment when something is compared."""
    return bool(_AGO.fullmatch(text.strip().lower()))


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time())).astimezone(UTC)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _named(word: str, today: date) -> tuple[date, date]:
    which, _, unit = word.partition("-")
    if not unit:
        first = today if word == "today" else today - timedelta(days=1)
        return first, first + timedelta(days=1)
    if unit == "week":
        first = today - timedelta(days=today.weekday() + (7 if which == "last" else 0))
        return first, first + timedelta(days=7)
    if unit == "month":
        first = today.replace(day=1)
        first = (first - timedelta(days=1)).replace(day=1) if which == "last" else first
        return first, _month_after(first)
    year = today.year - (which == "last")
    return date(year, 1, 1), date(year + 1, 1, 1)


def _written(match: re.Match[str]) -> tuple[date, date]:
    year, month, day = int(match[1]), match[2], match[3]
    if day:
        first = date(year, int(month), int(day))
        return first, first + timedelta(days=1)
    if month:
        first = date(year, int(month), 1)
        return first, _month_after(first)
    return date(year, 1, 1), date(year + 1, 1, 1)
