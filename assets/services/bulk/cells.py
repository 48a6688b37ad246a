"""Many small changes as one value that can be written forward and backward.

A cell is one field of one asset: what stood there and what stands there then. Writing checks each
cell: where something else stands by now, somebody else has changed it, and that is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from assets.models import Asset, AssetQuerySet, Collection, CollectionItem, Tag
from assets.services.library import refresh_search_of
from assets.services.versions import keep_one_shown
from billing.models import Account

Value = bool | int | str | None
CHUNK = 500
UNDO_DAYS = 7
TAG, COLLECTION = "tag:", "in:"
# What changes because a neighbor does; nobody asked for it by itself.
ASIDE = "stacked"


def chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """In the order of ids, so that two who write the same rows wait for each other in turn."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


class Cells:
    """Fields are columns of Asset, `tag:<name>` (whether it has it) and `in:<collection>` (its
    place there, None when it is not in it)."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[tuple[Value, Value], list[UUID]]] = {}

    def add(self, field: str, before: Value, after: Value, pk: UUID) -> None:
        if before != after:
            self.fields.setdefault(field, {}).setdefault((before, after), []).append(pk)

    def touched(self) -> set[UUID]:
        """The assets that were meant."""
        return {
            pk
            for field, groups in self.fields.items()
            if field != ASIDE
            for ids in groups.values()
            for pk in ids
        }

    def packed(self) -> dict[str, list[list[Any]]]:
        return {
            field: [[b, a, [pk.hex for pk in ids]] for (b, a), ids in groups.items()]
            for field, groups in self.fields.items()
        }

    @classmethod
    def unpacked(cls, packed: dict[str, list[list[Any]]]) -> Cells:
        cells = cls()
        for field, groups in packed.items():
            cells.fields[field] = {(b, a): [UUID(hex=x) for x in ids] for b, a, ids in groups}
        return cells

    def reversed(self) -> Cells:
        back = Cells()
        for field, groups in self.fields.items():
            back.fields[field] = {(a, b): ids for (b, a), ids in groups.items()}
        return back


def write(account: Account, cells: Cells, back: bool = False) -> set[UUID]:
    """Writes them, inside a transaction of the caller; `back` says that they are an undo. Returns
    the assets that were meant and are changed now."""
    changed: set[UUID] = set()
    renamed: set[UUID] = set()
    for field, groups in cells.fields.items():
        for (before, after), ids in groups.items():
            for chunk in chunks(ids):
                then = _in_trash_again(after) if back and field == "trashed" else after
                done = _write(account, field, before, then, chunk)
                if field.startswith(TAG):
                    renamed |= done
                if field != ASIDE:
                    changed |= done
    for field in ("trashed", ASIDE):
        for ids in cells.fields.get(field, {}).values():
            for chunk in chunks(ids):
                keep_one_shown(chunk)
    _touch(changed)
    refresh_search_of(sorted(renamed))
    return changed


def _write(account: Account, field: str, before: Value, after: Value, ids: list[UUID]) -> set[UUID]:
    mine = Asset.objects.for_account(account).filter(pk__in=ids)
    if field.startswith(TAG):
        return _write_tag(account, field.removeprefix(TAG), bool(after), _held(mine))
    if field.startswith(COLLECTION):
        collection = UUID(field.removeprefix(COLLECTION))
        return _write_place(account, collection, before, after, _held(mine))
    there, then = (_moment(v) if field == "trashed" else v for v in (before, after))
    same = {f"{field}__isnull": True} if there is None else {field: there}
    found = _held(mine.filter(**same))
    column = "client_id" if field == "client" else field
    Asset.objects.filter(pk__in=found).update(**{column: then})
    return found


def _in_trash_again(after: Value) -> Value:
    """What was thrown away long ago, so that nobody can undo that any more, has its days in the
    trash anew: it must not go for good the moment it is put back there."""
    moment, now = _moment(after), timezone.now()
    return now.isoformat() if moment and moment < now - timedelta(days=UNDO_DAYS) else after


def _held(queryset: AssetQuerySet) -> set[UUID]:
    """Their ids; the rows stay as they are until the transaction ends."""
    return set(queryset.order_by("pk").select_for_update().values_list("pk", flat=True))


def _moment(value: Value) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _write_tag(account: Account, name: str, wanted: bool, ids: set[UUID]) -> set[UUID]:
    through: type[Model] = Asset.tags.through
    links = through._default_manager.filter(tag__account=account, tag__name=name, asset__in=ids)
    having = set(links.values_list("asset_id", flat=True))
    if not wanted:
        links.delete()
        return having
    if lacking := ids - having:
        tag, _ = Tag.objects.get_or_create(account=account, name=name)
        rows = [through(asset_id=pk, tag_id=tag.pk) for pk in sorted(lacking)]
        through._default_manager.bulk_create(rows, ignore_conflicts=True)
    return lacking


def _write_place(
    account: Account, collection: UUID, before: Value, after: Value, ids: set[UUID]
) -> set[UUID]:
    if not Collection.objects.for_account(account).filter(pk=collection).exists():
        return set()
    items = CollectionItem.objects.filter(collection_id=collection, asset__in=ids)
    if before is not None:
        # Whatever its place is by now: it moves when others are put in order.
        found = set(items.values_list("asset_id", flat=True))
        if after is None:
            items.filter(asset__in=found).delete()
        return found
    lacking = ids - set(items.values_list("asset_id", flat=True))
    rows = [
        CollectionItem(collection_id=collection, asset_id=pk, order=int(after or 0))
        for pk in sorted(lacking)
    ]
    CollectionItem.objects.bulk_create(rows, ignore_conflicts=True)
    return lacking


def _touch(ids: set[UUID]) -> None:
    now = timezone.now()
    for chunk in chunks(ids):
        Asset.objects.filter(pk__in=chunk).update(updated=now)
