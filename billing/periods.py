"""The months of an account: by the day and time on which they began, not by the calendar."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def month(anchor: datetime, zone: str, number: int) -> datetime:
    """When the `number`th month after the anchor begins: on the same day of the month, or its last,
    at the same time of day in that zone. Counted from the anchor, so that a short month does not
    shift those after it."""
    there = anchor.astimezone(ZoneInfo(zone))
    year, index = divmod(there.year * 12 + there.month - 1 + number, 12)
    day = min(there.day, monthrange(year, index + 1)[1])
    return there.replace(year=year, month=index + 1, day=day, fold=0).astimezone(UTC)


def number_of(anchor: datetime, zone: str, moment: datetime) -> int:
    """In which month after the anchor a moment is."""
    first, then = (at.astimezone(ZoneInfo(zone)) for at in (anchor, moment))
    number = (then.year - first.year) * 12 + then.month - first.month
    return number if month(anchor, zone, number) <= moment else number - 1


def month_of(anchor: datetime, zone: str, moment: datetime) -> tuple[datetime, datetime]:
    """When the month of a moment begins, and when the next one does."""
    number = number_of(anchor, zone, moment)
    return month(anchor, zone, number), month(anchor, zone, number + 1)


def days_between(first: datetime, last: datetime) -> int:
    """Whole days, a part of one counting as one."""
    return max(0, -((first - last) // timedelta(days=1)))


def said(moment: datetime, zone: str) -> str:
    """A moment for people in that zone.

    >>> said(datetime(2026, 12, 3, 9, tzinfo=UTC), "Europe/Amsterdam")
    '3 Dec 2026, 10:00 (Europe/Amsterdam)'
    """
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%b %Y, %H:%M} ({zone})"
