"""Jobs of one order that take turns: so many at once, and some only after another one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from assets import services as assets
from assets.models import Asset
from studio.jobs import batch_turns
from studio.jobs.alone import only_one
from studio.jobs.batch_turns import TAKES_A_PLACE, given, go
from studio.jobs.frames import last_frame
from studio.jobs.state import end
from studio.models import LIVE, TERMINAL, Job, State

# How long a hint may be under way before another one is sent.
HINT = timedelta(seconds=60)
STAGE = "waits for its turn"
NOT_BEGUN = "The shot that it begins with was not made, so it was not begun. Nothing was charged."


def give() -> int:
    """Let those begin whose turn it is. Returns of how many something was decided."""
    return batch_turns.give() + _give_runs()


def _give_runs() -> int:
    waiting = Job.objects.filter(waits=True, state=State.QUEUED, batch=None)
    if not waiting.exists():
        return 0
    with only_one("turns"):
        in_runs = waiting.exclude(run=None).order_by()
        runs = list(in_runs.values_list("run", flat=True).distinct())
        done = sum(_give(Job.objects.filter(run=run)) for run in runs)
        # What was ordered alone waits for nobody's place.
        alone = list(waiting.filter(run=None).values_list("pk", flat=True))
        return done + sum(_give(Job.objects.filter(pk=pk)) for pk in alone)


def _give(run: QuerySet[Job]) -> int:
    live = run.filter(state__in=LIVE)
    at_work, done = live.filter(waits=False, state__in=TAKES_A_PLACE).count(), 0
    for job in live.filter(waits=True).select_related("after").order_by("created", "pk"):
        if _is_left(job):
            done += end(job, State.CANCELED, note=NOT_BEGUN, error=NOT_BEGUN)
            continue
        if job.at_once and at_work >= job.at_once:
            continue
        if job.after is None or job.after.state == State.SUCCEEDED:
            at_work += 1
            done += _begin(job)
    return done


def _is_left(job: Job) -> bool:
    """Whether nothing comes any more that it could begin with."""
    if job.after is None:
        return bool(job.begins_with)
    return job.after.state in TERMINAL and job.after.state != State.SUCCEEDED


def _has_place(job: Job) -> bool:
    """Whether fewer than may be are at work: since the hint was sent others may have begun."""
    if job.run is None or not job.at_once:
        return True
    at_work = Job.objects.filter(run=job.run, state__in=TAKES_A_PLACE, waits=False)
    return at_work.count() < job.at_once


def _begin(job: Job) -> int:
    if not job.begins_with:
        return go(job)
    now = timezone.now()
    if job.lease and job.lease > now:
        return 0
    Job.objects.filter(pk=job.pk).update(lease=now + HINT)
    async_task("studio.tasks.turn", str(job.pk), cluster="work")
    return 1


def take(job_id: str | UUID) -> None:
    """Give a job the last frame of the video that it comes after. Called by a hint."""
    job = Job.objects.filter(pk=job_id, state=State.QUEUED, waits=True).first()
    if job is None or job.after is None or job.after.state != State.SUCCEEDED:
        return
    try:
        frame = last_frame(_video_of(job.after), job.user)
    except assets.Refused as error:
        end(job, State.FAILED, note=str(error), error_kind="input", error=str(error))
        return
    with only_one("turns"):
        if _has_place(job):
            go(job, **dict(given(job, str(frame.pk))))
        else:
            Job.objects.filter(pk=job.pk, waits=True).update(lease=None)


def _video_of(job: Job) -> Asset:
    found = Asset.objects.for_account(job.account).filter(pk__in=job.outputs[:1]).first()
    if found is None:
        raise assets.Refused(f"The video of “{job.title}” is gone from the library.")
    return found
