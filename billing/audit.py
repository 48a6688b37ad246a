"""Is the ledger sound? Each account is recomputed from its entries, in the order of writing,
and its books are compared with them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from billing.audit_books import wrong_books
from billing.models import Account, Entry, Kind


def verify_ledger() -> list[str]:
    """Every contradiction found, in words; an empty list means that the ledger is sound.

    Safe while others write: what is compared is read within one transaction.
    """
    with _one_moment():
        return [*_wrong_entries(), *_wrong_counters(), *wrong_books()]


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _wrong_entries() -> Iterator[str]:
    lines = Entry.objects.order_by("account_id", "id").iterator()
    for account, entries in groupby(lines, key=lambda entry: entry.account_id):
        yield from _Book(account).problems(entries)


def _wrong_counters() -> Iterator[str]:
    last = Entry.objects.filter(account=OuterRef("pk")).order_by("-id")
    accounts = Account.objects.annotate(
        last_balance=Subquery(last.values("balance_after")[:1]),
        last_held=Subquery(last.values("held_after")[:1]),
    )
    for account in accounts.iterator():
        have = (account.balance, account.held)
        written = (account.last_balance or 0, account.last_held or 0)
        if have != written:
            yield f"account {account.pk}: (balance, held) is {have}, the last entry says {written}"


@dataclass
class _Book:
    """The entries of one account added up so far."""

    account: UUID
    balance: int = 0
    held: int = 0
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def problems(self, entries: Iterable[Entry]) -> Iterator[str]:
        for entry in entries:
            for problem in self._add(entry):
                yield f"account {self.account}, entry {entry.pk} ({entry.reference}): {problem}"

    def _add(self, entry: Entry) -> Iterator[str]:
        yield from self._contradictions(entry)
        self._move(entry)
        self.lines[entry.reference, entry.kind] = entry.amount
        if not 0 <= self.held <= self.balance:
            yield f"overdrawn: (balance, held) is {self.balance, self.held}"
        written = (entry.balance_after, entry.held_after)
        if written != (self.balance, self.held):
            yield f"(balance, held) is {self.balance, self.held}, the entry says {written}"

    def _line(self, entry: Entry, kind: Kind) -> int | None:
        """The amount of an earlier entry with the same reference."""
        return self.lines.get((entry.reference, kind))

    def _contradictions(self, entry: Entry) -> Iterator[str]:
        held, charged = self._line(entry, Kind.HOLD), self._line(entry, Kind.CHARGE)
        if (entry.reference, entry.kind) in self.lines:
            yield f"a second {entry.kind}"
        if entry.amount < 0:
            yield f"the amount {entry.amount} is negative"
        if entry.kind in (Kind.CHARGE, Kind.RELEASE):
            if held is None:
                yield f"a {entry.kind} without a hold"
            other = Kind.RELEASE if entry.kind == Kind.CHARGE else Kind.CHARGE
            if self._line(entry, other) is not None:
                yield f"both a {entry.kind} and a {other}"
        if entry.kind == Kind.CHARGE and entry.amount > (held or 0):
            yield f"the charge {entry.amount} is above the hold {held}"
        if entry.kind == Kind.RELEASE and entry.amount != held:
            yield f"the release {entry.amount} is not the hold {held}"
        if entry.kind == Kind.REFUND and entry.amount > (charged or 0):
            yield f"the refund {entry.amount} is above the charge {charged}"

    def _move(self, entry: Entry) -> None:
        if entry.kind in (Kind.GRANT, Kind.REFUND):
            self.balance += entry.amount
        elif entry.kind == Kind.HOLD:
            self.held += entry.amount
        elif entry.kind in (Kind.CHARGE, Kind.RELEASE):
            self.held -= self._line(entry, Kind.HOLD) or 0
        if entry.kind in (Kind.CHARGE, Kind.EXPIRE, Kind.TAKEN_BACK):
            self.balance -= entry.amount
