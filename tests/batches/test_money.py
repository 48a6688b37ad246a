"""All or nothing at the beginning; after any order of events what is held is what is open."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assets.models import Asset
from assets.services import trash
from billing import services as billing
from billing.models import CREDIT, Account, Entry, User
from billing.services import verify_ledger
from studio import batches, jobs
from studio.jobs.state import end
from studio.models import LIVE, Batch, BatchRow, BatchState, Job, RowState, State
from tests import needs
from tests.batches.conftest import MARK, MOVE, SMALL
from tests.batches.sheets import at_work, fail, states, table
from tests.studio.conftest import Paper
from tests.studio.turning import a_minute_passes

Draft = Callable[..., Batch]
PRICE = 12 * CREDIT
WHICH = st.integers(0, 30)


def money(account: Account) -> tuple[int, int]:
    account.refresh_from_db()
    return account.balance, account.held


def nothing_happened(batch: Batch, account: Account, count: int) -> None:
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == ("draft", ["ready"] * count)
    assert not Job.objects.exists()
    assert money(account)[1] == 0


# --- all or nothing -----------------------------------------------------------------------------


@pytest.mark.usefixtures("adds_up")
def test_what_cannot_be_paid_whole_is_not_begun(
    draft: Draft, alice: User, account: Account
) -> None:
    billing.grant(account, 2 * PRICE + 1, "grant:a little")
    batch = draft(3)
    plan = batches.plan(batch)
    assert (plan.most, plan.after) == (3 * PRICE, 1 - PRICE)
    assert "36 credits, available: 24.000001 credits" in plan.blocked
    with pytest.raises(batches.TooDear, match="Nothing was begun") as error:
        batches.start(batch, alice)
    assert "36 credits, available: 24.000001" in str(error.value)
    assert (error.value.needed, error.value.available) == (3 * PRICE, 2 * PRICE + 1)
    nothing_happened(batch, account, 3)
    batches.skip_rows(batch, [2])
    batches.start(batch, alice)
    assert money(account) == (2 * PRICE + 1, 2 * PRICE)


@pytest.mark.usefixtures("adds_up")
def test_money_that_goes_while_it_begins(
    draft: Draft, alice: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second chunk finds less than the look before promised."""
    monkeypatch.setattr("studio.batches.admit.CHUNK", 2)
    billing.grant(account, 4 * PRICE, "grant:enough")
    batch = draft(4)
    place = jobs.place
    took = []

    def greedy(*args: Any) -> None:
        place(*args)
        if not took:
            took.append(billing.hold(account, PRICE, "job:other"))

    monkeypatch.setattr(jobs, "place", greedy)
    with pytest.raises(batches.TooDear, match="Nothing was begun"):
        batches.start(batch, alice)
    nothing_happened(batch, account, 4)


@pytest.mark.usefixtures("adds_up", "rich")
def test_a_press_counts_once(draft: Draft, alice: User, account: Account) -> None:
    batch = draft(3)
    assert batches.start(batch, alice, key="press")[1]
    again = Batch.objects.get(pk=batch.pk)
    assert not batches.start(again, alice, key="press")[1]
    with pytest.raises(batches.NotNow, match="running already"):
        batches.start(again, alice, key="another")
    assert (Job.objects.count(), money(account)[1]) == (3, 3 * PRICE)


@pytest.mark.usefixtures("adds_up", "rich")
def test_another_price_than_the_one_shown(draft: Draft, alice: User, account: Account) -> None:
    batch = draft(3)
    shown = batches.plan(batch).shown
    batches.delete_row(batch, 3)
    with pytest.raises(batches.TermsChanged, match="24 credits now"):
        batches.start(batch, alice, agreed=shown)
    nothing_happened(batch, account, 2)
    batches.start(batch, alice, agreed=batches.plan(batch).shown)


@pytest.mark.usefixtures("adds_up", "rich")
def test_rows_that_are_wrong_or_not_checked(
    draft: Draft, alice: User, account: Account, cat: Asset
) -> None:
    batch = draft(rows=[(str(cat.pk), "1"), (str(cat.pk), "900")])
    with pytest.raises(batches.Wrong, match="1 row is wrong"):
        batches.start(batch, alice)
    BatchRow.objects.filter(batch=batch, number=1).update(state=RowState.NEW)
    with pytest.raises(batches.Wrong, match="1 row is not checked"):
        batches.start(batch, alice, without_wrong=True)
    batches.check(batch)
    batches.start(batch, alice, without_wrong=True)
    assert (states(batch), money(account)[1]) == (["open", "wrong"], PRICE)
    with pytest.raises(batches.NotNow):
        batches.edit_row(batch, 2, {"strength": "1"})


