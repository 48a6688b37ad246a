"""Any order of ends, kills, cancels and late hints: never more at work than may be, nothing begun
before its time, every job ended in the end, and the money right at every moment."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assets.models import Asset
from billing import services as billing
from billing.models import CREDIT, Account, User
from billing.services import InsufficientCredits, verify_ledger
from studio import jobs
from studio.jobs import turns
from studio.jobs.state import end
from studio.models import LIVE, Job, State
from studio.operations.transform import IMAGE_TO_VIDEO
from tests import needs
from tests.studio.conftest import Paper
from tests.studio.turning import a_minute_passes, deliver, fresh, hints, succeed, wanted

PRICE = 12 * CREDIT
MONEY = 14  # shots that can be paid for at the same time
WHICH = st.integers(0, 30)


class Turns(RuleBasedStateMachine):
    account: Account
    user: User
    cat: Asset

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.key = uuid.uuid4().hex
        self.orders = 0

    def teardown(self) -> None:
        try:
            self._all_end()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def _all_end(self) -> None:
        """Nobody dies any more: then every job ends, and nothing is held."""
        for _ in range(3 * Job.objects.count() + 3):
            a_minute_passes()
            jobs.rescue()
            deliver()
            for job in Job.objects.filter(state__in=LIVE, waits=False):
                succeed(job, self.cat)
            self.never_more_than_may_be()
        assert not Job.objects.live().exists()
        self.account.refresh_from_db()
        assert self.account.held == 0
        self.the_ledger_is_sound()

    def one(self, which: int, **those: Any) -> Job | None:
        found = list(Job.objects.filter(state__in=LIVE, **those).order_by("created", "pk"))
        return found[which % len(found)] if found else None

    @rule(
        afters=st.lists(st.sampled_from(["", "last", "first", "other"]), min_size=1, max_size=4),
        at_once=st.sampled_from([1, 1, 2, None]),
        which=WHICH,
    )
    def order(self, afters: list[str], at_once: int | None, which: int) -> None:
        each = []
        for number, how in enumerate(afters):
            inside = {"last": number - 1, "first": 0} if number else {}
            after: Any = self.one(which) if how == "other" else inside.get(how)
            each.append(wanted(self.cat, after))
        self.orders += 1
        before = Job.objects.count()
        try:
            jobs.create_run(
                self.account,
                self.user,
                IMAGE_TO_VIDEO,
                each,
                at_once=at_once,
                key=f"{self.key} {self.orders}",
            )
        except InsufficientCredits:
            assert Job.objects.count() == before

    @rule()
    def dispatch(self) -> None:
        jobs.dispatch()

    @rule()
    def sweep(self) -> None:
        jobs.rescue()

    @rule()
    def the_hints_come(self) -> None:
        deliver()

    @rule(which=WHICH)
    def one_hint_comes_again_or_too_early(self, which: int) -> None:
        if job := self.one(which, waits=True):
            jobs.take_turn(job.pk)

    @rule()
    def the_hints_are_lost(self) -> None:
        hints()
        OrmQ.objects.all().delete()

    @rule()
    def a_minute_passes(self) -> None:
        a_minute_passes()

    @rule(which=WHICH)
    def one_is_taken_up_and_its_worker_dies(self, which: int) -> None:
        if job := self.one(which, waits=False, state=State.QUEUED):
            late = timezone.now() - timedelta(seconds=1)
            Job.objects.filter(pk=job.pk).update(
                state=State.RUNNING, fence=job.fence + 1, attempts=job.attempts + 1, lease=late
            )

    @rule(which=WHICH)
    def one_succeeds(self, which: int) -> None:
        if job := self.one(which, waits=False):
            succeed(job, self.cat)

    @rule(which=WHICH)
    def one_fails(self, which: int) -> None:
        if job := self.one(which, waits=False):
            end(job, State.FAILED, error="It broke.")

    @rule(which=WHICH)
    def somebody_cancels(self, which: int) -> None:
        if job := self.one(which, state=State.QUEUED):
            jobs.cancel(job)
            assert fresh(job)[0].state == State.CANCELED

    @rule(which=WHICH)
    def somebody_tries_again(self, which: int) -> None:
        ended = list(Job.objects.filter(state__in=(State.FAILED, State.CANCELED)))
        if not ended:
            return
        job = ended[which % len(ended)]
        try:
            again, _ = jobs.retry(job, self.user)
        except (jobs.NotPossible, InsufficientCredits):
            return
        # It waits for a frame that the first one never got, or for nothing.
        assert not again.waits or (job.waits and job.begins_with == again.begins_with != "")

    @invariant()
    def never_more_than_may_be(self) -> None:
        live = Job.objects.filter(state__in=LIVE)
        for run, at_once in live.exclude(at_once=None).values_list("run", "at_once"):
            if run:
                assert live.filter(run=run, waits=False).count() <= at_once

    @invariant()
    def nothing_begins_before_its_time(self) -> None:
        for job in Job.objects.filter(waits=False).exclude(begins_with="").select_related("after"):
            assert job.after
            assert job.after.state == State.SUCCEEDED
            assert job.params["image"] == str(self.cat.pk)
        assert (
            not Job.objects.filter(waits=True)
            .exclude(state=State.QUEUED)
            .exclude(state__in=(State.CANCELED, State.FAILED))
        )

    @invariant()
    def the_ledger_is_sound(self) -> None:
        assert verify_ledger() == []


def _run(account: Account, user: User, cat: Asset, examples: int) -> None:
    billing.grant(account, MONEY * PRICE, "grant:turns")
    machine = type("Mine", (Turns,), {"account": account, "user": user, "cat": cat})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(autouse=True)
def no_real_video(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is cut out is tried elsewhere; here every frame is the picture itself."""
    monkeypatch.setattr(turns, "last_frame", lambda video, user: video)


def test_any_order_of_events(account: Account, alice: User, cat: Asset, paper: Paper) -> None:
    _run(account, alice, cat, needs.often(9))


@pytest.mark.slow
def test_very_many_orders_of_events(
    account: Account, alice: User, cat: Asset, paper: Paper
) -> None:
    _run(account, alice, cat, 80)
