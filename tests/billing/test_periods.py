"""Months by the anniversary of an account: short months, time zones, the hour that is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.periods import days_between, month, month_of, said

AMSTERDAM, NEW_YORK = "Europe/Amsterdam", "America/New_York"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_a_short_month_is_cut_and_the_next_one_is_whole_again() -> None:
    anchor = at("2026-01-31T10:00", AMSTERDAM)
    starts = [month(anchor, AMSTERDAM, n).astimezone(ZoneInfo(AMSTERDAM)) for n in range(5)]
    assert [f"{start:%d %b %H:%M}" for start in starts] == [
        "31 Jan 10:00", "28 Feb 10:00", "31 Mar 10:00", "30 Apr 10:00", "31 May 10:00",
    ]  # fmt: skip


def test_a_leap_day_is_there_every_fourth_year() -> None:
    anchor = at("2024-02-29T00:00")
    assert month(anchor, "UTC", 12) == at("2025-02-28T00:00")
    assert month(anchor, "UTC", 48) == at("2028-02-29T00:00")


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        ("2026-02-28T08:59", "2026-01-31T09:00", "2026-02-28T09:00"),
        ("2026-02-28T09:00", "2026-02-28T09:00", "2026-03-31T08:00"),
        ("2026-03-31T07:59", "2026-02-28T09:00", "2026-03-31T08:00"),
        ("2026-03-31T08:00", "2026-03-31T08:00", "2026-04-30T08:00"),
        ("2025-12-31T09:00", "2025-12-31T09:00", "2026-01-31T09:00"),
    ],
)
def test_the_month_of_a_moment(moment: str, start: str, end: str) -> None:
    """10:00 in Amsterdam is 09:00 UTC in winter and 08:00 in summer."""
    anchor = at("2026-01-31T10:00", AMSTERDAM)
    assert month_of(anchor, AMSTERDAM, at(moment)) == (at(start), at(end))


def test_a_month_begins_though_its_hour_is_left_out() -> None:
    """On 8 March 2026 there is no 02:30 in New York."""
    anchor = at("2026-02-08T02:30", NEW_YORK)
    assert month(anchor, NEW_YORK, 1) == at("2026-03-08T07:30")


def test_a_month_begins_once_though_its_hour_comes_twice() -> None:
    anchor = at("2026-10-01T01:30", NEW_YORK)
    twice = at("2026-11-01T01:30", NEW_YORK)
    assert (
        month_of(anchor, NEW_YORK, twice)[0] == month_of(anchor, NEW_YORK, twice.replace(fold=1))[0]
    )


ZONES = st.sampled_from(["UTC", AMSTERDAM, NEW_YORK, "Pacific/Apia", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))


@given(anchor=MOMENTS, moment=MOMENTS, zone=ZONES)
def test_every_moment_is_in_exactly_one_month(
    anchor: datetime, moment: datetime, zone: str
) -> None:
    start, end = month_of(anchor, zone, moment)
    assert start <= moment < end
    assert month_of(anchor, zone, start) == (start, end)
    assert month_of(anchor, zone, end)[0] == end
    assert timedelta(days=27) < end - start < timedelta(days=32)


@pytest.mark.parametrize(
    ("hours", "days"), [(0, 0), (1, 1), (24, 1), (25, 2), (-5, 0)], ids=["0", "1", "24", "25", "-5"]
)
def test_a_begun_day_is_a_day(hours: int, days: int) -> None:
    assert (
        days_between(at("2026-01-01T00:00"), at("2026-01-01T00:00") + timedelta(hours=hours))
        == days
    )


def test_a_moment_in_words() -> None:
    assert said(at("2026-12-03T09:00"), AMSTERDAM) == "3 Dec 2026, 10:00 (Europe/Amsterdam)"
