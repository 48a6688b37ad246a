"""Taking up work for providers elsewhere. Only the pump does, under its lease."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from studio import catalogue
from studio.jobs.lanes import Busy, Lane, since
from studio.jobs.state import end
from studio.models import Attempt, Event, Job, State
from studio.processes import HOST

# (provider, the account's own key or None): what has slots of its own.
Way = tuple[str, UUID | None]
# What nobody knows of takes no place: it may never have been accepted.
AT_WORK = (State.SUBMITTING, State.RUNNING)
# No work takes longer, whatever a stored model says.
LONGEST = 7 * 24 * 3600
MOST = 100


def claim(epoch: int, providers: list[str], free: Callable[[Way, int], int]) -> list[Job]:
    """Start queued jobs: the intent is committed before anything is sent.

    epoch: of the pump. free(way, busy) says how many more there may be. Accounts take turns.
    """
    now = timezone.now()
    waiting = Job.objects.filter(
        state=State.QUEUED, waits=False, provider__in=providers, next_at__lte=now
    )
    _drop_unwanted(waiting)
    chosen: list[UUID] = []
    for way in waiting.order_by().values_list("provider", "own_key_id").distinct():
        chosen += _choose(waiting, way, free)
    return _start(chosen[:MOST], epoch, now)


def _drop_unwanted(waiting: QuerySet[Job]) -> None:
    """Canceled while it was being sent, which came to nothing."""
    for job in waiting.filter(cancel_requested=True):
        end(job, State.CANCELED, note="canceled, nothing charged")


def _choose(waiting: QuerySet[Job], way: Way, free: Callable[[Way, int], int]) -> list[UUID]:
    provider, own_key = way
    mine = Job.objects.filter(provider=provider, own_key=own_key)
    at_work = Q(state__in=AT_WORK)
    busy = Busy(mine.filter(at_work).values_list("account_id", "batch_id"))
    places = min(free(way, busy.total), MOST)
    if places <= 0:
        return []
    queues: dict[Lane, Iterator[tuple[UUID, datetime]]] = {}
    group = waiting.filter(provider=provider, own_key=own_key)
    for account, batch in group.order_by().values_list("account_id", "batch_id").distinct():
        oldest = group.filter(account_id=account, batch_id=batch).order_by("created", "pk")
        first = oldest.values_list("pk", "created", "next_at")[:places]
        queues[account, batch] = iter([(pk, since(batch, *times)) for pk, *times in first])
    return list(islice(_in_turn(queues, busy), places))


def _in_turn(queues: dict[Lane, Iterator[tuple[UUID, datetime]]], busy: Busy) -> Iterator[UUID]:
    """Always from the lane with the least at work; its oldest first."""
    heads = {lane: head for lane, queue in queues.items() if (head := next(queue, None))}
    while heads:
        lane = min(heads, key=lambda one: (*busy.of(one), heads[one][1]))
        yield heads[lane][0]
        busy.add(lane)
        if (head := next(queues[lane], None)) is None:
            del heads[lane]
        else:
            heads[lane] = head


def _start(chosen: list[UUID], epoch: int, now: datetime) -> list[Job]:
    """Count the starts in one transaction; those that somebody else took are left out."""
    if not chosen:
        return []
    with transaction.atomic():
        mine = Job.objects.filter(pk__in=chosen, state=State.QUEUED)
        if connection.features.has_select_for_update_skip_locked:
            mine = mine.select_for_update(skip_locked=True, of=("self",))
        taken = list(mine.select_related("account", "own_key"))
        Job.objects.filter(pk__in=[job.pk for job in taken]).update(
            state=State.SUBMITTING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            epoch=epoch,
            host=HOST,
            started=now,
            lease=None,
            handed=None,
            stage="sending",
            progress=None,
        )
        for job in taken:
            job.state, job.fence, job.epoch = State.SUBMITTING, job.fence + 1, epoch
            job.attempts += 1
            job.started, job.handed = now, None
            _set_deadline(job, now)
        Job.objects.bulk_update(taken, ["deadline"])
        Attempt.objects.bulk_create(Attempt(job=job, number=job.fence) for job in taken)
        Event.objects.bulk_create(
            Event(job=job, state=State.SUBMITTING, note=f"start {job.attempts}") for job in taken
        )
    return taken


def _set_deadline(job: Job, now: datetime) -> None:
    offer = catalogue.all_offers().get(job.offer)
    seconds = min(max(offer.deadline, 1), LONGEST) if offer else 900
    job.deadline = now + timedelta(seconds=seconds)
