"""Every wait has an end, whatever the provider, its key or its answers do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Account
from studio import catalogue, jobs, keys, pump
from studio.models import Health, Job, Lease, State
from tests.fakes.plain import FakePlain
from tests.pump.conftest import PRICE, Order, settle
from tests.pump.test_road import kinds, states

LONG_AGO = timedelta(hours=30)


def test_what_cannot_be_said_fails_before_anything_is_sent(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(params: Any, files: Any) -> dict[str, Any]:
        raise AttributeError("no such word")

    offers = catalogue.declared_offers()
    job = order("plainlookup")
    monkeypatch.setitem(offers, "plainlookup", replace(offers["plainlookup"], build=broken))
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job), len(plain.predictions)) == (
        State.FAILED,
        ["hold", "release"],
        0,
    )
    assert "unknown" not in states(job)


@pytest.mark.parametrize("handed", [False, True])
def test_a_death_costs_nothing_until_it_is_handed_over(
    handed: bool, order: Order, plain: FakePlain
) -> None:
    job = order("plainnone")
    Job.objects.update(
        state=State.SUBMITTING,
        fence=1,
        attempts=1,
        epoch=0,
        handed=timezone.now() if handed else None,
    )
    if handed:
        settle(until=lambda: Job.objects.get().state == State.REVIEW)
        jobs.give_up(Job.objects.get())
    else:
        settle()
        job.refresh_from_db()
        assert (job.state, len(plain.predictions)) == (State.SUCCEEDED, 1)


@pytest.mark.parametrize("offer", ["plainlookup", "plainwebhook"])
def test_without_a_key_the_price_comes_back_in_time(
    offer: str, order: Order, rich: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = order(offer)
    then = timezone.now() - LONG_AGO
    Job.objects.update(state=State.UNKNOWN, unclear_since=then, next_at=then, fence=1)
    monkeypatch.delenv(f"{offer.upper()}_KEY")
    pump.run_slice(0.3)
    jobs.rescue()
    job.refresh_from_db()
    assert (job.state, job.error_kind, job.suspense) == (State.FAILED, "possibly_charged", PRICE)
    assert kinds(job) == ["hold", "release"]


def test_work_that_nobody_can_ask_about_is_a_persons_in_the_end(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    order("plainlookup")
    then = timezone.now() - LONG_AGO
    Job.objects.update(
        state=State.RUNNING, provider_ref="x", started=then, deadline=then, fence=1, next_at=then
    )
    monkeypatch.delenv("PLAINLOOKUP_KEY")
    pump.run_slice(0.3)
    jobs.rescue()
    job = jobs.give_up(Job.objects.get())
    assert job.state == State.FAILED


def test_a_job_that_cannot_be_asked_about_does_not_hold_up_the_others(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = order("plainwebhook")
    Job.objects.update(state=State.UNKNOWN, unclear_since=timezone.now(), fence=1)
    monkeypatch.delenv("PLAINWEBHOOK_KEY")
    job = order("plainlookup")
    settle(until=lambda: Job.objects.get(pk=job.pk).is_terminal)
    assert Job.objects.get(pk=job.pk).state == State.SUCCEEDED
    assert not Job.objects.get(pk=stuck.pk).is_terminal


def test_what_never_arrives_is_not_sent_for_ever(order: Order, plain: FakePlain) -> None:
    plain.faults.cut_before = -1
    job = order("plainlookup")
    settle()
    job.refresh_from_db()
    assert (job.state, job.attempts, len(plain.predictions)) == (State.FAILED, 5, 0)
    assert kinds(job) == ["hold", "release"]


def test_what_nobody_knows_of_takes_nobodys_place(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAINWEBHOOK_SLOTS", "1")
    order("plainwebhook")
    later = timezone.now() + timedelta(minutes=10)
    Job.objects.update(state=State.UNKNOWN, unclear_since=timezone.now(), fence=1, next_at=later)
    job = order("plainwebhook")
    settle(until=lambda: Job.objects.get(pk=job.pk).is_terminal)
    assert Job.objects.get(pk=job.pk).state == State.SUCCEEDED


def test_an_absurd_deadline_stops_nobody(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = catalogue.declared_offers()
    absurd = replace(offers["plainlookup"], deadline=900_000_000_000)
    monkeypatch.setitem(offers, "plainlookup", absurd)
    order("plainlookup")
    order("plainnone")
    settle()
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}


def test_a_key_that_was_refused_by_mistake_works_again_by_itself(
    order: Order, plain: FakePlain
) -> None:
    plain.faults.bad_key = 1
    job = order("plainlookup")
    settle()
    job.refresh_from_db()
    assert job.error_kind == "key"
    offer = catalogue.all_offers()["plainlookup"]
    assert "does not accept the key" in keys.problem(job.account, offer)
    assert keys.examine_refused() == 1
    assert keys.problem(job.account, offer) == ""
    assert Health.objects.get().refused == ""


def test_the_lease_of_a_slice_that_ended_is_free(order: Order) -> None:
    order()
    settle()
    assert Lease.objects.get().until <= timezone.now()
