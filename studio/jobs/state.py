"""The states of a job and the only two functions that change them."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing import services as billing
from billing.models import Account
from studio.hooks import outbox
from studio.jobs import rows
from studio.models import TERMINAL, Attempt, Event, Job, State

log = logging.getLogger("zoetrope.jobs")

# From → to. What is not here cannot happen.
TRANSITIONS: dict[State, tuple[State, ...]] = {
    # Queued: somebody else is to do it. Running: it was to be sent again when news of an earlier
    # start came.
    State.QUEUED: (
        State.SUBMITTING,
        State.QUEUED,
        State.RUNNING,
        State.CANCELED,
        State.FAILED,
    ),
    State.SUBMITTING: (
        State.RUNNING,
        State.FETCHING,
        State.QUEUED,
        State.UNKNOWN,
        State.FAILED,
        State.CANCELED,
    ),
    State.RUNNING: (State.FETCHING, State.QUEUED, State.FAILED, State.CANCELED, State.REVIEW),
    State.UNKNOWN: (
        State.RUNNING,
        State.FETCHING,
        State.QUEUED,
        State.REVIEW,
        State.FAILED,
        State.CANCELED,
    ),
    State.REVIEW: (State.RUNNING, State.FETCHING, State.QUEUED, State.FAILED, State.CANCELED),
    State.FETCHING: (State.SUCCEEDED, State.QUEUED, State.RUNNING, State.FAILED),
}


class NotPossible(Exception):
    """The job is in a state in which this cannot be done; the message says so to a person."""


def move(job: Job, to: State, *, note: str = "", **fields: Any) -> bool:
    """Change the state from what `job` says it is, for the start (fence) that `job` knows.

    True when it happened; then `job` carries the new values and the timeline has a line. False
    when somebody else decided first.
    """
    frm = State(job.state)
    if to not in TRANSITIONS[frm]:
        raise ValueError(f"A job cannot go from {frm} to {to}.")
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state=frm, fence=job.fence).update(
            state=to, **fields
        )
        if not changed:
            return False
        Event.objects.create(job=job, state=to, note=note[:300])
        outbox.job_moved(job.pk, job.account_id, job.client_id, to)
    job.state = to
    for name, value in fields.items():
        setattr(job, name, value)
    log.info("job %s %s -> %s %s", job.pk, frm, to, note)
    return True


def end(job: Job, to: State, *, note: str = "", **fields: Any) -> bool:
    """Move to a terminal state together with its money: charged on success, else returned."""
    assert to in TERMINAL
    with transaction.atomic():
        # One order of locks everywhere: the account, then the job.
        account = Account.objects.select_for_update().get(pk=job.account_id)
        reported = fields.get("provider_cost", job.provider_cost)
        over = {
            "finished": timezone.now(),
            "lease": None,
            "stage": "",
            "cost_differs": differs(job.expected_cost if to == State.SUCCEEDED else 0, reported),
        }
        moved = move(job, to, note=note, **over, **fields)
        if not moved:
            return False
        if to == State.SUCCEEDED:
            billing.charge(account, job.quote, job.origin, job.title[:200], offer=job.offer)
        else:
            billing.release(account, job.origin, note[:200], failed=to == State.FAILED)
        close_attempt(job, to)
        if job.batch_id:
            for later in rows.ended(job):
                end(later, State.CANCELED, note=rows.NOT_BEGUN, error=rows.NOT_BEGUN)
    return True


def differs(expected: int, reported: int | None) -> bool:
    """Whether a provider took more than a fifth more or less than our list price."""
    return reported is not None and abs(reported - expected) * 5 > expected


def close_attempt(job: Job, outcome: str) -> None:
    Attempt.objects.filter(job=job, ended=None).update(ended=timezone.now(), outcome=outcome[:40])
