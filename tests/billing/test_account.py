"""The counters of an account move through the ledger only."""

from __future__ import annotations

from billing.models import Account
from billing.services import grant, hold, verify_ledger


def test_an_old_copy_does_not_write_old_counters_back(account: Account) -> None:
    old = Account.objects.get(pk=account.pk)
    grant(account, 50, "grant:1")
    hold(account, 20, "job:1")
    old.name = "Renamed"
    old.save()
    account.refresh_from_db()
    assert (account.name, account.balance, account.held) == ("Renamed", 50, 20)
    assert verify_ledger() == []
