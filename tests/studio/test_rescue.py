"""Workers that die, hints that get lost: nothing is done twice or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from assets.models import Asset
from billing.models import CREDIT, Account, User
from studio import jobs
from studio.models import Job, State
from studio.spec import Output, Status, Update
from tests.studio.conftest import Paper, kinds

PRICE = 12 * CREDIT
Order = Callable[..., Job]


# --- workers that die -----------------------------------------------------------------------------


def dead(job: Job, **fields: object) -> None:
    """As if a worker had taken the job up and died."""
    long_ago = timezone.now() - timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(
        **{"state": State.RUNNING, "fence": 1, "attempts": 1, "lease": long_ago, **fields}
    )


@pytest.mark.parametrize("state", ["submitting", "running", "fetching"])
def test_a_render_whose_worker_died_is_rendered_again(order: Order, state: str) -> None:
    job = order()
    dead(job, state=state)
    jobs.rescue()
    job.refresh_from_db()
    assert job.state == State.QUEUED
    jobs.start(job.pk)
    job.refresh_from_db()
    assert (job.state, kinds(job)) == ("succeeded", ["hold", "charge"])
    assert Asset.objects.filter(origin=job.origin).count() == 1


def test_a_worker_that_lives_keeps_its_job(order: Order) -> None:
    job = order()
    dead(job, lease=timezone.now() + timedelta(seconds=5))
    jobs.rescue()
    job.refresh_from_db()
    assert job.state == State.RUNNING


def test_the_third_death_is_the_last(order: Order) -> None:
    job = order()
    dead(job, attempts=3)
    jobs.rescue()
    job.refresh_from_db()
    assert (job.state, job.error_kind, kinds(job)) == ("failed", "crashed", ["hold", "release"])
    assert "3 times" in job.error


def test_a_planned_stop_is_no_death(order: Order) -> None:
    job = order()
    dead(job, host="here", attempts=3)
    assert jobs.void_host("here", planned=True) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 2)


def test_the_dead_of_another_host_are_not_ours(order: Order) -> None:
    job = order()
    dead(job, host="there", lease=timezone.now() + timedelta(seconds=5))
    assert jobs.void_host("here") == 0


def test_news_of_an_older_start_is_dropped(
    order: Order, paper: Paper, rich: Account, video: Path
) -> None:
    job = order("paper-motion")
    dead(job, fence=1)
    zombie = Job.objects.get(pk=job.pk)
    Job.objects.filter(pk=job.pk).update(fence=2)
    jobs.apply(zombie, Update(Status.SUCCEEDED, outputs=(Output(video),)))
    job.refresh_from_db()
    assert (job.state, kinds(job)) == ("running", ["hold"])
    assert not Asset.objects.filter(origin=job.origin).exists()


# --- hints ----------------------------------------------------------------------------------------


def hinted() -> set[str]:
    return {str(q.task["args"][0]) for q in OrmQ.objects.filter(key="work")}


def test_hints_go_out_up_to_the_slots(order: Order, settings) -> None:  # type: ignore[no-untyped-def]
    settings.RENDER_SLOTS = 2
    made = [order() for _ in range(4)]
    assert jobs.dispatch() == 2
    assert hinted() == {str(made[0].pk), str(made[1].pk)}
    assert jobs.dispatch() == 0, "the slots are taken"


def test_a_lost_hint_is_sent_again(order: Order) -> None:
    job = order()
    jobs.dispatch()
    OrmQ.objects.all().delete()
    assert jobs.rescue()["hints"] == 0, "it may still be under way"
    Job.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert jobs.rescue()["hints"] == 1
    assert hinted() == {str(job.pk)}


def test_accounts_take_turns(order: Order, charlie: User, settings) -> None:  # type: ignore[no-untyped-def]
    settings.RENDER_SLOTS = 2
    many = [order() for _ in range(3)]
    late = order()
    Job.objects.filter(pk=late.pk).update(account=charlie.accounts.get())
    jobs.dispatch()
    assert hinted() == {str(many[0].pk), str(late.pk)}
