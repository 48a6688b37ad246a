"""Work of which nobody knows whether its provider accepted it: found out, decided, or expired."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from studio import catalogue
from studio.jobs.state import close_attempt, end, move
from studio.models import Job, State

MAX_SENT = 5


def lost(job: Job) -> bool:
    """The process that was handing it over is gone: it may have been accepted."""
    now = timezone.now()
    fields = {"unclear_since": now, "lease": None, "next_at": now, "stage": ""}
    return move(job, State.UNKNOWN, note="the outcome of the start is unknown", **fields)


def lay_back(job: Job) -> bool:
    """The process that took it up is gone, and had not begun to hand it over."""
    attempts = max(0, job.attempts - 1)
    fields = {"lease": None, "stage": "", "next_at": timezone.now(), "attempts": attempts}
    if not move(job, State.QUEUED, note="nothing was sent; it is sent later", **fields):
        return False
    close_attempt(job, "not sent")
    return True


def absent(job: Job) -> bool:
    """The provider proved that it does not have it: queued again, once nothing can be under way,
    but not for ever."""
    since = job.unclear_since or timezone.now()
    over = since + timedelta(seconds=settings.SETTLE_SECONDS)
    if over > timezone.now():
        Job.objects.filter(pk=job.pk, state=job.state, fence=job.fence).update(
            next_at=min(over, timezone.now() + timedelta(seconds=15))
        )
        return False
    if job.attempts >= MAX_SENT:
        message = f"It was sent {job.attempts} times and never arrived. Nothing was charged."
        return end(job, State.FAILED, note=message, error_kind="refused", error=message)
    fields = {"unclear_since": None, "next_at": timezone.now(), "lease": None}
    if not move(
        job, State.QUEUED, note="the provider does not have it; sending it again", **fields
    ):
        return False
    close_attempt(job, "absent")
    return True


def still_waiting(job: Job) -> None:
    """It takes longer than it should: that is said, and no verdict."""
    mine = Job.objects.filter(pk=job.pk, state=State.RUNNING, fence=job.fence)
    mine.update(stage="still waiting")


def review(job: Job, note: str) -> bool:
    """Nothing can find out what became of it: a person decides, or the time runs out."""
    over = (job.unclear_since or timezone.now()) + timedelta(hours=settings.REVIEW_HOURS)
    since = job.unclear_since or timezone.now()
    return move(job, State.REVIEW, note=note, unclear_since=since, next_at=over, lease=None)


def expire(job: Job) -> bool:
    """Nobody decided in time: the price goes back, and what the provider may have taken is booked
    beside it as suspense."""
    label = catalogue.providers()[job.provider].label
    message = (
        f"{label} never said what became of it. You were not charged; {label} may have charged "
        "for it."
    )
    return end(
        job,
        State.FAILED,
        note=message,
        error_kind="possibly_charged",
        error=message,
        suspense=job.suspense + job.expected_cost,
    )
