"""Looking at the tables: send hints for what waits, and take up what died."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from studio import catalogue, keys
from studio.jobs import turns
from studio.jobs.alone import only_one
from studio.jobs.lanes import Busy, since
from studio.jobs.state import close_attempt, end, move
from studio.jobs.unclear import expire, review
from studio.models import Beat, Job, Lease, Notice, State
from studio.providers import Provider

log = logging.getLogger("zoetrope.jobs")

AT_WORK = (State.SUBMITTING, State.RUNNING, State.FETCHING)
MAX_STARTS = 3
# How long a hint may be under way before another one is sent.
HINT = timedelta(seconds=30)
LEFT_SECONDS = 24 * 60 * 60
PUMP = "pump"
PUMP_HINT = timedelta(seconds=5)


def dispatch() -> int:
    """Send hints for queued work of this computer, for results that wait to be fetched, and for
    the pump. Returns how many.

    On the broker's database the hint and its mark commit together. Accounts take turns: the one
    with the least at work goes first; within it so do its batches and its single jobs, and of
    those the oldest.
    """
    sent = turns.give()
    sent += sum(_dispatch(p) for p in catalogue.providers().values() if p.local)
    return sent + _dispatch_fetches() + _wake_pump()


def _dispatch(provider: Provider) -> int:
    if not _waiting(provider, timezone.now()).exists():
        return 0
    with only_one(provider.key):
        now = timezone.now()
        mine = Job.objects.filter(provider=provider.key)
        on_the_way = Q(state=State.QUEUED, waits=False, lease__gt=now)
        hinted = mine.filter(Q(state__in=AT_WORK) | on_the_way)
        busy = Busy(hinted.values_list("account_id", "batch_id"))
        free = keys.slots(provider) - busy.total
        sent = 0
        while sent < free and (job := _next(provider, now, busy)):
            Job.objects.filter(pk=job.pk).update(lease=now + HINT)
            async_task("studio.tasks.run", str(job.pk), cluster="work")
            busy.add((job.account_id, job.batch_id))
            sent += 1
    return sent


def _dispatch_fetches() -> int:
    """Results that wait at their providers, those of the oldest jobs first."""
    now = timezone.now()
    unhinted = Q(lease=None) | Q(lease__lte=now)
    wanted = Job.objects.filter(state=State.FETCHING, provider__in=_elsewhere())
    if not wanted.filter(unhinted, next_at__lte=now).exists():
        return 0
    with only_one("fetches"):
        free = 2 * settings.FETCH_SLOTS - wanted.filter(lease__gt=now).count()
        waiting = wanted.filter(unhinted, next_at__lte=now).order_by("created", "pk")
        chosen = list(waiting.values_list("pk", flat=True)[: max(free, 0)])
        Job.objects.filter(pk__in=chosen).update(lease=now + HINT)
        for pk in chosen:
            async_task("studio.tasks.fetch", str(pk), cluster="work")
    return len(chosen)


def _wake_pump() -> int:
    """A hint for the pump when there is something for it and nobody works it."""
    now = timezone.now()
    if Lease.objects.filter(name=PUMP, until__gt=now).exists() or not pump_is_wanted():
        return 0
    with only_one("pump"):
        Beat.objects.get_or_create(name="wake@pump")
        late = Q(seen=None) | Q(seen__lt=now - PUMP_HINT)
        if not Beat.objects.filter(late, name="wake@pump").update(seen=now):
            return 0
        async_task("studio.tasks.pump", cluster="engine")
    return 1


def pump_is_wanted() -> bool:
    """Whether anything elsewhere waits to be sent, asked for or found out."""
    soon = timezone.now() + timedelta(seconds=5)
    mine = Job.objects.filter(provider__in=_elsewhere())
    due = Q(state__in=(State.QUEUED, State.UNKNOWN), waits=False, next_at__lte=soon)
    at_work = Q(state__in=(State.SUBMITTING, State.RUNNING))
    known = Q(state=State.REVIEW) & ~Q(provider_ref="")
    left = Q(state=State.FAILED, cancel_requested=True)
    return (
        mine.filter(at_work | due | known | left).exists()
        or Notice.objects.filter(taken=False).exists()
    )


def _elsewhere() -> list[str]:
    return [p.key for p in catalogue.providers().values() if not p.local]


def _waiting(provider: Provider, now: datetime) -> QuerySet[Job]:
    unhinted = Q(lease=None) | Q(lease__lte=now)
    return Job.objects.filter(
        unhinted, provider=provider.key, state=State.QUEUED, waits=False, next_at__lte=now
    ).order_by("created", "pk")


def _next(provider: Provider, now: datetime, busy: Busy) -> Job | None:
    waiting = _waiting(provider, now)
    lanes = list(waiting.order_by().values_list("account_id", "batch_id").distinct())
    oldest = [waiting.filter(account_id=a, batch_id=b).first() for a, b in lanes]
    found = [job for job in oldest if job]

    def place(job: Job) -> tuple[int, int, datetime]:
        lane = (job.account_id, job.batch_id)
        return *busy.of(lane), since(job.batch_id, job.created, job.next_at)

    return min(found, key=place, default=None)


def rescue() -> dict[str, int]:
    """Take up what died: {what happened: how often}. Safe at any time, any number of times."""
    now = timezone.now()
    done: Counter[str] = Counter()
    local = [p.key for p in catalogue.providers().values() if p.local]
    for job in Job.objects.filter(state__in=AT_WORK, provider__in=local, lease__lt=now):
        done[_rescue(job)] += 1
    for job in Job.objects.filter(state=State.REVIEW, next_at__lte=now):
        done["expired"] += expire(job)
    # Whatever the provider, its key or the pump do: every wait has an end.
    patience = now - timedelta(hours=settings.REVIEW_HOURS)
    for job in Job.objects.filter(state=State.UNKNOWN, unclear_since__lt=patience):
        done["expired"] += expire(job)
    for job in Job.objects.filter(state=State.RUNNING, deadline__lt=patience):
        done["reviews"] += review(job, "it takes far longer than it should")
    done["hints"] = dispatch()
    return dict(done)


def _rescue(job: Job) -> str:
    """A start on this computer whose lease ran out: it costs nothing to repeat."""
    if give_up(job):
        return "given up"
    if move(job, State.QUEUED, note="its worker died; starting again", **_fresh()):
        close_attempt(job, "lost")
    return "queued again"


def _fresh() -> dict[str, object]:
    return {"lease": None, "progress": None, "stage": "", "next_at": timezone.now()}


def give_up(job: Job) -> bool:
    """End a job that must not start again: canceled meanwhile, or dead after its last start."""
    if job.cancel_requested:
        return end(job, State.CANCELED, note="canceled, nothing charged")
    if job.attempts < MAX_STARTS:
        return False
    message = (
        f"The renderer died {job.attempts} times on this job, so it was given up. "
        "Try a smaller size or another picture."
    )
    return end(job, State.FAILED, note=message, error_kind="crashed", error=message)


def void_host(host: str, *, planned: bool = False) -> int:
    """The workers of this host are dead: their work is taken up at once.

    With `planned` (a stop that we asked for) the lost start does not count.
    """
    now = timezone.now()
    local = [p.key for p in catalogue.providers().values() if p.local]
    dead = Job.objects.filter(host=host, provider__in=local, state__in=AT_WORK)
    for job in dead:
        if planned and not job.cancel_requested:
            again = {"attempts": max(0, job.attempts - 1)}
            if move(job, State.QUEUED, note="stopped with the studio", **_fresh(), **again):
                close_attempt(job, "stopped")
        else:
            Job.objects.filter(pk=job.pk, fence=job.fence).update(lease=now - HINT)
    # Hints that the dead workers had already taken off the queue are sent again.
    ours = Q(provider__in=local) | Q(waits=True)
    Job.objects.filter(ours, state=State.QUEUED, lease__gt=now).update(lease=None)
    # So are fetches: what is half here is fetched anew.
    Job.objects.filter(state=State.FETCHING, host=host, lease__gt=now).exclude(
        provider__in=local
    ).update(lease=None)
    return len(dead)


def tidy() -> int:
    """Remove from the work folder what dead work left behind. Returns how many things.

    A folder named after a job goes when the job is not at work; anything else (uploads that were
    cut off) after a day.
    """
    root = Path(settings.WORK_DIR)
    left = [entry for entry in root.iterdir() if _is_left(entry)] if root.is_dir() else []
    for entry in left:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    return len(left)


def _is_left(entry: Path) -> bool:
    try:
        return not Job.objects.filter(pk=UUID(entry.name), state__in=AT_WORK).exists()
    except ValueError:
        with contextlib.suppress(FileNotFoundError):
            return time.time() - entry.stat().st_mtime > LEFT_SECONDS
    return False
