"""The work itself: one file after the other, each with what is known of it in one transaction."""

from __future__ import annotations

import logging
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from assets.media import Refused, filesize
from assets.models import Asset, Import, ImportItem, ImportState, Outcome
from assets.services import files, intake, library, uploads
from assets.services.imports import limits
from assets.services.imports.about import About, read
from assets.services.imports.links import tie
from assets.services.imports.merge import Here, dress, merge
from assets.services.imports.opened import copy_out, opened, read_json
from assets.services.imports.orders import forget_source
from assets.services.imports.plan import Plan, Wanted, plan_of
from assets.services.keeper import Keeper
from billing.clients import choices
from billing.models import Account
from billing.scope import Scope

log = logging.getLogger("zoetrope.assets")

_DIED = (
    "The server stopped while it looked at this file, more than once. Upload it by itself, or "
    "make it smaller."
)
_UNEXPECTED = "Something unexpected happened with this file. Upload it by itself."


class Lost(Exception):
    """Somebody else unpacks it by now, or it is deleted."""


def unpack(pk: UUID | str) -> None:
    """Take it up. A hint: nothing happens when another one does, or it is done."""
    now = timezone.now()
    free = Q(state=ImportState.WAITING) | Q(state=ImportState.WORKING, lease__lt=now)
    taken = Import.objects.filter(free, pk=pk).update(
        state=ImportState.WORKING,
        lease=now + limits.LEASE,
        starts=F("starts") + 1,
        fence=F("fence") + 1,
    )
    if not taken:
        return
    row = Import.objects.select_related("account", "user", "upload").get(pk=pk)
    try:
        with Keeper(lambda: bool(_mine(row).update(lease=timezone.now() + limits.LEASE))):
            _unpack(row)
    except Lost:
        log.warning("import %s is unpacked by somebody else, or is gone", pk)
    except (Refused, OSError) as error:
        log.warning("import %s failed", pk, exc_info=True)
        words = str(error) if isinstance(error, Refused) else files.NO_ROOM
        if _mine(row).update(state=ImportState.FAILED, error=words[:300], lease=None):
            forget_source(row)


def _mine(row: Import) -> QuerySet[Import]:
    return Import.objects.filter(pk=row.pk, fence=row.fence, state=ImportState.WORKING)


def _note(row: Import, **values: Any) -> None:
    """Raises Lost when the fence is another one."""
    if not _mine(row).update(**values):
        raise Lost


def _unpack(row: Import) -> None:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with (
        files.room_told(),
        tempfile.TemporaryDirectory(prefix="unzip-", dir=settings.WORK_DIR) as folder,
        opened(_local(row, Path(folder))) as zip,
    ):
        plan = plan_of(zip)
        _note(row, ours=plan.ours, count=len(plan.files))
        Unpacking(row, zip, plan, Path(folder)).run()
    tie(row, _whose(row))
    _note(row, state=ImportState.DONE, lease=None)
    forget_source(row)


def _whose(row: Import) -> Account:
    """The account as it was seen by who ordered it."""
    return row.account.seen(Scope(row.client_id))


def _local(row: Import, folder: Path) -> Path:
    """The ZIP as a file of this machine."""
    if row.file and (here := files.local_path(str(row.file.name))):
        return here
    free = shutil.disk_usage(folder).free - settings.DISK_FLOOR_BYTES
    if row.size > free:
        raise files.NoRoom(
            f"Unpacking needs {filesize(row.size)} for a while and {filesize(max(0, free))} are "
            "free on the server. Make room, and import it again."
        )
    path = folder / "whole.zip"
    if row.upload:
        uploads.join_parts(row.upload, path)
        return path
    try:
        with default_storage.open(str(row.file.name), "rb") as source, path.open("wb") as out:
            shutil.copyfileobj(source, out, 1024 * 1024)
    except (FileNotFoundError, ValueError) as error:
        raise Refused("The ZIP was lost before it was unpacked. Send it again.") from error
    return path


