"""Files of assets in the storage: how they are named, written, opened and removed.

Everything goes through Django's default storage, so that it may be a folder or S3.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from assets import media
from assets.media import Refused
from assets.models import Asset, Status

log = logging.getLogger("zoetrope.assets")

Variant = Literal["original", "thumbnail", "poster"]
STILLS: dict[Variant, Callable[[Image.Image], tuple[bytes, str]]] = {
    "thumbnail": media.thumbnail,
    "poster": media.poster,
}


class NoRoom(Refused):
    """The file is good, but there is no room for it; the same may work later."""


class Gone(Refused):
    """The asset is there, its file is not."""


NO_ROOM = "The disk of this server is full. Nothing was saved; make room and try again."


def check_disk(needed: int = 0) -> None:
    """Raises NoRoom when the files lie on this machine and its disk is nearly full, or would be
    with `needed` more bytes."""
    if folder := local_path(""):
        free = shutil.disk_usage(folder).free
        if free - needed < settings.DISK_FLOOR_BYTES:
            floor = media.filesize(settings.DISK_FLOOR_BYTES)
            raise NoRoom(
                f"The disk of this server is nearly full: {media.filesize(free)} are free and "
                f"{floor} are kept back. Make room and try again."
            )


@contextlib.contextmanager
def room_told() -> Iterator[None]:
    """A full disk, wherever it is met in here, is NoRoom."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(NO_ROOM) from error
        raise


def folder_for(account: UUID, asset: UUID) -> str:
    """Where the files of a new asset lie. The ids are random: nothing of it can be guessed."""
    return f"accounts/{account}/{timezone.now():%Y/%m}/{asset}"


def store(name: str, content: File[bytes]) -> str:
    """Writes `content` and returns the key it got. Leaves nothing behind when it fails."""
    try:
        stored = default_storage.save(name, content)
        _to_disk(stored)
    except BaseException:
        remove([name])
        raise
    return stored


def _to_disk(name: str) -> None:
    """A row must not outlive a power cut that its file does not."""
    if path := local_path(name):
        with path.open("rb") as file:
            os.fsync(file.fileno())


def local_path(name: str) -> Path | None:
    """Where a file or folder of the storage lies on this machine; None when it does not."""
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        return None
    return path if path.exists() else None


def remove(names: Iterable[str]) -> None:
    """Removes files and the folder that they leave empty. A failure is logged, never raised: a
    file left behind is a smaller harm than the change of the library undone."""
    folders = set()
    for name in filter(None, names):
        folders.add(name.rpartition("/")[0])
        try:
            default_storage.delete(name)
        except Exception:
            log.exception("could not remove %s", name)
    for folder in folders:
        with contextlib.suppress(OSError):
            if path := local_path(folder):
                path.rmdir()


def names_of(asset: Asset) -> list[str]:
    return [name for name in (asset.file.name, asset.thumbnail.name, asset.poster.name) if name]


def open_file(asset: Asset, variant: Variant = "original") -> File[bytes]:
    """The opened file; a still that an asset does not have is its next smaller one.

    Raises Gone. The status follows what is found: damaged when the original is missing, ready
    again when it is back.
    """
    field = {
        "original": asset.file,
        "thumbnail": asset.thumbnail,
        "poster": asset.poster or asset.thumbnail,
    }[variant]
    try:
        if not field.name:
            raise FileNotFoundError
        file = default_storage.open(field.name, "rb")
    except (FileNotFoundError, IsADirectoryError) as error:
        if variant == "original":
            _note(asset, Status.DAMAGED)
        raise Gone(
            f"The file of “{asset.title}” is missing from the storage. Restore it from a backup, "
            "or move it to the trash."
        ) from error
    if variant == "original":
        _note(asset, Status.READY)
    return file


def _note(asset: Asset, status: Status) -> None:
    if asset.status != status:
        log.warning("asset %s is %s", asset.pk, status)
        asset.status = status
        Asset.objects.filter(pk=asset.pk).update(status=status)


def local_copy(asset: Asset, folder: Path) -> Path:
    """The asset's file as a path of this machine: where it lies, or a copy in `folder`.

    It is to be read only. Raises Gone.
    """
    with open_file(asset) as file:
        name = str(asset.file.name)
        if path := local_path(name):
            return path
        target = folder / f"{asset.pk}{Path(name).suffix}"
        with target.open("wb") as out:
            shutil.copyfileobj(file, out, 1024 * 1024)
        return target
