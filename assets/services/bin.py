"""The trash: how long it keeps things, what it must keep longer, and how it is emptied."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from assets.media import Refused
from assets.models import Asset, AssetQuerySet
from assets.services.bulk.cells import chunks
from assets.services.library import purge
from billing.models import Account

log = logging.getLogger("zoetrope.assets")

# Asked before a file goes for good: {asset: why it is still needed}. Whoever uses files adds one.
Holder = Callable[[Sequence[UUID]], dict[UUID, str]]
HOLDERS: list[Holder] = []
AT_ONCE = 500


def days_left(asset: Asset) -> int:
    """Days until the trash lets it go, at least 0."""
    if asset.trashed is None:
        return settings.TRASH_DAYS
    left = asset.trashed + timedelta(days=settings.TRASH_DAYS) - timezone.now()
    return max(0, -(-left // timedelta(days=1)))


def held(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Those of `ids` that must stay, with the reason in words."""
    return {pk: why for holder in HOLDERS for pk, why in holder(ids).items()}


def purge_one(asset: Asset) -> None:
    """For good, unless it is needed. Raises Refused."""
    if why := held([asset.pk]).get(asset.pk):
        raise Refused(f"“{asset.title}” cannot be deleted yet: {why}. Try again when that is over.")
    purge(asset)


def empty(account: Account) -> tuple[int, int]:
    """All that is in the trash of an account: (how many are gone, how many must stay)."""
    return _purge(Asset.objects.for_account(account).filter(trashed__isnull=False))


def empty_old() -> int:
    """What has been there for TRASH_DAYS, of everybody. Returns how many are gone."""
    before = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    return _purge(Asset.objects.filter(trashed__lt=before), AT_ONCE)[0]


def _purge(found: AssetQuerySet, most: int | None = None) -> tuple[int, int]:
    gone = kept = 0
    for asset, needed in _with_reasons(found, most):
        # Restored meanwhile, it is not ours to delete.
        if needed or not Asset.objects.filter(pk=asset.pk, trashed=asset.trashed).exists():
            kept += 1
            continue
        purge(asset)
        gone += 1
    if gone or kept:
        log.info("the trash let %s files go and kept %s", gone, kept)
    return gone, kept


def _with_reasons(found: AssetQuerySet, most: int | None) -> Iterator[tuple[Asset, str]]:
    ids = list(found.order_by("trashed").values_list("pk", flat=True)[:most])
    for chunk in chunks(ids):
        needed = held(chunk)
        for asset in found.filter(pk__in=chunk):
            yield asset, needed.get(asset.pk, "")
