"""What a page does with a large sheet a part at a time, so that no request takes long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from studio import catalogue
from studio.batches import columns, drafts, steps
from studio.batches.check import MODULE, OPERATION, check
from studio.batches.columns import Target
from studio.batches.drafting import drafting
from studio.batches.results import Result, _of
from studio.models import LIVE, Batch, BatchFile, BatchRow, Job, RowState

AT_ONCE = 500


def check_some(batch: Batch, most: int = AT_ONCE) -> int:
    """Check the next rows that were not checked. How many are left. Raises NotNow."""
    new = BatchRow.objects.filter(batch=batch, state=RowState.NEW)
    check(batch, list(new.order_by("number")[:most]))
    return new.count()


def map_anew(batch: Batch, mapping: Mapping[str, str]) -> None:
    """As set_mapping, but the rows are left to check_some. Raises Wrong, NotNow."""
    with drafting(batch):
        batch.mapping = drafts._mapping(batch, mapping)
        drafts._anew(batch, "mapping")


def do_anew(batch: Batch, said: Sequence[Mapping[str, Any]]) -> None:
    """As set_steps, but the rows are left to check_some. Raises Wrong, NotNow."""
    with drafting(batch):
        batch.steps = steps.kept(steps.read(batch.account, said))
        known = every_target(batch)
        names = {target.name for target in known}
        kept = {column: name for column, name in batch.mapping.items() if name in names}
        left = [column for column in batch.columns if column not in kept]
        free = [target for target in known if target.name not in kept.values()]
        batch.mapping = kept | columns.guess(left, free)
        drafts._anew(batch, "steps", "mapping")


def look_anew(batch: Batch) -> None:
    """As recheck, but the rows are left to check_some. Raises NotNow."""
    with drafting(batch):
        failed = BatchFile.objects.filter(batch=batch).exclude(problem="")
        failed.update(problem="", tries=0, next_at=timezone.now())
        drafts._anew(batch)


def every_target(batch: Batch) -> tuple[Target, ...]:
    """As targets, and where each row says its own operation the params of all the others."""
    own = drafts.targets(batch)
    if not {MODULE, OPERATION} & set(batch.mapping.values()):
        return own
    known = {target.name for target in own}
    others = (p for o in catalogue.operations().values() if not o.elsewhere for p in o.params)
    return (*own, *(t for t in columns.targets_of(others) if t.name not in known))


def guess_more(batch: Batch) -> None:
    """Where each row says its own operation, find the columns for params of all of them."""
    found = columns.guess(batch.columns, every_target(batch))
    taken = set(batch.mapping.values())
    more = {c: t for c, t in found.items() if c not in batch.mapping and t not in taken}
    if more:
        map_anew(batch, {**batch.mapping, **more})


def results_of(rows: Sequence[BatchRow]) -> list[Result]:
    """What came of these rows."""
    return list(_of(rows))


def newest_tried(batch: Batch, most: int) -> list[BatchRow]:
    """The rows that were done or failed last; thousands may have been canceled since."""
    tried = BatchRow.objects.filter(batch=batch, state__in=(RowState.DONE, RowState.FAILED))
    return list(tried.exclude(ended=None).defer("work").order_by("-ended")[:most])


@dataclass(frozen=True)
class Money:
    """In units: `spent` for what was done, `held` for what may still come, `returned` of what was
    held at first."""

    spent: int
    returned: int
    held: int


def money(batch: Batch) -> Money:
    mine = Job.objects.filter(batch=batch)
    sums = mine.aggregate(all=Sum("most", default=0), live=_sum(Q(state__in=LIVE)))
    spent = BatchRow.objects.filter(batch=batch).aggregate(sum=Sum("cost", default=0))["sum"]
    return Money(spent, max(sums["all"] - sums["live"] - spent, 0), sums["live"])


def _sum(these: Q) -> Sum:
    return Sum("most", filter=these, default=0)
