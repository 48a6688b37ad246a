"""The ledger: money moves only here, by one guarded UPDATE and one Entry in the same transaction.

Amounts are whole units (1 credit = 1,000,000). A *reference* names what the money is for, e.g.
`job:<id>`; each kind of entry exists at most once per reference. Saying the same thing again is a
no-op that returns the first entry; saying something else under the same reference is a
LedgerConflict. Every function may be called inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NoReturn, TypedDict

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from billing.audit import verify_ledger as verify_ledger
from billing.models import CREDIT, Account, Entry, Kind

# Half of what the columns hold, so that no sum of two amounts overflows inside the database.
MOST = 2**62


def as_credits(amount: int) -> str:
    """Units in words: 12,500,000 → "12.5 credits"."""
    number = f"{Decimal(amount) / CREDIT:,f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number} credit" if number == "1" else f"{number} credits"


class InsufficientCredits(Exception):
    """More was asked for than is available; both in units. The text is for people."""

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(
            f"This needs {as_credits(needed)}, available: {as_credits(available)}. "
            "Choose something cheaper, wait for running work to end, or ask for more credits."
        )
        self.needed, self.available = needed, available


class LedgerConflict(Exception):
    """The reference already stands for something else, or its money has already moved."""


class Usage(TypedDict):
    """Units; `spent_this_month` is charges less refunds since the first day of the month."""

    balance: int
    held: int
    available: int
    spent_this_month: int


def grant(account: Account, amount: int, reference: str, note: str = "") -> Entry:
    """Add to the balance."""
    return _write(account, Kind.GRANT, amount, reference, note, balance=amount)


def hold(account: Account, amount: int, reference: str, note: str = "") -> Entry:
    """Promise a part of the balance to work that is about to start.

    Raises InsufficientCredits when less is available.
    """
    return _write(account, Kind.HOLD, amount, reference, note, held=amount)


def afford(account: Account, amount: int) -> None:
    """Raises InsufficientCredits when less than `amount` is available now. Not a promise: the hold
    is what counts."""
    now = Account.objects.get(pk=account.pk)
    if now.available < _checked(amount):
        raise InsufficientCredits(amount, now.available)


def charge(account: Account, amount: int, reference: str, note: str = "") -> Entry:
    """Spend `amount` of what was held under the reference; the rest of the hold returns.

    Raises LedgerConflict without a hold, above it, or after it was released.
    """
    held = _first(account, Kind.HOLD, reference)
    if held is None:
        raise LedgerConflict(f"Nothing is held for {reference}, so nothing can be charged.")
    if _checked(amount) > held.amount:
        raise LedgerConflict(
            f"For {reference} the hold is {as_credits(held.amount)}; "
            f"{as_credits(amount)} cannot be charged."
        )
    return _write(account, Kind.CHARGE, amount, reference, note, balance=-amount, held=-held.amount)


def release(account: Account, reference: str, note: str = "") -> Entry | None:
    """Give back what was held under the reference; None when nothing was.

    Raises LedgerConflict after a charge.
    """
    held = _first(account, Kind.HOLD, reference)
    if held is None:
        return None
    return _write(account, Kind.RELEASE, held.amount, reference, note, held=-held.amount)


def refund(account: Account, amount: int, reference: str, note: str = "") -> Entry:
    """Give back, once, up to what was charged under the reference.

    Raises LedgerConflict without a charge or above it.
    """
    charged = _first(account, Kind.CHARGE, reference)
    if charged is None:
        raise LedgerConflict(f"Nothing was charged for {reference}, so nothing can be refunded.")
    if _checked(amount) > charged.amount:
        raise LedgerConflict(
            f"For {reference} the charge was {as_credits(charged.amount)}; "
            f"{as_credits(amount)} cannot be refunded."
        )
    return _write(account, Kind.REFUND, amount, reference, note, balance=amount)


def hold_all(account: Account, lines: Sequence[tuple[int, str, str]]) -> None:
    """Holds for many pieces of work, (amount, reference, note) each: all of them or none, with one
    move of the counters. The same lines again are a no-op.

    Raises InsufficientCredits when less than their sum is available.
    """
    total = sum(_checked(amount) for amount, _, _ in lines)
    if any(not reference for _, reference, _ in lines):
        raise ValueError("A ledger entry needs a reference.")
    with transaction.atomic():
        known = _all_of(account, [reference for _, reference, _ in lines], (Kind.HOLD,))
        if known:
            if known == {(reference, Kind.HOLD): amount for amount, reference, _ in lines}:
                return
            raise LedgerConflict("Some of this is held already, and not all of it.")
        if not _move(account, 0, _checked(total)):
            _refuse(account, Kind.HOLD, total, "")
        now = Account.objects.get(pk=account.pk)
        held, entries = now.held - total, []
        for amount, reference, note in lines:
            held += amount
            entries.append(_line(now, Kind.HOLD, amount, reference, note, held))
        Entry.objects.append(entries)


def release_all(account: Account, references: Collection[str], note: str = "") -> int:
    """Give back what is held under the references; what is not, or was given back before, is passed
    over. The units that came back. Raises LedgerConflict when one was charged."""
    with transaction.atomic():
        # The lock comes first, so that what is read stays true.
        now = Account.objects.select_for_update().get(pk=account.pk)
        known = _all_of(account, references, (Kind.HOLD, Kind.CHARGE, Kind.RELEASE))
        if charged := next((ref for ref, kind in known if kind == Kind.CHARGE), None):
            _refuse_closed(Kind.RELEASE, charged)
        closed = {ref for ref, kind in known if kind == Kind.RELEASE}
        holds = {r: a for (r, kind), a in known.items() if kind == Kind.HOLD and r not in closed}
        total, held, entries = sum(holds.values()), now.held, []
        if not _move(account, 0, -total):
            raise LedgerConflict(f"{as_credits(total)} are not held, so they cannot come back.")
        for reference, amount in holds.items():
            held -= amount
            entries.append(_line(now, Kind.RELEASE, amount, reference, note, held))
        Entry.objects.append(entries)
    return total


def usage(account: Account) -> Usage:
    """What an account has and what it spent this month, read now."""
    now = Account.objects.get(pk=account.pk)
    month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sums = Entry.objects.filter(account=account, created__gte=month).aggregate(
        charged=Sum("amount", filter=Q(kind=Kind.CHARGE), default=0),
        refunded=Sum("amount", filter=Q(kind=Kind.REFUND), default=0),
    )
    return Usage(
        balance=now.balance,
        held=now.held,
        available=now.available,
        spent_this_month=sums["charged"] - sums["refunded"],
    )


# --- one entry ----------------------------------------------------------------------------------

# A hold is closed once, by one of the two.
CLOSING = {Kind.CHARGE: Kind.RELEASE, Kind.RELEASE: Kind.CHARGE}


def _checked(amount: int) -> int:
    if type(amount) is not int:  # bool is an int, too
        raise TypeError(f"An amount is a whole number of units, not {amount!r}.")
    if not 0 <= amount <= MOST:
        raise ValueError(f"An amount is from 0 to {MOST} units, not {amount}.")
    return amount


def _first(account: Account, kind: Kind, reference: str) -> Entry | None:
    """The entry of this kind, if there is one. Somebody else's reference is a conflict."""
    entry = Entry.objects.filter(reference=reference, kind=kind).first()
    if entry and entry.account_id != account.pk:
        raise LedgerConflict(f"The reference {reference} belongs to another account.")
    return entry


