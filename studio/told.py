"""What pages and API tell of a job alike: what can be done with it, and what is left out."""

from __future__ import annotations

from studio import catalogue, jobs
from studio.models import Job, State
from studio.redaction import redacted as redacted
from studio.spec import ErrorKind

AT_WORK = (State.SUBMITTING, State.RUNNING)


def can_cancel(job: Job) -> bool:
    """While it waits; at work only where that can be stopped."""
    if job.cancel_requested:
        return False
    at_work = job.state in AT_WORK or (job.state == State.REVIEW and bool(job.provider_ref))
    return job.state == State.QUEUED or (
        at_work and jobs.can_stop(catalogue.providers().get(job.provider))
    )


def can_retry(job: Job) -> bool:
    """Whether the same could end otherwise: what is wrong with the request stays wrong."""
    return job.state in (State.FAILED, State.CANCELED) and job.error_kind != ErrorKind.INPUT


def can_send_again(job: Job) -> bool:
    """Whether nobody knows if its provider ever took it."""
    return job.state == State.REVIEW and not job.provider_ref


def can_give_up(job: Job) -> bool:
    """Whether nobody knows what became of it. While that is still being found out, too."""
    return job.state in (State.UNKNOWN, State.REVIEW)