class Unpacking:
    """One start of one import."""

    def __init__(self, row: Import, zip: zipfile.ZipFile, plan: Plan, folder: Path) -> None:
        self.row, self.zip, self.plan, self.folder = row, zip, plan, folder
        self.account = _whose(row)
        done = row.items.values_list("number", "asset")
        self.done = {number for number, _ in done}
        limits = intake.returned_limits if plan.ours else intake.upload_limits
        self.limits = limits(self.account)
        self.most = max(self.limits.media_bytes, self.limits.image_bytes)
        named = (wanted.id for wanted in plan.files if wanted.id)
        self.here = Here(self.account, (pk for _, pk in done if pk), named)
        self.clients: dict[str, UUID] = {}
        if row.client_id is None:
            self.clients = {one.name.casefold(): one.pk for one in choices(self.account)}

    def run(self) -> None:
        for wanted in self.plan.files:
            if wanted.number not in self.done:
                self._one(wanted)

    def _one(self, wanted: Wanted) -> None:
        try:
            self._begin(wanted)
            self._take(wanted)
        except (files.NoRoom, Lost, InterfaceError, OperationalError):
            raise
        except Refused as error:
            self._keep(wanted, Outcome.REFUSED, None, About(notes=[str(error)]))
        except Exception as error:
            if isinstance(error, OSError) and error.errno:
                raise  # of the disk, not of the file
            log.exception("import %s: %r", self.row.pk, wanted.name)
            self._keep(wanted, Outcome.REFUSED, None, About(notes=[_UNEXPECTED]))

    def _begin(self, wanted: Wanted) -> None:
        """Counted before it is looked at: a file may be what the worker dies on."""
        row = self.row
        row.tried = row.tried + 1 if row.at == wanted.number else 1
        row.at = wanted.number
        _note(row, at=row.at, tried=row.tried)
        if wanted.why:
            raise Refused(wanted.why)
        if row.tried > limits.MOST_TRIES:
            raise Refused(_DIED)

    def _take(self, wanted: Wanted) -> None:
        path = self.folder / "file"
        assert wanted.entry
        about = self._about(wanted)
        sha256 = copy_out(self.zip, wanted.entry, path, self.most)
        if self.plan.ours and sha256 != wanted.sha256:
            raise Refused(
                f"Its checksum is {sha256[:12]}…; manifest.json says {wanted.sha256[:12]}…. It was "
                "changed or damaged since it was packed. Upload it by itself."
            )
        if known := self.here.find(sha256, about.id):
            return self._merge(wanted, known, about)
        # What was packed here is what it was, to the byte: it was cleaned when it first came in.
        draft = intake.prepare(
            path,
            account=self.account,
            filename=about.filename or wanted.name,
            limits=self.limits,
            strip=not self.plan.ours,
            id=self._free_id(about),
        )
        try:
            if not self.plan.ours and (known := self.here.find(draft.sha256, None)):
                draft.discard()
                return self._merge(wanted, known, about)
            self._restore(wanted, draft, about)
        except IntegrityError:
            # Another import gave the id away meanwhile: now it is somebody's, maybe this very file.
            draft.discard()
            if draft.id != about.id:
                raise
            self.here.look_again(sha256)
            return self._take(wanted)
        except BaseException:
            draft.discard()
            raise
        return None

    def _about(self, wanted: Wanted) -> About:
        if not self.plan.ours:
            return About(tags=list(wanted.tags))
        if wanted.beside is None:
            return About(id=wanted.id, notes=["Its JSON file is missing: only the file was taken."])
        try:
            about = read(read_json(self.zip, wanted.beside, limits.SIDECAR_BYTES))
        except Refused as error:
            about = About(notes=[f"Only the file was taken. {error}"])
        about.id = wanted.id or about.id
        return about

    def _free_id(self, about: About) -> UUID | None:
        """The id that it had, when nobody has it now and it may have been given here."""
        if about.id is None or about.id.version != 7:
            return None
        return None if Asset.objects.filter(pk=about.id).exists() else about.id

    def _restore(self, wanted: Wanted, draft: intake.Draft, about: About) -> None:
        if self.plan.ours:
            draft = replace(draft, told=None)  # what was known of it is told beside it
        with transaction.atomic():
            asset = draft.save(
                user=self.row.user,
                title=about.title,
                tags=about.tags,
                module=about.module,
                recipe=about.recipe,
                made=intake.Made(about.provider, about.model, about.seed, about.cost),
                client=self.row.client_id or self._client(about),
            )
            if self.plan.ours:
                dress(asset, about)
            self._keep(wanted, Outcome.RESTORED, asset, about, cooked=bool(about.recipe))

    def _client(self, about: About) -> UUID | None:
        if not about.client:
            return None
        found = self.clients.get(about.client.casefold())
        if found is None and self.row.client_id is None:
            about.notes.append(
                f"There is no client “{about.client}” here, so it belongs to none. Move it to one."
            )
        return found

    def _merge(self, wanted: Wanted, asset: Asset, about: About) -> None:
        with transaction.atomic():
            back = asset.trashed is not None
            if back:
                asset = library.restore(asset)
            cooked = merge(asset, about)
            outcome = Outcome.RESTORED if back else Outcome.KNOWN
            self._keep(wanted, outcome, asset, about, cooked=cooked)

    def _keep(
        self,
        wanted: Wanted,
        outcome: Outcome,
        asset: Asset | None,
        about: About,
        cooked: bool = False,
    ) -> None:
        """Notes that a file is through, in one transaction with what became of it."""
        links = about.links() | {"cooked": cooked} if self.plan.ours and asset else {}
        with transaction.atomic():
            _note(self.row, starts=0, **{str(outcome): F(str(outcome)) + 1})
            ImportItem.objects.create(
                whole=self.row,
                number=wanted.number,
                name=wanted.name,
                outcome=outcome,
                why=" ".join(about.notes)[:600],
                asset=asset,
                links=links,
            )
        if asset:
            self.here.take(asset)
