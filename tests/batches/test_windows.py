"""When a window is open, beside a reading of the clock on the wall minute by minute."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.batches.limits import Refused
from studio.batches.windows import (
    EVERY_DAY,
    NIGHTS,
    WEEKENDS,
    Window,
    moment,
    next_week,
    read,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE = timedelta(minutes=1)
# The days on which clocks are put forward and back. Lord Howe does so by half an hour, in Cairo
# and Santiago midnight itself is skipped.
CHANGES = [
    (AMSTERDAM, date(2026, 3, 29)),
    (AMSTERDAM, date(2026, 10, 25)),
    (ZoneInfo("America/New_York"), date(2026, 3, 8)),
    (ZoneInfo("America/New_York"), date(2026, 11, 1)),
    (ZoneInfo("Australia/Sydney"), date(2026, 10, 4)),
    (ZoneInfo("Australia/Sydney"), date(2026, 4, 5)),
    (ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4)),
    (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5)),
    (ZoneInfo("Africa/Cairo"), date(2026, 4, 24)),
    (ZoneInfo("Africa/Cairo"), date(2026, 10, 30)),
    (ZoneInfo("America/Santiago"), date(2026, 9, 6)),
    (ZoneInfo("America/Santiago"), date(2026, 4, 5)),
]
# Mostly near the change, where something can go wrong.
CLOCKS = st.builds(
    time,
    st.one_of(st.sampled_from([0, 1, 2, 3, 23]), st.integers(0, 23)),
    st.one_of(st.sampled_from([0, 1, 29, 30, 31, 59]), st.integers(0, 59)),
)
DAYS = st.frozensets(st.integers(0, 6), min_size=1)


def read_minutes(window: Window, around: date) -> dict[datetime, bool]:
    """Each minute of three days, open or not, as somebody with nothing but the clock on the wall
    would say. Of each day: it opens when the clock first shows the begin or more, and closes when
    it first shows the end or more; if that is at once, after its usual length."""
    at = datetime.combine(around - timedelta(days=5), time(0), UTC)
    walls = []
    while at.date() < around + timedelta(days=4):
        walls.append((at, at.astimezone(window.zone).replace(tzinfo=None)))
        at += MINUTE
    opened = dict.fromkeys((at for at, _ in walls), False)
    for ahead in range(-3, 3):
        day = around + timedelta(days=ahead)
        if day.weekday() in window.days:
            begin = datetime.combine(day, window.begin)
            over = window.end <= window.begin
            end = datetime.combine(day + timedelta(days=over), window.end)
            first = next(at for at, wall in walls if wall >= begin)
            last = next((at for at, wall in walls if wall >= end), walls[-1][0])
            if last == first:
                last = first + (end - begin)
            for minute in opened:
                opened[minute] |= first <= minute < last
    inside = (around - timedelta(days=1), around + timedelta(days=1))
    return {m: o for m, o in opened.items() if inside[0] <= m.date() <= inside[1]}


@given(st.sampled_from(CHANGES), DAYS, CLOCKS, CLOCKS)
@settings(max_examples=60, deadline=None)
@example((AMSTERDAM, date(2026, 3, 29)), EVERY_DAY, time(2, 10), time(2, 50))
@example((AMSTERDAM, date(2026, 3, 29)), EVERY_DAY, time(2, 30), time(3, 0))
@example((AMSTERDAM, date(2026, 10, 25)), EVERY_DAY, time(2, 30), time(2, 45))
@example((AMSTERDAM, date(2026, 10, 25)), EVERY_DAY, time(2, 30), time(2, 30))
def test_it_is_open_when_the_clock_on_the_wall_says_so(
    change: tuple[ZoneInfo, date], days: frozenset[int], begin: time, end: time
) -> None:
    window = Window(days, begin, end, change[0])
    minutes = read_minutes(window, change[1])
    for minute, is_open in list(minutes.items())[::7]:
        assert window.is_open(minute) is is_open, minute
    turns = [m for m in minutes if m - MINUTE in minutes and minutes[m] != minutes[m - MINUTE]]
    for turn in turns:
        assert window.is_open(turn) is minutes[turn]
        assert window.is_open(turn - MINUTE) is not minutes[turn]
        if minutes[turn]:
            assert window.opens(turn - MINUTE) == turn
        else:
            assert window.closes(turn - MINUTE) == turn


@given(st.sampled_from(CHANGES), DAYS, CLOCKS, CLOCKS, st.integers(-4_000, 4_000))
@settings(max_examples=200, deadline=None)
def test_openings_are_never_empty_and_never_overlap_into_two(
    change: tuple[ZoneInfo, date], days: frozenset[int], begin: time, end: time, minutes: int
) -> None:
    window = Window(days, begin, end, change[0])
    at = datetime.combine(change[1], time(0), UTC) + minutes * MINUTE
    opens, closes = window.opens(at), window.closes(at)
    assert opens.tzinfo is UTC
    assert at <= opens < at + timedelta(days=8, hours=2)
    assert window.is_open(opens)
    assert window.is_open(at) is (opens == at)
    assert window.opens(opens) == opens
    if opens > at:
        assert not window.is_open(opens - timedelta(microseconds=1))
    if closes is None:
        assert days == EVERY_DAY
        return
    assert opens < closes
    assert not window.is_open(closes)
    assert window.is_open(closes - timedelta(microseconds=1))
    assert window.closes(opens) == closes
    # On whichever night: never open for less than is usual, but for what the clock takes away.
    length = (datetime.combine(date.min, end) - datetime.combine(date.min, begin)).seconds or 86_400
    if opens > at and closes - opens < timedelta(seconds=length):
        assert closes - opens >= min(timedelta(seconds=length), MINUTE)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
def test_nights_and_weekends(at: datetime) -> None:
    local = at.astimezone(AMSTERDAM)
    nights = read("nights", AMSTERDAM)
    weekends = read("weekends", AMSTERDAM)
    assert nights.is_open(at) is (local.hour >= 22 or local.hour < 6)
    assert weekends.is_open(at) is (local.weekday() >= 5)
    closes = weekends.closes(at)
    assert closes is not None
    assert closes.astimezone(AMSTERDAM).strftime("%a %H:%M") == "Mon 00:00"


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_began() -> None:
    fridays = Window(frozenset({4}), time(22), time(6), AMSTERDAM)
    said = {
        "2026-06-05T06:00": False,  # the morning of Friday
        "2026-06-05T21:59": False,
        "2026-06-05T22:00": True,
        "2026-06-06T05:59": True,
        "2026-06-06T06:00": False,
        "2026-06-06T23:00": False,
    }
    for text, is_open in said.items():
        assert fridays.is_open(datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)) is is_open


def test_a_window_of_all_days_never_closes() -> None:
    assert Window(EVERY_DAY, time(5), time(5), AMSTERDAM).closes(datetime.now(UTC)) is None


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        NIGHTS.is_open(datetime(2026, 1, 1))


# --- a week later -------------------------------------------------------------------------------


@given(
    st.sampled_from(CHANGES),
    CLOCKS,
    st.integers(-10, 3),
    st.integers(1, 3),
)
def test_a_week_later_the_clock_shows_the_same(
    change: tuple[ZoneInfo, date], clock: time, days: int, weeks: int
) -> None:
    zone, day = change
    at = moment(day + timedelta(days=days), clock, zone)
    wall = at.astimezone(zone).replace(tzinfo=None)
    later = next_week(at, zone, weeks)
    wanted = wall + timedelta(weeks=weeks)
    found = later.astimezone(zone).replace(tzinfo=None)
    assert found >= wanted
    if found != wanted:  # skipped: the first moment after it
        before = (later - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert before < wanted
    else:  # the first of two
        hour = timedelta(hours=1)
        assert (later - hour).astimezone(zone).replace(tzinfo=None) != wanted


def test_it_does_not_drift_when_counted_from_the_first_time() -> None:
    first = datetime(2026, 3, 22, 2, 30, tzinfo=AMSTERDAM)
    local = [next_week(first, AMSTERDAM, n).astimezone(AMSTERDAM) for n in (1, 2)]
    assert [f"{at:%d.%m. %H:%M}" for at in local] == ["29.03. 03:00", "05.04. 02:30"]


# --- reading ------------------------------------------------------------------------------------


@given(DAYS, CLOCKS, CLOCKS, st.sampled_from([zone for zone, _ in CHANGES]))
def test_a_window_survives_as_json(
    days: frozenset[int], begin: time, end: time, zone: ZoneInfo
) -> None:
    window = Window(days, begin, end, zone)
    assert read(json.loads(json.dumps(window.as_dict()))) == window


def test_a_window_is_read() -> None:
    said = {"days": ["sat", "Sunday"], "from": "22:00", "to": "6:00", "zone": "Europe/Amsterdam"}
    window = read(said)
    assert window == Window(frozenset({5, 6}), time(22), time(6), AMSTERDAM)
    assert window.as_dict() == {**said, "days": ["sat", "sun"], "to": "06:00"}
    whole = read({"days": "mon, tue", "from": "00:00", "to": "24:00"}, AMSTERDAM)
    assert whole == Window(frozenset({0, 1}), time(0), time(0), AMSTERDAM)
    assert read(" Nights ") == NIGHTS
    assert read("weekends") == WEEKENDS


GOOD = {"days": ["sat"], "from": "22:00", "to": "06:00", "zone": "UTC"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("mornings", ("“mornings”", "nights", "weekends")),
        (5, ("“5”", "nights")),
        ({**GOOD, "zone": "Europe/Amsterdom"}, ("zone", "“Europe/Amsterdom”", "Europe/Amsterdam")),
        ({**GOOD, "zone": "../../etc/passwd"}, ("zone", "no time zone")),
        ({**GOOD, "zone": "Europe"}, ("zone", "no time zone")),
        ({**GOOD, "zone": 5}, ("zone", "“5”")),
        ({**GOOD, "zone": "UTC\0"}, ("zone", "no time zone")),
        ({**GOOD, "from": "25:00"}, ("from", "“25:00”", "23:59")),
        ({**GOOD, "from": "24:00"}, ("from", "“24:00”")),
        ({**GOOD, "to": "12:60"}, ("to", "“12:60”")),
        ({**GOOD, "to": "1e:00"}, ("to", "“1e:00”")),
        ({**GOOD, "to": "²:00"}, ("to", "“²:00”")),
        ({**GOOD, "to": 6}, ("to", "“6”")),
        ({**GOOD, "to": None}, ("to is missing", "22:00")),
        ({**GOOD, "days": []}, ("at least one", "mon")),
        ({**GOOD, "days": ["noday"]}, ("days", "“noday”", "mon, tue")),
        ({**GOOD, "days": [0]}, ("days", "“0”")),
        ({**GOOD, "days": 3}, ("days", "“3”")),
        ({**GOOD, "until": "x"}, ("“until”", "days, from, to and zone")),
    ],
)
def test_a_bad_window_is_refused_in_words(value: Any, said: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as error:
        read(value)
    assert all(word in str(error.value) for word in said), str(error.value)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-06-01", 8)]
)
def test_a_night_is_as_long_as_the_clock_makes_it(day: str, hours: int) -> None:
    nights = read("nights", AMSTERDAM)
    opens = nights.opens(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=AMSTERDAM))
    assert f"{opens.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" == f"{day} 22:00"
    assert nights.closes(opens) == opens + timedelta(hours=hours)
