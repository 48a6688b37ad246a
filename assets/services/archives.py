"""ZIPs of many files, packed in the background.

A row says what is wanted; whoever packs holds its lease and renews it. A worker that dies leaves a
lease that runs out: `rescue` sends another hint, and the packing begins anew. What a slow worker
does after its lease is taken is not counted: each start has a fence of its own.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone
from django_q.tasks import async_task

from assets.media import Refused, filesize
from assets.models import Archive, ArchiveState, Asset
from assets.services import files, packed
from assets.services.bulk.cells import chunks
from assets.services.keeper import Keeper
from assets.services.sidecars import MANIFEST, Teller, manifest, name_beside
from billing.models import Account, User
from billing.scope import Scope

log = logging.getLogger("zoetrope.assets")

TASK = "studio.tasks.pack"
KEPT = timedelta(days=7)
LEASE = timedelta(seconds=90)
HINT = timedelta(seconds=30)
MOST_STARTS = 3
MOST_WAITING = 5
_CHUNK = 1024 * 1024
_OPEN = (ArchiveState.WAITING, ArchiveState.WORKING)


class Lost(Exception):
    """Somebody else packs it by now, or it is deleted."""


def order(
    account: Account, user: User | None, ids: Sequence[UUID], *, plain: bool = False
) -> Archive:
    """A ZIP of these files, to be packed in the background; `plain` without what is told beside
    them. Raises Refused."""
    sums = [
        Asset.objects.for_account(account).filter(pk__in=chunk).aggregate(sum=Sum("size"))["sum"]
        for chunk in chunks(ids)
    ]
    size = sum(filter(None, sums))
    if not ids:
        raise Refused("Nothing was chosen. Choose the files that the ZIP is to hold.")
    if size > settings.ARCHIVE_MAX_BYTES:
        raise Refused(
            f"These {len(ids):,} files have {filesize(size)}; the limit of a ZIP is "
            f"{filesize(settings.ARCHIVE_MAX_BYTES)}. Choose fewer, and pack them in parts."
        )
    with transaction.atomic():
        mine = Archive.objects.filter(account=account, state__in=_OPEN)
        if mine.count() >= MOST_WAITING:
            raise Refused(
                f"{MOST_WAITING} ZIPs are being packed already, which is the limit. Wait for one."
            )
        now = timezone.now()
        archive = Archive.objects.create(
            account=account,
            user=user,
            wanted=[pk.hex for pk in ids],
            plain=plain,
            count=len(ids),
            size=size,
            lease=now + HINT,
            expires=now + KEPT,
        )
        async_task(TASK, str(archive.pk), cluster="work")
    return archive


def pack(pk: UUID | str) -> None:
    """Take it up. A hint: nothing happens when another one does, or it is done."""
    now = timezone.now()
    free = Q(state=ArchiveState.WAITING) | Q(state=ArchiveState.WORKING, lease__lt=now)
    taken = Archive.objects.filter(free, pk=pk).update(
        state=ArchiveState.WORKING,
        lease=now + LEASE,
        starts=F("starts") + 1,
        fence=F("fence") + 1,
        done=0,
        missing=0,
    )
    if not taken:
        return
    archive = Archive.objects.get(pk=pk)
    try:
        # Copying a large one to the storage takes longer than a lease, and says nothing meanwhile.
        with Keeper(lambda: bool(_mine(archive).update(lease=timezone.now() + LEASE))):
            _pack(archive)
        make_room(archive)
    except Lost:
        log.warning("archive %s is packed by somebody else, or is gone", pk)
    except (Refused, OSError) as error:
        log.warning("archive %s failed", pk, exc_info=True)
        words = str(error) if isinstance(error, Refused) else files.NO_ROOM
        _note(archive, state=ArchiveState.FAILED, error=words[:300], lease=None)


def _pack(archive: Archive) -> None:
    with files.room_told(), tempfile.TemporaryDirectory(prefix="zip-", dir=_work()) as folder:
        free = shutil.disk_usage(folder).free - settings.DISK_FLOOR_BYTES
        if 2 * archive.size > free:
            raise files.NoRoom(
                f"Packing needs {filesize(2 * archive.size)} for a while and {filesize(free)} are "
                "free on the server. Choose fewer files, or make room."
            )
        path = Path(folder) / "archive.zip"
        missing = _write(archive, path)
        name = f"archives/{archive.account_id}/{archive.pk}-{archive.fence}.zip"
        with path.open("rb") as file:
            stored = files.store(name, File(file))
        try:
            done = {"done": archive.count, "size": path.stat().st_size, "missing": missing}
            _note(archive, state=ArchiveState.READY, file=stored, lease=None, **done)
        except Lost:
            files.remove([stored])
            raise


def _work() -> Path:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.WORK_DIR)


def _note(archive: Archive, **values: Any) -> None:
    """Raises Lost when the fence is another one."""
    if not _mine(archive).update(**values):
        raise Lost


def _mine(archive: Archive) -> QuerySet[Archive]:
    return Archive.objects.filter(pk=archive.pk, fence=archive.fence, state=ArchiveState.WORKING)


def _write(archive: Archive, path: Path) -> int:
    """The ZIP at `path`. Returns how many files were not there."""
    names, entries, done = Names(), [], 0
    beat = _heart(archive)
    teller = Teller(archive.account.seen(Scope(archive.client_id)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as zip:
        for chunk in _in_order(archive):
            found = teller.load(chunk)
            for pk in chunk:
                done += 1
                if row := found.get(pk):
                    name = names.give(row.filename)
                    entries.append(_add(zip, row, name, partial(beat, done)))
                    if not archive.plain:
                        _text(zip, name_beside(name), teller.tell(row))
                else:
                    entries.append({"id": str(pk), "file": None, "why": "deleted"})
        told = manifest(entries)
        # What is missing is said in any case.
        if told["missing"] or not archive.plain:
            _text(zip, MANIFEST, told)
    return int(told["missing"])


def _in_order(archive: Archive) -> list[list[UUID]]:
    ids = [UUID(hex=text) for text in archive.wanted]
    return [ids[start : start + 200] for start in range(0, len(ids), 200)]


def _heart(archive: Archive) -> Callable[[int], None]:
    """Says how far it is and renews the lease, every few seconds."""
    last = [timezone.now()]

    def beat(done: int) -> None:
        now = timezone.now()
        if now - last[0] > timedelta(seconds=2):
            last[0] = now
            _note(archive, done=done, lease=now + LEASE)

    return beat


def _add(zip: zipfile.ZipFile, asset: Asset, name: str, beat: Callable[[], None]) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": str(asset.pk), "file": name, "size": asset.size}
    entry["sha256"] = asset.sha256
    try:
        with files.open_file(asset) as source:
            info = zipfile.ZipInfo(name, asset.created.timetuple()[:6])
            info.external_attr = 0o644 << 16
            with zip.open(info, "w", force_zip64=True) as out:
                while chunk := source.read(_CHUNK):
                    out.write(chunk)
                    beat()
    except files.Gone:
        entry |= {"file": None, "why": "missing from the storage", "name": name}
    beat()
    return entry


def _text(zip: zipfile.ZipFile, name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    zip.writestr(zipfile.ZipInfo(name, timezone.now().timetuple()[:6]), text)


class Names:
    """Each name once, also where capitals do not count: `a.png`, `a-2.png`. The sidecar of one is
    never the name of another."""

    def __init__(self) -> None:
        self.taken = {MANIFEST, name_beside(MANIFEST)}

    def give(self, filename: str) -> str:
        path = PurePosixPath(filename.replace("\\", "/").rsplit("/", 1)[-1].lstrip(".") or "file")
        name, number = str(path), 1
        while {name.casefold(), name_beside(name).casefold()} & self.taken:
            number += 1
            name = f"{path.stem}-{number}{path.suffix}"
        self.taken |= {name.casefold(), name_beside(name).casefold()}
        return name


def rescue() -> int:
    """Takes up what a dead worker left, and ends what died too often. Returns how many."""
    now = timezone.now()
    late = Archive.objects.filter(state__in=_OPEN, lease__lt=now)
    words = "The worker died on it several times. Choose fewer files and try again."
    late.filter(starts__gte=MOST_STARTS).update(
        state=ArchiveState.FAILED, error=words, fence=F("fence") + 1, lease=None
    )
    ids = list(late.values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            again = {"state": ArchiveState.WAITING, "lease": now + HINT, "fence": F("fence") + 1}
            if Archive.objects.filter(pk=pk, state__in=_OPEN, lease__lt=now).update(**again):
                async_task(TASK, str(pk), cluster="work")
    return len(ids)


def make_room(fresh: Archive) -> int:
    """The finished ZIPs of an account have room for ARCHIVE_ROOM_BYTES together: beside the fresh
    one the oldest go first, which can be packed again. Returns how many."""
    ready = Archive.objects.filter(account=fresh.account_id, state=ArchiveState.READY)
    room, gone = settings.ARCHIVE_ROOM_BYTES, 0
    for archive in sorted(ready, key=lambda one: (one.pk != fresh.pk, -one.created.timestamp())):
        room -= archive.size
        if room < 0 and archive.pk != fresh.pk:
            packed.delete(archive)
            gone += 1
    return gone


def tidy_archives() -> int:
    """Removes those that expired, with their files. Returns how many."""
    old = list(Archive.objects.filter(expires__lt=timezone.now()))
    for archive in old:
        packed.delete(archive)
    return len(old)
