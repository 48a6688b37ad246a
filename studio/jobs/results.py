"""Bringing results into the library: from this computer, or from where a provider keeps them."""

from __future__ import annotations

import base64
import logging
import mimetypes
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from assets import services as assets
from assets.models import Asset
from assets.services.names import TITLE_LENGTH
from studio import catalogue, http, keys
from studio.engine import EngineError
from studio.engine.stills.patch import patched
from studio.failpoints import point
from studio.jobs import provenance
from studio.jobs.pulse import LEASE, Grip
from studio.jobs.sources import asset_ids, source_assets
from studio.jobs.state import end, move
from studio.models import Job, State
from studio.processes import HOST
from studio.spec import Offer, Output, ProviderError

log = logging.getLogger("zoetrope.jobs")

# Of the whole download, so that a drip does not live for ever.
FETCH_SECONDS = 900.0
GONE = (401, 403, 404, 410)
# A result that cannot be used does not get better by being asked for often.
MOST_BAD = 3
# Nor does one that kills whoever fetches it.
MOST_DEATHS = 5
WAIT_MOST = 300


def collect(job: Job, outputs: Iterable[Output]) -> None:
    """Bring files of this computer into the library, then succeed and charge in one transaction."""
    _into_library(job, [output for output in outputs if output.path], apart=False)


def _into_library(job: Job, outputs: list[Output], *, apart: bool) -> None:
    drafts: list[assets.Draft] = []
    try:
        words = None if apart else provenance.mark_of(job)
        drafts += [_prepare(job, output, apart, words) for output in outputs]
        point("stored")
        if not drafts:
            raise assets.Refused("The work ended without a result.")
        with transaction.atomic():
            shares = _shares(job.quote, len(drafts))
            saved = [
                _save(job, draft, slot, shares[slot], outputs[slot])
                for slot, draft in enumerate(drafts)
            ]
            ids = [str(asset.pk) for asset in saved]
            done = {"progress": 1.0, "outputs": ids, "results": []}
            if not end(job, State.SUCCEEDED, note="in the library", **done):
                raise _Late
        point("charged")
    except _Late:
        _discard(drafts)
    except assets.Refused as error:
        _discard(drafts)
        if apart:
            raise
        end(job, State.FAILED, note=str(error), error_kind="result", error=str(error))
    except BaseException:
        _discard(drafts)
        raise


class _Late(Exception):
    """Somebody else ended the job while its result was being stored."""


def _discard(drafts: list[assets.Draft]) -> None:
    for draft in drafts:
        draft.discard()


def _prepare(job: Job, output: Output, apart: bool, words: assets.Mark | None) -> assets.Draft:
    assert output.path
    operation = catalogue.operations()[job.operation]
    return assets.prepare(
        output.path,
        account=job.account,
        filename=(slugify(_title(job, output)) or operation.key) + output.path.suffix,
        kinds=(output.kind or operation.makes,),
        limits=replace(assets.result_limits(), apart=apart),
        strip=not output.tells,
        mark=words,
    )


def _title(job: Job, output: Output) -> str:
    if not output.title:
        return job.title
    end = f" · {output.title}"
    return job.title[: TITLE_LENGTH - len(end)] + end


def _shares(charged: int, results: int) -> list[int]:
    """What was paid (in units), divided over the results; the sum is what was paid."""
    share, rest = divmod(charged, results)
    return [share + (slot < rest) for slot in range(results)]


def _made(job: Job, cost: int) -> assets.Made:
    seed = job.params.get("seed")
    return assets.Made(
        provider=job.provider,
        model=job.offer,
        seed=seed if type(seed) is int and abs(seed) < 2**63 else None,
        cost=cost,
    )


def _save(job: Job, draft: assets.Draft, slot: int, cost: int, output: Output) -> Asset:
    operation = catalogue.operations()[job.operation]
    ids = asset_ids(operation, job.params)
    recipe = provenance.recipe_of(job) | ({"result": dict(output.about)} if output.about else {})
    return draft.save(
        user=job.user,
        title=_title(job, output),
        origin=job.origin,
        slot=slot,
        module=job.module,
        recipe=recipe,
        parents=tuple(Asset.objects.for_account(job.account).filter(pk__in=ids)),
        tags=operation.tags,
        made=_made(job, cost),
        client=job.client_id,
    )


# --- from elsewhere -----------------------------------------------------------------------------


def fetch(job_id: str | UUID) -> None:
    """Bring what a provider made here. Called by a hint, so it may be too late or a repeat."""
    job = Job.objects.select_related("account", "user", "own_key").filter(pk=job_id).first()
    if job is None or job.state != State.FETCHING or job.next_at > timezone.now():
        return
    if not _take(job):
        return
    if job.fetch_deaths > MOST_DEATHS:
        _lose(job, "every try to fetch it broke off.")
        return
    try:
        with Grip(_mine(job)), _folder() as folder:
            with assets.room_told():
                paths = _finished(job, _download(job, Path(folder)), Path(folder))
            _into_library(job, [Output(path) for path in paths], apart=True)
    except http.FetchRefused as error:
        gone = error.status in GONE
        _again(job, _told(job, error), fresh=gone, bad=not (gone or error.temporary))
    except assets.NoRoom as error:
        _put_off(job, f"waiting for room on the disk: {error}", fetches=job.fetches - 1)
    except assets.Refused as error:
        _again(job, f"the result is not usable: {error}", fresh=True, bad=True)
    except DatabaseError:
        raise  # its lease runs out, then it is fetched again
    except Exception as error:
        if not isinstance(error, OSError | ProviderError):
            log.exception("job %s: its result could not be fetched", job.pk)
        _again(job, f"could not be stored: {error}", fresh=False, bad=False)


