"""News of a job: one door for all of them, whoever brings them."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from studio.failpoints import point
from studio.jobs.instead import fall_over, is_for_others
from studio.jobs.pulse import LEASE
from studio.jobs.results import collect
from studio.jobs.state import close_attempt, end, move
from studio.jobs.sweep import dispatch
from studio.models import Job, State
from studio.spec import ErrorKind, Output, ProviderError, Status, Update

LATER_MOST = 60.0
# Work that the pump watches is looked for in the table only after so long.
WATCHED = timedelta(minutes=10)
MOST_OUTPUTS = 10
# Errors of a question about work that may have been accepted, and not of the work.
SAYS_NOTHING = (ErrorKind.LATER, ErrorKind.UNCLEAR, ErrorKind.KEY, ErrorKind.NO_CREDIT)


def apply(job: Job, update: Update) -> None:
    """Take news in. News of an older start, or of a job that has ended, is dropped."""
    match update.status:
        case Status.QUEUED | Status.RUNNING:
            _apply_running(job, update)
        case Status.SUCCEEDED:
            _apply_success(job, update)
        case Status.CANCELED:
            end(job, State.CANCELED, note="stopped, nothing charged", **_cost(update))
        case Status.FAILED:
            error = update.error or ProviderError("The provider gave no reason.")
            _apply_error(job, error, _cost(update))


def _cost(update: Update) -> dict[str, Any]:
    return {} if update.cost is None else {"provider_cost": update.cost}


def _news(update: Update) -> dict[str, Any]:
    known = {
        "provider_ref": update.ref,
        "links": dict(update.links),
        "stage": update.stage[:60],
    }
    return {k: v for k, v in known.items() if v} | _cost(update)


def progress(update: Update) -> dict[str, Any]:
    """The fields of a job that say how far it is."""
    return _news(update) | {"progress": update.progress}


def _apply_running(job: Job, update: Update) -> None:
    if job.state == State.RUNNING:
        mine = Job.objects.filter(pk=job.pk, state=State.RUNNING, fence=job.fence)
        mine.update(**progress(update))
        return
    fields = {
        "unclear_since": None,
        "lease": None,
        "next_at": timezone.now() + WATCHED,
        "stage": "",
        **progress(update),
    }
    move(job, State.RUNNING, note="accepted by the provider", **fields)
    point("before-commit")


def _apply_success(job: Job, update: Update) -> None:
    fields = _news(update) | {"stage": "saving", "progress": None, "unclear_since": None}
    if update.notes:
        fields["notes"] = [*job.notes, *update.notes]
    here = [output for output in update.outputs if output.path]
    if here:
        lease = timezone.now() + LEASE
        if move(job, State.FETCHING, note="the result is there", lease=lease, **fields):
            collect(job, here)
        return
    found = [_address(output) for output in update.outputs[:MOST_OUTPUTS]]
    if not found:
        message = "The provider says that it is done and gives no result."
        _apply_error(job, ProviderError(message), _cost(update))
        return
    now = {"lease": None, "next_at": timezone.now(), "results": found}
    if move(job, State.FETCHING, note="the result is there", **now, **fields):
        dispatch()
        point("before-commit")
        transaction.on_commit(partial(point, "result-known"))


def _address(output: Output) -> dict[str, Any]:
    return {"url": output.url, "own": output.own}


def keep(job: UUID, fence: int, update: Update) -> bool:
    """Put a result that was given at once beside work of unknown outcome. It decides nothing:
    whoever works the pump does, with `kept`. False where there is nothing, or nobody waits."""
    found = [_address(output) for output in update.outputs[:MOST_OUTPUTS] if output.url]
    if update.status != Status.SUCCEEDED or not found:
        return False
    waiting = (State.SUBMITTING, State.UNKNOWN, State.REVIEW)
    mine = Job.objects.filter(pk=job, fence=fence, state__in=waiting, provider_ref="")
    return bool(mine.update(results=found))


def kept(job: Job) -> tuple[Output, ...]:
    return tuple(Output(url=one["url"], own=one["own"]) for one in job.results)


def _apply_error(job: Job, error: ProviderError, cost: dict[str, Any]) -> None:
    now = timezone.now()
    if is_for_others(job, error) and fall_over(job, error.message):
        return
    match error.kind:
        case ErrorKind.STOPPED:
            _stopped(job)
        case ErrorKind.LATER if job.state == State.SUBMITTING:
            # Nothing was sent, so it was not a start.
            fields = {
                "next_at": now + timedelta(seconds=wait(job.fence, error.retry_after)),
                "attempts": max(0, job.attempts - 1),
                "lease": None,
                "stage": error.message[:60],
            }
            if move(job, State.QUEUED, note=f"later: {error.message}", **fields):
                close_attempt(job, "later")
        case ErrorKind.UNCLEAR if job.state == State.SUBMITTING:
            fields = {"unclear_since": now, "lease": None, "next_at": now, "stage": ""}
            move(job, State.UNKNOWN, note=error.message, **fields)
        case kind if kind in SAYS_NOTHING and job.state == State.UNKNOWN:
            later = now + timedelta(seconds=wait(job.fence + 2, error.retry_after))
            Job.objects.filter(pk=job.pk, state=job.state, fence=job.fence).update(next_at=later)
        case _:
            fail(job, error, **cost)


def fail(job: Job, error: ProviderError, **fields: Any) -> bool:
    """End it with a reason; what was held goes back."""
    return end(
        job,
        State.FAILED,
        note=error.message,
        error_kind=error.kind,
        error=error.message,
        error_detail=error.detail[:10_000],
        **fields,
    )


def wait(tries: int, asked: float | None) -> float:
    """Seconds before the next try: twice as long each time with jitter, a minute at most; never
    less than what was asked for."""
    own = random.uniform(0.5, 1) * min(LATER_MOST, 2.0 ** min(tries, 10))  # noqa: S311
    # What was asked to come back together does not come back together.
    return max(own, (asked or 0.0) * random.uniform(1, 1.1))  # noqa: S311


def _stopped(job: Job) -> None:
    """The renderer was told that the work is not wanted: canceled, or another start owns it."""
    asked = Job.objects.filter(pk=job.pk, fence=job.fence, cancel_requested=True).exists()
    if asked:
        end(job, State.CANCELED, note="stopped while running, nothing charged")