def _repeated(account: Account, kind: Kind, amount: int, reference: str) -> Entry | None:
    entry = _first(account, kind, reference)
    if entry and entry.amount != amount:
        raise LedgerConflict(
            f"The {kind} for {reference} is {as_credits(entry.amount)}; "
            f"it cannot become {as_credits(amount)}."
        )
    return entry


def _write(
    account: Account,
    kind: Kind,
    amount: int,
    reference: str,
    note: str,
    *,
    balance: int = 0,
    held: int = 0,
) -> Entry:
    """Move the counters and write the line, or find the line that did it before."""
    _checked(amount)
    if not reference:
        raise ValueError("A ledger entry needs a reference.")
    if entry := _repeated(account, kind, amount, reference):
        return entry
    try:
        with transaction.atomic():
            # First the UPDATE: it locks the account, so what is read after it stays true.
            if _move(account, balance, held):
                _refuse_closed(kind, reference)
                return _append(account, kind, amount, reference, note)
    except IntegrityError:
        pass  # somebody else wrote this line in the meantime; the UPDATE is undone
    return _repeated(account, kind, amount, reference) or _refuse(account, kind, amount, reference)


def _move(account: Account, balance: int, held: int) -> bool:
    """Change both counters if 0 ≤ held ≤ balance stays true."""
    fits = Account.objects.filter(
        pk=account.pk,
        balance__lte=MOST - max(balance, 0),
        balance__gte=F("held") + (held - balance),
        held__gte=-held,
    )
    return fits.update(balance=F("balance") + balance, held=F("held") + held) == 1


def _all_of(
    account: Account, references: Collection[str], kinds: Collection[Kind]
) -> dict[tuple[str, str], int]:
    """The amounts of the entries of these kinds, by reference and kind. Somebody else's reference
    is a conflict."""
    found = {}
    every = Entry.objects.filter(reference__in=references, kind__in=kinds).order_by("id")
    for owner, reference, kind, amount in every.values_list(
        "account_id", "reference", "kind", "amount"
    ):
        if owner != account.pk:
            raise LedgerConflict(f"The reference {reference} belongs to another account.")
        found[reference, kind] = amount
    return found


def _line(account: Account, kind: Kind, amount: int, reference: str, note: str, held: int) -> Entry:
    return Entry(
        account=account,
        kind=kind,
        amount=amount,
        reference=reference,
        note=note[:200],
        balance_after=account.balance,
        held_after=held,
    )


def _append(account: Account, kind: Kind, amount: int, reference: str, note: str) -> Entry:
    now = Account.objects.get(pk=account.pk)
    return Entry.objects.create(
        account=now,
        kind=kind,
        amount=amount,
        reference=reference,
        note=note[:200],
        balance_after=now.balance,
        held_after=now.held,
    )


def _refuse_closed(kind: Kind, reference: str) -> None:
    other = CLOSING.get(kind)
    if other and Entry.objects.filter(reference=reference, kind=other).exists():
        raise LedgerConflict(f"{reference} has a {other} already, so a {kind} is not possible.")


def _refuse(account: Account, kind: Kind, amount: int, reference: str) -> NoReturn:
    now = Account.objects.get(pk=account.pk)
    if kind == Kind.HOLD:
        raise InsufficientCredits(amount, now.available)
    _refuse_closed(kind, reference)
    raise LedgerConflict(
        f"A {kind} of {as_credits(amount)} for {reference} does not fit the account "
        f"(balance {as_credits(now.balance)}, held {as_credits(now.held)})."
    )