@pytest.mark.usefixtures("adds_up", "rich")
def test_a_file_that_went_since_the_check(
    draft: Draft, alice: User, account: Account, cat: Asset
) -> None:
    batch = draft(2)
    trash(cat)
    with pytest.raises(batches.Wrong, match="row 1 is in the trash"):
        batches.start(batch, alice)
    nothing_happened(batch, account, 2)


@pytest.mark.usefixtures("adds_up", "rich")
def test_each_row_has_its_lines_in_the_ledger(draft: Draft, alice: User) -> None:
    batch = draft(3, at_once=3)
    batches.start(batch, alice)
    jobs.dispatch()
    for job in Job.objects.filter(batch=batch):
        entry = Entry.objects.get(reference=job.origin)
        assert (entry.kind, entry.amount, entry.note) == ("hold", PRICE, job.title)
        assert job.events.count() == 1
    fail(batch, 1)
    kinds = Entry.objects.filter(reference=Job.objects.get(row__number=1).origin)
    assert [entry.kind for entry in kinds.order_by("id")] == ["hold", "release"]


@pytest.mark.django_db(transaction=True)
def test_many_presses_at_once(account: Account, alice: User, cat: Asset, paper: Paper) -> None:
    billing.grant(account, 100 * CREDIT, "grant:test")
    sheet = table(("image", "strength"), [(str(cat.pk), str(n)) for n in range(1, 4)])
    batch = batches.create(account, alice, "", sheet, steps=[{**MOVE, "params": SMALL}])
    batches.check(batch)
    new: list[bool] = []
    errors: list[BaseException] = []

    def press() -> None:
        try:
            mine = Batch.objects.select_related("account").get(pk=batch.pk)
            new.append(batches.start(mine, None, key="one press")[1])
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, sorted(new)) == ([], [False] * 5 + [True])
    assert (Job.objects.count(), money(account)[1]) == (3, 3 * PRICE)
    assert verify_ledger() == []


