"""The trash: how long it keeps things, what it must keep longer, and how it is emptied."""

from __future__ import annotations

import logging
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django_q.tasks import async_task

from assets.media import Refused
from assets.models import Asset, AssetQuerySet
from assets.services import boards
from assets.services.bulk.cells import CHUNK
from assets.services.library import purge
from billing import audit_log
from billing.models import Account
from billing.scope import Scope

log = logging.getLogger("zoetrope.assets")

# Asked before a file goes for good: {asset: why it is still needed}. Whoever uses files adds one.
Holder = Callable[[Sequence[UUID]], dict[UUID, str]]
HOLDERS: list[Holder] = [boards.held]
# So many go while a person waits, and so many in the background before others get their turn.
IN_REQUEST, AT_ONCE = 100, 500
TASK = "studio.tasks.empty_trash"
# When it was thrown away, and its id.
Place = tuple[datetime, UUID]


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
    audit_log.write(asset.account, "deleting.purged", asset.title, asset=asset.pk)


@dataclass(frozen=True)
class Emptied:
    """How many are gone, how many must stay, and how many of the rest go on in the background."""

    gone: int
    kept: int
    left: int = 0


def contents(account: Account) -> tuple[int, int]:
    """What is in the trash of an account: (how many files, their bytes)."""
    told = _trashed(account).order_by().aggregate(files=Count("pk"), size=Sum("size"))
    return told["files"], told["size"] or 0


def empty(account: Account) -> Emptied:
    """All that is in the trash of an account now: a few at once, many in the background."""
    slice = _purge(_trashed(account), IN_REQUEST)
    left = 0
    if slice.place:
        now = timezone.now()
        left = _behind(_trashed(account), slice.place).filter(trashed__lte=now).count()
        if left:
            _go_on_later(account, now, slice.place)
    if slice.gone or left:
        audit_log.write(account, "deleting.purged", "the trash", files=slice.gone + left)
    return Emptied(slice.gone, slice.kept, left)


def go_on(pk: str, before: str, place: Sequence[str], client: str, mine: list[str] | None) -> None:
    """The next part of an emptying, with the eyes of who began it. What was thrown away after that
    stays; what a lost call leaves is there for the next time."""
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        return
    limits = None if mine is None else frozenset(map(UUID, mine))
    account = account.seen(Scope(UUID(client) if client else None, limits))
    moment = datetime.fromisoformat(before)
    found = _trashed(account).filter(trashed__lte=moment)
    slice = _purge(found, AT_ONCE, (datetime.fromisoformat(place[0]), UUID(place[1])))
    if slice.place:
        _go_on_later(account, moment, slice.place)


def _go_on_later(account: Account, before: datetime, place: Place) -> None:
    scope, at = account.scope, [place[0].isoformat(), str(place[1])]
    client = str(scope.client or "")
    mine = None if scope.mine is None else sorted(map(str, scope.mine))
    async_task(TASK, str(account.pk), before.isoformat(), at, client, mine, cluster="work")


def empty_old() -> int:
    """What has been there for TRASH_DAYS, of everybody, so many at once. Returns how many are
    gone."""
    before = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    slice = _purge(Asset.objects.filter(trashed__lt=before), AT_ONCE)
    for account in Account.objects.filter(pk__in=slice.of):
        days, files = settings.TRASH_DAYS, slice.of[account.pk]
        audit_log.write(account, "deleting.purged", "the trash", files=files, after_days=days)
    return slice.gone


def _trashed(account: Account) -> AssetQuerySet:
    return Asset.objects.for_account(account).filter(trashed__isnull=False)


def _behind(found: AssetQuerySet, place: Place) -> AssetQuerySet:
    trashed, pk = place
    later = Q(trashed__gt=trashed) | Q(trashed=trashed, pk__gt=pk)
    return found.filter(later, trashed__gte=trashed)


@dataclass
class _Slice:
    """`place` is where to go on; None when all was looked at. `of` is how many are gone of each
    account."""

    gone: int = 0
    kept: int = 0
    place: Place | None = None
    of: Tally[UUID] = field(default_factory=Tally)


def _purge(found: AssetQuerySet, most: int, place: Place | None = None) -> _Slice:
    """Those behind `place`, until `most` are gone: what must stay stops nobody behind it."""
    slice = _Slice()
    for asset, needed in _with_reasons(found, place):
        if slice.gone == most:
            break
        slice.place = _place(asset)
        # Restored meanwhile, it is not ours to delete.
        if needed or not Asset.objects.filter(pk=asset.pk, trashed=asset.trashed).exists():
            slice.kept += 1
        elif _purged(asset):
            slice.gone += 1
            slice.of[asset.account_id] += 1
        else:
            slice.kept += 1
    else:
        slice.place = None
    if slice.gone or slice.kept:
        log.info("the trash let %s files go and kept %s", slice.gone, slice.kept)
    return slice


def _purged(asset: Asset) -> bool:
    try:
        purge(asset)
    except (DatabaseError, OSError):
        log.exception("asset %s could not be deleted for good", asset.pk)
        return False
    return True


def _with_reasons(found: AssetQuerySet, place: Place | None) -> Iterator[tuple[Asset, str]]:
    """The longest in the trash first, a chunk at a time."""
    while True:
        rows = list((_behind(found, place) if place else found).order_by("trashed", "pk")[:CHUNK])
        if not rows:
            return
        place = _place(rows[-1])
        needed = held([row.pk for row in rows])
        for row in rows:
            yield row, needed.get(row.pk, "")


def _place(asset: Asset) -> Place:
    return asset.trashed or timezone.now(), asset.pk
