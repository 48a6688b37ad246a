"""Any order of calls, at any time, with crashes in the middle: grants, holds, counters, budgets and
days say the same as the ledger, and nothing goes beyond its limit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from billing import ledger, plans, statement
from billing import services as billing
from billing.budgets import set_budget
from billing.models import (
    Account,
    BudgetPeriod,
    Counter,
    Day,
    Entry,
    Hold,
    Lot,
    Plan,
    Source,
    User,
)
from billing.services import LedgerConflict, Line, MoneyRefused, Purpose

CAP, HARD, COST = 4, 20, 30
NUMBERS = st.integers(1, 8)
AMOUNTS = st.integers(0, 9)
# After which of its parts a call dies; None lets it live.
CRASHES = st.sampled_from(
    [
        *[None] * 8,
        "billing.limits.reserve",
        "billing.lots.add",
        "billing.lots.take",
        "billing.lots.close",
        "billing.lots.refund",
        "billing.lots.take_back",
        "billing.budgets.move",
        "billing.days.add",
        "billing.ledger._move",
        "billing.ledger._line",
    ]
)
TABLES = (Account, Lot, Hold, Entry, Counter, BudgetPeriod, Day)


class Crash(Exception):
    pass


def dies_after(place: str) -> Any:
    module, name = place.rsplit(".", 1)
    real: Callable[..., Any] = getattr(__import__(module, fromlist=[name]), name)

    def dies(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise Crash

    return mock.patch(place, dies)


class BooksMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(datetime(2026, 1, 31, 9, tzinfo=UTC), tick=False)
        self.time = self.clock.start()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.account = Account.objects.create(name="machine")
        self.user = User.objects.create(username=uuid.uuid4().hex)
        self.prefix = uuid.uuid4().hex
        caps = {"images": CAP}
        plan = Plan.objects.create(key=self.prefix, name="P", caps=caps, cost_cap=COST, credits=5)
        plans.subscribe(self.account, plan)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)
        self.clock.stop()

    def reference(self, number: int) -> str:
        return f"{self.prefix}:{number}"

    def purpose(self, number: int) -> Purpose:
        """Every second one is a picture, every third one is by the member with a budget."""
        kind = ("images", 1) if number % 2 else ("", 0)
        return Purpose("offer", "create", *kind, None, None if number % 3 else self.user.pk)

    def state(self) -> list[Any]:
        return [list(table.objects.order_by("pk").values()) for table in TABLES]

    def call(self, crash: str | None, function: Callable[..., Any], *args: Any, **how: Any) -> None:
        """What is refused and what dies leaves no trace."""
        before = self.state()
        try:
            if crash:
                with dies_after(crash):
                    function(self.account, *args, **how)
            else:
                function(self.account, *args, **how)
        except (Crash, MoneyRefused, LedgerConflict):
            assert self.state() == before

    @rule(number=NUMBERS, amount=AMOUNTS, hours=st.sampled_from([None, 2, 30]), crash=CRASHES)
    def grant(self, number: int, amount: int, hours: int | None, crash: str | None) -> None:
        expires = datetime.now(UTC) + timedelta(hours=hours) if hours else None
        reference = self.reference(number)
        self.call(crash, billing.grant, amount, reference, expires=expires)

    @rule(number=NUMBERS, amount=AMOUNTS, crash=CRASHES)
    def hold(self, number: int, amount: int, crash: str | None) -> None:
        reference = self.reference(number)
        self.call(crash, billing.hold, amount, reference, "", self.purpose(number))

    @rule(numbers=st.sets(NUMBERS, max_size=3), amount=AMOUNTS, crash=CRASHES)
    def hold_all(self, numbers: set[int], amount: int, crash: str | None) -> None:
        lines = [Line(amount, self.reference(n), "", self.purpose(n)) for n in sorted(numbers)]
        self.call(crash, billing.hold_all, lines)

    @rule(number=NUMBERS, amount=AMOUNTS, crash=CRASHES)
    def charge(self, number: int, amount: int, crash: str | None) -> None:
        self.call(crash, billing.charge, amount, self.reference(number))

    @rule(number=NUMBERS, failed=st.booleans(), crash=CRASHES)
    def release(self, number: int, failed: bool, crash: str | None) -> None:
        self.call(crash, billing.release, self.reference(number), failed=failed)

    @rule(numbers=st.sets(NUMBERS, max_size=3), crash=CRASHES)
    def release_all(self, numbers: set[int], crash: str | None) -> None:
        self.call(crash, billing.release_all, [self.reference(n) for n in sorted(numbers)])

    @rule(number=NUMBERS, amount=AMOUNTS, crash=CRASHES)
    def refund(self, number: int, amount: int, crash: str | None) -> None:
        self.call(crash, billing.refund, amount, self.reference(number))

    @rule(number=NUMBERS, amount=AMOUNTS, crash=CRASHES)
    def take_back(self, number: int, amount: int, crash: str | None) -> None:
        how = {"source": Source.MANUAL, "of": self.reference(number)}
        self.call(crash, billing.take_back, amount, self.reference(number), **how)

    @rule()
    def budget(self) -> None:
        if not self.user.budgets.exists():
            member = self.account.members
            member.add(self.user)
            committed = Hold.objects.filter(user=self.user).exclude(state="released")
            if sum(hold.amount for hold in committed) <= HARD:
                set_budget(self.account, "member", user=self.user, hard=HARD)

    @rule(hours=st.sampled_from([1, 3, 25, 24 * 20]))
    def wait(self, hours: int) -> None:
        self.time.shift(timedelta(hours=hours))

    @rule(crash=CRASHES)
    def sweep(self, crash: str | None) -> None:
        self.call(crash, lambda account: ledger.expire(account))
        plans.renew_due()

    @invariant()
    def the_books_say_the_same(self) -> None:
        assert billing.verify_ledger() == []
        self.account.refresh_from_db()
        assert sum(map(statement.moved, statement.lines(self.account))) == self.account.balance

    @invariant()
    def nothing_goes_beyond_its_limit(self) -> None:
        assert not Counter.objects.filter(used__gt=CAP).exists()
        over = BudgetPeriod.objects.alias(used=F("spent") + F("held"))
        assert not over.filter(budget__of="plan", used__gt=COST).exists()
        assert not over.filter(budget__of="member", used__gt=HARD).exists()
        self.account.refresh_from_db()
        assert 0 <= self.account.held <= self.account.balance


def _run(examples: int) -> None:
    run_state_machine_as_test(
        BooksMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_order_of_calls_with_crashes(db: None) -> None:
    _run(15)


@pytest.mark.slow
def test_very_many_orders_of_calls_with_crashes(db: None) -> None:
    _run(200)
