"""The ledger as people read it: its lines with the balance after each, and what grants are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from billing.models import Account, Entry, Hold, HoldState, Kind, Lot

# What a line does to the balance; a promise and its end leave it as it is.
SIGNS = {
    Kind.GRANT: 1,
    Kind.HOLD: 0,
    Kind.CHARGE: -1,
    Kind.RELEASE: 0,
    Kind.REFUND: 1,
    Kind.EXPIRE: -1,
    Kind.TAKEN_BACK: -1,
}
# Lines that one search for a text goes through.
LOOKED = 20_000


def lines(account: Account, kind: str = "", text: str = "") -> QuerySet[Entry]:
    """The newest first."""
    found = Entry.objects.filter(account=account).order_by("-id")
    return _with(text, found.filter(kind=kind) if kind else found)


@dataclass(frozen=True)
class Found:
    """Lines that were asked for, and the newest of those that were not looked at for it."""

    lines: QuerySet[Entry]
    unseen: Entry | None


def search(account: Account, kind: str = "", text: str = "", before: int | None = None) -> Found:
    """The same, older than the line `before`. A text is looked for in LOOKED lines, so that it
    takes no longer in a ledger that is long."""
    mine = lines(account, kind)
    if before is not None:
        mine = mine.filter(pk__lt=before)
    unseen = mine[LOOKED : LOOKED + 1].first() if text else None
    found = _with(text, mine)
    return Found(found.filter(pk__gt=unseen.pk) if unseen else found, unseen)


def _with(text: str, some: QuerySet[Entry]) -> QuerySet[Entry]:
    if not text:
        return some
    return some.filter(Q(note__icontains=text) | Q(reference__icontains=text))


def moved(entry: Entry) -> int:
    """By how much the balance changed, in units."""
    return SIGNS[Kind(entry.kind)] * entry.amount


def notes(account: Account, entries: Sequence[Entry]) -> dict[int, str]:
    """What each of them is for: its own note, else that of the hold that it closes."""
    bare = {one.reference for one in entries if not one.note}
    kept = dict(
        Hold.objects.filter(account=account, reference__in=bare).values_list("reference", "note")
    )
    return {one.pk: one.note or kept.get(one.reference) or one.reference for one in entries}


def holds(account: Account) -> QuerySet[Hold]:
    """What is held now, of what is in sight; the oldest first."""
    mine = Hold.objects.filter(account.scope.q(), account=account, state=HoldState.OPEN)
    return mine.filter(amount__gt=0).select_related("user", "client").order_by("id")


def held(account: Account) -> int:
    """Units that are promised, of what is in sight."""
    found: int = holds(account).aggregate(sum=Sum("amount", default=0))["sum"]
    return found


def grants(account: Account) -> list[Lot]:
    """Of which something is left, in the order in which they are used."""
    mine = Lot.objects.filter(account=account, left__gt=0)
    return list(mine.exclude(expires__lte=timezone.now(), held=0))
