"""Work on this computer: take a queued job up, render, apply what came of it."""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_q.exceptions import TimeoutException

from assets import services as assets
from studio import catalogue
from studio.jobs.news import apply
from studio.jobs.pulse import LEASE, Pulse
from studio.jobs.sources import source_assets
from studio.jobs.state import move
from studio.jobs.sweep import dispatch, give_up
from studio.models import Attempt, Event, Job, State
from studio.processes import HOST
from studio.providers import Renderer
from studio.spec import Call, ErrorKind, Offer, ProviderError, Status, Update

log = logging.getLogger("zoetrope.jobs")

NO_ROOM = "The disk of this server is full. Nothing was saved; make room and press Retry."


def start(job_id: str | UUID) -> None:
    """Take a queued job up. Called by a hint, so it may be too late, too early or a repeat."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.state != State.QUEUED or job.waits or job.next_at > timezone.now():
        return
    if give_up(job):
        return
    if _claim(job):
        _work(job)
        dispatch()


def _claim(job: Job) -> bool:
    """Count the start before it happens: a worker that dies cannot count itself."""
    now = timezone.now()
    with transaction.atomic():
        taken = Job.objects.filter(pk=job.pk, state=State.QUEUED, fence=job.fence).update(
            state=State.SUBMITTING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease=now + LEASE,
            host=HOST,
            started=now,
            stage="starting",
            progress=None,
        )
        if not taken:
            return False
        job.refresh_from_db()
        Attempt.objects.create(job=job, number=job.fence)
        Event.objects.create(job=job, state=State.SUBMITTING, note=f"start {job.attempts}")
    return True


def folder_of(job: Job) -> Path:
    """A folder for this start alone."""
    return Path(settings.WORK_DIR) / str(job.pk) / str(job.fence)


@contextlib.contextmanager
def work_folder(job: Job) -> Iterator[Path]:
    """The folder of this start; it is gone afterwards."""
    folder = folder_of(job)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.parent.rmdir()


def _work(job: Job) -> None:
    """Render, and apply whatever came of it."""
    offer = catalogue.all_offers()[job.offer]
    provider = catalogue.provider_of(offer)
    assert isinstance(provider, Renderer)
    with work_folder(job) as folder:
        if not move(job, State.RUNNING, note="rendering here"):
            return
        with Pulse(job) as pulse:
            apply(job, _render(job, offer, provider, folder, pulse))


def _render(job: Job, offer: Offer, provider: Renderer, folder: Path, pulse: Pulse) -> Update:
    try:
        return provider.render(_call(job, offer, folder, pulse))
    except assets.Refused as error:
        return _failed(ProviderError(str(error), ErrorKind.INPUT))
    except ProviderError as error:
        return _failed(error)
    except TimeoutException:
        message = (
            f"It took longer than {settings.RENDER_TIMEOUT // 60} minutes and was stopped. "
            "Try a smaller size, fewer frames or a shorter duration."
        )
        return _failed(ProviderError(message, ErrorKind.TOO_LONG))
    except Exception as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return _failed(ProviderError(NO_ROOM, ErrorKind.NO_ROOM))
        log.exception("job %s: %s broke", job.pk, provider.key)
        message = "Something went wrong on our side. It is in the log under this job's id."
        return _failed(ProviderError(message, detail=type(error).__name__))


def _failed(error: ProviderError) -> Update:
    return Update(Status.FAILED, error=error)


def _call(job: Job, offer: Offer, folder: Path, pulse: Pulse) -> Call:
    files = {
        name: assets.local_copy(asset, folder) for name, asset in source_assets(job, offer).items()
    }
    return Call(
        offer=offer,
        params=job.params,
        files=files,
        ref=f"{job.pk}.{job.fence}",
        folder=folder,
        report=pulse.report,
    )
