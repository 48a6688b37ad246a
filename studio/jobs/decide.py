"""What a person decides about a job that was asked for already."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils import timezone

from studio import catalogue
from studio.jobs.state import NotPossible, end, move
from studio.jobs.sweep import dispatch
from studio.models import Job, State
from studio.providers import Provider, Remote

# A job may be taken up, and laid back, between a look and the word to cancel.
CANCEL_TRIES = 5
AT_WORK = (State.SUBMITTING, State.RUNNING)


def can_stop(provider: Provider | None) -> bool:
    """Whether work of it can be stopped once it has begun."""
    return bool(
        provider and (provider.local or (isinstance(provider, Remote) and provider.cancels))
    )


def cancel(job: Job) -> Job:
    """Stop it where that is possible: at once while queued, soon while it renders here, elsewhere
    if the provider confirms. A result that is quicker is kept."""
    provider = catalogue.providers().get(job.provider)
    known = Q(state__in=AT_WORK) | Q(state=State.REVIEW) & ~Q(provider_ref="")
    at_work = Job.objects.filter(known, pk=job.pk)
    for _ in range(CANCEL_TRIES):
        job.refresh_from_db()
        if job.state == State.QUEUED and end(job, State.CANCELED, note="canceled before the start"):
            return job
        if can_stop(provider) and at_work.update(cancel_requested=True):
            job.refresh_from_db()
            return job
        if job.state != State.QUEUED:
            break
    job.refresh_from_db()
    if job.is_terminal:
        raise NotPossible(f"This job has already ended: {job.get_state_display().lower()}.")
    if job.state == State.REVIEW:
        ways = "Give it up." if job.provider_ref else "Give it up, or send it again."
        raise NotPossible(f"Nobody knows what becomes of this job. {ways}")
    label = provider.label if provider else job.provider
    if job.state == State.UNKNOWN:
        raise NotPossible(
            f"{label} has not answered, and we are finding out whether it has this job. "
            "Give it up, or wait."
        )
    if job.state in AT_WORK:
        raise NotPossible(f"{label} cannot stop what it has begun. Its result will be kept.")
    raise NotPossible("This job cannot be stopped any more: the work is done or paid for.")


def send_again(job: Job) -> Job:
    """Send work of unknown outcome once more, on the person's word that it may be paid for twice
    at the provider; here it stays one price."""
    fields = {"unclear_since": None, "next_at": timezone.now(), "lease": None, "attempts": 0}
    note = "sent again on request"
    if (
        job.state != State.REVIEW
        or job.provider_ref
        or not move(job, State.QUEUED, note=note, **fields)
    ):
        job.refresh_from_db()
        raise NotPossible(
            f"This job is {job.get_state_display().lower()}; only one of unknown outcome can be "
            "sent again."
        )
    Job.objects.filter(pk=job.pk).update(suspense=F("suspense") + job.expected_cost)
    dispatch()
    return job


def give_up(job: Job) -> Job:
    """Have the price of work of unknown outcome back now."""
    label = getattr(catalogue.providers().get(job.provider), "label", job.provider)
    message = f"Given up. You were not charged; {label} may have charged for it."
    suspense = job.suspense + job.expected_cost
    # Where it can be stopped it need not go on for nobody.
    stops = bool(job.provider_ref) and can_stop(catalogue.providers().get(job.provider))
    gone = {
        "error_kind": "possibly_charged",
        "error": message,
        "suspense": suspense,
        "cancel_requested": stops,
    }
    unclear = job.state in (State.UNKNOWN, State.REVIEW)
    if not unclear or not end(job, State.FAILED, note=message, **gone):
        job.refresh_from_db()
        raise NotPossible(
            f"This job is {job.get_state_display().lower()}; only one of unknown outcome can be "
            "given up."
        )
    return job
