"""Imports: ordered, taken up again after a worker died, deleted. As with ZIPs that are packed
(assets.services.archives), the row says what is wanted and a task is a hint."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_q.tasks import async_task

from assets.media import Refused, filesize
from assets.models import Import, ImportState, PartUpload
from assets.services import files, uploads
from assets.services.imports.limits import HINT, KEPT, MOST_STARTS, MOST_WAITING
from assets.services.names import clean
from billing.ids import uuid7
from billing.models import Account, User

TASK = "studio.tasks.unpack"
OPEN = (ImportState.WAITING, ImportState.WORKING)


def order(account: Account, user: User | None, source: File[bytes], name: str) -> Import:
    """The import of a ZIP that came in one piece. Raises Refused."""
    _check(account)
    size = source.size
    if size > uploads.largest_zip():
        raise Refused(
            f"The ZIP has {filesize(size)}; the limit is {filesize(uploads.largest_zip())}. Pack "
            "it in parts."
        )
    source.seek(0)
    uploads.check_zip(source.read(4))
    source.seek(0)
    files.check_disk(size)
    pk = uuid7()
    with files.room_told():
        stored = files.store(_key(account.pk, pk), source)
    try:
        return _create(account, user, name, size, pk, file=stored)
    except BaseException:
        files.remove([stored])
        raise


def order_parts(account: Account, user: User | None, upload: PartUpload) -> Import:
    """The import of a ZIP that came in parts; asked for again it is the same. Raises Refused, and
    Busy."""
    if found := Import.objects.for_account(account.widest()).filter(upload=upload).first():
        return found
    if upload.kind != uploads.ZIP:
        raise Refused(
            f"“{upload.name}” did not begin as a ZIP. Begin the upload with the kind “zip”, or "
            "complete it as a file."
        )
    uploads.check_all_there(upload)
    _check(account)
    with transaction.atomic():
        # A day more than the import is kept: it takes the parts with it when it ends.
        uploads.hand_over(upload, timezone.now() + KEPT + timedelta(days=1))
        return _create(account, user, upload.name, upload.size, uuid7(), upload=upload)


def _key(account: UUID, pk: UUID) -> str:
    return f"imports/{account}/{pk}.zip"


def _check(account: Account) -> None:
    if account.scope.is_limited and account.scope.client is None:
        raise Refused(
            "You work for several clients, and what comes in has to belong to one. Choose the "
            "client that you work for."
        )
    if Import.objects.filter(account=account, state__in=OPEN).count() >= MOST_WAITING:
        raise Refused(
            f"{MOST_WAITING} ZIPs are being unpacked already, which is the limit. Wait for one."
        )


def _create(
    account: Account,
    user: User | None,
    name: str,
    size: int,
    pk: UUID,
    *,
    file: str = "",
    upload: PartUpload | None = None,
) -> Import:
    now = timezone.now()
    with transaction.atomic():
        made = Import.objects.create(
            id=pk,
            account=account,
            user=user,
            client_id=upload.client_id if upload else None,
            name=clean(name.replace("\\", "/").rsplit("/", 1)[-1])[-200:] or "import.zip",
            size=size,
            file=file,
            upload=upload,
            lease=now + HINT,
            expires=now + KEPT,
        )
        async_task(TASK, str(made.pk), cluster="work")
    return made


def rescue() -> int:
    """Takes up what a dead worker left, and ends what died too often. Returns how many."""
    now = timezone.now()
    late = Import.objects.filter(state__in=OPEN, lease__lt=now)
    for row in late.filter(starts__gte=MOST_STARTS):
        words = "The worker died on it several times. Unpack it and upload its files."
        end = {"state": ImportState.FAILED, "error": words, "lease": None}
        if late.filter(pk=row.pk).update(**end, fence=F("fence") + 1):
            forget_source(row)
    ids = list(late.values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            again = {"state": ImportState.WAITING, "lease": now + HINT, "fence": F("fence") + 1}
            if Import.objects.filter(pk=pk, state__in=OPEN, lease__lt=now).update(**again):
                async_task(TASK, str(pk), cluster="work")
    return len(ids)


def forget_source(row: Import) -> None:
    """The ZIP goes; what came of it stays."""
    with transaction.atomic():
        upload = PartUpload.objects.filter(import_of=row).first()
        if upload:
            uploads.forget_upload(upload)
        if row.file:
            name = str(row.file.name)
            Import.objects.filter(pk=row.pk).update(file="")
            transaction.on_commit(lambda: files.remove([name]))


def delete(row: Import) -> None:
    """The import and its ZIP; one that is under way stops. What it brought stays."""
    with transaction.atomic():
        forget_source(row)
        row.delete()


def tidy_imports() -> int:
    """Removes those that expired. Returns how many."""
    old = list(Import.objects.filter(expires__lt=timezone.now()).exclude(state__in=OPEN))
    for row in old:
        delete(row)
    return len(old)
