"""Do the books beside the ledger say the same as its entries: grants, holds, counters, budgets?"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from itertools import islice

from django.db.models import Q, Sum

from billing import budgets, limits
from billing.models import Account, BudgetPeriod, Counter, Day, Entry, Hold, HoldState, Kind, Lot


def wrong_books() -> Iterator[str]:
    """Every contradiction found, in words."""
    yield from _wrong_sums()
    yield from _wrong_lots()
    yield from _wrong_holds()
    yield from _wrong_counters()
    yield from _wrong_budgets()
    yield from _wrong_days()


def _wrong_sums() -> Iterator[str]:
    sums = Account.objects.annotate(
        lots_left=Sum("lots__left", default=0), lots_held=Sum("lots__held", default=0)
    )
    for account in sums.iterator():
        have, books = (account.balance, account.held), (account.lots_left, account.lots_held)
        if have != books:
            yield f"account {account.pk}: (balance, held) is {have}, its grants have {books}"


def _wrong_lots() -> Iterator[str]:
    """What is held of each grant is what open holds have taken of it."""
    taken: Tally[int] = Tally()
    for hold in Hold.objects.filter(state=HoldState.OPEN).iterator():
        for lot, units in hold.taken:
            taken[lot] += units
    for lot in Lot.objects.filter(Q(pk__in=taken) | Q(held__gt=0)).order_by("pk").iterator():
        if lot.held != taken[lot.pk]:
            yield (
                f"account {lot.account_id}: of grant {lot.pk} {lot.held} is held, the holds took "
                f"{taken[lot.pk]}"
            )


CHUNK = 500
CLOSED_BY = {Kind.CHARGE: HoldState.CHARGED, Kind.RELEASE: HoldState.RELEASED}


def _wrong_holds() -> Iterator[str]:
    """Each hold is as its entries say."""
    for some in _chunks(Hold.objects.order_by("pk").iterator()):
        said: dict[str, dict[str, int]] = {hold.reference: {} for hold in some}
        entries = Entry.objects.filter(reference__in=said).exclude(kind=Kind.GRANT)
        for reference, kind, amount in entries.values_list("reference", "kind", "amount"):
            said[reference][kind] = amount
        for hold in some:
            yield from _wrong_hold(hold, said[hold.reference])


def _chunks(holds: Iterator[Hold]) -> Iterator[list[Hold]]:
    while some := list(islice(holds, CHUNK)):
        yield some


def _wrong_hold(hold: Hold, said: dict[str, int]) -> Iterator[str]:
    states = [state for kind, state in CLOSED_BY.items() if kind in said]
    have = (hold.amount, hold.state, hold.charged, hold.refunded)
    books = (
        said.get(Kind.HOLD),
        states[0] if states else HoldState.OPEN,
        said.get(Kind.CHARGE, 0),
        said.get(Kind.REFUND, 0),
    )
    where = f"account {hold.account_id}: the hold {hold.reference}"
    if have != books:
        yield f"{where} is {have}, its entries say {books}"
    if sum(units for _, units in hold.taken) != hold.amount:
        yield f"{where} took other than {hold.amount} of the grants"


def _wrong_counters() -> Iterator[str]:
    for counter in Counter.objects.select_related("account").iterator():
        real = limits.counted_in(counter.account, counter.period, counter.kind)
        if counter.used != real:
            yield (
                f"account {counter.account_id}: {counter.used} {counter.kind} are counted since "
                f"{counter.period}, the holds have {real}"
            )


def _wrong_budgets() -> Iterator[str]:
    for row in BudgetPeriod.objects.select_related("budget").iterator():
        have, real = (row.spent, row.held), budgets.sums(row.budget, row.period)
        if have != real:
            yield (
                f"account {row.budget.account_id}: (spent, held) of the {row} is {have}, the holds "
                f"have {real}"
            )


def _wrong_days() -> Iterator[str]:
    charged = Sum("amount", filter=Q(kind=Kind.CHARGE), default=0)
    refunded = Sum("amount", filter=Q(kind=Kind.REFUND), default=0)
    by_account = Entry.objects.order_by().values_list("account")
    entries = dict(by_account.annotate(spent=charged - refunded))
    daily = dict(Day.objects.order_by().values_list("account").annotate(Sum("spent")))
    for account in sorted(entries.keys() | daily.keys()):
        have, real = daily.get(account, 0), entries.get(account, 0)
        if have != real:
            yield f"account {account}: its days have {have} spent, its entries {real}"
