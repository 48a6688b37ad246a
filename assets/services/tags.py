"""The tags of an account: counted, renamed, merged, moved, deleted; always with the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from assets.media import Refused
from assets.models import Asset, BulkChange, Tag
from assets.services import bulk
from assets.services.bulk.cells import TAG, Cells
from assets.services.names import tag_names
from billing.models import Account, User

MOST = bulk.MOST


@dataclass(frozen=True)
class TagRow:
    """A tag, how deep it is nested (`animal/cat` is at 1), its last word, and how many files that
    are not in the trash have it."""

    tag: Tag
    depth: int
    last: str
    count: int


def listed(account: Account) -> list[TagRow]:
    """By name, each after the one it is nested in."""
    live = Q(assets__trashed=None) & account.scope.q("assets__client")
    rows = Tag.objects.for_account(account).annotate(held=Count("assets", filter=live))
    found: list[TagRow] = []
    above: list[str] = []  # those that the next one may be nested in
    for tag in sorted(rows, key=lambda tag: tag.name.split("/")):
        while above and not tag.name.startswith(f"{above[-1]}/"):
            above.pop()
        last = tag.name.removeprefix(f"{above[-1]}/") if above else tag.name
        found.append(TagRow(tag, min(len(above), 7), last, int(getattr(tag, "held", 0))))
        above.append(tag.name)
    return found


def rename(account: Account, user: User | None, tag: Tag, name: str) -> BulkChange | None:
    """Another name, also of what is nested in it: `cat` to `animal/cat` moves it; the name of
    another tag merges the two. None when there was nothing to change. Raises Refused."""
    _check_scope(account)
    given = tag_names([name.strip("/ ")])
    if not given:
        raise Refused("The tag has no name. Give it at least one letter.")
    target = given[0]
    if target == tag.name:
        return None
    if target.startswith(f"{tag.name}/"):
        raise Refused(f"“{tag.name}” cannot be moved into itself. Give a name outside of it.")
    with transaction.atomic():
        cells, old = Cells(), list(_with_nested(account, tag.name))
        wanted = {one.pk: target + one.name.removeprefix(tag.name) for one in old}
        for longer in wanted.values():
            tag_names([longer])  # none of them may be too long
        _move(cells, account, {one: wanted[one.pk] for one in old})
        # Those without files are there by name alone.
        Tag.objects.bulk_create(
            [Tag(account=account, name=name) for name in wanted.values()], ignore_conflicts=True
        )
        change = bulk.keep(account, user, "retag", [tag.name, target], cells, 0)
        _drop(one for one in old if one.name not in wanted.values())
    return change


def delete(account: Account, user: User | None, tag: Tag) -> BulkChange | None:
    """Off every file, with what is nested in it. None when no file had it. Raises Refused."""
    _check_scope(account)
    with transaction.atomic():
        cells, old = Cells(), list(_with_nested(account, tag.name))
        for one in old:
            for pk in _having(one):
                cells.add(TAG + one.name, True, False, pk)
        change = bulk.keep(account, user, "untag", [tag.name], cells, 0)
        _drop(old)
    return change


def _check_scope(account: Account) -> None:
    """A tag is one word for all clients."""
    if not account.scope.is_everything:
        raise Refused(
            "Tags are the words of all clients. Who sees all of them may change one, with “All "
            "clients” chosen; from your own files it can be taken off in the library."
        )


def _with_nested(account: Account, name: str) -> QuerySet[Tag]:
    below = Q(name=name) | Q(name__startswith=f"{name}/")
    return Tag.objects.filter(below, account=account)


def _move(cells: Cells, account: Account, wanted: dict[Tag, str]) -> None:
    """All at once: `a/a` that becomes `a` may give its name to `a/a/a`."""
    had = {tag.name: set(_having(tag)) for tag in wanted}
    comes: dict[str, set[UUID]] = {}
    for tag, name in wanted.items():
        comes.setdefault(name, set()).update(had[tag.name])
    for name, ids in had.items():
        for pk in sorted(ids - comes.get(name, set())):
            cells.add(TAG + name, True, False, pk)
    links = Asset.tags.through._default_manager.filter(tag__account=account)
    for name, ids in comes.items():
        already = set(links.filter(tag__name=name).values_list("asset_id", flat=True))
        for pk in sorted(ids - already):
            cells.add(TAG + name, False, True, pk)


def _having(tag: Tag) -> list[UUID]:
    ids = list(tag.assets.values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise Refused(
            f"More than {MOST:,} files have “{tag.name}”, which is the limit at once. Take it off "
            "some of them first."
        )
    return ids


def _drop(tags: Iterable[Tag]) -> None:
    Tag.objects.filter(pk__in=[tag.pk for tag in tags], assets=None).delete()
