"""Collections: made, named, moved, ordered and taken away. Assets stay whatever happens to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from assets.media import Refused
from assets.models import Collection
from assets.services.names import clean, findable
from billing.models import Account

NAME_LENGTH = 80
NOTE_LENGTH = 500
DEEPEST = 8
MOST = 2000


@dataclass(frozen=True)
class Node:
    """A collection in its tree: `depth` 0 is on top, `path` its name with those above it, `count`
    the live assets in it, `nested` those in it or below (one that is in two counts once for each).
    """

    collection: Collection
    depth: int
    path: str
    count: int
    nested: int


def make(
    account: Account, name: str, *, parent: Collection | None = None, note: str = ""
) -> Collection:
    """Raises Refused."""
    name, note = _checked_name(name), _checked_note(note)
    with transaction.atomic():
        _lock(account)
        parent = _fresh(parent)
        mine = Collection.objects.filter(account=account)
        if mine.count() >= MOST:
            raise Refused(f"There are {MOST:,} collections, which is the limit. Delete one first.")
        if parent and len(_above(parent)) + 1 >= DEEPEST:
            raise Refused(_too_deep(parent.name))
        made = Collection(account=account, name=name, key=findable(name), parent=parent, note=note)
        if parent:
            made.client_id = parent.client_id
        made.order = mine.filter(parent=parent).count()
        with _names_its_own(made):
            made.save()
        return made


def change(
    collection: Collection, *, name: str | None = None, note: str | None = None
) -> Collection:
    """Another name or note; None leaves it as it is. Raises Refused."""
    values: dict[str, str] = {}
    if name is not None:
        values["name"] = _checked_name(name)
        values["key"] = findable(values["name"])
    if note is not None:
        values["note"] = _checked_note(note)
    return _written(collection, values)


def move(collection: Collection, parent: Collection | None, place: int | None = None) -> Collection:
    """Into `parent` (None: on top), at `place` among its siblings (None: the last). Raises
    Refused: not into itself, and not too deep."""
    with transaction.atomic():
        _lock(collection.account)
        collection, parent = _again(collection), _fresh(parent)
        if parent:
            above = [parent, *_above(parent)]
            if parent.client_id != collection.client_id:
                raise Refused(
                    f"“{collection.name}” and “{parent.name}” belong to different clients. Choose "
                    "a collection of the same one."
                )
            if any(one.pk == collection.pk for one in above):
                raise Refused(
                    f"“{collection.name}” cannot be moved into itself. Choose one outside of it."
                )
            if len(above) + _height(collection) > DEEPEST:
                raise Refused(_too_deep(parent.name))
        moved = _written(collection, {"parent": parent})
        _put(moved, place)
    return moved


def step(collection: Collection, by: int) -> None:
    """Earlier (-1) or later (1) among its siblings; beyond the ends it stays. Raises Refused."""
    with transaction.atomic():
        _lock(collection.account)
        collection = _again(collection)
        row = list(_siblings(collection).values_list("pk", flat=True))
        _put(collection, max(0, row.index(collection.pk) + by))


def delete(collection: Collection) -> int:
    """With those inside it. Returns how many collections; the assets stay in the library."""
    return collection.delete()[1].get("assets.Collection", 0)


def tree(account: Account) -> list[Node]:
    """All of an account, each after the one it is in."""
    live = Q(assets__trashed=None, assets__stacked=False, assets__isnull=False)
    mine = Collection.objects.for_account(account).select_related("client")
    rows = mine.annotate(held=Count("assets", filter=live))
    inside: dict[UUID | None, list[Collection]] = {}
    for row in rows.order_by("order", "key", "pk"):
        inside.setdefault(row.parent_id, []).append(row)
    return _nodes(inside, None, 0, "")


def _nodes(
    inside: dict[UUID | None, list[Collection]], parent: UUID | None, depth: int, above: str
) -> list[Node]:
    nodes: list[Node] = []
    for row in inside.get(parent, ()):
        path = f"{above}{row.name}"
        below = _nodes(inside, row.pk, depth + 1, f"{path} / ")
        held = int(getattr(row, "held", 0))
        nested = held + sum(node.count for node in below)
        nodes += [Node(row, depth, path, held, nested), *below]
    return nodes


def _checked_name(name: str) -> str:
    name = clean(name.replace("/", " "))
    if not name:
        raise Refused("The collection has no name. Give it at least one letter.")
    if len(name) > NAME_LENGTH:
        raise Refused(f"The name has {len(name)} letters; the limit is {NAME_LENGTH}. Shorten it.")
    return name


def _checked_note(note: str) -> str:
    note = clean(note)
    if len(note) > NOTE_LENGTH:
        raise Refused(f"The note has {len(note)} letters; the limit is {NOTE_LENGTH}. Shorten it.")
    return note


def _too_deep(name: str) -> str:
    return (
        f"In “{name}” it would be more than {DEEPEST} collections deep, which is the limit. "
        "Choose one further up."
    )


def _written(collection: Collection, values: dict[str, Any]) -> Collection:
    """These columns and no other, which somebody else may be changing. Raises Refused."""
    values = {**values, "updated": timezone.now()}
    for name, value in values.items():
        setattr(collection, name, value)
    with _names_its_own(collection):
        if not Collection.objects.filter(pk=collection.pk).update(**values):
            raise _gone(collection)
    return collection


@contextmanager
def _names_its_own(collection: Collection) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        where = f"“{collection.parent.name}” has" if collection.parent else "There is"
        raise Refused(
            f"{where} a collection “{collection.name}” already. Give another name."
        ) from None


def _lock(account: Account) -> None:
    """Two who move at once could make a circle: one waits for the other."""
    Account.objects.filter(pk=account.pk).update(name=F("name"))


def _again(collection: Collection) -> Collection:
    """As it stands now that nobody else may move anything."""
    found = Collection.objects.filter(pk=collection.pk).first()
    if found is None:
        raise _gone(collection)
    return found


def _fresh(parent: Collection | None) -> Collection | None:
    return parent and _again(parent)


def _gone(collection: Collection) -> Refused:
    return Refused(f"The collection “{collection.name}” is gone. Choose another.")


def _above(collection: Collection) -> list[Collection]:
    found: list[Collection] = []
    at = collection.parent
    while at is not None and len(found) <= DEEPEST:
        found.append(at)
        at = at.parent
    return found


def _height(collection: Collection) -> int:
    """1 of one with nothing in it."""
    height, level = 0, [collection.pk]
    while level and height <= DEEPEST:
        height += 1
        level = list(Collection.objects.filter(parent__in=level).values_list("pk", flat=True))
    return height


def _siblings(collection: Collection) -> models.QuerySet[Collection]:
    same = Collection.objects.filter(
        account=collection.account_id, parent=collection.parent_id, client=collection.client_id
    )
    return same.order_by("order", "key", "pk")


def _put(collection: Collection, place: int | None) -> None:
    row = [one for one in _siblings(collection) if one.pk != collection.pk]
    row.insert(len(row) if place is None else place, collection)
    for order, one in enumerate(row):
        if one.order != order:
            Collection.objects.filter(pk=one.pk).update(order=order)
