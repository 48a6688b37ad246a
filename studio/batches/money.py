"""What stands against a batch as a whole: its credits, the caps of the plan, the budgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from billing import services as billing
from billing.models import User
from billing.services import Asked, InsufficientCredits, MoneyRefused, Preflight, Purpose
from studio import catalogue
from studio.jobs.money import counted
from studio.models import Batch, BatchRow


def preflight(batch: Batch, ready: QuerySet[BatchRow], user: User | None) -> Preflight:
    """What beginning these rows together would meet."""
    if not billing.is_limited(batch.account):
        # Only the sum counts, which the database adds up.
        sums = ready.aggregate(most=Sum("most", default=0), likely=Sum("quote", default=0))
        return billing.preflight(batch.account, [Asked(sums["most"], sums["likely"])])
    works = ready.order_by("number").values_list("work", flat=True).iterator(chunk_size=500)
    return billing.preflight(batch.account, together(_asked(batch, works, user)))


def _asked(
    batch: Batch, works: Iterable[list[dict[str, Any]]], user: User | None
) -> Iterator[Asked]:
    operations = catalogue.operations()
    for work in works:
        for one in work:
            doer, number = one["doers"][0], one["count"]
            operation = operations[one["operation"]]
            kind, each = counted(operation, doer["params"])
            client = one.get("client")
            purpose = Purpose(
                doer["offer"],
                operation.module,
                kind,
                each * number,
                UUID(client) if client else batch.client_id,
                user.pk if user else None,
                batch.account.asked_with,
            )
            yield Asked(one["most"] * number, one["quote"] * number, purpose)


def together(asked: Iterable[Asked]) -> list[Asked]:
    """As few as there are purposes; what costs nothing apart, since it may count otherwise."""
    sums: dict[tuple[Purpose, bool], Counter[str]] = {}
    for one in asked:
        same = replace(one.purpose, count=0), bool(one.most)
        sums.setdefault(same, Counter()).update(
            most=one.most, likely=one.likely, count=one.purpose.count
        )
    return [
        Asked(its["most"], its["likely"], replace(purpose, count=its["count"]))
        for (purpose, _), its in sums.items()
    ]


def against(error: MoneyRefused | None, count: int) -> str:
    """What is in the way of so many rows, for people; empty when nothing is."""
    if isinstance(error, InsufficientCredits):
        return too_dear(error.needed, error.available, count)
    return str(error or "")


def too_dear(needed: int, available: int, count: int) -> str:
    these = "1 row" if count == 1 else f"{count:,} rows"
    return (
        f"{these} need {billing.as_credits(needed)}, available: {billing.as_credits(available)}. "
        "Leave rows out, choose a cheaper model, wait for running work to end, or ask for more "
        "credits."
    )