# --- any order of events ------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """A batch of single rows and one of chains, and whatever may happen to them."""

    account: Account
    user: User
    cat: Asset

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.batches: list[Batch] = []

    def teardown(self) -> None:
        try:
            self._all_end()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def _all_end(self) -> None:
        """Somebody goes on with everything, and nothing fails any more: then all of it ends."""
        for batch in self.batches:
            batch.refresh_from_db()
            batches.set_options(batch, stop_units=None, stop_failures=None)
            if batch.state in (BatchState.PAUSED, BatchState.STOPPED) and not batch.ended:
                batches.resume(batch)
        for _ in range(60):
            a_minute_passes()
            batches.tick()
            batches.expire()
            jobs.rescue()
            for job in Job.objects.filter(state__in=LIVE, waits=False):
                self._succeed(job)
        assert not Job.objects.live().exists()
        assert not BatchRow.objects.filter(state=RowState.OPEN).exists()
        begun = Batch.objects.exclude(state=BatchState.DRAFT)
        assert not begun.filter(ended=None).exists()
        assert money(self.account)[1] == 0
        self.the_ledger_is_sound()

    def _succeed(self, job: Job) -> None:
        Job.objects.filter(pk=job.pk).update(state=State.FETCHING)
        job.refresh_from_db()
        assert end(job, State.SUCCEEDED, outputs=[str(self.cat.pk)])

    def one(self, which: int) -> Batch | None:
        if not self.batches:
            return None
        batch = self.batches[which % len(self.batches)]
        batch.refresh_from_db()
        return batch

    def job(self, which: int, **those: Any) -> Job | None:
        found = list(Job.objects.filter(state__in=LIVE, **those).order_by("pk"))
        return found[which % len(found)] if found else None

    @rule(
        count=st.integers(1, 4),
        chain=st.booleans(),
        at_once=st.integers(1, 2),
        failures=st.sampled_from([None, None, 1, 2]),
        units=st.sampled_from([None, None, PRICE, 3 * PRICE]),
    )
    def begin(
        self, count: int, chain: bool, at_once: int, failures: int | None, units: int | None
    ) -> None:
        steps = [{**MOVE, "params": SMALL}]
        steps = [MARK, *steps] if chain else steps
        sheet = table(("image",), [(str(self.cat.pk),)] * count)
        batch = batches.create(self.account, self.user, "", sheet, steps=steps)
        batches.set_options(batch, at_once=at_once, stop_failures=failures, stop_units=units)
        batches.check(batch)
        before = (Job.objects.count(), money(self.account))
        try:
            batches.start(batch, self.user, agreed=batches.plan(batch).shown)
            self.batches.append(batch)
        except batches.TooDear:
            assert before == (Job.objects.count(), money(self.account))

    @rule()
    def sweep(self) -> None:
        batches.tick()
        jobs.rescue()

    @rule(which=WHICH)
    def one_succeeds(self, which: int) -> None:
        if job := self.job(which, waits=False):
            self._succeed(job)

    @rule(which=WHICH)
    def one_fails(self, which: int) -> None:
        if job := self.job(which, waits=False):
            end(job, State.FAILED, error="It broke.")

    @rule(which=WHICH)
    def somebody_cancels_one_job(self, which: int) -> None:
        if job := self.job(which, state=State.QUEUED):
            jobs.cancel(job)

    @rule(which=WHICH)
    def its_worker_dies(self, which: int) -> None:
        if job := self.job(which, waits=False, state=State.QUEUED):
            late = timezone.now() - timedelta(seconds=1)
            Job.objects.filter(pk=job.pk).update(
                state=State.RUNNING, fence=job.fence + 1, attempts=1, lease=late
            )

    @rule(which=WHICH, what=st.sampled_from(["pause", "resume", "cancel_rest"]))
    def somebody_decides(self, which: int, what: str) -> None:
        if batch := self.one(which):
            with contextlib.suppress(batches.NotNow):
                getattr(batches, what)(batch)

    @rule(which=WHICH, canceled=st.booleans(), offer=st.sampled_from(["", "local-motion"]))
    def somebody_tries_again(self, which: int, canceled: bool, offer: str) -> None:
        if batch := self.one(which):
            before = money(self.account)
            try:
                shown = batches.plan_retry(batch, None, offer, canceled=canceled).shown
                batches.retry_failed(batch, self.user, agreed=shown, offer=offer, canceled=canceled)
            except (batches.NotNow, batches.TooDear):
                assert money(self.account) == before

    @rule(which=WHICH)
    def somebody_tries_one_job_again(self, which: int) -> None:
        ended = Job.objects.filter(state__in=(State.FAILED, State.CANCELED)).order_by("pk")
        found = list(ended)
        if not found:
            return
        with contextlib.suppress(jobs.NotPossible, billing.InsufficientCredits):
            jobs.retry(found[which % len(found)], self.user)

    @invariant()
    def what_is_held_is_what_is_open(self) -> None:
        held = sum(Job.objects.live().values_list("most", flat=True))
        assert money(self.account)[1] == held

    @invariant()
    def never_more_at_once_than_may_be(self) -> None:
        for batch in self.batches:
            mine = Job.objects.live().filter(batch=batch, waits=False, retry_of=None)
            for provider in ("local", "paper"):
                assert mine.filter(provider=provider).count() <= batch.at_once

    @invariant()
    def a_row_is_open_as_long_as_a_job_of_it(self) -> None:
        for row in BatchRow.objects.exclude(batch__state=BatchState.DRAFT):
            assert (row.state == RowState.OPEN) == row.jobs.filter(state__in=LIVE).exists()
            if row.state == RowState.DONE:
                assert row.jobs.filter(state=State.SUCCEEDED).exists()
            charged = row.jobs.filter(state=State.SUCCEEDED).values_list("quote", flat=True)
            assert row.cost == sum(charged)

    @invariant()
    def no_batch_has_ended_before_its_rows(self) -> None:
        for batch in Batch.objects.exclude(state=BatchState.DRAFT):
            open_ = batch.rows.filter(state=RowState.OPEN).exists()
            assert (batch.ended is None) == open_

    @invariant()
    def the_ledger_is_sound(self) -> None:
        assert verify_ledger() == []


def _live(account: Account, user: User, cat: Asset, examples: int, steps: int) -> None:
    billing.grant(account, 9 * PRICE, "grant:life")
    machine = type("Mine", (Life,), {"account": account, "user": user, "cat": cat})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_order_of_events(account: Account, alice: User, cat: Asset, paper: Paper) -> None:
    _live(account, alice, cat, needs.often(8), 25)


@pytest.mark.slow
def test_very_many_orders_of_events(
    account: Account, alice: User, cat: Asset, paper: Paper
) -> None:
    _live(account, alice, cat, 150, 40)


@pytest.mark.usefixtures("adds_up", "rich")
def test_nothing_is_left_of_a_beginning_that_was_killed(
    draft: Draft, alice: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.batches.admit.CHUNK", 1)
    batch, place, placed = draft(3), jobs.place, []

    def killed(*args: Any) -> None:
        if placed:
            raise SystemExit
        place(*args)
        placed.append(1)

    monkeypatch.setattr(jobs, "place", killed)
    with pytest.raises(SystemExit):
        batches.start(batch, alice)
    nothing_happened(batch, account, 3)
    monkeypatch.setattr(jobs, "place", place)
    batches.start(batch, alice)
    assert at_work(batch) == [1, 2]
