"""Answers that no database takes, those who ask to wait, and what a slow one does to others."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from aiohttp import web
from django.utils import timezone

from studio import pump
from studio.models import Health, Job, State
from studio.pump import desk
from studio.spec import Update
from tests.fakes.parts import FAILED
from tests.fakes.plain import FakePlain
from tests.pump.conftest import Order, settle
from tests.pump.test_road import kinds

ODD = r'{"error": "bad \u0000 prompt \ud83d"}'


@pytest.fixture
def odd(plain: FakePlain, monkeypatch: pytest.MonkeyPatch) -> FakePlain:
    """Refuses everything, in words with a character of code 0 and half an emoji."""

    async def refuse(*_: Any, **__: Any) -> web.Response:
        return web.Response(status=400, text=ODD, content_type="application/json")

    monkeypatch.setattr(plain, "take", refuse)
    return plain


def test_odd_words_are_cleaned_and_decide_as_plain_ones(order: Order, odd: FakePlain) -> None:
    job = order()
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.FAILED, ["hold", "release"])
    assert "bad  prompt" in job.error
    assert "\x00" not in job.error + job.error_detail


def test_an_answer_that_cannot_be_written_keeps_nobody_else_waiting(
    order: Order,
    plain: FakePlain,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good = order("plainnone"), order("plainnone")
    apply = desk.jobs.apply

    def fail_for_one(job: Job, update: Update) -> None:
        if job.pk == bad.pk and update.ref:
            raise ValueError("this cannot be stored")
        apply(job, update)

    monkeypatch.setattr(desk.jobs, "apply", fail_for_one)
    with caplog.at_level(logging.ERROR, "zoetrope.pump"):
        settle(until=lambda: Job.objects.get(pk=good.pk).is_terminal)
    assert kinds(good) == ["hold", "charge"]
    bad.refresh_from_db()
    # It may have been accepted, so it is not sent again.
    assert bad.state in (State.UNKNOWN, State.REVIEW)
    assert len(plain.predictions) == 2
    assert "could not be taken in" in caplog.text


def test_a_name_that_is_too_long_to_be_kept_is_none(order: Order, plain: FakePlain) -> None:
    plain.faults.unreadable, plain.faults.body = 1, f'{{"id": "{"x" * 201}"}}'
    job = order("plainnone")
    settle(until=lambda: Job.objects.get(pk=job.pk).state == State.REVIEW)
    assert kinds(job) == ["hold"]


def test_who_asks_to_wait_is_left_alone_by_all(order: Order, plain: FakePlain) -> None:
    plain.faults.too_many, plain.faults.retry_after = -1, "300"
    for _ in range(60):
        order("plainnone")
    settle(until=lambda: Health.objects.filter(pause_until__gt=timezone.now()).exists())
    asked = _submits(plain)
    assert asked <= 40  # those that were under way when the first answer came
    for _ in range(3):
        pump.run_slice(0.3)
    assert _submits(plain) == asked
    waiting = Job.objects.filter(state=State.QUEUED)
    assert waiting.count() == 60
    assert waiting.filter(stage__contains="asks to wait").exists()


def _submits(plain: FakePlain) -> int:
    return sum(1 for method, path in plain.calls if (method, path) == ("POST", "/run"))


def test_an_answered_question_does_not_open_the_door(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one job runs and is answered for, submits fail: they have to stop all the same."""
    plain.seconds = None
    running = order("plainnone")
    settle(until=lambda: Job.objects.get(pk=running.pk).state == State.RUNNING)
    plain.faults.error_after = -1
    for _ in range(30):
        order("plainnone")
    for _ in range(6):
        pump.run_slice(0.4)
    health = Health.objects.get(provider="plainnone")
    assert health.is_open
    sent = _submits(plain)
    pump.run_slice(0.5)
    assert _submits(plain) == sent


def test_what_was_taken_for_work_that_failed_is_flagged(order: Order, plain: FakePlain) -> None:
    plain.seconds = None
    job = order()
    settle(until=lambda: Job.objects.get(pk=job.pk).state == State.RUNNING)
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).update(provider_cost=7_000_000)
    plain.end(job.provider_ref, FAILED)
    settle()
    job.refresh_from_db()
    assert (job.state, job.cost_differs) == (State.FAILED, True)
