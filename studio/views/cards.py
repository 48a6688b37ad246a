"""Jobs as they are shown: with their pictures, their place in the queue and what can be done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from assets.models import Asset, AssetKind, Status
from billing.models import Account
from studio import catalogue, grids, jobs, told
from studio.engine.weight import changed, weight
from studio.models import Job, State
from studio.views.card_words import Failure, failure, label_of, waiting
from studio.views.price_words import on_the_button
from studio.views.sets import Set, set_of
from studio.views.stages import told as told_of

# Milliseconds between two looks of the page: fast at first, calmer for long work. What is done
# elsewhere takes longer, and is asked about there every few seconds only.
HERE, ELSEWHERE = (400, 1000, 3000), (1000, 3000, 5000)
AT_FIRST = 150  # that something happens is to be seen at once
DEAD = (State.FAILED, State.CANCELED)


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
        fast, calm, slow = HERE if self.is_local else ELSEWHERE
        if self.is_local and age < timedelta(seconds=2):
            return f"{AT_FIRST}ms"
        if age < timedelta(seconds=20):
            return f"{fast}ms"
        return f"{calm if age < timedelta(minutes=2) else slow}ms"

    @property
    def elapsed(self) -> timedelta:
        """How long it has been at what it is at: waiting, or working."""
        if self.job.state == State.QUEUED:
            return timezone.now() - self.job.created
        return self.job.ran or self.job.waited

    @cached_property
    def set(self) -> Set | None:
        """Its results, where each has a place of its own."""
        return set_of(self.job, self.job.account) if self.job.state == State.SUCCEEDED else None

    @property
    def can_cancel(self) -> bool:
        return told.can_cancel(self.job)

    @property
    def cannot_stop(self) -> bool:
        """Whether it is at work where nothing can stop it."""
        provider = catalogue.providers().get(self.job.provider)
        return self.job.state in told.AT_WORK and not jobs.can_stop(provider)

    @property
    def can_send_again(self) -> bool:
        return told.can_send_again(self.job)

    @property
    def can_give_up(self) -> bool:
        return told.can_give_up(self.job)

    @property
    def patience(self) -> int:
        """Hours in which a person may decide."""
        return int(settings.REVIEW_HOURS)

    @property
    def can_retry(self) -> bool:
        return told.can_retry(self.job) and self.retried_as is None

    @property
    def again(self) -> str:
        """The terms of a retry as they are now; empty when nobody offers it any more."""
        offer = catalogue.all_offers().get(self.job.offer)
        return jobs.terms(offer, self.job.params, self.job.account).shown if offer else ""

    @property
    def again_words(self) -> str:
        return on_the_button(self.again)

    @property
    def is_local(self) -> bool:
        provider = catalogue.providers().get(self.job.provider)
        return bool(provider and provider.local)

    @property
    def by(self) -> str:
        """Who does it."""
        return label_of(self.job.provider)

    @cached_property
    def varied(self) -> list[tuple[str, str]]:
        """(label, value in words) of what sets it apart in a grid."""
        return grids.of_job(self.job) if self.job.varied else []

    @property
    def words(self) -> str:
        """What is going on, for somebody who waits."""
        if self.job.is_terminal:
            return ""
        return waiting(self.job, self.ahead, local=self.is_local)

    @property
    def weight(self) -> str:
        """What its file was and is, where that is the point."""
        operation = catalogue.operations().get(self.job.operation)
        if not (operation and operation.weighs and self.source and self.result):
            return ""
        old, new = self.source.size, self.result.size
        return f"{weight(old)} → {weight(new)}, {changed(old, new)}"

    @property
    def failure(self) -> Failure:
        return failure(self.job)

    @property
    def error(self) -> str:
        return told.redacted(self.job.error)

    @property
    def detail(self) -> str:
        return told.redacted(self.job.error_detail)

    @property
    def picture(self) -> str:
        """For the stage: the result, what it was made from, and where that lies in it."""
        made = self.result
        if made is None or made.kind != AssetKind.IMAGE or made.status != Status.READY:
            return ""
        source = self.source if self.source and self.source.kind == AssetKind.IMAGE else None
        said = self.job.params
        shift = [said.get("left") or 0, said.get("up") or 0] if "left" in said else None
        can_accept = source is not None and not made.version_of_id
        return json.dumps(
            {
                "result": told_of(made),
                "source": told_of(source) if source else None,
                "shift": shift,
                "accept": reverse("asset-accept", args=[made.pk]) if can_accept else "",
                "version": made.version if made.version_of_id else 0,
            }
        )

    @property
    def width(self) -> str:
        """The done part of the bar, for an attribute."""
        return f"{(self.job.progress or 0) * 100:.1f}%"


def cards(chosen: Iterable[Job], account: Account) -> list[Card]:
    """Cards for jobs of one account, with one query per kind of thing."""
    chosen = list(chosen)
    sources = {job.pk: _source_id(job) for job in chosen}
    wanted = Q(pk__in=[i for i in sources.values() if i])
    made = Q(origin__in=[job.origin for job in chosen], slot=0)
    found = list(Asset.objects.for_account(account).filter(wanted | made))
    by_id = {str(asset.pk): asset for asset in found}
    by_origin = {asset.origin: asset for asset in found}
    again = _retries(chosen)
    return [
        Card(
            job=job,
            source=by_id.get(sources[job.pk]),
            result=by_origin.get(job.origin) if job.state == State.SUCCEEDED else None,
            ahead=_ahead(job),
            retried_as=again.get(job.pk),
        )
        for job in chosen
    ]


def card(job: Job, account: Account) -> Card:
    return cards([job], account)[0]


def _source_id(job: Job) -> str:
    operation = catalogue.operations().get(job.operation)
    names = [p.name for p in operation.params if p.is_asset] if operation else []
    return next((str(job.params[n]) for n in names if job.params.get(n)), "")


def _retries(chosen: Iterable[Job]) -> dict[UUID, UUID]:
    """The job that stands for each of these by now: a retry of it, or of a retry that came to
    nothing, which is under way or has succeeded."""
    found: dict[UUID, UUID] = {}
    tried = {job.pk: job.pk for job in chosen}
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
