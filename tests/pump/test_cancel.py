"""Stopping work elsewhere: only what its provider confirms is canceled; a result that is quicker is
kept and paid for."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import pytest
from django import db
from django.utils import timezone

from assets.models import Asset
from billing import services as billing
from billing.models import Account
from studio import catalogue, jobs, pump
from studio.models import Job, State
from tests.fakes.parts import DONE, Prediction
from tests.fakes.plain import FakePlain
from tests.pump.conftest import PRICE, Order, settle
from tests.pump.test_road import kinds


def start(order: Order, plain: FakePlain) -> Job:
    plain.seconds = None
    job = order()
    settle(until=lambda: Job.objects.get(pk=job.pk).state == State.RUNNING)
    job.refresh_from_db()
    return job


def test_what_waits_is_canceled_at_once(order: Order, plain: FakePlain) -> None:
    job = jobs.cancel(order())
    settle()
    assert (job.state, kinds(job), len(plain.predictions)) == (
        State.CANCELED,
        ["hold", "release"],
        0,
    )


def test_what_runs_is_canceled_when_its_provider_says_so(order: Order, plain: FakePlain) -> None:
    job = jobs.cancel(start(order, plain))
    assert (job.state, job.cancel_requested) == (State.RUNNING, True)
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.CANCELED, ["hold", "release"])
    assert plain.predictions[job.provider_ref].stage == "canceled"


def test_a_result_that_was_quicker_is_kept(order: Order, plain: FakePlain) -> None:
    job = start(order, plain)
    plain.end(job.provider_ref)
    jobs.cancel(job)
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])


def test_canceled_while_it_is_sent(order: Order, plain: FakePlain) -> None:
    """Whether it was accepted is waited for; then it is stopped there."""
    plain.seconds, plain.faults.slow = None, 0.3
    job = order()
    pumping = threading.Thread(target=_pump_once)
    pumping.start()
    while Job.objects.get().handed is None:
        time.sleep(0.01)
    jobs.cancel(job)
    pumping.join()
    plain.faults.slow = 0
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.CANCELED, ["hold", "release"])
    assert [p.stage for p in plain.predictions.values()] == ["canceled"]


def _pump_once() -> None:
    pump.run_slice(0.4)
    db.connection.close()


def test_canceled_while_it_is_asked_to_wait(order: Order, plain: FakePlain) -> None:
    plain.faults.too_many = 1
    job = order()
    pump.run_slice(0.3)
    assert jobs.cancel(job).state == State.CANCELED


def test_a_provider_that_does_not_answer_is_asked_again_but_not_all_the_time(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "RENEW", 0.02)
    job = start(order, plain)
    plain.faults.server_error = -1
    plain.calls.clear()
    jobs.cancel(job)
    pump.run_slice(1.0)
    asked = [call for call in plain.calls if call[0] == "DELETE"]
    assert 2 <= len(asked) <= 8, asked
    plain.faults.server_error = 0
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.CANCELED, ["hold", "release"])


def test_a_provider_that_cannot_stop(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person is told, and nothing is pretended."""
    job = start(order, plain)
    monkeypatch.setattr(type(catalogue.providers()["plainlookup"]), "cancels", False)
    with pytest.raises(jobs.NotPossible, match="cannot stop what it has begun"):
        jobs.cancel(job)
    plain.end(job.provider_ref)
    settle()
    assert kinds(job) == ["hold", "charge"]


def test_a_provider_that_says_no_to_it(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no(*_: Any) -> Any:
        from studio.spec import ProviderError

        raise ProviderError("It is too late to stop this.")

    job = start(order, plain)
    monkeypatch.setattr(type(catalogue.providers()["plainlookup"]), "cancel", no)
    jobs.cancel(job)
    pump.run_slice(0.4)
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == (State.RUNNING, False)
    assert job.stage == "cannot be stopped any more"
    plain.end(job.provider_ref)
    settle()


@pytest.mark.parametrize("races", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_cancel_and_success_race(
    races: int, order: Order, rich: Account, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At moments of all kinds: one of the two wins, and the money goes with it."""
    monkeypatch.setenv("PLAINLOOKUP_SLOTS", str(races))
    monkeypatch.setattr(jobs.results, "_into_library", _as_if_saved)
    plain.seconds = None
    billing.grant(rich, races * PRICE, "grant:races")
    placed = [order() for _ in range(races)]
    settle(until=lambda: not Job.objects.exclude(state=State.RUNNING).exists())
    # The first and the last have no race: whatever the machine does, each of the two wins once.
    ended = [plain.predictions[Job.objects.get(pk=job.pk).provider_ref] for job in placed[:-1]]
    racing = [
        threading.Thread(target=_end_all, args=(plain, ended)),
        threading.Thread(target=_cancel_all, args=(placed[1:],)),
    ]
    for thread in racing:
        thread.start()
    settle()
    for thread in racing:
        thread.join()
    settle()
    ends = {State.SUCCEEDED: ["hold", "charge"], State.CANCELED: ["hold", "release"]}
    outcome = {job.pk: State(job.state) for job in Job.objects.all()}
    for job in placed:
        assert kinds(job) == ends[outcome[job.pk]]
    assert set(outcome.values()) == set(ends)
    for job in Job.objects.filter(state=State.CANCELED):
        assert plain.predictions[job.provider_ref].stage == "canceled"


def _as_if_saved(job: Job, paths: object, *, apart: bool) -> None:
    """The library has its own tests; here only the decision counts."""
    jobs.results.end(job, State.SUCCEEDED, note="in the library", results=[])


def _end_all(plain: FakePlain, predictions: list[Prediction]) -> None:
    for prediction in random.sample(predictions, len(predictions)):
        time.sleep(random.uniform(0, 0.03))
        if prediction.stage != "canceled":
            plain.end(prediction.id, DONE)


def _cancel_all(placed: list[Job]) -> None:
    for job in random.sample(placed, len(placed)):
        time.sleep(random.uniform(0, 0.02))
        try:
            jobs.cancel(job)
        except jobs.NotPossible:
            continue
    db.connection.close()


def test_a_canceled_job_has_no_film(order: Order, plain: FakePlain) -> None:
    job = jobs.cancel(start(order, plain))
    settle()
    plain.end(job.provider_ref)
    settle()
    assert not Asset.objects.filter(origin=job.origin).exists()


def in_review(order: Order, plain: FakePlain) -> Job:
    """A job that its provider still works on, long after it should have ended."""
    job = start(order, plain)
    Job.objects.filter(pk=job.pk).update(state=State.REVIEW, unclear_since=timezone.now())
    job.refresh_from_db()
    return job


def test_what_takes_too_long_can_be_stopped(order: Order, plain: FakePlain) -> None:
    job = jobs.cancel(in_review(order, plain))
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.CANCELED, ["hold", "release"])
    assert plain.predictions[job.provider_ref].stage == "canceled"


def test_what_is_given_up_does_not_go_on_for_nobody(order: Order, plain: FakePlain) -> None:
    job = jobs.give_up(in_review(order, plain))
    assert (job.state, kinds(job)) == (State.FAILED, ["hold", "release"])
    settle(until=lambda: not Job.objects.filter(cancel_requested=True).exists())
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert plain.predictions[job.provider_ref].stage == "canceled"
