"""Somebody else does it: when who was chosen first surely did not take it, and nobody was paid."""

from __future__ import annotations

from django.utils import timezone

from billing import services as billing
from studio import catalogue, keys, price_list
from studio.jobs.order import terms
from studio.jobs.state import close_attempt, move
from studio.models import Job, State
from studio.spec import ErrorKind, ProviderError

# What a refusal of the first says nothing about the others.
AT_ONCE = (ErrorKind.KEY, ErrorKind.NO_CREDIT, ErrorKind.REFUSED)
PATIENCE = 2  # starts of one that asks to wait


def is_for_others(job: Job, error: ProviderError) -> bool:
    """Whether the next one is to be asked after this answer to a submit."""
    if not job.alternatives or job.state != State.SUBMITTING:
        return False
    waits = error.kind == ErrorKind.LATER and job.fence >= PATIENCE
    return error.kind in AT_ONCE or waits


def fall_over(job: Job, why: str) -> bool:
    """Hand a job on to the next one who can do it for what is held. False when nobody is left, or
    somebody else decided."""
    for at, other in enumerate(job.alternatives):
        offer = catalogue.all_offers().get(other["offer"])
        if not offer or offer.provider not in keys.usable(job.account):
            continue
        if not billing.may_use(job.account, offer.key):
            continue
        now = terms(offer, other["params"], job.account)
        if now.most > job.most or keys.problem(job.account, offer):
            continue
        was_at_work = job.state == State.SUBMITTING
        moved = move(
            job,
            State.QUEUED,
            note=f"{why} {offer.label} does it instead.",
            offer=offer.key,
            provider=offer.provider,
            params=other["params"],
            quote=now.price.amount,
            own_key=now.own_key,
            expected_cost=price_list.quote(offer, other["params"]).amount,
            price_words=now.price.words,
            price_row=price_list.row_of(offer),
            alternatives=job.alternatives[at + 1 :],
            attempts=0,
            lease=None,
            stage="",
            next_at=timezone.now(),
        )
        if moved and was_at_work:
            close_attempt(job, "refused")
        return moved
    return False
