"""Thousands of jobs at once: taken on, or canceled before they begin."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from billing import services as billing
from billing.models import Account
from studio.hooks import outbox
from studio.jobs import rows
from studio.jobs.alone import only_one
from studio.jobs.money import line
from studio.models import LIVE, Batch, BatchRow, Event, Job, RowState, State

CHUNK = 500
CANCELED = "canceled with the rest of its batch, nothing charged"


def place(account: Account, new: Sequence[Job]) -> None:
    """Hold what they may cost and write them, inside the caller's transaction. Raises billing's
    MoneyRefused."""
    billing.hold_all(account, [line(job) for job in new])
    Job.objects.bulk_create(new)
    Event.objects.bulk_create(
        Event(job=job, state=State.QUEUED, note=f"asked for, {job.price_words}"[:300])
        for job in new
    )


def cancel_waiting(batch: Batch) -> int:
    """Cancel the rows of a batch of which nothing is at work, and give back what is held for them,
    a few hundred at a time. How many jobs that were."""
    done = 0
    while some := _cancel_some(batch):
        done += some
    rows.finish(batch.pk)
    return done


def _cancel_some(batch: Batch) -> int:
    # Nothing of it may begin meanwhile.
    with only_one("batches"):
        account = Account.objects.select_for_update().get(pk=batch.account_id)
        at_work = Job.objects.filter(batch=batch, waits=False, state__in=LIVE)
        waiting = Job.objects.filter(batch=batch, waits=True, state=State.QUEUED)
        idle = waiting.exclude(row__in=list(at_work.values_list("row", flat=True)))
        chosen = list(idle.order_by("row").values_list("row", flat=True).distinct()[:CHUNK])
        found = list(waiting.filter(row__in=chosen).values_list("pk", flat=True))
        now = timezone.now()
        Job.objects.filter(pk__in=found, state=State.QUEUED, waits=True).update(
            state=State.CANCELED, finished=now, stage="", lease=None
        )
        Event.objects.bulk_create(
            Event(job_id=pk, state=State.CANCELED, note=CANCELED) for pk in found
        )
        billing.release_all(account, [f"job:{pk}" for pk in found], CANCELED)
        outbox.jobs_moved(found, batch.account_id, batch.client_id, State.CANCELED)
        BatchRow.objects.filter(pk__in=chosen, state=RowState.OPEN).update(
            state=RowState.CANCELED, ended=now
        )
    return len(found)
