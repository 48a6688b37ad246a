"""Large files that come in parts: begin, send the parts in any order, complete.

A part that was received stays received, over a restart of the server and of the browser, until the
upload expires. The parts lie in the storage that all servers share.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import tempfile
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from assets import media
from assets.media import Refused, filesize
from assets.models import Asset, AssetKind, PartUpload, UploadedPart, UploadState
from assets.services import files, intake
from assets.services.names import clean, tag_names
from billing.models import Account, User

PART_BYTES = 8 * 1024 * 1024
MOST_OPEN = 20
LIVES = timedelta(hours=24)
# Nobody puts a file together for longer.
JOIN_LIMIT = timedelta(minutes=10)
# A kind that is no asset's: a ZIP, which is then imported.
ZIP = "zip"
KINDS = (*AssetKind.values, ZIP)
# What manifest and sidecars may add to the files of a ZIP.
_AROUND = 64 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1024 * 1024
_BUSY = {
    UploadState.JOINING: "This upload is being put together. Ask for it again in a few seconds.",
    UploadState.DONE: "This upload is complete; its file is in the library.",
}


class Busy(Exception):
    """It is being put together, or is in the library already; the message says which."""


def begin_upload(
    *,
    account: Account,
    user: User | None,
    name: str,
    size: int,
    sha256: str = "",
    kind: str = "",
    tags: Iterable[str] = (),
) -> PartUpload:
    """A new upload that takes parts. Raises Refused when the file can never come in: what is too
    large, too much at a time, or finds no room."""
    limits = intake.upload_limits(account)
    most = largest_zip() if kind == ZIP else max(limits.media_bytes, limits.image_bytes)
    if not 0 < size <= most:
        raise Refused(
            f"The file has {filesize(size)}; it must have at least 1 byte and at most "
            f"{filesize(most)}. Choose another one, or make it smaller."
        )
    if sha256 and not _SHA256.fullmatch(sha256):
        raise Refused(
            "sha256 is not a checksum: write 64 digits from 0-9 and a-f, or leave it out."
        )
    if kind and kind not in KINDS:
        raise Refused(f"kind “{kind[:40]}” is unknown. Use one of: {', '.join(KINDS)}.")
    names = tag_names(tags)
    with transaction.atomic():
        # One after the other, or two that begin at once would both find the last room.
        Account.objects.select_for_update().get(pk=account.pk)
        _check_begin(account, size, limits.account_bytes)
        return PartUpload.objects.create(
            account=account,
            user=user,
            name=clean(name)[-200:] or "upload",
            size=size,
            part_size=PART_BYTES,
            sha256=sha256,
            kind=kind,
            tags=names,
            expires=timezone.now() + LIVES,
        )


def largest_zip() -> int:
    """In bytes; as large as those that are packed here."""
    return int(settings.ARCHIVE_MAX_BYTES) + _AROUND


def check_zip(head: bytes) -> None:
    """Raises Refused for a file that does not begin as a ZIP does."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Refused("This is not a ZIP. Choose one, or upload the file as it is.")


def _check_begin(account: Account, size: int, limit: int | None) -> None:
    waiting = PartUpload.objects.filter(account=account, expires__gt=timezone.now()).exclude(
        state=UploadState.DONE
    )
    if (count := waiting.count()) >= MOST_OPEN:
        raise files.NoRoom(
            f"{count} uploads are under way in this account; the limit is {MOST_OPEN}. Complete or "
            "cancel one of them."
        )
    promised = waiting.aggregate(sum=Sum("size"))["sum"] or 0
    files.check_disk(promised + size)
    intake.check_room(account, promised + size, limit)


def take_part(upload: PartUpload, number: int, source: IO[bytes], sha256: str = "") -> UploadedPart:
    """Keeps part `number` (the first is 1), read from `source`. The same part again changes
    nothing. Raises Refused for one that has the wrong length or checksum, and Busy."""
    if upload.state != UploadState.OPEN:
        raise Busy(_BUSY[UploadState(upload.state)])
    if not 1 <= number <= upload.parts_wanted:
        raise Refused(
            f"There is no part {number}: the file has {upload.parts_wanted}, and the first is 1."
        )
    data = _read(source, number, upload.length_of(number))
    digest = hashlib.sha256(data).hexdigest()
    if sha256 and sha256.lower() != digest:
        raise Refused(f"Part {number} was damaged on its way: its checksum differs. Send it again.")
    if number == 1:
        _check_head(upload, data)
    files.check_disk(len(data))
    return _keep(upload, number, data, digest)


