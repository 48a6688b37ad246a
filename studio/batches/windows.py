"""When work may begin: every day or some, from one time of the clock to another, in a time zone.

The clock is that of a wall. Where it is put forward, a begin or end within the skipped hour is the
moment after it; a window that lies within it altogether lasts as long as it usually does, from
there. Where it is put back, the first of two equal times counts, so that nothing opens twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from studio.batches.limits import Refused
from studio.wording import listed, shown

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)
KEYS = ("days", "from", "to", "zone")
EXAMPLE = '{"days": ["sat", "sun"], "from": "22:00", "to": "06:00", "zone": "Europe/Amsterdam"}'

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Window:
    """`days` are those on which it begins, 0 being Monday. An end that is not after the begin is on
    the next day."""

    days: frozenset[int]
    begin: time
    end: time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(7)):
            raise ValueError("days are from 0 (Monday) to 6, and at least one")

    def is_open(self, at: datetime) -> bool:
        return any(start <= at < stop for start, stop in self._spans(at))

    def opens(self, after: datetime) -> datetime:
        """The first moment from then on when it is open, in UTC; `after` itself if it is."""
        start, _ = self._span(after)
        return max(start, after.astimezone(UTC))

    def closes(self, at: datetime) -> datetime | None:
        """When the opening of that moment ends, or else the next one; None: it is always open."""
        _, stop = self._span(at)
        # An opening that touches the next day's is one with it: a week of them never ends.
        for _ in range(7):
            later = self._span(stop)
            if later[0] > stop:
                return stop
            stop = later[1]
        return None

    def _span(self, at: datetime) -> Span:
        """The opening that holds the moment, or the next one."""
        return next((start, stop) for start, stop in self._spans(at) if stop > at)

    def _spans(self, at: datetime) -> Iterator[Span]:
        """The openings around a moment, in their order. Zones may have lost a day, so there are
        some more than a week needs."""
        if at.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        today = at.astimezone(self.zone).date()
        for ahead in range(-3, 16):
            day = today + timedelta(days=ahead)
            if day.weekday() in self.days:
                yield self._on(day)

    def _on(self, day: date) -> Span:
        until = day if self.end > self.begin else day + DAY
        start = moment(day, self.begin, self.zone)
        stop = moment(until, self.end, self.zone)
        if stop <= start:
            usual = datetime.combine(until, self.end) - datetime.combine(day, self.begin)
            stop = start + usual
        return start, stop

    def as_dict(self) -> dict[str, Any]:
        """As `read` takes it, and JSON."""
        return {
            "days": [DAYS[day] for day in sorted(self.days)],
            "from": _written(self.begin),
            "to": _written(self.end),
            "zone": self.zone.key,
        }


EVERY_DAY = frozenset(range(7))
NIGHTS = Window(EVERY_DAY, time(22), time(6), ZoneInfo("UTC"))
WEEKENDS = Window(frozenset({5, 6}), time(0), time(0), ZoneInfo("UTC"))
PRESETS: Mapping[str, Window] = {"nights": NIGHTS, "weekends": WEEKENDS}


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the clocks of the zone first show that time, or would have, on that day; in UTC."""
    wanted = datetime.combine(day, clock)
    first = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wanted:
        return first
    # Skipped. Reckoned from before the gap it lies behind it and the other way round: the clock
    # is put forward in between.
    low = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = first
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
        if middle.astimezone(zone).replace(tzinfo=None) < wanted:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def next_week(at: datetime, zone: ZoneInfo, weeks: int = 1) -> datetime:
    """Seven days later (or so many weeks) at the same time of the clock, in UTC. Count from the
    first time, not from one that the skipped hour has moved."""
    local = at.astimezone(zone)
    return moment(local.date() + timedelta(weeks=weeks), local.time(), zone)


# --- reading ------------------------------------------------------------------------------------


def read_zone(name: Any) -> ZoneInfo:
    """A time zone by its name, such as Europe/Amsterdam; raises Refused."""
    try:
        if isinstance(name, str) and name and len(name) < 100:
            return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        pass
    raise Refused(
        f"zone is “{shown(name)}”, which is no time zone. Give one such as Europe/Amsterdam, "
        "America/New_York or UTC."
    )


def read(value: Mapping[str, Any] | str, zone: ZoneInfo | None = None) -> Window:
    """A window out of JSON, or "nights" or "weekends"; `zone` is used where none is said.

    Raises Refused.
    """
    zone = zone or ZoneInfo("UTC")
    if isinstance(value, str) and value.strip().lower() in PRESETS:
        return replace(PRESETS[value.strip().lower()], zone=zone)
    if not isinstance(value, Mapping):
        raise Refused(f"The window is “{shown(value)}”. Say nights, weekends, or {EXAMPLE}.")
    for key in value:
        if key not in KEYS:
            raise Refused(f"“{shown(key)}” is not known of a window. It has {_named(KEYS)}.")
    begin, end = (_clock(key, value.get(key)) for key in ("from", "to"))
    named = value.get("zone")
    return Window(
        _days(value.get("days")), begin, end, zone if named in (None, "") else read_zone(named)
    )


def _named(names: tuple[str, ...]) -> str:
    return listed(names).replace(" or ", " and ")


def _days(said: Any) -> frozenset[int]:
    names = said.replace(",", " ").split() if isinstance(said, str) else said
    if not isinstance(names, list | tuple) or not names:
        way_out = f"Name at least one of {_named(DAYS)}."
        raise Refused(f"days is “{shown(said)}”, and no day. {way_out}" if said else way_out)
    return frozenset(_day(name) for name in names)


def _day(name: Any) -> int:
    plain = name.strip().lower() if isinstance(name, str) else ""
    for names in (DAYS, FULL):
        if plain in names:
            return names.index(plain)
    raise Refused(f"days has “{shown(name)}”, which is no day. Days are {_named(DAYS)}.")


def _clock(key: str, said: Any) -> time:
    """“22:00”; “24:00” is the midnight at the end of the day."""
    text = said.strip() if isinstance(said, str) else ""
    if key == "to" and text == "24:00":
        return time(0)
    hour, sign, minute = text.partition(":")
    digits = text.isascii() and hour.isdecimal() and minute.isdecimal()
    short = bool(sign) and len(hour) <= 2 and len(minute) == 2
    if digits and short and int(hour) < 24 and int(minute) < 60:
        return time(int(hour), int(minute))
    what = f"“{shown(said)}”, which is no time of day" if said else "missing"
    raise Refused(f"{key} is {what}. Give one from 00:00 to 23:59, such as 22:00.")


def _written(clock: time) -> str:
    return clock.isoformat("minutes")
