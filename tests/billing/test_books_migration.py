"""A ledger from before there were grants, holds with reasons and days goes on as it was."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from billing import services as billing
from billing.models import Account, Day, Hold, Lot

books = import_module("billing.migrations.0005_books")


@pytest.fixture
def old(account: Account) -> Account:
    billing.grant(account, 100, "grant:1")
    for number in range(4):
        billing.hold(account, 10, f"job:{number}")
    billing.charge(account, 8, "job:0")
    billing.refund(account, 3, "job:0")
    billing.charge(account, 9, "job:3")
    for table in (Day, Hold, Lot):
        table.objects.all().delete()
    books.forwards(apps, None)
    account.refresh_from_db()
    return account


def test_the_books_are_sound(old: Account) -> None:
    assert billing.verify_ledger() == []
    assert (old.balance, old.held) == (86, 20)
    assert billing.usage(old)["spent_this_month"] == 14


def test_what_was_held_is_charged_or_given_back(old: Account) -> None:
    billing.charge(old, 10, "job:1")
    billing.release(old, "job:2")
    assert billing.hold(old, 10, "job:0").amount == 10, "what is closed stays so"
    old.refresh_from_db()
    assert (old.balance, old.held) == (76, 0)
    assert billing.verify_ledger() == []


def test_what_was_charged_is_refunded_and_stays(old: Account) -> None:
    entry = billing.refund(old, 9, "job:3")
    assert entry.note == ""
    assert Lot.objects.get(source="refund").expires is None
    assert billing.verify_ledger() == []


def test_an_account_without_anything_has_nothing(account: Account) -> None:
    books.forwards(apps, None)
    assert not Lot.objects.exists()
