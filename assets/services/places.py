"""The files of one collection in an order that is made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, Max, QuerySet

from assets.media import Refused
from assets.models import Collection, CollectionItem

MOST_AT_ONCE = 500
# Places move up a little with every change; so high they are counted anew.
_HIGHEST = 10**9
# In one statement: row by row a large collection would keep everybody waiting.
_COUNTED = (
    'UPDATE assets_collectionitem SET "order" = counted.place FROM '
    '(SELECT id, ROW_NUMBER() OVER (ORDER BY "order", asset_id) AS place '
    "FROM assets_collectionitem WHERE collection_id = %s) AS counted "
    "WHERE counted.id = assets_collectionitem.id"
)


def put(
    collection: Collection,
    ids: Sequence[UUID],
    *,
    before: UUID | None = None,
    behind: UUID | None = None,
) -> None:
    """These files in this order, before or behind another one; without it at the end. Raises
    Refused for one that is not in this very collection."""
    ids = list(dict.fromkeys(ids))
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        raise Refused(
            f"{len(ids)} files were given to be moved. Give at least one, and {MOST_AT_ONCE} at "
            "most."
        )
    if before and behind:
        raise Refused("Both “before” and “behind” were given. Give one of them.")
    with transaction.atomic():
        items = _held(collection)
        moved = {item.asset_id: item for item in items.filter(asset__in=ids)}
        if lacking := len(ids) - len(moved):
            raise Refused(_not_in(collection, lacking))
        place = _place(collection, items, before, behind)
        items.filter(order__gte=place).update(order=F("order") + len(ids))
        for order, pk in enumerate(ids, start=place):
            moved[pk].order = order
        CollectionItem.objects.bulk_update(moved.values(), ["order"])


def step(collection: Collection, pk: UUID, by: int) -> bool:
    """One earlier (-1) or later (1) among those that are seen; False at the ends. Raises
    Refused."""
    with transaction.atomic():
        items = _held(collection)
        me = items.filter(asset=pk).first()
        if me is None:
            raise Refused(_not_in(collection, 1))
        seen = items.filter(asset__trashed=None, asset__stacked=False)
        if by < 0:
            other = seen.filter(order__lt=me.order).order_by("-order").first()
        else:
            other = seen.filter(order__gt=me.order).order_by("order").first()
        if other is None:
            return False
        if by < 0:
            put(collection, [pk], before=other.asset_id)
        else:
            put(collection, [pk], behind=other.asset_id)
        return True


def _held(collection: Collection) -> QuerySet[CollectionItem]:
    """Its items, each at a place of its own, while nobody else moves any."""
    if not Collection.objects.filter(pk=collection.pk).update(name=F("name")):
        raise Refused(f"The collection “{collection.name}” is gone. Choose another.")
    items = CollectionItem.objects.filter(collection=collection)
    told = items.aggregate(all=Count("pk"), places=Count("order", distinct=True), last=Max("order"))
    if told["places"] < told["all"] or (told["last"] or 0) > _HIGHEST:
        with connection.cursor() as cursor:
            field = CollectionItem._meta.get_field("collection")
            cursor.execute(_COUNTED, [field.get_db_prep_value(collection.pk, connection)])
    return items


def _place(
    collection: Collection,
    items: QuerySet[CollectionItem],
    before: UUID | None,
    behind: UUID | None,
) -> int:
    if not (other := before or behind):
        return int(items.aggregate(last=Max("order"))["last"] or 0) + 1
    order = items.filter(asset=other).values_list("order", flat=True).first()
    if order is None:
        raise Refused(_not_in(collection, 1))
    return order if before else order + 1


def _not_in(collection: Collection, lacking: int) -> str:
    files = "One of the files is" if lacking == 1 else f"{lacking} of the files are"
    return (
        f"{files} not in “{collection.name}” itself, but in one inside it or no longer there. "
        "Collect it here first; then it has a place."
    )
