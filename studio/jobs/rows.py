"""What the end of a job means for the row of the batch that it is for, and for the batch."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from billing import services as billing
from studio import notices
from studio.hooks import outbox
from studio.models import LIVE, Batch, BatchNews, BatchRow, BatchState, Job, RowState, State

# The turn of what goes on with a row that is at work already: before every row that is not.
FIRST = 0
NOT_BEGUN = "The step before it was not done, so it was not begun. Nothing was charged."
AT_WORK = (BatchState.RUNNING, BatchState.PAUSED)
SAID = {
    "done": "is done",
    "canceled": "was canceled",
    "stopped": "stopped by itself",
    "not begun": "could not begin",
}


def ended(job: Job) -> list[Job]:
    """Take in that a job has ended, in the transaction in which it did. Returns those that can not
    come after it any more."""
    followers = Job.objects.filter(after=job, row=job.row_id, waits=True, state=State.QUEUED)
    left: list[Job] = []
    if job.batch_id is None or job.row_id is None:
        return left
    if job.state == State.SUCCEEDED:
        followers.update(turn=FIRST)
        Batch.objects.filter(pk=job.batch_id).update(spent=F("spent") + job.quote)
        BatchRow.objects.filter(pk=job.row_id).update(cost=F("cost") + job.quote)
    else:
        left = list(followers)
    if not left:
        _settle(job.row_id, job.batch_id)
    return left


def _settle(row: int, batch: UUID) -> None:
    jobs = Job.objects.filter(row=row)
    if jobs.filter(state__in=LIVE).exists():
        return
    last = {(j.step, j.slot): j for j in jobs.order_by("created", "pk")}
    states = {job.state for job in last.values()}
    failed = next((j for _, j in sorted(last.items()) if j.state == State.FAILED), None)
    if failed:
        to, error = RowState.FAILED, failed.error
    elif State.CANCELED in states:
        to, error = RowState.CANCELED, ""
    else:
        to, error = RowState.DONE, ""
    mine = BatchRow.objects.filter(pk=row, state=RowState.OPEN)
    if not mine.update(state=to, error=error, ended=timezone.now()):
        return
    if to == RowState.FAILED:
        Batch.objects.filter(pk=batch).update(failures=F("failures") + 1)
    finish(batch)
    if to == RowState.FAILED:
        stop_after_failures(Batch.objects.get(pk=batch))


def finish(batch: UUID) -> bool:
    """End a batch of which no row is open. Whether it has ended now."""
    if BatchRow.objects.filter(batch=batch, state=RowState.OPEN).exists():
        return False
    now = timezone.now()
    mine = Batch.objects.filter(pk=batch, ended=None)
    over = {"ended": now, "changed": now}
    with transaction.atomic():
        if mine.filter(state__in=AT_WORK).update(state=BatchState.DONE, words="", **over):
            tell(batch, "done", _not_done(batch))
            return True
        if mine.filter(state=BatchState.CANCELED).update(**over):
            tell(batch, "canceled")
            return True
        # That it was stopped was told when it was.
        return bool(mine.filter(state=BatchState.STOPPED).update(**over))


def _not_done(batch: UUID) -> str:
    """What a person should know of an end that is not a good one."""
    all_rows = BatchRow.objects.filter(batch=batch)
    failed = all_rows.filter(state=RowState.FAILED).count()
    left = all_rows.filter(state=RowState.WRONG).count()
    told = [f"{failed:,} of {all_rows.count():,} rows failed."] if failed else []
    told += [f"{left:,} wrong {'row was' if left == 1 else 'rows were'} left out."] if left else []
    return " ".join(told)


def stop_after_failures(batch: Batch) -> None:
    """Stop it when as many rows have failed as may."""
    if batch.stop_failures is not None and batch.failures >= batch.stop_failures:
        rows = "1 row failed" if batch.failures == 1 else f"{batch.failures:,} rows failed"
        stop(batch, f"Stopped because {rows}; the limit is {batch.stop_failures:,}.")


def over_budget(spent: int, needed: int, limit: int) -> str:
    return (
        f"Stopped at {billing.as_credits(spent)}: the next row needs up to "
        f"{billing.as_credits(needed)}, and the limit is {billing.as_credits(limit)}."
    )


def stop(batch: Batch, words: str) -> bool:
    """Let no further row begin. What is held for them stays until somebody goes on or cancels, or
    nobody has decided in time."""
    now = timezone.now()
    with transaction.atomic():
        mine = Batch.objects.filter(pk=batch.pk, state=BatchState.RUNNING)
        if not mine.update(state=BatchState.STOPPED, words=words, changed=now):
            return False
        tell(batch.pk, "stopped", words)
    return True


def tell(batch: UUID, kind: str, words: str = "") -> None:
    """Note what people are to be told, once for each time that the batch was begun."""
    found = Batch.objects.select_related("account", "user").get(pk=batch)
    ways = [BatchNews.Way.PAGE]
    ways += [BatchNews.Way.MAIL] if found.email else []
    ways += [BatchNews.Way.HOOK] if found.webhook else []
    is_new = not BatchNews.objects.filter(batch=batch, kind=kind, round=found.round).exists()
    BatchNews.objects.bulk_create(
        [
            BatchNews(
                batch_id=batch,
                way=way,
                kind=kind,
                words=words,
                round=found.round,
                next_at=None if way == BatchNews.Way.PAGE else timezone.now(),
            )
            for way in ways
        ],
        ignore_conflicts=True,
    )
    outbox.batch_told(found, kind, words)
    if is_new and found.user:
        notices.tell(
            found.account,
            notices.members(found.account, found.user),
            kind=f"batch.{kind.replace(' ', '_')}",
            title=f"“{found.title}” {SAID[kind]}"[:200],
            text=words,
            link=reverse("batch", args=[batch]),
            about=f"batch:{batch}",
            client=found.client_id,
        )


def reopen(again: Job, first: Job) -> None:
    """A retry belongs to the row of what it tries again."""
    if not first.row_id or not first.batch_id:
        return
    # What it comes after may have been tried again, and be done since; the account is locked.
    before = Job.objects.filter(next_ones=again.pk, state=State.SUCCEEDED)
    done = before.exists()
    where = {
        "batch_id": first.batch_id,
        "row_id": first.row_id,
        "step": first.step,
        "slot": first.slot,
        "takes": first.takes if again.waits else None,
        "turn": FIRST if again.waits and done else None,
    }
    Job.objects.filter(pk=again.pk).update(**where)
    for name, value in where.items():
        setattr(again, name, value)
    BatchRow.objects.filter(pk=first.row_id).update(state=RowState.OPEN, error="", ended=None)
    mine = Batch.objects.filter(pk=first.batch_id)
    mine.filter(state=BatchState.DONE).update(state=BatchState.RUNNING)
    mine.update(ended=None)
