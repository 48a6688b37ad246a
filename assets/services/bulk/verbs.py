"""What can be done to many at once. A verb is one entry of VERBS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from assets.media import Refused
from assets.models import Asset, AssetQuerySet, Collection, CollectionItem
from assets.services.bulk import moving
from assets.services.bulk.cells import COLLECTION, TAG, Cells, chunks
from assets.services.library import checked_flag, checked_rating
from assets.services.names import MOST_TAGS, tag_names
from billing.clients import choices
from billing.models import Account

Plan = Callable[[Account, Sequence[UUID], Any], Cells]


@dataclass(frozen=True)
class Verb:
    """`takes` names the value that goes with it: "", rating, flag, tags, collection or client.
    `check` makes it one that can be stored, or raises Refused. `plan` says what would change, and
    writes nothing. `done` is said of the files that were changed."""

    key: str
    takes: str
    done: str
    check: Callable[[Account, Any], Any]
    plan: Plan


def _column(field: str) -> Plan:
    def plan(account: Account, ids: Sequence[UUID], value: Any) -> Cells:
        cells = Cells()
        for mine in _mine(account, ids):
            for pk, before in mine.values_list("pk", field):
                cells.add(field, before, value, pk)
        return cells

    return plan


def _mine(account: Account, ids: Sequence[UUID]) -> list[AssetQuerySet]:
    return [Asset.objects.for_account(account).filter(pk__in=chunk) for chunk in chunks(ids)]


def _tag(account: Account, ids: Sequence[UUID], value: list[str]) -> Cells:
    cells = Cells()
    for mine in _mine(account, ids):
        having = _tags_of(mine)
        for pk, names in having.items():
            new = [name for name in value if name not in names]
            if len(names) + len(new) > MOST_TAGS:
                title = Asset.objects.get(pk=pk).title
                raise Refused(
                    f"“{title}” would have {len(names) + len(new)} tags; the limit is "
                    f"{MOST_TAGS}. Leave it out, or take tags off it first."
                )
            for name in new:
                cells.add(TAG + name, False, True, pk)
    return cells


def _untag(account: Account, ids: Sequence[UUID], value: list[str]) -> Cells:
    cells = Cells()
    for mine in _mine(account, ids):
        for pk, names in _tags_of(mine).items():
            for name in names.intersection(value):
                cells.add(TAG + name, True, False, pk)
    return cells


def _tags_of(mine: AssetQuerySet) -> dict[UUID, set[str]]:
    having: dict[UUID, set[str]] = {}
    for pk, name in mine.order_by().values_list("pk", "tags__name"):
        having.setdefault(pk, set()).update([name] if name else [])
    return having


def _collect(account: Account, ids: Sequence[UUID], value: str) -> Cells:
    cells, items = Cells(), CollectionItem.objects.filter(collection_id=value)
    place = (items.aggregate(last=Max("order"))["last"] or 0) + 1
    kept = Collection.objects.select_related("client").get(pk=value)
    for mine in _mine(account, ids):
        if kept.client and (other := mine.exclude(client=kept.client).first()):
            raise Refused(
                f"“{kept.name}” is a collection of {kept.client.name}, and “{other.title}” is not "
                f"theirs. Move it to {kept.client.name} first, or choose another collection."
            )
        there = set(items.filter(asset__in=mine).values_list("asset_id", flat=True))
        for pk in mine.values_list("pk", flat=True):
            if pk not in there:
                cells.add(COLLECTION + value, None, place, pk)
    return cells


def _uncollect(account: Account, ids: Sequence[UUID], value: str) -> Cells:
    cells = Cells()
    for mine in _mine(account, ids):
        items = CollectionItem.objects.filter(collection_id=value, asset__in=mine)
        for pk, order in items.values_list("asset_id", "order"):
            cells.add(COLLECTION + value, order, None, pk)
    return cells


def _trash(account: Account, ids: Sequence[UUID], value: None) -> Cells:
    cells, now = Cells(), timezone.now().isoformat()
    gone = [pk for mine in _mine(account, ids) for pk in mine.live().values_list("pk", flat=True)]
    for pk in gone:
        cells.add("trashed", None, now, pk)
    for stack in _stacks(account, gone):
        left = [asset for asset in stack if asset.trashed is None and asset.pk not in gone]
        shown = [asset for asset in stack if not asset.stacked and asset.trashed is None]
        if left and shown and shown[-1].pk in gone:
            cells.add("stacked", True, False, left[-1].pk)
    return cells


def _restore(account: Account, ids: Sequence[UUID], value: None) -> Cells:
    cells, back = Cells(), set()
    for mine in _mine(account, ids):
        for pk, moment in mine.exclude(trashed=None).values_list("pk", "trashed"):
            cells.add("trashed", moment.isoformat() if moment else None, None, pk)
            back.add(pk)
    for stack in _stacks(account, sorted(back)):
        stand = [asset for asset in stack if asset.pk in back and not asset.stacked]
        for asset in stack:
            if stand and asset is not stand[-1]:
                cells.add("stacked", asset.stacked, True, asset.pk)
        there = [asset for asset in stack if asset.trashed is None or asset.pk in back]
        if there and all(asset.stacked for asset in there):
            cells.add("stacked", True, False, there[-1].pk)
    return cells


def _stacks(account: Account, ids: Sequence[UUID]) -> list[list[Asset]]:
    """The stacks of versions that these belong to, each in its order; what is alone is in none."""
    firsts: Counter[UUID] = Counter()
    for mine in _mine(account, ids):
        for pk, first in mine.values_list("pk", "version_of"):
            firsts[first or pk] += 1
    stacks: dict[UUID, list[Asset]] = {}
    for chunk in chunks(firsts):
        both = Q(pk__in=chunk, versions__isnull=False) | Q(version_of__in=chunk)
        found = Asset.objects.for_account(account).filter(both).distinct()
        for asset in found.order_by("version", "created"):
            stacks.setdefault(asset.version_of_id or asset.pk, []).append(asset)
    return list(stacks.values())


def _move(account: Account, ids: Sequence[UUID], value: str | None) -> Cells:
    """With all versions of each. What is in a collection of another client leaves that."""
    cells, client = Cells(), UUID(value) if value else None
    moved = {pk for mine in _mine(account, ids) for pk in mine.values_list("pk", flat=True)}
    moved |= {asset.pk for stack in _stacks(account, sorted(moved)) for asset in stack}
    moving.check(sorted(moved), client)
    for mine in _mine(account, sorted(moved)):
        for pk, before in mine.values_list("pk", "client"):
            cells.add("client", str(before) if before else None, value, pk)
        items = CollectionItem.objects.filter(asset__in=mine, collection__client__isnull=False)
        for pk, collection, order in items.exclude(collection__client=client).values_list(
            "asset", "collection", "order"
        ):
            cells.add(f"{COLLECTION}{collection}", order, None, pk)
    return cells


def _client(account: Account, value: Any) -> str | None:
    """The id of one that the person may work for; "none" takes it from all of them."""
    if str(value).lower() == "none" and not account.scope.is_limited:
        return None
    try:
        pk = UUID(str(value))
    except ValueError:
        raise Refused("No client was given. Choose one.") from None
    if not choices(account).filter(pk=pk).exists():
        raise Refused(f"There is no client {pk}. Choose another.")
    return str(pk)


def _none(account: Account, value: Any) -> None:
    return None


def _rating(account: Account, value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:3])
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("The rating is missing. Give a whole number from 0 (none) to 5.")
    return checked_rating(value)


def _flag(account: Account, value: Any) -> str:
    return checked_flag(str(value or ""))


def _names(account: Account, value: Any) -> list[str]:
    given = value.split(",") if isinstance(value, str) else list(value or ())
    if names := tag_names(map(str, given)):
        return names
    raise Refused("No tag was given. Write at least one.")


def _collection(account: Account, value: Any) -> str:
    try:
        pk = UUID(str(value))
    except ValueError:
        raise Refused("No collection was given. Choose one.") from None
    if not Collection.objects.for_account(account).filter(pk=pk).exists():
        raise Refused(f"There is no collection {pk}. Choose another, or make it first.")
    return str(pk)


def _always(value: bool) -> Callable[[Account, Any], bool]:
    return lambda account, ignored: value


VERBS = {
    verb.key: verb
    for verb in (
        Verb("favorite", "", "in the favorites", _always(True), _column("favorite")),
        Verb("unfavorite", "", "no longer favorites", _always(False), _column("favorite")),
        Verb("rate", "rating", "rated", _rating, _column("rating")),
        Verb("flag", "flag", "flagged", _flag, _column("flag")),
        Verb("tag", "tags", "tagged", _names, _tag),
        Verb("untag", "tags", "without the tag", _names, _untag),
        Verb("collect", "collection", "collected", _collection, _collect),
        Verb("uncollect", "collection", "taken out of the collection", _collection, _uncollect),
        Verb("move", "client", "moved", _client, _move),
        Verb("trash", "", "in the trash", _none, _trash),
        Verb("restore", "", "back in the library", _none, _restore),
    )
}
