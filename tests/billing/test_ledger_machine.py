"""Any order of calls: the ledger does what a few lines of arithmetic say, and stays sound."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from billing import services as ledger
from billing.models import Account, Entry
from billing.services import InsufficientCredits, LedgerConflict, verify_ledger

# Few references and small amounts, so that repeats and conflicts are common.
REFERENCES = st.sampled_from(["job:1", "job:2", "job:3", "job:4"])
AMOUNTS = st.integers(0, 12)


@dataclass
class Expected:
    """What is known of one reference."""

    granted: int | None = None
    held: int | None = None
    charged: int | None = None
    released: bool = False
    refunded: int | None = None

    @property
    def open(self) -> int:
        return 0 if self.charged is not None or self.released else self.held or 0


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.account = Account.objects.create(name="machine")
        self.prefix = uuid.uuid4().hex
        self.known = {f"job:{n}": Expected() for n in range(1, 5)}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @property
    def balance(self) -> int:
        return sum(
            (e.granted or 0) - (e.charged or 0) + (e.refunded or 0) for e in self.known.values()
        )

    @property
    def held(self) -> int:
        return sum(e.open for e in self.known.values())

    def call(self, function: Any, *args: Any) -> Any:
        """The entry, or the class of the refusal."""
        *amount, reference = args
        before = Entry.objects.count()
        try:
            return function(self.account, *amount, f"{self.prefix}:{reference}")
        except (InsufficientCredits, LedgerConflict) as refusal:
            assert Entry.objects.count() == before
            return type(refusal)

    @rule(reference=REFERENCES, amount=AMOUNTS)
    def grant(self, reference: str, amount: int) -> None:
        known, got = self.known[reference], self.call(ledger.grant, amount, reference)
        if known.granted is None:
            known.granted = amount
        assert got is LedgerConflict if known.granted != amount else got.amount == amount

    @rule(reference=REFERENCES, amount=AMOUNTS)
    def hold(self, reference: str, amount: int) -> None:
        known, available = self.known[reference], self.balance - self.held
        got = self.call(ledger.hold, amount, reference)
        if known.held is None and amount > available:
            assert got is InsufficientCredits
            return
        if known.held is None:
            known.held = amount
        assert got is LedgerConflict if known.held != amount else got.amount == amount

    @rule(reference=REFERENCES, amount=AMOUNTS)
    def charge(self, reference: str, amount: int) -> None:
        known, got = self.known[reference], self.call(ledger.charge, amount, reference)
        if known.held is None or known.released or amount > known.held:
            assert got is LedgerConflict
            return
        if known.charged is None:
            known.charged = amount
        assert got is LedgerConflict if known.charged != amount else got.amount == amount

    @rule(reference=REFERENCES)
    def release(self, reference: str) -> None:
        known, got = self.known[reference], self.call(ledger.release, reference)
        if known.held is None:
            assert got is None
        elif known.charged is not None:
            assert got is LedgerConflict
        else:
            known.released = True
            assert got.amount == known.held

    @rule(reference=REFERENCES, amount=AMOUNTS)
    def refund(self, reference: str, amount: int) -> None:
        known, got = self.known[reference], self.call(ledger.refund, amount, reference)
        if known.charged is None or amount > known.charged:
            assert got is LedgerConflict
            return
        if known.refunded is None:
            known.refunded = amount
        assert got is LedgerConflict if known.refunded != amount else got.amount == amount

    @invariant()
    def counters_are_the_sums(self) -> None:
        self.account.refresh_from_db()
        assert (self.account.balance, self.account.held) == (self.balance, self.held)
        assert verify_ledger() == []


def _run(examples: int) -> None:
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_order_of_calls(db: None) -> None:
    _run(20)


@pytest.mark.slow
def test_very_many_orders_of_calls(db: None) -> None:
    _run(250)
