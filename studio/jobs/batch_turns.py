"""Whose turn it is in a batch: a few of its jobs for each provider, found by index among thousands
that wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from studio.jobs import rows
from studio.jobs.alone import only_one
from studio.jobs.handed import handed_on, in_trash, made_by
from studio.jobs.state import end
from studio.models import LIVE, Batch, BatchState, Job, State

BEGUN = (BatchState.RUNNING, BatchState.PAUSED, BatchState.STOPPED, BatchState.CANCELED)
# What nobody knows of takes no place: that may last for a day.
TAKES_A_PLACE = tuple(state for state in LIVE if state != State.REVIEW)


def give() -> int:
    """Let those begin whose turn it is. Returns of how many something was decided."""
    batches = Batch.objects.filter(state__in=BEGUN, ended=None)
    if not batches.exists():
        return 0
    with only_one("batches"):
        return sum(_give(batch, timezone.now()) for batch in batches)


def _give(batch: Batch, now: datetime) -> int:
    if (batch.opens and batch.opens > now) or (batch.closes and batch.closes <= now):
        return 0
    ready = Job.objects.filter(batch=batch, waits=True, state=State.QUEUED, turn__isnull=False)
    if batch.state != BatchState.RUNNING:
        # What is at work goes on to the end of its row.
        ready = ready.filter(turn=rows.FIRST)
    at_work = Job.objects.filter(batch=batch, waits=False, state__in=TAKES_A_PLACE)
    busy = Counter(at_work.values_list("provider", flat=True))
    done, full = 0, False
    for provider in list(ready.order_by().values_list("provider", flat=True).distinct()):
        free = max(batch.at_once - busy[provider], 0)
        mine = ready.filter(provider=provider).select_related("after")
        for job in mine.order_by("turn", "step", "slot")[:free]:
            if job.turn != rows.FIRST:
                full = full or not _may_begin(batch, job)
                if full:
                    break
            done += _begin(job)
    return done


def _may_begin(batch: Batch, job: Job) -> bool:
    """Whether its row may begin: whatever becomes of those at work, no more rows fail and no more
    is spent than the batch may. Where nothing at work could still turn out well, it is stopped."""
    if batch.stop_failures is None and batch.stop_units is None:
        return True
    live = Job.objects.filter(batch=batch, state__in=LIVE)
    begun = live.filter(Q(waits=False) | Q(turn=rows.FIRST))
    at_work = set(begun.values_list("row", flat=True))
    if job.row_id in at_work:
        return True
    its = live.filter(Q(row__in=at_work) | Q(row=job.row_id)).order_by().values_list("row")
    most = dict(its.annotate(Sum("most")))
    # Read after those at work: what ends in between is counted twice rather than not at all.
    now = Batch.objects.get(pk=batch.pk)
    if now.state != BatchState.RUNNING:
        return False
    units = now.stop_units is None or now.spent + sum(most.values()) <= now.stop_units
    fails = now.stop_failures is None or now.failures + len(at_work) < now.stop_failures
    if not at_work and not fails:
        rows.stop_after_failures(now)
    elif not at_work and not units and now.stop_units is not None:
        rows.stop(now, rows.over_budget(now.spent, most[job.row_id], now.stop_units))
    return units and fails


def _begin(job: Job) -> int:
    if job.after_id is None or job.takes is None or job.after is None:
        return go(job)
    before = job.after
    found = handed_on(before, job.operation, job.begins_with, job.takes, made_by([before]))
    if found is None:
        words = (
            f"“{before.title}” has no result that this step could go on with: it is gone from "
            "the library, or fewer were made."
        )
    elif found.trashed:
        words = in_trash(found, before.title)
    else:
        return go(job, **dict(given(job, str(found.pk))))
    return int(end(job, State.FAILED, note=words, error_kind="input", error=words))


def given(job: Job, asset: str) -> Iterator[tuple[str, Any]]:
    """The params with the file that it waited for."""
    yield "params", {**job.params, job.begins_with: asset}
    yield (
        "alternatives",
        [{**a, "params": {**a["params"], job.begins_with: asset}} for a in job.alternatives],
    )


def go(job: Job, **fields: object) -> int:
    mine: QuerySet[Job] = Job.objects.filter(pk=job.pk, state=State.QUEUED, waits=True)
    return mine.update(waits=False, stage="", lease=None, next_at=timezone.now(), **fields)
