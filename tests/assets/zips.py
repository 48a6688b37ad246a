"""ZIPs for the tests of imports: packed here, and made by hand."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assets.models import Archive, Asset, Import
from assets.services import archives, imports
from billing.models import Account, User


def packed(account: Account, user: User | None = None) -> bytes:
    """All files of an account, as the program packs them."""
    ids = list(Asset.objects.for_account(account).order_by("pk").values_list("pk", flat=True))
    archive = archives.order(account, user, ids)
    archives.pack(archive.pk)
    archive = Archive.objects.get(pk=archive.pk)
    assert archive.state == "ready", archive.error
    with default_storage.open(str(archive.file.name), "rb") as file:
        return bytes(file.read())


def brought(account: Account, content: bytes, user: User | None = None) -> Import:
    """The import of a ZIP, when it is through."""
    row = imports.order(account, user, ContentFile(content), "some.zip")
    imports.unpack(row.pk)
    return Import.objects.get(pk=row.pk)


def counts(row: Import) -> tuple[int, int, int]:
    assert row.state == "done", row.error
    return row.restored, row.known, row.refused


def reasons(row: Import) -> dict[str, str]:
    return dict(row.items.exclude(why="").values_list("name", "why"))


def foreign(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as zip:
        for name, content in files:
            zip.writestr(name, content)
    return out.getvalue()


def ours(
    *files: tuple[str, bytes, dict[str, Any]], manifest: dict[str, Any] | None = None
) -> bytes:
    """As if packed here; what each sidecar says may be a lie."""
    named, all_ = [], []
    for name, content, about in files:
        digest = hashlib.sha256(content).hexdigest()
        named.append({"id": about.get("id"), "file": name, "size": 1, "sha256": digest})
        named[-1] |= about.pop("entry", {})
        all_ += [(name, content), (f"{name}.json", json.dumps(about).encode())]
    told = {"format": "zoetrope-library", "version": 2, "files": named, "missing": 0}
    return foreign(*all_, ("manifest.json", json.dumps(told | (manifest or {})).encode()))
