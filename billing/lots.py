"""From which grant credits are taken, and to which they come back. All of it under the lock of the
account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, Sum
from django.utils import timezone

from billing.models import Account, Hold, Lot, Source

# What is for a while comes before what stays, and what was paid for comes last.
PRIORITY = {
    Source.PROMO: 10,
    Source.PLAN: 20,
    Source.REFUND: 30,
    Source.MANUAL: 40,
    Source.BOUGHT: 50,
}
# What was promised to work that did not happen may be used that long after its grant expired.
STAYS = timedelta(hours=24)
REFUND_STAYS = timedelta(days=30)

Taken = list[list[int]]  # [[lot, units], …]


def add(
    account: Account,
    amount: int,
    reference: str,
    source: Source,
    expires: datetime | None,
    note: str = "",
) -> Lot:
    return Lot.objects.create(
        account=account,
        reference=reference,
        source=source,
        priority=PRIORITY[source],
        expires=expires,
        amount=amount,
        left=amount,
        note=note[:200],
    )


def _expired(now: datetime) -> Q:
    return Q(expires__lte=now, left__gt=F("held"))


def stale(account: Account, now: datetime | None = None) -> int:
    """Units that have expired, though no entry says so yet."""
    mine = Lot.objects.filter(_expired(now or timezone.now()), account=account, left__gt=0)
    found: int = mine.aggregate(sum=Sum(F("left") - F("held"), default=0))["sum"]
    return found


def expired(account: Account, now: datetime) -> list[Lot]:
    """The grants of which something that is not promised has expired."""
    return list(Lot.objects.filter(_expired(now), account=account, left__gt=0).order_by("id"))


def accounts_to_expire(now: datetime) -> list[Account]:
    owners = Lot.objects.filter(_expired(now), left__gt=0).values("account")
    return list(Account.objects.filter(pk__in=owners))


def take(account: Account, amounts: Sequence[int]) -> list[Taken]:
    """Promise so many units to each, from what expires soonest first; together they are there."""
    free = list(Lot.objects.filter(account=account, left__gt=F("held")))
    if sum(amounts) > sum(lot.free for lot in free):
        raise RuntimeError(f"The grants of account {account.pk} have less than its balance.")
    moved: Counter[int] = Counter()
    taken: list[Taken] = []
    at = 0
    for amount in amounts:
        parts: Taken = []
        while amount:
            lot = free[at]
            part = min(amount, lot.free - moved[lot.pk])
            if part:
                parts.append([lot.pk, part])
                moved[lot.pk] += part
                amount -= part
            if moved[lot.pk] == lot.free:
                at += 1
        taken.append(parts)
    for pk, units in moved.items():
        Lot.objects.filter(pk=pk).update(held=F("held") + units)
    return taken


def spent_of(taken: Taken, amount: int) -> Taken:
    """From which grants the first `amount` units of what was taken are."""
    parts: Taken = []
    for lot, units in taken:
        part = min(units, amount)
        if part:
            parts.append([lot, part])
        amount -= part
    return parts


def close(holds: Iterable[Hold], charged: int = 0) -> None:
    """Give back what was taken for them, less what was charged (of a single one)."""
    units: Counter[int] = Counter()
    spent: Counter[int] = Counter()
    for hold in holds:
        for lot, part in hold.taken:
            units[lot] += part
        for lot, part in spent_of(hold.taken, charged):
            spent[lot] += part
    now = timezone.now()
    for pk in sorted(units):
        mine = Lot.objects.filter(pk=pk)
        mine.update(left=F("left") - spent[pk], held=F("held") - units[pk])
        if units[pk] > spent[pk]:
            mine.filter(expires__lte=now).update(expires=now + STAYS)


def take_back(account: Account, most: int, source: Source, first: str) -> int:
    """Take off grants of this source what is free, the one with that reference first: how much."""
    mine = Lot.objects.filter(account=account, source=source, left__gt=F("held"))
    taken = 0
    for lot in sorted(mine, key=lambda lot: (lot.reference != first, lot.pk)):
        part = min(lot.free, most - taken)
        Lot.objects.filter(pk=lot.pk).update(left=F("left") - part)
        taken += part
    return taken


def refund(account: Account, hold: Hold | None, amount: int, reference: str) -> str:
    """Give back what was charged, to the grants that it was from; to a new one where they have
    expired. What people should know of it, or nothing."""
    now = timezone.now()
    for lot, part in reversed(spent_of(hold.taken, hold.charged) if hold else []):
        back = min(part, amount)
        mine = Lot.objects.filter(Q(expires=None) | Q(expires__gt=now), pk=lot)
        if back and mine.update(left=F("left") + back):
            amount -= back
    if not amount:
        return ""
    # Of what was charged before grants were told apart nothing is known that expires.
    until = now + REFUND_STAYS if hold else None
    words = (
        f"the credits it was paid with had expired; these may be used until {until:%d %b %Y}"
        if until
        else ""
    )
    add(account, amount, reference, Source.REFUND, until, words)
    return words
