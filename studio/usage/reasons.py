"""Why credits are held: which job, how it stands, since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.models import Account, Hold
from studio.jobs.held import MARK
from studio.models import Job, State

WHY = {
    State.QUEUED: "Waits to be started",
    State.SUBMITTING: "Is being handed over",
    State.RUNNING: "Is being worked on",
    State.UNKNOWN: "Its provider has not answered; it is asked again",
    State.REVIEW: "Needs a decision",
    State.FETCHING: "Its result is being saved",
}
TURN = "Waits for its turn"
OVER = "The work is over; the operator can give this back"


@dataclass(frozen=True)
class Reason:
    """A hold, the job that it is for, if that is still there, and how that stands, in words."""

    hold: Hold
    job: Job | None
    words: str


def reasons(account: Account, holds: Sequence[Hold]) -> list[Reason]:
    ids = {hold.pk: job_of(hold.reference) for hold in holds}
    jobs = Job.objects.for_account(account).in_bulk([pk for pk in ids.values() if pk])
    found = []
    for hold in holds:
        pk = ids[hold.pk]
        job = jobs.get(pk) if pk else None
        found.append(Reason(hold, job, _words(job)))
    return found


def job_of(reference: str) -> UUID | None:
    """The job that a line of the books is about."""
    try:
        return UUID(reference.removeprefix(MARK)) if reference.startswith(MARK) else None
    except ValueError:
        return None


def _words(job: Job | None) -> str:
    if job is None or job.is_terminal:
        return OVER
    return TURN if job.waits else WHY[State(job.state)]
