"""The order that files were given by hand in one collection, beside the orders that all have."""

from __future__ import annotations

from typing import TypeAlias
from uuid import UUID

from django.core import signing
from django.db.models import Exists, OuterRef, Q

from assets.models import Asset, AssetQuerySet, CollectionItem
from assets.search import sorts, toggle
from assets.search.collections import found
from assets.search.errors import BadFilter
from assets.search.keys import key_of
from assets.search.sorts import SALT, SORTS
from assets.search.tree import Key

MANUAL, LABEL = "manual", "Manual"
NAMES = (*SORTS, MANUAL)
# Where those stand that are only in a collection inside the one that is open.
_REST = 2**31

_Place: TypeAlias = tuple[int, UUID]


def open_collection(queryset: AssetQuerySet) -> UUID | None:
    """The one collection that everything found is in, None when there is none or several."""
    items = [i for i in toggle.top(queryset.search) if isinstance(i, Key)]
    asked = [i.values for i in items if key_of(i.name).name == "in"]
    asked += [(queryset.filed,)] if queryset.filed else []
    if len(asked) != 1 or len(asked[0]) != 1 or queryset.account_id is None:
        return None
    ids = found(queryset.account_id, asked[0][0], queryset.scope)
    return ids.pop() if len(ids) == 1 else None


def page(
    queryset: AssetQuerySet,
    sort: str,
    after: str,
    size: int,
    load: AssetQuerySet | None = None,
) -> tuple[list[Asset], str]:
    """As `sorts.page`; where one collection is open `manual` is an order, too. Raises BadFilter."""
    if sort != MANUAL:
        return sorts.page(queryset, sort, after, size, load)
    if (collection := open_collection(queryset)) is None:
        raise BadFilter(
            "sort",
            "“manual” is the order that one collection has. Ask for what is in one, or use one "
            f"of: {', '.join(SORTS)}.",
        )
    made_for = f"{MANUAL}:{collection.hex}"
    place = _read(made_for, after) if after else (-1, UUID(int=0))
    seen = _placed(queryset, collection, place, size + 1) if place[0] < _REST else []
    if len(seen) <= size:
        seen += _rest(queryset, collection, place, size + 1 - len(seen))
    following = ""
    if len(seen) > size:
        order, pk = seen[size - 1]
        following = signing.dumps([made_for, order, pk.hex], salt=SALT)
    return sorts.rows([pk for _, pk in seen[:size]], load), following


def _placed(queryset: AssetQuerySet, collection: UUID, place: _Place, size: int) -> list[_Place]:
    """From one place to the next, each looked up: that is a range of the index."""
    order, pk = place
    mine = queryset.order_by().filter(pk=OuterRef("asset"))
    items = CollectionItem.objects.filter(Exists(mine), collection=collection, order__gte=order)
    items = items.filter(Q(order__gt=order) | Q(asset__gt=pk)).order_by("order", "asset_id")
    return list(items.values_list("order", "asset_id")[:size])


def _rest(queryset: AssetQuerySet, collection: UUID, place: _Place, size: int) -> list[_Place]:
    """What is only in a collection inside it, the oldest first."""
    items = CollectionItem.objects.filter(collection=collection, asset=OuterRef("pk"))
    rows = queryset.filter(~Exists(items)).order_by("pk")
    if place[0] == _REST:
        rows = rows.filter(pk__gt=place[1])
    return [(_REST, pk) for pk in rows.values_list("pk", flat=True)[:size]]


def _read(made_for: str, after: str) -> _Place:
    """The place of the last row seen."""
    try:
        said, order, pk = signing.loads(after, salt=SALT)
        if said != made_for:
            raise ValueError
        return int(order), UUID(pk)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadFilter(
            "after", "This cursor is not one of this list. Start without, and follow `next`."
        ) from None
