"""What a job is to the books: what is held for it, and what that is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from billing.models import Account, User
from billing.purpose import Asked, Line, Purpose
from studio import catalogue
from studio.models import Job
from studio.spec import Operation

if TYPE_CHECKING:
    from studio.jobs.order import Terms, Wanted


def line(job: Job) -> Line:
    """What is held for a job that is about to be written."""
    operation = catalogue.operations()[job.operation]
    its = Purpose(
        job.offer,
        job.module,
        *counted(operation, job.params),
        job.client_id,
        job.user_id,
        job.api_key_id,
    )
    return Line(job.most, job.origin, job.title, its)


def counted(operation: Operation, params: Mapping[str, Any]) -> tuple[str, int]:
    """As how many of which kind it counts against a plan."""
    return operation.counts.of(params) if operation.counts else ("", 0)


def asked(
    account: Account,
    user: User | None,
    operation: Operation,
    wanted: Sequence[Wanted],
    each: Sequence[Terms],
    client: UUID | None = None,
) -> list[Asked]:
    """What an order on these terms would hold, to be asked beforehand."""
    found = []
    for one, its in zip(wanted, each, strict=True):
        doer, does = one.doers[0], one.operation or operation
        purpose = Purpose(
            doer.offer.key,
            does.module,
            *counted(does, doer.params),
            client or account.scope.client,
            user.pk if user else None,
            account.asked_with,
        )
        found.append(Asked(its.most, its.price.amount, purpose))
    return found
