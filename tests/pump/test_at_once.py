"""Answers that are the result: what was paid for is committed before anything else, and taken once
whatever dies, is replaced, or is told twice."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection

from assets import services as assets
from assets.models import Asset
from studio import jobs, pump
from studio.jobs import results
from studio.models import Job, Notice, State
from studio.pump.errands import Answer
from tests.fakes.plain import FakePlain
from tests.pump.conftest import PRICE, Order, run_hints, settle
from tests.pump.test_fences import answer_to, taken_over
from tests.pump.test_road import kinds, states

OFFER = "plainatonce"
ROAD = ["submitting", "fetching", "succeeded"]


def known(job: Job) -> Job:
    """Until the answer is committed; nothing is fetched yet."""
    deadline = time.monotonic() + 10
    while Job.objects.get(pk=job.pk).state != State.FETCHING:
        assert time.monotonic() < deadline
        pump.run_slice(0.3)
    return Job.objects.get(pk=job.pk)


def test_it_goes_from_the_submit_to_the_library(order: Order, plain: FakePlain) -> None:
    job = order(OFFER)
    settle()
    job.refresh_from_db()
    assert (job.state, states(job)[-3:], kinds(job)) == ("succeeded", ROAD, ["hold", "charge"])
    assert (job.quote, job.provider_ref, len(plain.predictions)) == (PRICE, "", 1)
    made, came = Asset.objects.filter(origin=job.origin).order_by("slot")
    assert ((made.width, made.height), (came.width, came.height)) == ((48, 32), (96, 96))
    assert job.results == [], "it lies in the library, and not here as well"


def test_the_answer_is_committed_whole_before_anything_is_made_of_it(
    order: Order, plain: FakePlain
) -> None:
    job = known(order(OFFER))
    assert job.results[0]["url"].startswith("data:image/png;base64,")
    assert not Asset.objects.exists()
    assert kinds(job) == ["hold"]
    settle()
    assert (kinds(job), len(plain.predictions)) == (["hold", "charge"], 1)


def test_what_a_provider_made_is_not_read_by_lists(order: Order) -> None:
    known(order(OFFER))
    with connection.execute_wrapper(_refuse_results):
        assert [job.state for job in Job.objects.all()] == ["fetching"]
        assert [job.state for job in Job.objects.live()] == ["fetching"]


def _refuse_results(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert '"results"' not in sql
    return execute(sql, params, many, context)


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "error_after", "unreadable"])
def test_an_answer_that_is_lost_is_never_sent_for_again(
    fault: str, order: Order, plain: FakePlain
) -> None:
    setattr(plain.faults, fault, 1)
    job = order(OFFER)
    settle(until=lambda: Job.objects.get().state == State.REVIEW)
    for _ in range(3):
        pump.run_slice(0.3)
        run_hints()
    assert len(plain.predictions) == (fault != "cut_before")
    assert kinds(job) == ["hold"]
    jobs.give_up(Job.objects.get(pk=job.pk))
    assert kinds(job) == ["hold", "release"]


@pytest.mark.parametrize("fault", ["moderated", "failed"])
def test_what_came_to_nothing_costs_nothing(fault: str, order: Order, plain: FakePlain) -> None:
    setattr(plain.faults, fault, 1)
    job = order(OFFER)
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.FAILED, ["hold", "release"])


def _answered(order: Order) -> tuple[Job, pump.lease.Held, Answer]:
    """A job whose answer is on its way to the tables, with the lease under which it was sent."""
    job = order(OFFER)
    held = pump.lease.take()
    assert held
    with pump.Courier(held.is_sure) as courier:
        desk = pump.Desk(held, courier)
        desk.look(sends=True)
        return job, held, answer_to(desk, courier)


def test_the_same_answer_twice_is_one_result(order: Order, plain: FakePlain) -> None:
    job, held, answer = _answered(order)
    with pump.Courier(held.is_sure) as courier:
        desk = pump.Desk(held, courier)
        desk.take_in(answer)
        desk.take_in(answer)
        run_hints()
        desk.take_in(answer)
    held.give_back()
    settle()
    job.refresh_from_db()
    assert states(job)[-3:] == ROAD
    assert (kinds(job), Asset.objects.filter(origin=job.origin).count()) == (["hold", "charge"], 2)


@pytest.mark.parametrize("reviewed", [False, True])
def test_an_answer_to_a_pump_that_was_replaced_is_not_lost(
    reviewed: bool, order: Order, plain: FakePlain
) -> None:
    """The old one may decide nothing; it puts the result beside the job, and the new one takes
    it, also when a person is being asked already."""
    job, old, answer = _answered(order)
    new = taken_over()
    if reviewed:
        new.give_back()
        settle(until=lambda: Job.objects.get().state == State.REVIEW)
        new = taken_over()
    with pump.Courier(old.is_sure) as courier:
        desk = pump.Desk(old, courier)
        desk.leave_word([answer])
        desk.leave_word([answer])
    assert Notice.objects.count() == 1
    assert not Asset.objects.exists()
    new.give_back()
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])
    assert len(plain.predictions) == 1
    assert Asset.objects.filter(origin=job.origin).count() == 2


def test_a_late_answer_to_work_that_has_ended_is_dropped(order: Order, plain: FakePlain) -> None:
    job, old, answer = _answered(order)
    new = taken_over()
    new.give_back()
    settle(until=lambda: Job.objects.get().state == State.REVIEW)
    jobs.give_up(Job.objects.get())
    with pump.Courier(old.is_sure) as courier:
        pump.Desk(old, courier).leave_word([answer])
    assert not Notice.objects.exists()
    assert kinds(job) == ["hold", "release"]
    assert Job.objects.get().results == []


def test_a_disk_that_is_full_makes_it_wait_and_loses_nothing(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = known(order(OFFER))

    def full(*_: object, **__: object) -> None:
        raise assets.NoRoom("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(results, "_inline", full)
        run_hints()
    job.refresh_from_db()
    assert (job.state, "room" in job.stage) == (State.FETCHING, True)
    assert job.results
    Job.objects.update(next_at=job.created, lease=None)
    jobs.dispatch()
    settle()
    assert (kinds(job), len(plain.predictions)) == (["hold", "charge"], 1)


def test_a_slow_answer_is_waited_for_at_the_end_of_a_slice(order: Order, plain: FakePlain) -> None:
    plain.faults.slow = 1.0
    job = order(OFFER)
    slice_ = threading.Thread(target=lambda: (pump.run_slice(0.3), connection.close()))
    slice_.start()
    slice_.join(20)
    job.refresh_from_db()
    assert job.state == State.FETCHING
    plain.faults.slow = 0
    settle()
    assert kinds(job) == ["hold", "charge"]
