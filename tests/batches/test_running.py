"""A batch at work: how many at once, pausing, stopping, canceling, trying again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from assets.models import Asset
from billing.models import CREDIT, Account, Entry, User
from studio import batches, jobs
from studio.jobs.state import end
from studio.models import Batch, BatchState, Job, State
from tests.batches.conftest import MARK, MOVE, SMALL
from tests.batches.sheets import at_work, fail, held, job_of, states, succeed, told

pytestmark = pytest.mark.usefixtures("adds_up", "rich")
Draft = Callable[..., Batch]
PRICE = 12 * CREDIT


# --- whose turn ---------------------------------------------------------------------------------


def test_so_many_at_once_and_the_next_when_one_ends(begun: Draft, account: Account) -> None:
    batch = begun(4)
    assert (at_work(batch), held(account)) == ([1, 2], 4 * PRICE)
    succeed(batch, 2)
    assert at_work(batch) == [1, 3]
    fail(batch, 1)
    assert (at_work(batch), held(account)) == ([3, 4], 2 * PRICE)
    succeed(batch, 3)
    succeed(batch, 4)
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == ("done", ["failed", "done", "done", "done"])
    assert batch.ended
    assert (batch.spent, held(account)) == (3 * PRICE, 0)
    assert batches.counts(batch) == {"failed": 1, "done": 3}


def test_each_provider_has_its_own_places(
    draft: Draft, alice: User, cat: Asset, account: Account
) -> None:
    here, there = "local-motion", "paper-motion"
    rows = [(str(cat.pk), offer) for offer in (here, here, here, there, there, there)]
    batch = draft(rows=rows, columns=("image", "model"), at_once=2)
    batches.start(batch, alice)
    assert at_work(batch) == [1, 2, 4, 5]


def test_what_of_nobody_knows_keeps_no_place(begun: Draft) -> None:
    batch = begun(3, at_once=1)
    assert at_work(batch) == [1]
    Job.objects.filter(pk=job_of(batch, 1).pk).update(state=State.REVIEW)
    assert at_work(batch) == [1, 2]
    assert batches.counts(batch) == {"running": 2, "waiting": 1}


def test_restart(begun: Draft) -> None:
    """Everything that a hint would have done is found in the tables."""
    batch = begun(3, at_once=1)
    assert at_work(batch) == [1]
    Job.objects.filter(pk=job_of(batch, 1).pk).update(state=State.FETCHING)
    end(job_of(batch, 1), State.SUCCEEDED)
    assert job_of(batch, 2).waits
    batches.tick()
    jobs.rescue()
    assert not job_of(batch, 2).waits


# --- pausing ------------------------------------------------------------------------------------


def test_paused_nothing_begins_and_what_is_at_work_is_finished(begun: Draft) -> None:
    batch = begun(4)
    batches.pause(batch)
    succeed(batch, 1)
    assert at_work(batch) == [2]
    assert batches.pause(batch).state == "paused"
    batches.resume(batch)
    assert at_work(batch) == [2, 3]


def test_a_row_at_work_goes_on_to_its_end_while_paused(begun: Draft, pictures: list[Asset]) -> None:
    batch = begun(
        steps=[MARK, {**MOVE, "params": SMALL}],
        rows=[(str(p.pk),) for p in pictures],
        columns=("image",),
        at_once=1,
    )
    batches.pause(batch)
    succeed(batch, 1, pictures[0])
    assert at_work(batch) == [1]
    assert job_of(batch, 1, 1).params["image"] == str(pictures[0].pk)
    succeed(batch, 1, step=1)
    assert (at_work(batch), states(batch)) == ([], ["done", "open", "open"])


def test_the_last_rows_of_a_paused_batch_end_it(begun: Draft) -> None:
    batch = begun(2)
    batches.pause(batch)
    succeed(batch, 1)
    succeed(batch, 2)
    batch.refresh_from_db()
    assert batch.state == "done"
    with pytest.raises(batches.NotNow, match="done"):
        batches.resume(batch)


def test_a_batch_that_is_paused_for_ever_gives_the_money_back(
    begun: Draft, account: Account
) -> None:
    batch = begun(3, at_once=1)
    batches.pause(batch)
    succeed(batch, 1)
    assert (batches.expire(), held(account)) == (0, 2 * PRICE)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        batches.expire()
    batch.refresh_from_db()
    assert (held(account), states(batch)) == (0, ["done", "canceled", "canceled"])
    assert (batch.state, "30 days" in batch.words) == ("canceled", True)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "This batch is a draft; it has not begun yet. Start it."),
        ("done", "This batch is done; nothing of it waits any more. Try the rows again"),
        ("canceled", "This batch is canceled; nothing of it waits any more. Try its canceled"),
    ],
)
def test_what_cannot_go_on_says_what_to_do_instead(draft: Draft, state: str, words: str) -> None:
    batch = draft(1)
    Batch.objects.filter(pk=batch.pk).update(state=state)
    with pytest.raises(batches.NotNow, match=words):
        batches.resume(batch)


# --- canceling ----------------------------------------------------------------------------------


def test_the_rest_is_canceled_and_what_is_at_work_is_finished(
    begun: Draft, account: Account
) -> None:
    batch = begun(5)
    batches.cancel_rest(batch)
    assert states(batch) == ["open", "open", *["canceled"] * 3]
    assert held(account) == 2 * PRICE
    assert batches.cancel_rest(batch).ended is None
    succeed(batch, 1)
    assert at_work(batch) == [2]
    fail(batch, 2)
    batch.refresh_from_db()
    assert (batch.state, held(account)) == ("canceled", 0)
    assert (batch.ended is not None, told(batch)) == (True, ["canceled"])
    released = Entry.objects.filter(kind="release")
    assert released.count() == 4, "one line of the ledger for each row"


def test_canceling_that_broke_off_is_finished_later(begun: Draft, account: Account) -> None:
    batch = begun(5)
    long_ago = timezone.now() - timedelta(seconds=1)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.CANCELED, changed=long_ago)
    jobs.rescue()
    assert at_work(batch) == [1, 2]
    batches.expire()
    assert held(account) == 2 * PRICE


def test_a_chain_is_canceled_whole(begun: Draft, pictures: list[Asset], account: Account) -> None:
    batch = begun(
        steps=[MARK, {**MOVE, "params": SMALL}],
        rows=[(str(p.pk),) for p in pictures],
        columns=("image",),
        at_once=1,
    )
    batches.cancel_rest(batch)
    assert (states(batch), held(account)) == (["open", "canceled", "canceled"], PRICE)
    fail(batch, 1)
    assert (states(batch)[0], held(account)) == ("failed", 0)
    later = job_of(batch, 1, 1)
    assert (later.state, later.error) == (
        "canceled",
        "The step before it was not done, so it was not begun. Nothing was charged.",
    )


# --- stopping -----------------------------------------------------------------------------------


def test_it_stops_after_so_many_failures(begun: Draft, account: Account) -> None:
    batch = begun(6, stop_failures=2, at_once=1)
    fail(batch, 1)
    assert at_work(batch) == [2]
    fail(batch, 2)
    batch.refresh_from_db()
    assert (batch.state, at_work(batch)) == ("stopped", [])
    assert batch.words == "Stopped because 2 rows failed; the limit is 2."
    assert (held(account), told(batch)) == (4 * PRICE, ["stopped"])
    batches.resume(batch)
    assert at_work(batch) == [3]
    fail(batch, 3)
    batch.refresh_from_db()
    assert batch.state == "running", "failures are counted anew"


def test_no_more_rows_fail_than_may(begun: Draft) -> None:
    """Near the limit fewer are at work: all of them may fail."""
    batch = begun(7, stop_failures=3, at_once=2)
    assert at_work(batch) == [1, 2]
    fail(batch, 1)
    assert at_work(batch) == [2, 3]
    fail(batch, 2)
    assert at_work(batch) == [3], "two have failed, and a third is at work"
    succeed(batch, 3)
    assert at_work(batch) == [4], "what goes well keeps nothing from beginning"
    succeed(batch, 4)
    assert at_work(batch) == [5]
    fail(batch, 5)
    batch.refresh_from_db()
    assert (batch.state, batch.failures, at_work(batch)) == ("stopped", 3, [])
    assert batch.words == "Stopped because 3 rows failed; the limit is 3."


def test_rows_that_go_well_never_wait_for_a_limit_of_failures(begun: Draft) -> None:
    batch = begun(5, stop_failures=1, at_once=3)
    for number in range(1, 6):
        assert at_work(batch) == [number]
        succeed(batch, number)
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == ("done", ["done"] * 5)


def test_a_row_at_work_goes_on_to_its_next_step_near_the_limit(
    begun: Draft, pictures: list[Asset]
) -> None:
    batch = begun(
        steps=[MARK, {**MOVE, "params": SMALL}],
        rows=[(str(p.pk),) for p in pictures],
        columns=("image",),
        stop_failures=1,
    )
    assert at_work(batch) == [1]
    succeed(batch, 1, pictures[0])
    assert at_work(batch) == [1], "its second step, and no other row"
    fail(batch, 1, step=1)
    batch.refresh_from_db()
    assert (batch.state, batch.failures, at_work(batch)) == ("stopped", 1, [])


def test_a_limit_that_is_lowered_below_what_failed_stops_it(begun: Draft) -> None:
    batch = begun(6, stop_failures=5, at_once=2)
    fail(batch, 1)
    fail(batch, 2)
    assert at_work(batch) == [3, 4]
    batches.set_options(batch, stop_failures=2)
    succeed(batch, 3)
    assert at_work(batch) == [4]
    succeed(batch, 4)
    batch.refresh_from_db()
    assert (batch.state, batch.words) == (
        "stopped",
        "Stopped because 2 rows failed; the limit is 2.",
    )


def test_a_retry_begins_with_all_that_its_row_needs(
    begun: Draft, alice: User, pictures: list[Asset], account: Account
) -> None:
    """Of a row that is at work already nothing is counted twice."""
    batch = begun(
        steps=[{**MARK}, {**MOVE, "params": SMALL}],
        rows=[(str(pictures[0].pk),)],
        columns=("image",),
        stop_units=PRICE,
    )
    succeed(batch, 1, pictures[1])
    fail(batch, 1, step=1)
    batches.retry_failed(batch, alice)
    assert at_work(batch) == [1]
    succeed(batch, 1, step=1)
    batch.refresh_from_db()
    assert (batch.state, batch.spent, states(batch)) == ("done", PRICE, ["done"])


def test_it_never_spends_more_than_it_may(begun: Draft, account: Account) -> None:
    batch = begun(6, stop_units=2 * PRICE + 1, at_once=3)
    assert at_work(batch) == [1, 2], "the third could be too much"
    fail(batch, 1)
    assert at_work(batch) == [2, 3]
    succeed(batch, 2)
    succeed(batch, 3)
    batch.refresh_from_db()
    assert (batch.state, batch.spent) == ("stopped", 2 * PRICE)
    assert "24 credits" in batch.words
    batches.resume(batch)
    assert at_work(batch) == [4, 5]


def test_nobody_decides_about_a_stopped_batch(begun: Draft, account: Account) -> None:
    batch = begun(3, stop_failures=1, at_once=1)
    fail(batch, 1)
    batches.expire()
    assert held(account) == 2 * PRICE
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        batches.expire()
    batch.refresh_from_db()
    assert (held(account), batch.state) == (0, "stopped")
    assert (batch.ended is not None, states(batch)) == (True, ["failed", "canceled", "canceled"])


def test_the_last_failure_ends_it_and_does_not_stop_it(begun: Draft) -> None:
    batch = begun(1, stop_failures=1)
    fail(batch, 1)
    batch.refresh_from_db()
    assert (batch.state, told(batch)) == ("done", ["done"])
