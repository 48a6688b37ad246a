"""A batch at work: pausing, going on, canceling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studio import jobs
from studio.batches import schedule
from studio.batches.wrong import NotNow, it_is
from studio.models import Batch, BatchState

# A paused batch holds money, which nobody may forget for ever.
PAUSED_FOR = timedelta(days=30)
FORGOTTEN = (
    f"It was paused for {PAUSED_FOR.days} days, so its rest was canceled, and what was held for it "
    "came back. Rows that were canceled can be taken up again."
)
OPEN = (BatchState.SCHEDULED, BatchState.RUNNING, BatchState.PAUSED, BatchState.STOPPED)


def _change(batch: Batch, frm: tuple[BatchState, ...], to: BatchState, **fields: Any) -> bool:
    now = timezone.now()
    mine = Batch.objects.filter(pk=batch.pk, state__in=frm, ended=None)
    changed = mine.update(state=to, changed=now, **fields)
    batch.refresh_from_db()
    return bool(changed)


def pause(batch: Batch) -> Batch:
    """Let no further row begin; rows at work go on to their end. Raises NotNow."""
    if not _change(batch, (BatchState.RUNNING,), BatchState.PAUSED, words=""):
        if batch.state == BatchState.PAUSED:
            return batch
        raise NotNow(f"{it_is(batch)}; only a running one pauses.")
    return batch


def resume(batch: Batch) -> Batch:
    """Go on with a paused or stopped batch, or begin a scheduled one now. After a stop failures and
    credits are counted anew. Raises NotNow."""
    now = timezone.now()
    fresh = {"words": "", "failures": 0, "spent": 0, "round": batch.round + 1}
    begun = {"starts_at": now, "started": now, **schedule.times(batch, now)}
    done = (
        _change(batch, (BatchState.PAUSED,), BatchState.RUNNING, words="")
        or _change(batch, (BatchState.STOPPED,), BatchState.RUNNING, **fresh)
        or _change(batch, (BatchState.SCHEDULED,), BatchState.RUNNING, **begun)
    )
    if not done and batch.state != BatchState.RUNNING:
        raise NotNow(f"{it_is(batch)}; {_way_on(batch)}")
    transaction.on_commit(jobs.dispatch_calmly)
    return batch


def _way_on(batch: Batch) -> str:
    """Of one that does not go on: what to do instead."""
    if batch.state == BatchState.DRAFT:
        return "it has not begun yet. Start it."
    if batch.state == BatchState.CANCELED:
        return "nothing of it waits any more. Try its canceled rows again."
    if batch.state == BatchState.STOPPED:
        return "the rows that waited were canceled. Try them again."
    return "nothing of it waits any more. Try the rows again that failed."


def cancel_rest(batch: Batch) -> Batch:
    """Cancel all rows that are not at work, and give back what is held for them. Those at work are
    finished. What came again every week does not any more. Raises NotNow."""
    if not _change(batch, OPEN, BatchState.CANCELED, words="", next_at=None):
        if batch.state == BatchState.CANCELED:
            return batch
        is_draft = batch.state == BatchState.DRAFT
        waits = "nothing of it has begun. Delete it" if is_draft else "nothing of it waits any more"
        raise NotNow(f"{it_is(batch)}; {waits}.")
    jobs.cancel_waiting(batch)
    batch.refresh_from_db()
    return batch


def expire() -> int:
    """Give back what is held for batches that nobody has decided about, and finish canceling where
    that broke off. How many."""
    now = timezone.now()
    late = {
        BatchState.STOPPED: now - timedelta(hours=settings.REVIEW_HOURS),
        BatchState.PAUSED: now - PAUSED_FOR,
        BatchState.CANCELED: now,
    }
    done = 0
    for state, before in late.items():
        for batch in Batch.objects.filter(state=state, ended=None, changed__lt=before):
            if state == BatchState.PAUSED:
                _change(batch, (BatchState.PAUSED,), BatchState.CANCELED, words=FORGOTTEN)
            done += bool(jobs.cancel_waiting(batch))
    return done
