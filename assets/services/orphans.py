"""Files without a row: what a process left that died between storing a file and noting it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage

from assets.models import Asset
from assets.services import files

log = logging.getLogger("zoetrope.assets")


def remove_orphans(before: datetime) -> int:
    """Remove files that are older than `before` and belong to no asset. Returns how many folders.

    Two months are looked at, that of `before` and that of now: older orphans were seen then.
    """
    months = {f"{moment:%Y/%m}" for moment in (before, datetime.now(tz=before.tzinfo))}
    found = [folder for month in sorted(months) for folder in _folders(month)]
    known = set(Asset.objects.filter(pk__in=[pk for pk, _ in found]).values_list("pk", flat=True))
    gone = 0
    for pk, folder in found:
        names = [] if pk in known else [f"{folder}/{name}" for name in _list(folder)[1]]
        if names and all(default_storage.get_modified_time(name) < before for name in names):
            log.warning("removing %s, which belongs to no asset", folder)
            files.remove(names)
            gone += 1
    return gone


def _folders(month: str) -> Iterator[tuple[UUID, str]]:
    """(asset id, its folder) for everything that was stored in a month, written 2026/11."""
    for account in _list("accounts")[0]:
        for name in _list(f"accounts/{account}/{month}")[0]:
            yield UUID(name), f"accounts/{account}/{month}/{name}"


def _list(folder: str) -> tuple[list[str], list[str]]:
    """The folders and files in it; nothing when it is not there."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
