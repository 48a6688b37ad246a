"""The files of a board: cleaned copies, made when they are first asked for, and tidied."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from assets.media import Format, Limits
from assets.media.clean import clean, clean_bytes
from assets.media.formats import HEAD, MIMES, detect
from assets.models import Asset, Board, BoardItem
from assets.services import files
from assets.services.files import Variant
from assets.services.names import clean_filename

_FOLDER = "shared"
# Beside a copy that is whole: another visitor must not get half of it.
_WHOLE = ".whole"


def still(asset: Asset, variant: Variant) -> tuple[bytes, Format]:
    """A thumbnail or poster without anything beside its picture. Raises Gone."""
    with files.open_file(asset, variant) as file:
        data = file.read()
    format = detect(data[:HEAD])
    return clean_bytes(data, format), format


def original(board: Board, asset: Asset) -> tuple[File[bytes], str, str]:
    """(the file, its name for a download, its type): as it is where the board says so, else a copy
    that is cleaned, of which the signature of a signed file is no part. Raises Gone or Refused."""
    if board.metadata:
        suffix = Path(asset.filename).suffix.lstrip(".")
        return files.open_file(asset), clean_filename(f"{asset.title}.x", suffix), asset.mime
    file = default_storage.open(_cleaned(asset), "rb")
    suffix = Path(str(file.name)).suffix.lstrip(".")
    mime = "image/png" if suffix == "png" else asset.mime
    name = clean_filename(f"{asset.title}.x", suffix)
    return file, name, mime if mime in MIMES else "application/octet-stream"


def _cleaned(asset: Asset) -> str:
    """Where the cleaned copy lies; made when there is none."""
    folder = f"{_FOLDER}/{asset.pk}"
    there = set(_list(folder)[1])
    if found := next((name for name in sorted(there) if name + _WHOLE in there), None):
        return f"{folder}/{found}"
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with files.room_told(), tempfile.TemporaryDirectory(dir=settings.WORK_DIR) as scratch:
        source = files.local_copy(asset, Path(scratch))
        suffix = Path(str(asset.file.name)).suffix
        made = clean(source, Path(scratch) / f"clean{suffix}", _limits())
        with made.open("rb") as content:
            stored = files.store(f"{folder}/{secrets.token_hex(8)}{made.suffix}", File(content))
    files.store(stored + _WHOLE, ContentFile(b"whole"))
    return stored


def _limits() -> Limits:
    return Limits(image_pixels=settings.IMAGE_MAX_PIXELS)


def forget(asset_ids: list[str]) -> None:
    """Removes the copies of these assets."""
    for pk in asset_ids:
        folder = f"{_FOLDER}/{pk}"
        files.remove([f"{folder}/{name}" for name in _list(folder)[1]])


def tidy() -> int:
    """Removes the copies that no open board shows any more. Returns of how many assets."""
    there = _list(_FOLDER)[0]
    boards = Board.objects.open().filter(metadata=False)
    shown = BoardItem.objects.filter(board__in=boards, asset__trashed=None)
    needed = {str(pk) for pk in shown.values_list("asset_id", flat=True)}
    old = [pk for pk in there if pk not in needed]
    forget(old)
    return len(old)


def _list(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
