"""What holds when files go to another client, forward and back: nothing crosses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db.models import Q

from assets.media import Refused
from assets.models import Archive, Asset, Board, CollectionItem
from assets.services import packed
from assets.services.bulk.cells import Cells, chunks
from billing.models import Account

# Who keeps files with a client: which of the ids may not go to another one, with the reason.
Binder = Callable[[Sequence[UUID], "UUID | None"], dict[UUID, str]]
BINDERS: list[Binder] = []


def check(ids: Sequence[UUID], client: UUID | None) -> None:
    """Whether these may go to `client` together. Raises Refused with the first that may not."""
    for chunk in chunks(ids):
        bound = {pk: why for binder in BINDERS for pk, why in binder(chunk, client).items()}
        bound |= _versions_that_stay(chunk, set(ids), client)
        for asset in Asset.objects.filter(pk__in=list(bound)[:1]):
            raise Refused(
                f"“{asset.title}” cannot be moved: {bound[asset.pk]}. Take it out there, or leave "
                "it where it is."
            )
    _check_boards(set(ids), client)


def _versions_that_stay(
    chunk: list[UUID], moved: set[UUID], client: UUID | None
) -> dict[UUID, str]:
    firsts = dict(Asset.objects.filter(pk__in=chunk).values_list("pk", "version_of"))
    heads = {first or pk for pk, first in firsts.items()}
    stack = Asset.objects.filter(Q(pk__in=heads) | Q(version_of__in=heads))
    stays = stack.exclude(pk__in=moved)
    stays = stays.exclude(client=client) if client else stays.exclude(client=None)
    named = {one.version_of_id or one.pk: one.title for one in stays}
    return {
        pk: f"it is a version of “{named[first or pk]}”"
        for pk, first in firsts.items()
        if (first or pk) in named
    }


def _check_boards(moved: set[UUID], client: UUID | None) -> None:
    """A board that belongs to no client shows files of one at most."""
    if client is None:
        return
    for board in Board.objects.filter(client=None, items__asset__in=moved).distinct():
        others = board.items.exclude(asset__in=moved).exclude(asset__client=None)
        if other := others.exclude(asset__client=client).select_related("asset").first():
            raise Refused(
                f"The board “{board.title}” shows some of these and “{other.asset.title}” of "
                "another client. Take them off it first."
            )


def check_back(account: Account, cells: Cells) -> None:
    """Whether a move can be undone by who asks. Raises Refused."""
    for client, ids in _moves(cells).items():
        for chunk in chunks(ids):
            there = Asset.objects.filter(pk__in=chunk)
            if Asset.objects.for_account(account).filter(pk__in=chunk).count() < there.count():
                raise Refused(
                    "Some of these files are with a client that you do not work for. Ask somebody "
                    "who sees all clients to undo it."
                )
        check(ids, client)


def leave_others(cells: Cells) -> None:
    """After a move: out of the collections of other clients, whenever they came in."""
    for client, ids in _moves(cells).items():
        for chunk in chunks(ids):
            items = CollectionItem.objects.filter(asset__in=chunk, collection__client__isnull=False)
            (items.exclude(collection__client=client) if client else items).delete()


def zips(account: Account, cells: Cells) -> list[Archive]:
    """Packed ZIPs that these moves would carry over to another client."""
    moves = _moves(cells)
    return packed.crossing(account, moves) if moves else []


def drop_zips(account: Account, cells: Cells) -> int:
    """After a move: what was packed for another client goes. Returns how many."""
    dropped = zips(account, cells)
    for archive in dropped:
        packed.delete(archive)
    return len(dropped)


def _moves(cells: Cells) -> dict[UUID | None, list[UUID]]:
    """{client: the files that go to it}."""
    found: dict[UUID | None, list[UUID]] = {}
    for (_, after), ids in cells.fields.get("client", {}).items():
        found.setdefault(UUID(str(after)) if after else None, []).extend(ids)
    return found