def _read(source: IO[bytes], number: int, length: int) -> bytes:
    pieces, left = [], length + 1
    while left and (piece := source.read(min(left, _CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    data = b"".join(pieces)
    if len(data) != length:
        had = f"more than {length}" if len(data) > length else str(len(data))
        raise Refused(
            f"Part {number} has {had} bytes; it must have exactly {length}. Send it again."
        )
    return data


def _check_head(upload: PartUpload, data: bytes) -> None:
    """What can never be used is refused before all of it was sent."""
    if upload.kind == ZIP:
        check_zip(data)
        return
    kinds = (upload.kind,) if upload.kind else None
    format = media.detect(data[: media.HEAD], kinds)
    intake.upload_limits().check_bytes(format.kind, upload.size)


def _keep(upload: PartUpload, number: int, data: bytes, digest: str) -> UploadedPart:
    known = upload.parts.filter(number=number).first()
    if known and known.sha256 == digest and default_storage.exists(known.key):
        return known
    key = f"uploads/{upload.pk}/{number}-{secrets.token_hex(4)}"
    with files.room_told():
        key = files.store(key, ContentFile(data))
    fields = {"size": len(data), "sha256": digest, "key": key}
    try:
        with transaction.atomic():
            # Only while it is open: a part must not slip in under one that puts it together.
            open = PartUpload.objects.filter(pk=upload.pk, state=UploadState.OPEN)
            if not open.update(expires=timezone.now() + LIVES):
                raise Busy(_BUSY[UploadState.JOINING])
            old = upload.parts.filter(number=number).first()
            part, _ = UploadedPart.objects.update_or_create(
                upload=upload, number=number, defaults=fields
            )
            if old:
                transaction.on_commit(lambda: files.remove([old.key]))
            return part
    except (Busy, IntegrityError):
        files.remove([key])
        raise


def complete_upload(upload: PartUpload) -> Asset:
    """Puts the parts together and takes the file into the library. Once it is there, a repeat gives
    the same asset. Raises Refused, naming what is missing, and Busy while another does it."""
    if upload.state == UploadState.DONE:
        if upload.asset:
            return upload.asset
        raise Refused(f"“{upload.name}” was deleted since it came. Upload it again.")
    if upload.kind == ZIP:
        raise Refused(
            f"“{upload.name}” is a ZIP. Begin its import with this upload (POST imports/) instead."
        )
    check_all_there(upload)
    fence = _lock(upload)
    try:
        return _joined(upload, fence)
    except BaseException:
        _mine(upload, fence).update(state=UploadState.OPEN, joining=None)
        raise


def check_all_there(upload: PartUpload) -> None:
    """Raises Refused, naming the parts that are missing."""
    if missing := missing_parts(upload):
        told = ", ".join(map(str, missing[:10])) + ("…" if len(missing) > 10 else "")
        raise Refused(f"{len(missing)} of {upload.parts_wanted} parts are missing: {told}.")


def hand_over(upload: PartUpload, until: datetime) -> None:
    """Its parts are somebody else's to read and forget from now on. Raises Busy."""
    free = PartUpload.objects.filter(pk=upload.pk, state=UploadState.OPEN)
    if not free.update(state=UploadState.JOINING, joining=timezone.now(), expires=until):
        raise Busy(_BUSY[UploadState.JOINING])


def forget_upload(upload: PartUpload) -> None:
    """With its parts, whatever its state."""
    with transaction.atomic():
        _forget_parts(upload)
        upload.delete()


def _lock(upload: PartUpload) -> datetime:
    now = timezone.now()
    free = Q(state=UploadState.OPEN) | Q(state=UploadState.JOINING, joining__lt=now - JOIN_LIMIT)
    if not PartUpload.objects.filter(free, pk=upload.pk).update(
        state=UploadState.JOINING, joining=now
    ):
        raise Busy(_BUSY[UploadState.JOINING])
    return now


def _mine(upload: PartUpload, fence: datetime) -> QuerySet[PartUpload]:
    return PartUpload.objects.filter(pk=upload.pk, state=UploadState.JOINING, joining=fence)


def _joined(upload: PartUpload, fence: datetime) -> Asset:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with (
        files.room_told(),
        tempfile.TemporaryDirectory(prefix="join-", dir=settings.WORK_DIR) as folder,
    ):
        path = Path(folder) / "whole"
        join_parts(upload, path)
        kinds: Collection[str] | None = (upload.kind,) if upload.kind else None
        draft = intake.prepare(path, account=upload.account, filename=upload.name, kinds=kinds)
    try:
        with transaction.atomic():
            asset = draft.save(user=upload.user, tags=upload.tags, client=upload.client_id)
            if not _mine(upload, fence).update(state=UploadState.DONE, joining=None, asset=asset):
                raise Busy(_BUSY[UploadState.JOINING])
            _forget_parts(upload)
    except BaseException:
        draft.discard()
        raise
    upload.state, upload.asset = UploadState.DONE, asset
    return asset


def join_parts(upload: PartUpload, path: Path) -> None:
    """The whole file at `path`. Raises Refused when a part is gone, or the checksum another one."""
    digest = hashlib.sha256()
    with path.open("wb") as out:
        for part in upload.parts.order_by("number"):
            try:
                with default_storage.open(part.key, "rb") as file:
                    for chunk in file.chunks(_CHUNK):
                        digest.update(chunk)
                        out.write(chunk)
            except FileNotFoundError as error:
                part.delete()
                raise Refused(f"Part {part.number} was lost. Send it again.") from error
    if upload.sha256 and digest.hexdigest() != upload.sha256:
        raise Refused(
            "The checksum of the whole file is not the one that was told at the beginning. Cancel "
            "this upload and send the file again."
        )


def missing_parts(upload: PartUpload) -> list[int]:
    have = set(upload.parts.values_list("number", flat=True))
    return [number for number in range(1, upload.parts_wanted + 1) if number not in have]


def abort_upload(upload: PartUpload) -> None:
    """Forgets it and its parts; what is in the library stays. Raises Busy."""
    with transaction.atomic():
        if (
            not PartUpload.objects.filter(pk=upload.pk)
            .exclude(state=UploadState.JOINING)
            .update(expires=timezone.now())
        ):
            raise Busy(_BUSY[UploadState.JOINING])
        _forget_parts(upload)
        upload.delete()


def forget_uploads(now: datetime) -> int:
    """Removes the uploads that expired before `now`. Returns how many."""
    held = Q(state=UploadState.JOINING, joining__gt=now - JOIN_LIMIT)
    old = list(PartUpload.objects.filter(expires__lte=now).exclude(held)[:500])
    for upload in old:
        forget_upload(upload)
    return len(old)


def _forget_parts(upload: PartUpload) -> None:
    keys = list(upload.parts.values_list("key", flat=True))
    upload.parts.all().delete()
    transaction.on_commit(lambda: files.remove(keys))
