"""What ties files to each other, when all of a ZIP are there: recipes that name sources, lineage,
versions and collections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max

from assets.media import Refused
from assets.models import Asset, Collection, CollectionItem, Import, ImportItem
from assets.services import collections, versions
from assets.services.bulk.cells import chunks
from assets.services.names import findable
from billing.clients import choices
from billing.models import Account
from billing.scope import Scope

_LINKS = Asset.parents.through
_CIRCLE = "Its sources are made from itself, as the ZIP tells it; those were left out."
# Whoever makes up thousands of collections gets no answer for each.
_MOST_REFUSALS = 20
_ROUND = "Its versions go in a circle, as the ZIP tells it; it stands by itself."


@dataclass
class Tied:
    """A file that came in, with what the ZIP says of its neighbors."""

    item: ImportItem
    asset: Asset
    links: dict[str, Any]


def tie(row: Import, account: Account) -> None:
    """A repeat changes nothing."""
    whole = Whole(row, account)
    whole.recipes()
    whole.lineage()
    whole.stacks()
    whole.places()
    whole.tell()


class Whole:
    """All files of an import that came in. `by_name` finds them by their ids in the ZIP."""

    def __init__(self, row: Import, account: Account) -> None:
        self.row, self.account = row, account
        items = list(row.items.exclude(asset=None).exclude(links={}))
        assets = self._mine([item.asset_id for item in items if item.asset_id])
        self.all = [
            Tied(item, assets[item.asset_id], item.links)
            for item in items
            if item.asset_id in assets
        ]
        self.by_name: dict[str, Tied] = {}
        for tied in self.all:
            if name := tied.links.get("id"):
                self.by_name.setdefault(name, tied)
        self.notes: dict[int, list[str]] = defaultdict(list)

    def _mine(self, ids: Iterable[UUID]) -> dict[UUID, Asset]:
        found: dict[UUID, Asset] = {}
        for chunk in chunks(ids):
            found |= Asset.objects.for_account(self.account).in_bulk(chunk)
        return found

    def tell(self) -> None:
        """Notes what was left out beside each file."""
        for tied in self.all:
            fresh = [n for n in self.notes[tied.item.number] if n not in tied.item.why]
            if fresh:
                tied.item.why = " ".join([tied.item.why, *fresh]).strip()[:600]
                tied.item.save(update_fields=["why"])

    def recipes(self) -> None:
        """Recipes that came along name the files as they are called here."""
        names = {
            name: str(tied.asset.pk)
            for name, tied in self.by_name.items()
            if name != str(tied.asset.pk)
        }
        for tied in self.all:
            params = tied.asset.recipe.get("params")
            if tied.links.get("cooked") and params:
                renamed = _renamed(params, names)
                if renamed != params:
                    tied.asset.recipe["params"] = renamed
                    Asset.objects.filter(pk=tied.asset.pk).update(recipe=tied.asset.recipe)

    # --- where they come from -------------------------------------------------------------------

    def lineage(self) -> None:
        """Sources in the ZIP, else those of the account that have this very id."""
        outside = {
            UUID(name)
            for tied in self.all
            for name in tied.links["parents"]
            if name not in self.by_name
        }
        here = {str(pk): asset for pk, asset in self._mine(outside).items()}
        edges: set[tuple[UUID, UUID]] = set()
        for tied in self.all:
            for name in tied.links["parents"]:
                known = self.by_name.get(name)
                source = known.asset if known else here.get(name)
                if source and _may_meet(tied.asset, source):
                    edges.add((tied.asset.pk, source.pk))
        old = _above({pk for edge in edges for pk in edge})
        new = edges - old
        circles = _in_circles(new | old)
        for tied in self.all:
            pk = tied.asset.pk
            if pk in circles and any(c == pk and p in circles for c, p in new):
                self.notes[tied.item.number].append(_CIRCLE)
        rows = [
            _LINKS(from_asset_id=child, to_asset_id=parent)
            for child, parent in sorted(new)
            if not {child, parent} <= circles
        ]
        _LINKS._default_manager.bulk_create(rows, ignore_conflicts=True, batch_size=400)

    # --- versions -------------------------------------------------------------------------------

    def stacks(self) -> None:
        stacks: dict[str, list[Tied]] = defaultdict(list)
        for name, tied in self.by_name.items():
            root = self._first(name)
            if root is None:
                self.notes[tied.item.number].append(_ROUND)
            else:
                stacks[root].append(tied)
        for name, members in stacks.items():
            first = self.by_name.get(name)
            outside = None if first else self._mine([UUID(name)]).get(UUID(name))
            if outside or len(members) > 1:
                self._stack(outside, members)

    def _first(self, name: str) -> str | None:
        """The first version of what this one is a version of; None when there is a circle."""
        seen = set()
        while (tied := self.by_name.get(name)) and (before := tied.links["version_of"]):
            if name in seen:
                return None
            seen.add(name)
            name = before
        return name

    def _stack(self, outside: Asset | None, members: Sequence[Tied]) -> None:
        members = sorted(members, key=lambda t: (t.links["version"], t.item.number))
        asset = outside or members[0].asset
        asset = Asset.objects.get(pk=asset.pk)
        others = [(t.asset, t.links["version"]) for t in members if t.asset.pk != asset.pk]
        shown = [t.asset for t in members if t.links["shown"]]
        if outside is None and not asset.version_of_id and not asset.versions.exists():
            Asset.objects.filter(pk=asset.pk).update(version=members[0].links["version"])
        versions.rejoin(asset, others, shown[-1] if shown else None)

    # --- collections ----------------------------------------------------------------------------

    def places(self) -> None:
        wanted: dict[tuple[UUID | None, str], list[tuple[int, int, Tied]]] = defaultdict(list)
        clients = {one.name.casefold(): one.pk for one in choices(self.account)}
        for tied in self.all:
            for place in tied.links["collections"]:
                mine = tied.asset.client_id
                named = clients.get(place["client"].casefold()) if place["client"] else None
                client = mine if self.account.scope.client or named == mine else None
                wanted[client, place["path"]].append((place["place"], tied.item.number, tied))
        refusals = 0
        for (client, path), files in wanted.items():
            if refusals == _MOST_REFUSALS:
                break
            ordered = [tied for _, _, tied in sorted(files, key=lambda one: one[:2])]
            try:
                collection = _collection(self.account.seen(Scope(client)), client, path)
            except Refused as error:
                refusals += 1
                for tied in ordered:
                    self.notes[tied.item.number].append(f"Its collection was left out. {error}")
                continue
            _fill(collection, [tied.asset.pk for tied in ordered])


def _may_meet(asset: Asset, source: Asset) -> bool:
    same = source.client_id is None or source.client_id == asset.client_id
    return same and source.pk != asset.pk


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def _above(ids: set[UUID]) -> set[tuple[UUID, UUID]]:
    """The (child, source) pairs there are from these upward."""
    found: set[tuple[UUID, UUID]] = set()
    seen, edge = set(ids), set(ids)
    while edge:
        rows: set[tuple[UUID, UUID]] = set()
        for chunk in chunks(edge):
            links = _LINKS._default_manager.filter(from_asset_id__in=chunk)
            rows |= set(links.values_list("from_asset_id", "to_asset_id"))
        found |= rows
        edge = {source for _, source in rows} - seen
        seen |= edge
    return found


def _in_circles(edges: set[tuple[UUID, UUID]]) -> set[UUID]:
    """Those that are left when, again and again, all go that have no source or came to nothing."""
    for one, other in ((0, 1), (1, 0)):
        left: dict[UUID, int] = defaultdict(int)
        along: dict[UUID, list[UUID]] = defaultdict(list)
        for edge in edges:
            left[edge[one]] += 1
            along[edge[other]].append(edge[one])
        free = [pk for pk in along if not left[pk]]
        gone = set()
        while free:
            pk = free.pop()
            gone.add(pk)
            for neighbor in along[pk]:
                left[neighbor] -= 1
                if not left[neighbor]:
                    free.append(neighbor)
        edges = {edge for edge in edges if edge[0] not in gone and edge[1] not in gone}
    return {pk for edge in edges for pk in edge}


def _collection(account: Account, client: UUID | None, path: str) -> Collection:
    """The collection with these names from the top, made where it is missing. Raises Refused."""
    at: Collection | None = None
    for name in path.split("/"):
        same = Collection.objects.filter(account=account, parent=at, key=findable(name))
        found = same.filter(client=client).first()
        at = found or collections.make(account, name, parent=at)
    assert at
    return at


def _fill(collection: Collection, ids: Sequence[UUID]) -> None:
    there = set(collection.items.values_list("asset_id", flat=True))
    last = collection.items.aggregate(last=Max("order"))["last"] or 0
    fresh = [pk for pk in dict.fromkeys(ids) if pk not in there]
    CollectionItem.objects.bulk_create(
        [
            CollectionItem(collection=collection, asset_id=pk, order=last + place)
            for place, pk in enumerate(fresh, 1)
        ],
        ignore_conflicts=True,
    )
