"""The list of jobs, the page of one, and its buttons."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import User
from studio import jobs as engine
from studio.models import Job, State
from tests.studio.pages import PART, People, said


def test_a_card_asks_again_until_the_job_has_ended(
    order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job = order()
    address = reverse("job-card", args=[job.pk])
    live = sign_in(alice).get(address)
    assert f'hx-get="{address}"' in said(live)
    engine.cancel(job)
    over = sign_in(alice).get(address)
    assert "hx-trigger" not in said(over)
    assert "Canceled" in said(over)
    assert "jobs-changed" in over.headers["HX-Trigger"]


def test_a_queued_job_is_canceled_once_and_retried_once(
    order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job, client = order(), sign_in(alice)
    for _ in range(2):
        client.post(reverse("job-cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == State.CANCELED
    answers = {client.post(reverse("job-retry", args=[job.pk])).headers["Location"] for _ in "12"}
    again = Job.objects.get(retry_of=job)
    assert answers == {reverse("job", args=[again.pk])}
    assert "See the retry" in said(client.get(reverse("job", args=[job.pk])))


def test_a_job_that_was_only_asked_to_stop_is_not_called_canceled(
    order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job, client = order(), sign_in(alice)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING)
    page = said(client.post(reverse("job-cancel", args=[job.pk]), follow=True))
    assert "Stopping…" in page
    assert "Nothing was charged" not in page
    queued = order(key="another")
    page = said(client.post(reverse("job-cancel", args=[queued.pk]), follow=True))
    assert "Canceled. Nothing was charged." in page


@pytest.mark.parametrize(
    ("states", "again"),
    [
        ([], True),
        ([State.CANCELED], True),
        ([State.FAILED], True),
        ([State.CANCELED, State.FAILED], True),
        ([State.QUEUED], False),
        ([State.SUCCEEDED], False),
        ([State.REVIEW], False),
        ([State.FAILED, State.RUNNING], False),
    ],
)
@pytest.mark.parametrize("chain", [False, True], ids=["each of the first", "each of the last"])
def test_retry_is_offered_until_one_is_alive_or_done(
    states: list[State],
    again: bool,
    chain: bool,
    order: Callable[..., Job],
    sign_in: People,
    alice: User,
) -> None:
    first = last = order()
    Job.objects.filter(pk=first.pk).update(state=State.FAILED, finished=timezone.now())
    for number, state in enumerate(states):
        of = last if chain else first
        last = order(key=f"retry {number}")
        Job.objects.filter(pk=last.pk).update(state=state, retry_of=of)
    page = said(sign_in(alice).get(reverse("job", args=[first.pk])))
    assert (reverse("job-retry", args=[first.pk]) in page) == again
    assert ("See the retry" in page) != again
    assert again or f'href="{reverse("job", args=[last.pk])}"' in page
    listed = said(sign_in(alice).get(reverse("jobs")))
    assert (reverse("job-retry", args=[first.pk]) in listed) == again


def test_a_job_that_runs_is_not_retried_and_the_page_says_why(
    order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job, client = order(), sign_in(alice)
    page = said(client.post(reverse("job-retry", args=[job.pk]), follow=True))
    assert "only a failed or canceled one" in page
    part = client.post(reverse("job-retry", args=[job.pk]), headers=PART)
    assert json.loads(part.headers["HX-Trigger"])["toast"]["bad"] is True
    assert Job.objects.count() == 1


def test_a_failed_job_says_cause_cost_and_way_out(
    order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job = order()
    facts = {"error": "The disk is full.", "error_detail": "<b>ENOSPC</b>"}
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, finished=timezone.now(), **facts)
    page = said(sign_in(alice).get(reverse("job", args=[job.pk])))
    for words in ("The disk is full.", "It cost nothing", "Technical details", "Retry"):
        assert words in page
    assert "&lt;b&gt;ENOSPC" in page
    assert "The disk is full." in said(sign_in(alice).get(reverse("home")))


@pytest.mark.parametrize("query", ["state=failed", "state=nonsense", "page=99", "page=x"])
def test_the_list_of_jobs_takes_any_query(
    query: str, order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job = order()
    text = said(sign_in(alice).get(f"{reverse('jobs')}?{query}"))
    assert (str(job.pk) in text) == (query != "state=failed")


def test_a_job_of_a_forgotten_operation_is_still_shown(
    order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job = order()
    Job.objects.update(operation="gone", provider="gone", offer="gone", state=State.FAILED)
    for page in ("home", "jobs"):
        assert sign_in(alice).get(reverse(page)).status_code == 200
    assert "zoom" in said(sign_in(alice).get(reverse("job", args=[job.pk])))
