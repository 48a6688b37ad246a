"""What the check of the ledger finds when somebody went around the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from billing import services as ledger
from billing.models import Account, Entry
from billing.services import verify_ledger


@pytest.fixture
def rich(account: Account) -> Account:
    ledger.grant(account, 100, "grant:1")
    ledger.hold(account, 10, "job:1")
    return account


def test_an_empty_ledger_is_sound(db: None) -> None:
    assert verify_ledger() == []


def _append(
    account: Account, kind: str, amount: int, reference: str, after: tuple[int, int]
) -> None:
    balance, held = after
    Account.objects.filter(pk=account.pk).update(balance=balance, held=held)
    Entry.objects.create(
        account=account,
        kind=kind,
        amount=amount,
        reference=reference,
        balance_after=balance,
        held_after=held,
    )


# What somebody with access to the database may do behind our back, and what the check says.
FALSIFIED: dict[str, tuple[Callable[[Account], Any], str]] = {
    "balance moved": (
        lambda a: Account.objects.filter(pk=a.pk).update(balance=F("balance") + 1),
        "the last entry says",
    ),
    "held moved": (lambda a: Account.objects.filter(pk=a.pk).update(held=1), "the last entry says"),
    "grant from nowhere": (
        lambda a: _append(a, "grant", 5, "grant:2", (999, 10)),
        "the entry says",
    ),
    "charge above the hold": (
        lambda a: _append(a, "charge", 11, "job:1", (89, 0)),
        "above the hold",
    ),
    "charge without a hold": (
        lambda a: _append(a, "charge", 0, "job:2", (100, 10)),
        "without a hold",
    ),
    "part of a hold released": (
        lambda a: _append(a, "release", 9, "job:1", (100, 0)),
        "is not the hold",
    ),
    "refund without a charge": (
        lambda a: _append(a, "refund", 1, "job:1", (101, 10)),
        "above the charge",
    ),
}


@pytest.mark.parametrize("name", FALSIFIED)
def test_a_falsified_ledger_is_found(rich: Account, name: str) -> None:
    assert verify_ledger() == []
    falsify, words = FALSIFIED[name]
    falsify(rich)
    assert any(words in problem and str(rich.pk) in problem for problem in verify_ledger())


def test_the_database_itself_lets_no_hold_be_closed_twice(rich: Account) -> None:
    ledger.release(rich, "job:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        _append(rich, "charge", 0, "job:1", (100, 0))
    assert verify_ledger() == []
