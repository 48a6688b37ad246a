"""Jobs as they are shown: with their pictures, their place in the queue and what can be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from assets.models import Asset
from billing.models import Account
from studio import catalogue
from studio.models import Job, State

# Milliseconds between two looks of the page: fast at first, calmer for long work.
FAST, CALM, SLOW = 400, 1000, 3000
DEAD = (State.FAILED, State.CANCELED)
WORDS = {
    State.QUEUED: "Waiting for a free place",
    State.SUBMITTING: "Starting",
    State.RUNNING: "Rendering",
    State.FETCHING: "Saving to the library",
    State.UNKNOWN: "The provider has not answered. We keep checking; you may close this page.",
    State.REVIEW: "It is unclear whether the provider did it. Look there and decide.",
}


@dataclass(frozen=True)
class Card:
    """A job with everything that its card shows. `ahead` counts jobs that run before it;
    `retried_as` is a retry that is under way or has succeeded."""

    job: Job
    source: Asset | None
    result: Asset | None
    ahead: int
    retried_as: UUID | None

    @property
    def every(self) -> str:
        """How often the page looks again, as htmx writes it."""
        age = timezone.now() - self.job.created
        calm = CALM if age < timedelta(minutes=2) else SLOW
        return f"{FAST if age < timedelta(seconds=20) else calm}ms"

    @property
    def can_cancel(self) -> bool:
        if self.job.cancel_requested:
            return False
        return self.job.state == State.QUEUED or (
            self.job.state in (State.SUBMITTING, State.RUNNING) and self.is_local
        )

    @property
    def can_retry(self) -> bool:
        return self.job.state in DEAD and self.retried_as is None

    @property
    def is_local(self) -> bool:
        provider = catalogue.providers().get(self.job.provider)
        return bool(provider and provider.local)

    @property
    def words(self) -> str:
        """What is going on, for somebody who waits."""
        if self.job.cancel_requested and not self.job.is_terminal:
            return "Stopping"
        if self.job.state == State.QUEUED and self.ahead:
            return f"Waiting, {self.ahead} ahead"
        stage = self.job.stage.capitalize() if self.job.state == State.RUNNING else ""
        return stage or WORDS.get(State(self.job.state), "")

    @property
    def width(self) -> str:
        """The done part of the bar, for an attribute."""
        return f"{(self.job.progress or 0) * 100:.1f}%"


def cards(jobs: Iterable[Job], account: Account) -> list[Card]:
    """Cards for jobs of one account, with one query per kind of thing."""
    jobs = list(jobs)
    sources = {job.pk: _source_id(job) for job in jobs}
    wanted = Q(pk__in=[i for i in sources.values() if i])
    made = Q(origin__in=[job.origin for job in jobs], slot=0)
    found = list(Asset.objects.for_account(account).filter(wanted | made))
    by_id = {str(asset.pk): asset for asset in found}
    by_origin = {asset.origin: asset for asset in found}
    again = _retries(jobs)
    return [
        Card(
            job=job,
            source=by_id.get(sources[job.pk]),
            result=by_origin.get(job.origin) if job.state == State.SUCCEEDED else None,
            ahead=_ahead(job),
            retried_as=again.get(job.pk),
        )
        for job in jobs
    ]


def card(job: Job, account: Account) -> Card:
    return cards([job], account)[0]


def _source_id(job: Job) -> str:
    operation = catalogue.operations().get(job.operation)
    names = [p.name for p in operation.params if p.is_asset] if operation else []
    return next((str(job.params[n]) for n in names if job.params.get(n)), "")


def _retries(jobs: Iterable[Job]) -> dict[UUID, UUID]:
    """The job that stands for each of these by now: a retry of it, or of a retry that came to
    nothing, which is under way or has succeeded."""
    found: dict[UUID, UUID] = {}
    tried = {job.pk: job.pk for job in jobs}
    while tried:
        dead = {}
        retries = Job.objects.filter(retry_of__in=tried).order_by("created")
        for pk, of, state in retries.values_list("pk", "retry_of_id", "state"):
            if of and state in DEAD:
                dead[pk] = tried[of]
            elif of:
                found[tried[of]] = pk
        tried = dead
    return found


def _ahead(job: Job) -> int:
    if job.state != State.QUEUED:
        return 0
    waiting = Job.objects.filter(provider=job.provider, state=State.QUEUED)
    return waiting.filter(created__lt=job.created).count()
