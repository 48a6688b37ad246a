"""The ledger: money moves only here, under the lock of the account, by a guarded UPDATE and an
Entry in the same transaction.

Amounts are whole units (1 credit = 1,000,000). A *reference* names what the money is for, e.g.
`job:<id>`; each kind of entry exists at most once per reference. Saying the same thing again is a
no-op that returns the first entry; saying something else under the same reference is a
LedgerConflict. Every function may be called inside the caller's transaction. One order of locks
everywhere: the account, then lots, counters and budgets, then the job.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from billing import budgets, days, limits, lots
from billing.models import Account, Entry, Hold, HoldState, Kind, Source
from billing.pricing import as_credits
from billing.purpose import NOTHING, Asked, Line, Purpose

log = logging.getLogger("zoetrope.billing")

# Half of what the columns hold, so that no sum of two amounts overflows inside the database.
MOST = 2**62
# A hold is closed once, by one of the two.
CLOSING = {Kind.CHARGE: Kind.RELEASE, Kind.RELEASE: Kind.CHARGE}


class LedgerConflict(Exception):
    """The reference already stands for something else, or its money has already moved."""


@contextlib.contextmanager
def locked(account: Account) -> Iterator[Account]:
    """The account as it is now, and stays while money moves."""
    with transaction.atomic():
        yield Account.objects.select_for_update().get(pk=account.pk)


@contextlib.contextmanager
def _current(account: Account) -> Iterator[Account]:
    """The same less what has expired, or what comes back to a grant would revive its rest."""
    with locked(account) as now:
        _expire(now, timezone.now())
        yield now


def grant(
    account: Account,
    amount: int,
    reference: str,
    note: str = "",
    *,
    source: Source = Source.MANUAL,
    expires: datetime | None = None,
) -> Entry:
    """Add to the balance, for good or until it expires."""
    _check(amount, reference)
    with locked(account) as now:
        if entry := _repeated(now, Kind.GRANT, amount, reference):
            return entry
        if amount:
            lots.add(now, amount, reference, source, expires, note)
        return _write(now, Kind.GRANT, amount, reference, note, balance=amount)


def hold(
    account: Account, amount: int, reference: str, note: str = "", purpose: Purpose = NOTHING
) -> Entry:
    """Promise a part of the balance to work that is about to start.

    Raises MoneyRefused when less is available, or a limit of the plan or a budget is reached.
    """
    _check(amount, reference)
    with _current(account) as now:
        if entry := _repeated(now, Kind.HOLD, amount, reference):
            return entry
        return _hold(now, [Line(amount, reference, note, purpose)])[0]


def hold_all(account: Account, lines: Sequence[Line]) -> None:
    """Holds for many pieces of work: all of them or none, judged as a sum. The same lines again
    are a no-op. Raises MoneyRefused as for a single one."""
    for line in lines:
        _check(line.amount, line.reference)
    if not lines:
        return
    with _current(account) as now:
        known = _all_of(now, [line.reference for line in lines], (Kind.HOLD,))
        if known == {(line.reference, Kind.HOLD): line.amount for line in lines}:
            return
        if known:
            raise LedgerConflict("Some of this is held already, and not all of it.")
        _hold(now, lines)


def charge(
    account: Account, amount: int, reference: str, note: str = "", *, offer: str = ""
) -> Entry:
    """Spend `amount` of what was held under the reference; the rest of the hold returns. `offer` is
    who did it, where that is not who was asked first.

    Raises LedgerConflict without a hold, above it, or after it was released.
    """
    _check(amount, reference)
    with _current(account) as now:
        if entry := _repeated(now, Kind.CHARGE, amount, reference):
            return entry
        held = _open(now, Kind.CHARGE, reference)
        if held is None:
            raise LedgerConflict(f"Nothing is held for {reference}, so nothing can be charged.")
        if amount > held.amount:
            raise LedgerConflict(
                f"For {reference} the hold is {as_credits(held.amount)}; "
                f"{as_credits(amount)} cannot be charged."
            )
        held.state, held.charged, held.closed = HoldState.CHARGED, amount, timezone.now()
        held.offer = offer or held.offer
        held.save(update_fields=["state", "charged", "closed", "offer"])
        lots.close([held], amount)
        budgets.move(now, held.period, [(budgets.purpose_of(held), amount, -held.amount)])
        days.add(now, held, spent=amount, jobs=1)
        back = -held.amount
        return _write(now, Kind.CHARGE, amount, reference, note, balance=-amount, held=back)


def release(
    account: Account, reference: str, note: str = "", *, failed: bool = False
) -> Entry | None:
    """Give back what was held under the reference, to the grants that it was from; None when
    nothing was. `failed` says that the work was done in vain.

    Raises LedgerConflict after a charge.
    """
    with _current(account) as now:
        if entry := _first(now, Kind.RELEASE, reference):
            return entry
        held = _open(now, Kind.RELEASE, reference)
        if held is None:
            return None
        _release(now, [held])
        if failed:
            days.add(now, held, failed=1)
        return _write(now, Kind.RELEASE, held.amount, reference, note, held=-held.amount)


def release_all(account: Account, references: Collection[str], note: str = "") -> int:
    """Give back what is held under the references; what is not, or was given back before, is passed
    over. The units that came back. Raises LedgerConflict when one was charged."""
    with _current(account) as now:
        known = _all_of(now, references, (Kind.HOLD, Kind.CHARGE, Kind.RELEASE))
        if charged := next((ref for ref, kind in known if kind == Kind.CHARGE), None):
            _refuse_closed(Kind.RELEASE, charged)
        mine = Hold.objects.filter(account=now, reference__in=references, state=HoldState.OPEN)
        some = list(mine.order_by("id"))
        _release(now, some)
        total, held, entries = sum(one.amount for one in some), now.held, []
        for one in some:
            held -= one.amount
            entries.append(_line(now, Kind.RELEASE, one.amount, one.reference, note, held))
        _move(now, 0, -total)
        Entry.objects.append(entries)
    return total


def refund(account: Account, amount: int, reference: str, note: str = "") -> Entry:
    """Give back, once, up to what was charged under the reference.

    Raises LedgerConflict without a charge or above it.
    """
    _check(amount, reference)
    with locked(account) as now:
        if entry := _repeated(now, Kind.REFUND, amount, reference):
            return entry
        charged = _first(now, Kind.CHARGE, reference)
        if charged is None:
            raise LedgerConflict(
                f"Nothing was charged for {reference}, so nothing can be refunded."
            )
        if amount > charged.amount:
            raise LedgerConflict(
                f"For {reference} the charge was {as_credits(charged.amount)}; "
                f"{as_credits(amount)} cannot be refunded."
            )
        known = Hold.objects.filter(account=now, reference=reference).first()
        words = lots.refund(now, known, amount, f"refund:{reference}")
        if known:
            Hold.objects.filter(pk=known.pk).update(refunded=amount)
            budgets.move(now, known.period, [(budgets.purpose_of(known), -amount, 0)])
        days.add(now, known, spent=-amount)
        note = f"{note}; {words}" if note and words else note or words
        return _write(now, Kind.REFUND, amount, reference, note, balance=amount)


def take_back(
    account: Account, most: int, reference: str, note: str = "", *, source: Source, of: str = ""
) -> Entry:
    """Take off the balance, once, up to `most` of what is left of grants of this source, the grant
    `of` first. What is spent or promised stays, so that nothing becomes negative."""
    _check(most, reference)
    with _current(account) as now:
        if entry := _first(now, Kind.TAKEN_BACK, reference):
            return entry
        amount = lots.take_back(now, most, source, of)
        return _write(now, Kind.TAKEN_BACK, amount, reference, note, balance=-amount)


def expire(account: Account, moment: datetime | None = None) -> int:
    """Take off the balance what has expired of its grants and is not promised: how many units."""
    with locked(account) as now:
        return _expire(now, moment or timezone.now())


def expire_due(moment: datetime | None = None) -> int:
    """The same for everybody: of how many accounts something expired."""
    done = 0
    for account in lots.accounts_to_expire(moment or timezone.now()):
        try:
            done += bool(expire(account, moment))
        except Exception:  # the others are not to wait for it
            log.exception("nothing expired for account %s", account.pk)
    return done


# --- under the lock -------------------------------------------------------------------------------


def _hold(now: Account, lines: Sequence[Line]) -> list[Entry]:
    look = limits.Look(now, [Asked(n.amount, n.amount, n.purpose) for n in lines])
    limits.reserve(look)
    _move(now, 0, look.most)
    entries, holds, held = [], [], now.held - look.most
    taken = lots.take(now, [line.amount for line in lines])
    for line, asked, parts in zip(lines, look.lines, taken, strict=True):
        held += line.amount
        entries.append(_line(now, Kind.HOLD, line.amount, line.reference, line.note, held))
        holds.append(_row(now, line, asked.purpose, parts, look.at.start))
    Hold.objects.bulk_create(holds)
    Entry.objects.append(entries)
    return entries


def _row(account: Account, line: Line, its: Purpose, taken: lots.Taken, period: datetime) -> Hold:
    return Hold(
        account=account,
        reference=line.reference,
        amount=line.amount,
        offer=its.offer,
        module=its.module,
        kind=its.kind,
        count=its.count,
        client_id=its.client,
        user_id=its.user,
        api_key_id=its.key,
        period=period,
        taken=taken,
        note=line.note[:200],
    )


def _release(now: Account, some: Sequence[Hold]) -> None:
    ids = [one.pk for one in some]
    Hold.objects.filter(pk__in=ids).update(state=HoldState.RELEASED, closed=timezone.now())
    lots.close(some)
    limits.give_back(now, some)
    for period in sorted({one.period for one in some}):
        back = [(budgets.purpose_of(n), 0, -n.amount) for n in some if n.period == period]
        budgets.move(now, period, back)


def _expire(now: Account, moment: datetime) -> int:
    total = 0
    for lot in lots.expired(now, moment):
        gone, lot.left = lot.free, lot.held
        lot.save(update_fields=["left"])
        # It may expire in parts: what was promised comes back later.
        number = now.entries.filter(reference__startswith=f"lot:{lot.pk}:").count()
        _write(
            now,
            Kind.EXPIRE,
            gone,
            f"lot:{lot.pk}:{number}",
            f"expired of {lot.reference}",
            balance=-gone,
        )
        total += gone
    return total


def _open(account: Account, kind: Kind, reference: str) -> Hold | None:
    """What is held under the reference. Raises LedgerConflict when it was closed."""
    _first(account, Kind.HOLD, reference)
    _refuse_closed(kind, reference)
    return Hold.objects.filter(account=account, reference=reference, state=HoldState.OPEN).first()


def _move(now: Account, balance: int, held: int) -> None:
    """Change both counters if 0 ≤ held ≤ balance stays true; `now` carries the new values."""
    fits = Account.objects.filter(
        pk=now.pk,
        balance__lte=MOST - max(balance, 0),
        balance__gte=F("held") + (held - balance),
        held__gte=-held,
    )
    if not fits.update(balance=F("balance") + balance, held=F("held") + held):
        raise LedgerConflict(
            f"{as_credits(abs(balance or held))} more or less does not fit the account "
            f"(balance {as_credits(now.balance)}, held {as_credits(now.held)})."
        )
    now.balance += balance
    now.held += held


def _write(
    now: Account,
    kind: Kind,
    amount: int,
    reference: str,
    note: str,
    *,
    balance: int = 0,
    held: int = 0,
) -> Entry:
    """Move the counters and write the line."""
    _move(now, balance, held)
    entry = _line(now, kind, amount, reference, note, now.held)
    entry.save(force_insert=True)
    return entry


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


# --- what was written before ----------------------------------------------------------------------


def _check(amount: int, reference: str) -> None:
    if type(amount) is not int:  # bool is an int, too
        raise TypeError(f"An amount is a whole number of units, not {amount!r}.")
    if not 0 <= amount <= MOST:
        raise ValueError(f"An amount is from 0 to {MOST} units, not {amount}.")
    if not reference:
        raise ValueError("A ledger entry needs a reference.")


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


def _refuse_closed(kind: Kind, reference: str) -> None:
    other = CLOSING.get(kind)
    if other and Entry.objects.filter(reference=reference, kind=other).exists():
        raise LedgerConflict(f"{reference} has a {other} already, so a {kind} is not possible.")
