"""Work that takes longer than it should: waited for, asked about, decided in the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from assets.models import Asset
from studio import jobs, pump
from studio.models import Job, State
from tests.fakes.plain import FakePlain
from tests.pump.conftest import PRICE, Order, settle
from tests.pump.test_road import kinds

DEADLINE = 30  # of the plain offers


@pytest.fixture
def running(order: Order, plain: FakePlain) -> Callable[[float], Job]:
    """running(40) → a job that was handed over 40 seconds ago and goes on."""

    def make(age: float) -> Job:
        plain.seconds = None
        job = order()
        settle(until=lambda: Job.objects.get(pk=job.pk).state == State.RUNNING)
        Job.objects.update(started=timezone.now() - timedelta(seconds=age))
        job.refresh_from_db()
        return job

    return make


def ask(job: Job) -> None:
    """As a pump does that has just taken over, but at once, until the answer is written down."""
    before = (job.state, job.stage)
    Job.objects.update(next_at=timezone.now())
    settle(until=lambda: Job.objects.values_list("state", "stage").get(pk=job.pk) != before)
    job.refresh_from_db()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pump that takes over asks without delay."""
    monkeypatch.setattr(pump.courier.random, "random", lambda: 0.0)


@pytest.mark.usefixtures("at_once")
def test_past_its_deadline_it_is_still_waited_for(
    running: Callable[[float], Job], plain: FakePlain
) -> None:
    job = running(DEADLINE + 5)
    ask(job)
    assert (job.state, job.stage, kinds(job)) == (State.RUNNING, "still waiting", ["hold"])
    plain.end(job.provider_ref)
    settle()
    assert kinds(job) == ["hold", "charge"]


@pytest.mark.usefixtures("at_once")
def test_far_past_it_a_person_is_asked_and_a_late_result_still_counts_once(
    running: Callable[[float], Job], plain: FakePlain
) -> None:
    job = running(DEADLINE * 4 + 5)
    ask(job)
    assert (job.state, kinds(job)) == (State.REVIEW, ["hold"])
    plain.end(job.provider_ref)
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])
    assert Asset.objects.filter(origin=job.origin).count() == 1


@pytest.mark.usefixtures("at_once")
def test_far_past_it_and_nobody_decides(running: Callable[[float], Job], plain: FakePlain) -> None:
    job = running(DEADLINE * 4 + 5)
    ask(job)
    assert 23 < (job.next_at - timezone.now()).total_seconds() / 3600 <= 24
    Job.objects.update(next_at=timezone.now())
    assert jobs.rescue()["expired"] == 1
    job.refresh_from_db()
    assert (job.state, job.error_kind, job.suspense) == (State.FAILED, "possibly_charged", PRICE)
    assert kinds(job) == ["hold", "release"]
    plain.end(job.provider_ref)
    pump.run_slice(0.4)
    assert kinds(job) == ["hold", "release"], "what has ended stays so"


def in_review(order: Order, plain: FakePlain) -> Job:
    plain.faults.cut_after = 1
    job = order("plainnone")
    settle(until=lambda: Job.objects.get(pk=job.pk).state == State.REVIEW)
    job.refresh_from_db()
    return job


def test_sent_again_on_a_persons_word(order: Order, plain: FakePlain) -> None:
    """Bought twice there, as was said; one price here, the other purchase noted."""
    job = jobs.send_again(in_review(order, plain))
    settle()
    job.refresh_from_db()
    assert (job.state, job.suspense, len(plain.predictions)) == (State.SUCCEEDED, PRICE, 2)
    assert kinds(job) == ["hold", "charge"]
    assert len(set(plain.paid())) == 2, "another start has another reference"


def test_given_up(order: Order, plain: FakePlain) -> None:
    job = jobs.give_up(in_review(order, plain))
    assert (job.state, job.error_kind, job.suspense) == (State.FAILED, "possibly_charged", PRICE)
    assert kinds(job) == ["hold", "release"]
    assert "You were not charged" in job.error


@pytest.mark.parametrize("decide", [jobs.send_again, jobs.give_up])
def test_only_what_is_unclear_can_be_decided(
    decide: Callable[[Job], Job], order: Order, plain: FakePlain
) -> None:
    plain.seconds = None
    job = order()
    settle(until=lambda: Job.objects.get().state == State.RUNNING)
    job.refresh_from_db()
    with pytest.raises(jobs.NotPossible, match="only one of unknown outcome"):
        decide(job)


@pytest.mark.parametrize("decide", [jobs.send_again, jobs.give_up])
def test_two_people_decide_at_once(
    decide: Callable[[Job], Job], order: Order, plain: FakePlain
) -> None:
    job = in_review(order, plain)
    stale = Job.objects.get(pk=job.pk)
    decide(job)
    for late in (jobs.send_again, jobs.give_up):
        with pytest.raises(jobs.NotPossible):
            late(stale)
    settle()
    assert kinds(job)[0] == "hold"
    assert len(kinds(job)) == 2


def test_it_cannot_be_canceled_while_nobody_knows(order: Order, plain: FakePlain) -> None:
    with pytest.raises(jobs.NotPossible, match="Give it up, or send it again"):
        jobs.cancel(in_review(order, plain))


@pytest.mark.parametrize("age", [100, 3600])
def test_after_a_long_time_down_questions_are_spread(
    age: int, order: Order, plain: FakePlain
) -> None:
    """Nothing is sent again, and not everything is asked at once."""
    plain.seconds = None
    for _ in range(40):
        order()
    settle(until=lambda: Job.objects.filter(state=State.RUNNING).count() == 40)
    Job.objects.update(started=timezone.now() - timedelta(seconds=age))
    plain.calls.clear()
    held = pump.lease.take()
    assert held
    with pump.Courier(held.is_sure) as courier:
        pump.Desk(held, courier).adopt()
        time.sleep(0.3)
        asked = courier.polled
        most = time.monotonic() + pump.courier.pace.SPREAD_MOST
        due = sorted(watch.due for watch in courier._watches.values())
    held.give_back()
    soon = [at for at in due if at <= most]
    assert asked < 20
    assert len(soon) + asked >= 40, "all of them before long"
    assert soon[-1] - soon[0] > 4
    assert len([call for call in plain.calls if call[0] == "POST"]) == 0
    assert len(plain.predictions) == 40
