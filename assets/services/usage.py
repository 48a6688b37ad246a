"""How often an asset is used, and how much room an account takes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.core.cache import caches
from django.db import OperationalError
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, Sum

from assets.models import Asset, AssetKind
from billing.limits import storage_cap
from billing.models import Account

log = logging.getLogger("zoetrope.assets")

Use = Literal["opens", "downloads", "shares"]
_TOLD_FOR = 60  # seconds that a page may tell what was


@dataclass(frozen=True)
class Room:
    """A part of what is stored: files and bytes (of the originals)."""

    name: str
    label: str
    files: int
    size: int


@dataclass(frozen=True)
class Storage:
    """What an account stores. `kinds` are the files of the library, without those in the trash;
    `versions` are those of them that another version stands for. `limit` None is no limit."""

    kinds: tuple[Room, ...]
    versions: Room
    trash: Room
    used: int
    files: int
    limit: int | None

    @property
    def share(self) -> float | None:
        """Of the limit, 0…1 and more; None without one."""
        return None if not self.limit else self.used / self.limit


def count(pk: UUID, use: Use) -> None:
    """One use more. It is one statement, so that nobody waits for a count; when the database is
    busy it is left out."""
    try:
        Asset.objects.filter(pk=pk).update(**{use: F(use) + 1})
    except OperationalError:
        log.warning("one of the %s of asset %s is not counted", use, pk)


def storage(account: Account) -> Storage:
    """What the account stores now, of what is in sight of who asks; the limit is that of all."""
    rows = list(
        Asset.objects.for_account(account)
        .order_by()
        .annotate(is_live=ExpressionWrapper(Q(trashed=None), BooleanField()))
        .values_list("kind", "is_live", "stacked")
        .annotate(files=Count("pk"), bytes=Sum("size"))
    )

    def room(name: str, label: str, chosen: list[tuple[str, bool, bool, int, int]]) -> Room:
        return Room(name, label, sum(r[3] for r in chosen), sum(r[4] or 0 for r in chosen))

    live = [row for row in rows if row[1]]
    kinds = (
        room(kind.value, str(kind.label), [row for row in live if row[0] == kind])
        for kind in AssetKind
    )
    everything = room("all", "Everything", rows)
    return Storage(
        kinds=tuple(kind for kind in kinds if kind.files),
        versions=room("versions", "Earlier versions", [row for row in live if row[2]]),
        trash=room("trash", "Trash", [row for row in rows if not row[1]]),
        used=everything.size,
        files=everything.files,
        limit=storage_cap(account) if account.scope.is_everything else None,
    )


def storage_told(account: Account) -> Storage:
    """The same for a page that is opened often: up to a minute old, once there is anything."""
    key = f"storage:{account.pk}:{hash(account.scope)}"
    told = caches["local"].get(key)
    if not isinstance(told, Storage) or not told.files:
        told = storage(account)
        caches["local"].set(key, told, _TOLD_FOR)
    return told
