"""When a batch begins, in which hours it works, and that it comes again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from assets.models import Asset
from assets.services import trash
from billing import services as billing
from billing.models import CREDIT, Account, User
from studio import batches, jobs, tasks
from studio.models import Batch, BatchRow, Job
from tests.batches.sheets import at_work, states, succeed
from tests.studio.turning import hints

pytestmark = pytest.mark.usefixtures("adds_up")
Draft = Callable[..., Batch]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOON = datetime(2027, 3, 24, 12, tzinfo=AMSTERDAM)  # a Wednesday; clocks go forward on Sunday


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Coordinates]:
    # It would remove files of this year, whose clock is the disk's.
    monkeypatch.setattr(tasks, "tidy", lambda: None)
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def there(rich: Account) -> Account:
    rich.zone = "Europe/Amsterdam"
    rich.save()
    return rich


@pytest.fixture
def begun(draft: Draft, alice: User, there: Account) -> Draft:
    """begun(starts_at=…) → a batch of three rows that is scheduled so."""

    def make(count: int = 3, **schedule: Any) -> Batch:
        batch = draft(count, at_once=1)
        batches.set_schedule(batch, **schedule)
        batches.start(batch, alice)
        return batch

    return make


def held(account: Account) -> int:
    account.refresh_from_db()
    return account.held


def sweep() -> None:
    tasks.beat("engine")


def state(batch: Batch) -> str:
    batch.refresh_from_db()
    return batch.state


def test_it_begins_at_its_time_and_not_before(
    begun: Draft, there: Account, clock: time_machine.Coordinates
) -> None:
    at = NOON + timedelta(hours=3)
    batch = begun(starts_at=at)
    assert (state(batch), at_work(batch), held(there)) == ("scheduled", [], 36 * CREDIT)
    clock.move_to(at - timedelta(seconds=1))
    sweep()
    assert (state(batch), at_work(batch)) == ("scheduled", [])
    clock.move_to(at)
    sweep()
    assert (state(batch), at_work(batch), batch.started) == ("running", [1], at)


def test_after_a_night_without_power_it_begins_late(
    begun: Draft, clock: time_machine.Coordinates
) -> None:
    batch = begun(starts_at=NOON + timedelta(hours=3))
    clock.move_to(NOON + timedelta(days=2))
    sweep()
    assert at_work(batch) == [1]


def test_a_scheduled_one_is_begun_now_or_canceled(begun: Draft, there: Account) -> None:
    batch, other = (begun(2, starts_at=NOON + timedelta(hours=n)) for n in (3, 4))
    batches.resume(batch)
    assert (state(batch), at_work(batch)) == ("running", [1])
    batches.cancel_rest(other)
    assert (state(other), states(other)) == ("canceled", ["canceled"] * 2)
    assert held(there) == 24 * CREDIT


def test_one_that_is_begun_early_keeps_to_its_window(
    begun: Draft, clock: time_machine.Coordinates
) -> None:
    batch = begun(starts_at=NOON + timedelta(days=3), window="nights")
    batches.resume(batch)
    assert at_work(batch) == []
    clock.move_to(NOON.replace(hour=23))
    assert at_work(batch) == [1]


def test_it_works_in_its_window_alone(begun: Draft, clock: time_machine.Coordinates) -> None:
    batch = begun(5, window="nights")
    assert (state(batch), at_work(batch)) == ("running", [])
    clock.move_to(NOON.replace(hour=22))
    assert at_work(batch) == [1], "to the second, without the sweeper"
    succeed(batch, 1)
    assert at_work(batch) == [2]
    clock.move_to((NOON + timedelta(days=1)).replace(hour=6))
    succeed(batch, 2)
    assert at_work(batch) == [], "what is at work is finished, nothing begins"
    sweep()
    batch.refresh_from_db()
    assert batch.opens == (NOON + timedelta(days=1)).replace(hour=22)
    clock.move_to((NOON + timedelta(days=1)).replace(hour=23))
    assert at_work(batch) == [3]


def test_a_window_is_right_on_the_night_on_which_clocks_change(
    begun: Draft, clock: time_machine.Coordinates
) -> None:
    batch = begun(window="nights")
    saturday = datetime(2027, 3, 27, 12, tzinfo=AMSTERDAM)
    clock.move_to(saturday)
    sweep()
    batch.refresh_from_db()
    assert (batch.opens, batch.closes) == (
        datetime(2027, 3, 27, 21, tzinfo=UTC),  # 22:00 in winter
        datetime(2027, 3, 28, 4, tzinfo=UTC),  # 06:00 in summer
    )


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ({"starts_at": NOON - timedelta(hours=1)}, "is over"),
        ({"starts_at": NOON + timedelta(days=91)}, "90 days from now"),
        ({"starts_at": datetime(2027, 4, 1, 12)}, "no time zone"),
        ({"repeats": "daily"}, "Say weekly"),
        ({"window": "sometimes"}, "nights, weekends"),
        ({"window": {"days": ["mon"], "from": "25:00", "to": "06:00"}}, "time of day"),
    ],
)
def test_what_cannot_be_is_refused(draft: Draft, schedule: dict[str, Any], words: str) -> None:
    with pytest.raises(batches.Refused, match=words):
        batches.set_schedule(draft(1), **schedule)


# --- every week ---------------------------------------------------------------------------------


def next_of(batch: Batch) -> Batch:
    return Batch.objects.get(repeat_of=batch)


def a_week_passes(clock: time_machine.Coordinates, weeks: int = 1) -> None:
    clock.move_to(NOON + timedelta(weeks=weeks, minutes=1))
    sweep()
    for _ in hints("repeat_batches"):
        tasks.repeat_batches()


def test_the_same_comes_again_at_the_same_time_of_the_clock(
    begun: Draft, there: Account, clock: time_machine.Coordinates
) -> None:
    batch = begun(2, repeats="weekly")
    batch.refresh_from_db()
    # Clocks have gone forward by then.
    assert batch.next_at == datetime(2027, 3, 31, 12, tzinfo=AMSTERDAM)
    assert batch.next_at - NOON == timedelta(days=7) - timedelta(hours=1)
    for number in (1, 2):
        at_work(batch)
        succeed(batch, number)
    a_week_passes(clock)
    again = next_of(batch)
    assert (again.state, states(again), again.next_at) == (
        "running",
        ["open", "open"],
        datetime(2027, 4, 7, 12, tzinfo=AMSTERDAM),
    )
    assert held(there) == 24 * CREDIT
    found = BatchRow.objects.get(batch=again, number=1)
    assert found.duplicate_of_id, "that it was done before is known"
    tasks.repeat_batches()
    assert Batch.objects.count() == 2


def test_weeks_that_were_slept_through_are_left_out(
    begun: Draft, clock: time_machine.Coordinates
) -> None:
    batch = begun(1, repeats="weekly")
    a_week_passes(clock, 4)
    assert Batch.objects.count() == 2
    following = next_of(batch).next_at
    assert following == datetime(2027, 4, 28, 12, tzinfo=AMSTERDAM)


def test_what_cannot_be_paid_is_told_and_comes_again_the_week_after(
    begun: Draft, there: Account, clock: time_machine.Coordinates
) -> None:
    batch = begun(3, repeats="weekly")
    for number in (1, 2, 3):
        at_work(batch)
        succeed(batch, number)
    billing.hold(there, 60 * CREDIT, "job:other")
    a_week_passes(clock)
    again = next_of(batch)
    assert (again.state, Job.objects.filter(batch=again).count()) == ("draft", 0)
    assert "36 credits, available: 4 credits" in again.words
    (notice, _) = batches.notices(there)
    assert (notice.batch, notice.kind, notice.words) == (again, "not begun", again.words)
    billing.release(there, "job:other")
    billing.grant(there, 100 * CREDIT, "grant:more")
    clock.move_to(NOON + timedelta(weeks=2, minutes=1))
    tasks.repeat_batches()
    assert next_of(again).state == "running"


def test_rows_that_are_wrong_by_then_are_left_out(
    begun: Draft, clock: time_machine.Coordinates, cat: Asset
) -> None:
    batch = begun(1, repeats="weekly")
    jobs.dispatch()
    succeed(batch, 1)
    trash(cat)
    a_week_passes(clock)
    assert (next_of(batch).state, states(next_of(batch))) == ("draft", ["wrong"])
    assert "No row is ready" in next_of(batch).words


def test_it_need_not_come_again(begun: Draft, clock: time_machine.Coordinates) -> None:
    batch, canceled = begun(1, repeats="weekly"), begun(1, repeats="weekly")
    batches.stop_repeating(batch)
    batches.cancel_rest(canceled)
    a_week_passes(clock)
    assert Batch.objects.count() == 2


@pytest.fixture
def poor(there: Account) -> Iterator[Account]:
    """Of the 100 credits something else holds 60, so that three rows begin once and not again."""
    billing.hold(there, 60 * CREDIT, "job:other")
    yield there
    billing.release(there, "job:other")


def test_a_week_that_is_deleted_ends_none_of_the_others(
    begun: Draft, poor: Account, clock: time_machine.Coordinates
) -> None:
    batch = begun(3, repeats="weekly")
    a_week_passes(clock)
    draft = next_of(batch)
    said = batches.discard(draft)
    assert said.startswith("It comes again on Wed 07 Apr, 12:00, from “Many cats” of")
    billing.grant(poor, 100 * CREDIT, "grant:more")
    a_week_passes(clock, 2)
    assert (next_of(batch).state, Batch.objects.count()) == ("running", 2)


def test_a_deleted_week_between_others_leaves_them_joined(
    begun: Draft, poor: Account, clock: time_machine.Coordinates
) -> None:
    batch = begun(3, repeats="weekly")
    a_week_passes(clock)
    first = next_of(batch)
    a_week_passes(clock, 2)
    second = next_of(first)
    assert batches.discard(first) == "", "the one after it knows when it comes again"
    assert batches.discard(second)
    batch.refresh_from_db()
    assert batch.next_at == datetime(2027, 4, 14, 12, tzinfo=AMSTERDAM)


def test_a_deleted_week_of_what_was_stopped_brings_nothing_back(
    begun: Draft, poor: Account, clock: time_machine.Coordinates
) -> None:
    batch = begun(3, repeats="weekly")
    a_week_passes(clock)
    draft = next_of(batch)
    batches.stop_repeating(draft)
    assert batches.discard(draft) == ""
    assert not Batch.objects.exclude(next_at=None)


def test_what_comes_no_more_has_no_next_time(draft: Draft) -> None:
    batch = draft(1)
    batches.set_schedule(batch, repeats="weekly")
    Batch.objects.filter(pk=batch.pk).update(next_at=datetime.now(UTC))
    batch.refresh_from_db()
    batches.set_schedule(batch, repeats="weekly")
    assert batch.next_at is not None
    batches.set_schedule(batch)
    batch.refresh_from_db()
    assert batch.next_at is None
    assert not batches.are_due()
