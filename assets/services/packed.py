"""ZIPs and the clients of what they hold: who may not see a file has it from no ZIP either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from assets.media import Refused
from assets.models import Archive, Asset
from assets.services import files
from billing.models import Account

_CHUNK = 500


def crossing(account: Account, moves: Mapping[UUID | None, Iterable[UUID]]) -> list[Archive]:
    """ZIPs of one client with a file that goes to another. `moves` are {client: its new files}."""
    kept = Archive.objects.filter(account=account.pk, client__isnull=False)
    found: dict[UUID, Archive] = {}
    for client, ids in moves.items():
        moved = {pk.hex for pk in ids}
        for archive in kept.exclude(client=client) if client else kept:
            if not moved.isdisjoint(archive.wanted):
                found[archive.pk] = archive
    return list(found.values())


def check(account: Account, archive: Archive) -> None:
    """Whether all files of it that there are still are in sight. Raises Refused."""
    ids = [UUID(hex=text) for text in archive.wanted]
    for start in range(0, len(ids), _CHUNK):
        there = Asset.objects.filter(pk__in=ids[start : start + _CHUNK])
        mine = Asset.objects.for_account(account).filter(pk__in=ids[start : start + _CHUNK])
        if mine.count() < there.count():
            raise Refused(
                "Some files of this ZIP have gone to another client since it was packed, so it is "
                "not handed out any more. Delete it, and pack a new one."
            )


def delete(archive: Archive) -> None:
    """With its file, and what a worker may have left that died before it could say so."""
    starts = range(1, archive.fence + 1)
    names = [f"archives/{archive.account_id}/{archive.pk}-{start}.zip" for start in starts]
    names.append(str(archive.file.name or ""))
    with transaction.atomic():
        archive.delete()
        transaction.on_commit(lambda: files.remove(names))
