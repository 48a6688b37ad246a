"""What pages and API tell of a job alike: what can be done with it, and what is left out."""

from __future__ import annotations

import re

from studio import catalogue, jobs
from studio.models import Job, State
from studio.spec import ErrorKind

AT_WORK = (State.SUBMITTING, State.RUNNING)

# An address in a provider's message is theirs: it may carry a key, and it dies. Some write the
# slashes as JSON may, some leave the scheme out.
REST = r'[^\s"<>]+'
ADDRESS = re.compile(
    rf"(?:[a-z][\w+.-]*:)?(?:\\?/){{2}}{REST}"
    rf"|\bdata:\w+/{REST}"
    rf"|\b(?:[\w-]+\.)+[a-z]{{2,}}(?::\d+)?\\?/{REST}",
    re.IGNORECASE,
)
# What follows such a word and has a digit in it is taken for a secret.
SECRET = re.compile(
    r"""(?<![a-z])((?:bearer|basic|key|token|secret|signature)["']?[\s:=]+["']?)"""
    r"(?=[a-z._~+/=-]*\d)[\w.~+/=-]{12,}",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """Words of a provider as anybody may read them.

    >>> redacted("GET https://cdn.example/a.mp4?sig=1: 403, key fal_0123456789ab")
    'GET … 403, key …'
    """
    return SECRET.sub(r"\1…", ADDRESS.sub("…", text))


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