def _told(job: Job, error: http.FetchRefused) -> str:
    """What went wrong, for somebody who knows nothing of the addresses of a provider."""
    label = catalogue.remote(job.provider).label
    if error.status is not None:
        return f"{label} answered {error.status} instead of the file."
    if error.temporary:
        return f"{label} did not hand the file over."
    hosts = {http.origin(result["url"])[1] for result in job.results} - {""}
    words = error.message
    for host in hosts:
        words = words.replace(host, label)
    return words


def _take(job: Job) -> bool:
    """Claim this fetch; every one has its number."""
    mine = Job.objects.filter(pk=job.pk, state=State.FETCHING, fetches=job.fetches)
    taken = mine.update(
        fetches=F("fetches") + 1,
        fetch_deaths=F("fetch_deaths") + 1,
        lease=timezone.now() + LEASE,
        host=HOST,
    )
    job.fetches += 1
    job.fetch_deaths += 1
    return bool(taken)


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fetch-", dir=settings.WORK_DIR)


def _download(job: Job, folder: Path) -> list[Path]:
    return [_one(job, folder, at, result) for at, result in enumerate(job.results)]


def _finished(job: Job, paths: list[Path], folder: Path) -> list[Path]:
    """What was asked for, made of what came; that is kept behind it, for it was paid for."""
    offer = catalogue.all_offers().get(job.offer)
    if offer is None:
        return paths
    try:
        done = [_as_asked(job, offer, path, folder) for path in paths]
    except (EngineError, assets.Refused) as error:
        log.warning("job %s: kept as it came: %s", job.pk, error)
        return paths
    return [*done, *(path for path in paths if path not in done)]


def _as_asked(job: Job, offer: Offer, path: Path, folder: Path) -> Path:
    done = offer.finish(path, job.params, folder) if offer.finish else path
    if "mask" not in offer.here or not job.params.get("mask"):
        return done
    mask = catalogue.operations()[job.operation].param("mask")
    sources = source_assets(job, offer)
    original, white = (assets.local_copy(sources[n], folder) for n in (mask.of, mask.name))
    return patched(original, white, done, folder)


def _one(job: Job, folder: Path, at: int, result: dict[str, Any]) -> Path:
    url = result["url"]
    if url.startswith("data:"):
        return _inline(url, folder / str(at))
    access = keys.access(catalogue.remote(job.provider), job.own_key)
    own = bool(result.get("own")) and http.origin(url) == http.origin(access.home)
    got = http.fetch(
        url,
        folder / str(at),
        max_bytes=settings.RESULT_MAX_BYTES,
        timeout=FETCH_SECONDS,
        allowed_hosts=(*settings.FETCH_ALLOWED_HOSTS, _named(access.home)),
        headers=access.headers if own else None,
    )
    point("downloaded")
    return _with_suffix(got.path, got.mime)


def _named(home: str) -> str:
    """The operator's own word on where the provider is counts: host:port."""
    _, host, port = http.origin(home)
    return f"{host}:{port}"


def _inline(url: str, path: Path) -> Path:
    head, _, body = url.partition(",")
    try:
        data = base64.b64decode(body)
    except ValueError as error:
        raise assets.Refused(f"what it sent in the answer is not base64: {error}") from error
    path.write_bytes(data)
    return _with_suffix(path, head.removeprefix("data:").partition(";")[0])


def _with_suffix(path: Path, mime: str) -> Path:
    suffix = mimetypes.guess_extension(mime) or Path(urlsplit(path.name).path).suffix or ".bin"
    return path.rename(path.with_suffix(suffix))


def _again(job: Job, why: str, *, fresh: bool, bad: bool) -> None:
    """Try once more, with a fresh address from the provider or the same one a little later: for as
    long as the provider keeps it, unless what comes is `bad`, which asking does not mend."""
    tried_enough = job.fetches >= (2 * MOST_BAD if fresh else MOST_BAD)
    if tried_enough if bad else timezone.now() > _kept_until(job):
        _lose(job, why)
    elif fresh and job.provider_ref:
        soon = timezone.now() + timedelta(seconds=min(2.0**job.fetches, WAIT_MOST) - 2)
        fields: dict[str, Any] = {"lease": None, "next_at": soon, "results": [], "fetch_deaths": 0}
        move(job, State.RUNNING, note=f"asking for the result anew: {why}", **fields)
    else:
        _put_off(job, why)


def _kept_until(job: Job) -> datetime:
    """Until when its provider keeps the result, counted from when that was there."""
    first = job.events.filter(state=State.FETCHING).first()
    keeps = catalogue.remote(job.provider).keeps
    return (first.at if first else job.created) + timedelta(seconds=keeps)


def _lose(job: Job, why: str) -> None:
    """It was made, so its provider was paid: that is noted, whatever it says itself."""
    label = catalogue.providers()[job.provider].label
    message = f"{label} made it, but the result could not be saved: {why} Nothing was charged."
    cost = job.expected_cost if job.provider_cost is None else job.provider_cost
    lost = {"error_kind": "result_lost", "error": message, "provider_cost": cost}
    end(job, State.FAILED, note=message, **lost)


def _put_off(job: Job, why: str, **fields: Any) -> None:
    wait = timedelta(seconds=min(2.0 ** min(job.fetches, 10), WAIT_MOST))
    log.warning("job %s: %s", job.pk, why)
    fields |= {"lease": None, "next_at": timezone.now() + wait, "stage": why[:60]}
    _mine(job).update(fetch_deaths=0, **fields)


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=State.FETCHING, fence=job.fence, fetches=job.fetches)
