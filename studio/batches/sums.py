"""How several batches stand, with the same few queries for any number of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Sum

from studio.models import LIVE, Batch, BatchRow, Job, RowState, State


@dataclass(frozen=True)
class Money:
    """Units: what its jobs cost, what is held for those that are not done, and what came back of
    what was held."""

    spent: int = 0
    held: int = 0
    returned: int = 0


def money(batch: Batch) -> Money:
    return money_of([batch])[batch.pk]


def counts_of(some: Sequence[Batch]) -> dict[UUID, Counter[str]]:
    """The rows of each by state, as `counts` has them."""
    ids = [batch.pk for batch in some]
    found: dict[UUID, Counter[str]] = {pk: Counter() for pk in ids}
    rows = BatchRow.objects.filter(batch__in=ids).order_by()
    for pk, state, count in rows.values_list("batch", "state").annotate(Count("pk")):
        found[pk][state] = count
    # Those at work are found by an index; a batch has few of them.
    begun = [pk for pk in ids if found[pk][RowState.OPEN]]
    live = Job.objects.filter(batch__in=begun, waits=False, state__in=LIVE).order_by()
    for pk, count in live.values_list("batch").annotate(Count("row", distinct=True)):
        found[pk]["running"] = count
    for counted in found.values():
        counted["waiting"] = max(counted.pop(RowState.OPEN, 0) - counted["running"], 0)
    return found


def money_of(some: Sequence[Batch]) -> dict[UUID, Money]:
    """What each of them has cost, holds, and was given back."""
    ids = [batch.pk for batch in some]
    sums: dict[UUID, Counter[str]] = {pk: Counter() for pk in ids}
    mine = Job.objects.filter(batch__in=ids).order_by()
    by_state = mine.values_list("batch", "state").annotate(Sum("quote"), Sum("most"))
    for pk, state, quote, most in by_state:
        if state in LIVE:
            sums[pk]["held"] += most
        elif state == State.SUCCEEDED:
            sums[pk]["spent"] += quote
            sums[pk]["returned"] += most - quote
        else:
            sums[pk]["returned"] += most
    return {pk: Money(one["spent"], one["held"], one["returned"]) for pk, one in sums.items()}
