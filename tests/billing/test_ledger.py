"""What the ledger promises: nothing twice, nothing overdrawn, every line kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from billing import services as ledger
from billing.models import CREDIT, Account, Entry, Kind, User
from billing.services import InsufficientCredits, LedgerConflict, Line, verify_ledger


@pytest.fixture
def rich(account: Account) -> Account:
    ledger.grant(account, 100, "grant:1")
    return account


@pytest.fixture(autouse=True)
def _sound_after_each_test(db: None) -> Iterator[None]:
    yield
    assert verify_ledger() == []


def state(account: Account) -> tuple[int, int]:
    account.refresh_from_db()
    return account.balance, account.held


def lines() -> list[tuple[str, int, int, int]]:
    """(kind, amount, balance after, held after), oldest first."""
    fields = ("kind", "amount", "balance_after", "held_after")
    return list(Entry.objects.order_by("id").values_list(*fields))


def test_money_goes_its_way_and_each_line_says_what_is_left(rich: Account) -> None:
    ledger.hold(rich, 60, "job:1")
    ledger.charge(rich, 45, "job:1")
    ledger.hold(rich, 30, "job:2")
    ledger.release(rich, "job:2")
    ledger.refund(rich, 5, "job:1")
    assert lines() == [
        ("grant", 100, 100, 0),
        ("hold", 60, 100, 60),
        ("charge", 45, 55, 0),
        ("hold", 30, 55, 30),
        ("release", 30, 55, 0),
        ("refund", 5, 60, 0),
    ]
    assert state(rich) == (60, 0)


def test_what_costs_nothing_is_written_too(account: Account) -> None:
    ledger.hold(account, 0, "job:1")
    ledger.charge(account, 0, "job:1")
    assert [kind for kind, *_ in lines()] == ["hold", "charge"]


def test_nobody_spends_more_than_is_available(rich: Account) -> None:
    ledger.hold(rich, 70, "job:1")
    with pytest.raises(InsufficientCredits) as refusal:
        ledger.hold(rich, 31, "job:2")
    assert (refusal.value.needed, refusal.value.available) == (31, 30)
    assert state(rich) == (100, 70)
    ledger.hold(rich, 30, "job:3")
    assert state(rich) == (100, 100)


def test_the_refusal_is_in_credits(account: Account) -> None:
    ledger.grant(account, CREDIT, "grant:1")
    with pytest.raises(InsufficientCredits, match=r"needs 1,234\.5 credits, available: 1 credit\."):
        ledger.hold(account, 1_234_500_000, "job:1")


REPEATS: dict[str, Callable[[Account], Entry | None]] = {
    "grant": lambda a: ledger.grant(a, 100, "grant:1"),
    "hold": lambda a: ledger.hold(a, 60, "job:1"),
    "charge": lambda a: ledger.charge(a, 45, "job:1"),
    "refund": lambda a: ledger.refund(a, 40, "job:1"),
    "release": lambda a: ledger.release(a, "job:2"),
}


@pytest.mark.parametrize("kind", REPEATS)
def test_saying_it_again_changes_nothing(rich: Account, kind: str) -> None:
    ledger.hold(rich, 60, "job:1")
    ledger.charge(rich, 45, "job:1")
    ledger.refund(rich, 40, "job:1")
    ledger.hold(rich, 7, "job:2")
    ledger.release(rich, "job:2")
    before = lines()
    first = Entry.objects.filter(kind=kind).earliest("id")
    assert REPEATS[kind](rich) == first
    assert lines() == before
    assert state(rich) == (95, 0)


CONFLICTS: dict[str, Callable[[Account], Any]] = {
    "other grant": lambda a: ledger.grant(a, 101, "grant:1"),
    "other hold": lambda a: ledger.hold(a, 61, "job:held"),
    "charge without hold": lambda a: ledger.charge(a, 1, "job:none"),
    "charge above hold": lambda a: ledger.charge(a, 11, "job:held"),
    "other charge": lambda a: ledger.charge(a, 4, "job:charged"),
    "charge after release": lambda a: ledger.charge(a, 5, "job:released"),
    "free charge after release": lambda a: ledger.charge(a, 0, "job:released"),
    "release after charge": lambda a: ledger.release(a, "job:charged"),
    "refund without charge": lambda a: ledger.refund(a, 1, "job:held"),
    "refund after release": lambda a: ledger.refund(a, 0, "job:released"),
    "refund above charge": lambda a: ledger.refund(a, 6, "job:charged"),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_contradiction_is_refused_and_leaves_no_trace(rich: Account, name: str) -> None:
    for reference in ("job:held", "job:charged", "job:released"):
        ledger.hold(rich, 10, reference)
    ledger.charge(rich, 5, "job:charged")
    ledger.release(rich, "job:released")
    before = lines()
    with pytest.raises(LedgerConflict):
        CONFLICTS[name](rich)
    assert lines() == before
    assert state(rich) == (95, 10)


def test_releasing_what_was_never_held_is_nothing(rich: Account) -> None:
    assert ledger.release(rich, "job:1") is None
    assert state(rich) == (100, 0)


def test_a_reference_belongs_to_one_account(rich: Account, charlie: User) -> None:
    other = charlie.accounts.get()
    ledger.grant(other, 100, "grant:2")
    ledger.hold(rich, 10, "job:1")
    with pytest.raises(LedgerConflict, match="another account"):
        ledger.hold(other, 10, "job:1")
    with pytest.raises(LedgerConflict, match="another account"):
        ledger.release(other, "job:1")
    assert state(other) == (100, 0)


@pytest.mark.parametrize("amount", [True, 1.0, "1", None])
def test_only_whole_numbers_are_money(rich: Account, amount: Any) -> None:
    ledger.hold(rich, 5, "job:held")
    for call in (ledger.grant, ledger.hold):
        with pytest.raises(TypeError, match="whole number"):
            call(rich, amount, "x:1")
    with pytest.raises(TypeError, match="whole number"):
        ledger.charge(rich, amount, "job:held")
    assert state(rich) == (100, 5)


@pytest.mark.parametrize("amount", [-1, ledger.MOST + 1])
def test_amounts_have_a_range(rich: Account, amount: int) -> None:
    with pytest.raises(ValueError, match="from 0"):
        ledger.grant(rich, amount, "x:1")
    with pytest.raises(ValueError, match="from 0"):
        ledger.hold(rich, amount, "x:1")


def test_the_counters_never_overflow(rich: Account) -> None:
    ledger.hold(rich, 60, "job:1")
    with pytest.raises(LedgerConflict, match="does not fit"):
        ledger.grant(rich, ledger.MOST, "grant:2")
    with pytest.raises(InsufficientCredits):
        ledger.hold(rich, ledger.MOST, "job:2")
    assert state(rich) == (100, 60)


def test_a_line_needs_a_reference(rich: Account) -> None:
    with pytest.raises(ValueError, match="reference"):
        ledger.hold(rich, 1, "")


def test_it_goes_with_the_transaction_of_the_caller(rich: Account) -> None:
    with transaction.atomic():
        ledger.hold(rich, 10, "job:1")
        transaction.set_rollback(True)
    assert state(rich) == (100, 0)
    with transaction.atomic():
        ledger.hold(rich, 10, "job:1")
        with pytest.raises(InsufficientCredits):
            ledger.hold(rich, 1000, "job:2")
        ledger.hold(rich, 20, "job:3")
    assert state(rich) == (100, 30)


def test_a_line_is_never_changed_or_removed(rich: Account) -> None:
    entry = Entry.objects.get()
    refused: list[Callable[[], Any]] = [
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.filter(pk=entry.pk).update(amount=1),
        lambda: Entry.objects.bulk_update([entry], ["amount"]),
        lambda: Entry.objects.bulk_create([entry], update_conflicts=True),
        lambda: Entry.objects.update_or_create(pk=entry.pk, defaults={"amount": 1}),
        lambda: rich.entries.all().delete(),
        rich.delete,
    ]
    for attempt in refused:
        with pytest.raises((TypeError, IntegrityError)), transaction.atomic():
            attempt()
    assert lines() == [("grant", 100, 100, 0)]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    "sql",
    ["UPDATE billing_entry SET amount = 1", "DELETE FROM billing_entry"],
    ids=["change", "remove"],
)
def test_the_database_itself_refuses_to_change_a_line(rich: Account, sql: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert lines() == [("grant", 100, 100, 0)]


def test_the_database_itself_refuses_an_overdrawn_account(rich: Account) -> None:
    for wrong in ({"balance": -1}, {"held": -1}, {"held": 101}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=rich.pk).update(**wrong)


def test_the_database_itself_refuses_a_second_line(rich: Account) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            account=rich, kind=Kind.GRANT, amount=1, reference="grant:1", balance_after=101,
            held_after=0,
        )  # fmt: skip


def test_usage_counts_this_month(rich: Account) -> None:
    now = timezone.localtime().replace(day=15)
    with time_machine.travel(now - timedelta(days=40), tick=False):
        ledger.hold(rich, 10, "job:old")
        ledger.charge(rich, 10, "job:old")
    with time_machine.travel(now, tick=False):
        ledger.hold(rich, 30, "job:1")
        ledger.charge(rich, 25, "job:1")
        ledger.refund(rich, 5, "job:1")
        ledger.hold(rich, 4, "job:2")
        assert ledger.usage(rich) == {
            "balance": 70,
            "held": 4,
            "available": 66,
            "spent_this_month": 20,
        }


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0 credits"),
        (CREDIT, "1 credit"),
        (10 * CREDIT, "10 credits"),
        (12_500_000, "12.5 credits"),
        (1, "0.000001 credits"),
        (1_234_567 * CREDIT, "1,234,567 credits"),
    ],
)
def test_credits_in_words(amount: int, words: str) -> None:
    assert ledger.as_credits(amount) == words


# --- many at once ---------------------------------------------------------------------------------


def test_many_holds_are_lines_as_one_by_one(rich: Account) -> None:
    ledger.hold_all(rich, [Line(10, "job:1", "one"), Line(0, "job:2"), Line(30, "job:3", "three")])
    assert lines()[1:] == [("hold", 10, 100, 10), ("hold", 0, 100, 10), ("hold", 30, 100, 40)]
    assert state(rich) == (100, 40)
    ledger.charge(rich, 5, "job:1")
    assert ledger.release_all(rich, ["job:2", "job:3", "job:unknown"], "not needed") == 30
    assert lines()[4:] == [
        ("charge", 5, 95, 30),
        ("release", 0, 95, 30),
        ("release", 30, 95, 0),
    ]
    assert ledger.release_all(rich, ["job:2", "job:3"]) == 0, "once is enough"


def test_many_holds_are_all_or_none(rich: Account) -> None:
    with pytest.raises(InsufficientCredits, match=r"needs 0.000101 credits"):
        ledger.hold_all(rich, [Line(50, "job:1"), Line(51, "job:2")])
    assert (len(lines()), state(rich)) == (1, (100, 0))
    ledger.hold_all(rich, [Line(50, "job:1")])
    ledger.hold_all(rich, [Line(50, "job:1")])
    assert state(rich) == (100, 50)
    for again in ([Line(50, "job:1"), Line(1, "job:2")], [Line(40, "job:1")]):
        with pytest.raises(LedgerConflict):
            ledger.hold_all(rich, again)
    with pytest.raises(ValueError, match="needs a reference"):
        ledger.hold_all(rich, [Line(1, "")])
    with pytest.raises(ValueError, match="from 0"):
        ledger.hold_all(rich, [Line(-1, "job:9")])


def test_what_was_charged_does_not_come_back_among_many(rich: Account, charlie: User) -> None:
    ledger.hold_all(rich, [Line(10, "job:1"), Line(10, "job:2")])
    ledger.charge(rich, 10, "job:1")
    with pytest.raises(LedgerConflict, match="has a charge already"):
        ledger.release_all(rich, ["job:1", "job:2"])
    with pytest.raises(LedgerConflict, match="another account"):
        ledger.release_all(charlie.accounts.get(), ["job:2"])
    with pytest.raises(LedgerConflict, match="another account"):
        ledger.hold_all(charlie.accounts.get(), [Line(10, "job:2")])
    assert state(rich) == (90, 10)


def test_a_time_zone_is_one_that_exists(account: Account) -> None:
    account.zone = "Europe/Amsterdam"
    account.full_clean()
    account.zone = "Mars/Olympus"
    with pytest.raises(ValidationError, match="no time zone"):
        account.full_clean()
