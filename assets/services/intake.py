"""The only way in: a file is looked at, cleaned and stored first, and gets its row afterwards.

The slow part (`prepare`) needs no transaction, the short part (`Draft.save`) nothing but one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import Sum

from assets import media
from assets.media import Facts, Likeness, Limits, Refused, filesize
from assets.models import Asset, Excerpt
from assets.services import files, hints, looks
from assets.services.clients import common_client
from assets.services.library import set_tags
from assets.services.names import checked_title, clean, clean_filename, tag_names, title_of
from billing.ids import uuid7
from billing.limits import raisers, storage_cap, storage_plan
from billing.models import Account, User

_CHUNK = 1024 * 1024
_DATA_URL = re.compile(r"data:[\w.+/;=-]{0,200};base64,", re.ASCII)
UPLOAD = "upload"


def upload_limits(account: Account | None = None) -> Limits:
    """What a person may bring in, by the settings and the plan of the account."""
    return Limits(
        image_bytes=settings.IMAGE_MAX_BYTES,
        media_bytes=settings.UPLOAD_MAX_BYTES,
        image_pixels=settings.IMAGE_MAX_PIXELS,
        account_bytes=storage_cap(account) if account else None,
    )


def result_limits() -> Limits:
    """What a job may bring in: it is paid for, so nothing is refused but what this computer
    cannot bear. It is looked at in the worker itself, which may die without harm."""
    return Limits(
        image_bytes=1024**3,
        media_bytes=8 * 1024**3,
        image_pixels=max(200_000_000, settings.IMAGE_MAX_PIXELS),
        seconds=24 * 3600,
        frames=10_000_000,
        apart=False,
    )


def returned_limits(account: Account) -> Limits:
    """What a ZIP that was packed here may bring back: whatever a job may make or a person may bring
    in, within the room of the account. Who packed it is only said, so it is looked at apart."""
    most, own = result_limits(), upload_limits(account)
    return replace(
        most,
        image_bytes=max(most.image_bytes, own.image_bytes),
        media_bytes=max(most.media_bytes, own.media_bytes),
        account_bytes=own.account_bytes,
        apart=True,
    )


@dataclass(frozen=True)
class Made:
    """Who made a file with what, and what was paid for it (in units)."""

    provider: str = ""
    model: str = ""
    seed: int | None = None
    cost: int = 0


@dataclass(frozen=True)
class Draft:
    """Files that are stored and have no row yet. Either `save` or `discard` it."""

    id: UUID
    account: Account
    filename: str
    facts: Facts
    size: int
    sha256: str
    seen: Likeness | None = None
    words: str = ""
    stored: dict[str, str] = field(default_factory=dict)
    told: media.Told | None = None

    def save(
        self,
        *,
        user: User | None,
        title: str = "",
        origin: str = UPLOAD,
        slot: int = 0,
        module: str = "upload",
        recipe: Mapping[str, Any] | None = None,
        parents: Iterable[Asset] = (),
        tags: Iterable[str] = (),
        made: Made | None = None,
        client: UUID | None = None,
    ) -> Asset:
        """The asset. It belongs to `client`, else to whom the account works for, else to the client
        of its parents. For an origin and slot that have one already it is that one, and the files
        of this draft go. Only database work, so it may be called inside a transaction."""
        names, parents = tag_names(tags), list(parents)
        client = client or self.account.scope.client or common_client(parents)
        title = checked_title(clean(title) or title_of(self.filename))
        if self.told and not recipe:
            recipe = {"imported": self.told["tool"], "params": self.told["params"]}
        with transaction.atomic():
            try:
                with transaction.atomic():
                    asset = self._create(
                        user,
                        title,
                        origin,
                        slot,
                        module,
                        dict(recipe or {}),
                        made or Made(),
                        client,
                    )
            except IntegrityError:
                twin = Asset.objects.filter(account=self.account, origin=origin, slot=slot).first()
                if twin is None or origin == UPLOAD:
                    raise
                transaction.on_commit(self.discard)
                return twin
            asset.parents.set(parents)
            if self.words:
                Excerpt.objects.create(asset=asset, text=self.words)
            set_tags(asset, names)
            if self.seen:
                looks.remember(asset, self.seen)
            hints.propose_by_rule(asset, self.seen.layout if self.seen else b"")
        return asset

    def _create(
        self,
        user: User | None,
        title: str,
        origin: str,
        slot: int,
        module: str,
        recipe: dict[str, Any],
        made: Made,
        client: UUID | None,
    ) -> Asset:
        facts = self.facts
        return Asset.objects.create(
            id=self.id,
            account=self.account,
            user=user,
            kind=facts.kind,
            title=title,
            filename=self.filename,
            file=self.stored["original"],
            thumbnail=self.stored["thumbnail"],
            poster=self.stored["poster"],
            mime=facts.mime,
            size=self.size,
            sha256=self.sha256,
            width=facts.width,
            height=facts.height,
            duration=facts.duration,
            fps=facts.fps,
            has_audio=facts.has_audio,
            has_alpha=facts.has_alpha,
            animated=facts.animated and facts.kind == "image",
            color=facts.color,
            origin=origin,
            slot=slot,
            module=module,
            recipe=recipe,
            provider=made.provider[:40],
            model=made.model[:120],
            seed=made.seed,
            cost=made.cost,
            client_id=client,
        )

    def discard(self) -> None:
        """Removes the files, unless they have become an asset: who cleans up after an error does
        not always know whether the transaction had ended before it."""
        if not Asset.objects.filter(pk=self.id, file=self.stored["original"]).exists():
            files.remove(self.stored.values())


def prepare(
    source: Path | BinaryIO | File[bytes],
    *,
    account: Account,
    filename: str,
    kinds: Collection[str] | None = None,
    limits: Limits | None = None,
    strip: bool = True,
    mark: media.Mark | None = None,
    id: UUID | None = None,
) -> Draft:
    """Looks at a file, cleans it, and stores it with a thumbnail and a poster. No row is written.

    `source` is a path or something to read bytes from; it is left as it is. `kinds` are the kinds
    that are wanted (image, video, audio, model), None is any. `strip` False leaves in what a person
    asked to be kept; `mark` is written into it. `id` is that of one that comes back, which nobody
    has. Raises Refused, and then leaves no file.
    """
    if limits is None:
        files.check_disk()
        limits = upload_limits(account)
    with files.room_told(), _scratch() as folder:
        path = source if isinstance(source, Path) else _received(source, folder, limits)
        format = media.identify(path, limits, kinds)
        told = media.embedded(path, format)
        path = media.strip(path, format, folder / "clean") if strip else path
        path = media.mark(path, format, folder / "marked", mark) if mark else path
        check_room(account, path.stat().st_size, limits.account_bytes)
        seen = media.examine(path, format, limits, kinds)
        seen = replace(seen, facts=media.named(seen.facts, filename))
        name = clean_filename(filename, seen.facts.extension)
        draft = _store(path, seen, account, name, id or uuid7())
        return replace(draft, told=told)


def ingest(
    source: Path | BinaryIO | File[bytes],
    *,
    account: Account,
    filename: str,
    kinds: Collection[str] | None = None,
    limits: Limits | None = None,
    **row: Any,
) -> Asset:
    """`prepare` and `save` in one: `row` is what Draft.save takes. Raises Refused."""
    draft = prepare(source, account=account, filename=filename, kinds=kinds, limits=limits)
    try:
        return draft.save(**row)
    except BaseException:
        draft.discard()
        raise


def from_data_url(
    text: str, *, account: Account, user: User | None, kinds: Collection[str] | None = None
) -> Asset:
    """The asset of a file that is written as `data:image/png;base64,…`. Raises Refused."""
    match = _DATA_URL.match(text)
    if not match:
        raise Refused("This is not a data URL. It has to begin like “data:image/png;base64,”.")
    try:
        content = base64.b64decode(text[match.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("The data URL is damaged: what follows the comma is not base64.") from error
    return ingest(ContentFile(content), account=account, filename="pasted", kinds=kinds, user=user)


def check_room(account: Account, size: int, limit: int | None) -> None:
    """Raises NoRoom when `size` more bytes do not fit below `limit`; None is no limit."""
    if limit is None:
        return
    used = Asset.objects.filter(account=account).aggregate(sum=Sum("size"))["sum"] or 0
    if used + size > limit:
        raise files.NoRoom(
            f"The library is full: {filesize(used)} of {filesize(limit)}{_whose(account)} are used "
            f"and this file needs {filesize(size)}. Delete something for good and try again"
            f"{_or_larger(account)}."
        )


def _whose(account: Account) -> str:
    plan = storage_plan(account)
    return f" of the plan {plan}" if plan else ""


def _or_larger(account: Account) -> str:
    return f"; or {raisers(account)} can choose a larger plan" if storage_plan(account) else ""


@contextmanager
def _scratch() -> Iterator[Path]:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="intake-", dir=settings.WORK_DIR) as folder:
        yield Path(folder)


def _received(source: BinaryIO | File[bytes], folder: Path, limits: Limits) -> Path:
    """`source` as a file; reading stops as soon as it is larger than anything that is allowed."""
    most = max(limits.media_bytes, limits.image_bytes)
    path, size = folder / "received", 0
    if source.seekable():
        source.seek(0)
    with path.open("wb") as out:
        while chunk := source.read(_CHUNK):
            size += out.write(chunk)
            if size > most:
                raise Refused(
                    f"The file has more than {filesize(most)}, which is the limit. Make it "
                    "smaller and try again."
                )
    return path


def _store(path: Path, seen: media.Examined, account: Account, filename: str, id: UUID) -> Draft:
    folder = files.folder_for(account.pk, id)
    stored: dict[str, str] = {}
    try:
        with ThreadPoolExecutor(len(files.STILLS)) as pool:
            # Beside all that waits for the disk.
            made = {name: pool.submit(draw, seen.still) for name, draw in files.STILLS.items()}
            draft = Draft(
                id=id,
                account=account,
                filename=filename,
                facts=seen.facts,
                size=path.stat().st_size,
                sha256=_sha256(path),
                stored=stored,
                seen=media.likeness(seen.still) if seen.facts.kind in looks.LOOKED_AT else None,
                words=seen.words,
            )
            with path.open("rb") as original:
                name = f"{folder}/original.{seen.facts.extension}"
                stored["original"] = files.store(name, File(original))
        for variant, still in made.items():
            content, extension = still.result()
            stored[variant] = files.store(f"{folder}/{variant}.{extension}", ContentFile(content))
    except BaseException:
        files.remove(stored.values())
        raise
    return draft


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
