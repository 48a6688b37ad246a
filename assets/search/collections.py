"""Finding by collection: part of a query for filters and search language."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from assets.models import Collection, CollectionItem
from assets.services.names import findable
from billing.scope import EVERYTHING, Scope

_DEEPEST = 8


def in_collection(account: UUID, name_or_id: str, scope: Scope = EVERYTHING) -> Q:
    """Assets in a collection, or in one inside it. A name stands for every collection that has it;
    `a/b` is b inside a. Of a collection that is not there nothing is found."""
    roots = found(account, name_or_id, scope)
    items = CollectionItem.objects.filter(collection__in=with_nested(account, roots))
    return Q(Exists(items.filter(asset=OuterRef("pk"))))


def found(account: UUID, name_or_id: str, scope: Scope = EVERYTHING) -> set[UUID]:
    """The collections in sight that are meant by it, without those inside them."""
    mine = Collection.objects.filter(scope.q(), account=account)
    try:
        return set(mine.filter(pk=UUID(name_or_id)).values_list("pk", flat=True))
    except ValueError:
        pass
    *above, last = [findable(part) for part in name_or_id.split("/")]
    mine = mine.filter(key=last)
    for steps, key in enumerate(reversed(above), start=1):
        mine = mine.filter(**{f"{'parent__' * min(steps, _DEEPEST)}key": key})
    return set(mine.values_list("pk", flat=True))


def with_nested(account: UUID, ids: set[UUID]) -> set[UUID]:
    """Those collections and all inside them."""
    seen, new = set(ids), set(ids)
    while new:
        mine = Collection.objects.filter(account=account, parent__in=new)
        new = set(mine.values_list("pk", flat=True)) - seen
        seen |= new
    return seen


def unfiled(account: UUID) -> Q:
    """In no collection."""
    if connection.vendor == "postgresql":
        # Reads what the account has in collections once; EXISTS would read that of everybody.
        mine = CollectionItem.objects.filter(collection__account=account)
        return ~Q(pk__in=mine.values("asset"))
    return ~Q(Exists(CollectionItem.objects.filter(asset=OuterRef("pk"))))
