"""Doing the work: start, apply news, collect the result, cancel."""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django_q.exceptions import TimeoutException

from assets import services as assets
from assets.models import Asset
from studio import catalogue
from studio.jobs.pulse import LEASE, Pulse
from studio.jobs.state import NotPossible, close_attempt, end, move
from studio.jobs.sweep import dispatch, give_up
from studio.models import Attempt, Event, Job, State
from studio.processes import HOST
from studio.providers import Renderer
from studio.spec import Call, ErrorKind, Offer, Output, ProviderError, Status, Update

log = logging.getLogger("zoetrope.jobs")

LATER_SECONDS = 15.0
# A job may be taken up, and laid back, between a look and the word to cancel.
CANCEL_TRIES = 5
NO_ROOM = "The disk of this server is full. Nothing was saved; make room and press Retry."


def start(job_id: str | UUID) -> None:
    """Take a queued job up. Called by a hint, so it may be too late, too early or a repeat."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.state != State.QUEUED or job.next_at > timezone.now():
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


def _work(job: Job) -> None:
    """Submit, and apply whatever came of it. Work on this computer is done when submit returns."""
    offer = catalogue.all_offers()[job.offer]
    provider = catalogue.provider_of(offer)
    assert isinstance(provider, Renderer)
    folder = folder_of(job)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if not move(job, State.RUNNING, note="rendering here"):
            return
        with Pulse(job) as pulse:
            update = _submit(job, offer, provider, folder, pulse)
            apply(job, update)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.parent.rmdir()


def _submit(job: Job, offer: Offer, provider: Renderer, folder: Path, pulse: Pulse) -> Update:
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
        # A submit of unknown outcome is never repeated where repeating may cost.
        kind = ErrorKind.REFUSED if provider.reconcile == "repeat" else ErrorKind.UNCLEAR
        message = "Something went wrong on our side. It is in the log under this job's id."
        return _failed(ProviderError(message, kind, detail=type(error).__name__))


def _failed(error: ProviderError) -> Update:
    return Update(Status.FAILED, error=error)


def _call(job: Job, offer: Offer, folder: Path, pulse: Pulse) -> Call:
    operation = catalogue.operations()[job.operation]
    files = {}
    params = dict(job.params)
    for param in offer.params(operation):
        if param.is_asset and params.get(param.name):
            asset = Asset.objects.for_account(job.account).filter(pk=params[param.name]).first()
            if asset is None:
                raise assets.Refused(f"{param.label} is gone from the library. Choose another.")
            files[param.name] = assets.local_copy(asset, folder)
    return Call(
        offer=offer,
        params=params,
        files=files,
        ref=f"{job.pk}.{job.fence}",
        folder=folder,
        report=pulse.report,
    )


def apply(job: Job, update: Update) -> None:
    """The one door for news of a job, whoever brings it. News of an older start is dropped."""
    match update.status:
        case Status.QUEUED | Status.RUNNING:
            _apply_running(job, update)
        case Status.SUCCEEDED:
            _apply_success(job, update)
        case Status.CANCELED:
            end(job, State.CANCELED, note="stopped, nothing charged")
        case Status.FAILED:
            _apply_error(job, update.error or ProviderError("The provider gave no reason."))


def _news(update: Update) -> dict[str, Any]:
    known = {"provider_ref": update.ref, "provider_cost": update.cost, "stage": update.stage}
    return {k: v for k, v in known.items() if v not in ("", None)}


def _apply_running(job: Job, update: Update) -> None:
    fields = _news(update) | {"progress": update.progress, "unclear_since": None, "lease": None}
    if job.state == State.RUNNING:
        Job.objects.filter(pk=job.pk, state=State.RUNNING, fence=job.fence).update(**fields)
    else:
        move(job, State.RUNNING, note="accepted by the provider", **fields)


def _apply_success(job: Job, update: Update) -> None:
    lease = timezone.now() + LEASE
    fields = _news(update) | {"stage": "saving", "progress": None, "lease": lease}
    if move(job, State.FETCHING, note="the result is there", **fields):
        collect(job, update.outputs)


def _apply_error(job: Job, error: ProviderError) -> None:
    now = timezone.now()
    match error.kind:
        case ErrorKind.STOPPED:
            _stopped(job)
        case ErrorKind.LATER if job.state == State.SUBMITTING:
            wait = timedelta(seconds=error.retry_after or LATER_SECONDS)
            # Nothing was sent, so it was not a start.
            attempts = max(0, job.attempts - 1)
            fields = {"next_at": now + wait, "attempts": attempts, "lease": None, "stage": ""}
            if move(job, State.QUEUED, note=f"later: {error.message}", **fields):
                close_attempt(job, "later")
        case ErrorKind.UNCLEAR if job.state == State.SUBMITTING:
            move(job, State.UNKNOWN, note=error.message, unclear_since=now, lease=None, next_at=now)
        case _:
            end(
                job,
                State.FAILED,
                note=error.message,
                error_kind=error.kind,
                error=error.message,
                error_detail=error.detail[:10_000],
            )


def _stopped(job: Job) -> None:
    """The renderer was told that the work is not wanted: canceled, or another start owns it."""
    asked = Job.objects.filter(pk=job.pk, fence=job.fence, cancel_requested=True).exists()
    if asked:
        end(job, State.CANCELED, note="stopped while running, nothing charged")


def collect(job: Job, outputs: tuple[Output, ...]) -> None:
    """Bring the results into the library, then succeed and charge in one transaction."""
    drafts: list[assets.Draft] = []
    try:
        for output in outputs:
            drafts.append(_prepare(job, output))
        if not drafts:
            raise assets.Refused("The work ended without a result.")
        with transaction.atomic():
            saved = [_save(job, draft, slot) for slot, draft in enumerate(drafts)]
            ids = [str(asset.pk) for asset in saved]
            if not end(job, State.SUCCEEDED, note="in the library", progress=1.0, outputs=ids):
                raise _Late
    except _Late:
        _discard(drafts)
    except assets.Refused as error:
        _discard(drafts)
        end(job, State.FAILED, note=str(error), error_kind="result", error=str(error))
    except BaseException:
        _discard(drafts)
        raise


class _Late(Exception):
    """Somebody else ended the job while its result was being stored."""


def _discard(drafts: list[assets.Draft]) -> None:
    for draft in drafts:
        draft.discard()


def _prepare(job: Job, output: Output) -> assets.Draft:
    assert output.path
    operation = catalogue.operations()[job.operation]
    name = (slugify(job.title) or operation.key) + output.path.suffix
    return assets.prepare(
        output.path,
        account=job.account,
        filename=name,
        kinds=(operation.makes,),
        limits=assets.result_limits(),
    )


def _save(job: Job, draft: assets.Draft, slot: int) -> Asset:
    operation = catalogue.operations()[job.operation]
    ids = [job.params[p.name] for p in operation.params if p.is_asset and job.params.get(p.name)]
    recipe = {
        "operation": job.operation,
        "offer": job.offer,
        "provider": job.provider,
        "params": job.params,
        "notes": job.notes,
    }
    return draft.save(
        user=job.user,
        title=job.title,
        origin=job.origin,
        slot=slot,
        module=job.module,
        recipe=recipe,
        parents=tuple(Asset.objects.for_account(job.account).filter(pk__in=ids)),
        tags=operation.tags,
    )


def cancel(job: Job) -> Job:
    """Stop it where that is possible: at once while queued, soon while it renders here."""
    local = catalogue.providers()[job.provider].local
    at_work = Job.objects.filter(pk=job.pk, state__in=(State.SUBMITTING, State.RUNNING))
    for _ in range(CANCEL_TRIES):
        job.refresh_from_db()
        if job.state == State.QUEUED and end(job, State.CANCELED, note="canceled before the start"):
            return job
        if local and at_work.update(cancel_requested=True):
            job.refresh_from_db()
            return job
        if job.state != State.QUEUED:
            break
    job.refresh_from_db()
    if job.is_terminal:
        raise NotPossible(f"This job has already ended: {job.get_state_display().lower()}.")
    raise NotPossible("This job cannot be stopped any more: the work is done or paid for.")
