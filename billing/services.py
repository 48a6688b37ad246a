"""What pages, API and admin call when it is about money. The work is done in the modules named
here; nothing else moves credits, counters or budgets."""

from __future__ import annotations

from typing import TypedDict

from billing import days, lots, spending, statement
from billing.audit import verify_ledger
from billing.figures import Limit
from billing.ledger import (
    MOST,
    LedgerConflict,
    charge,
    expire,
    expire_due,
    grant,
    hold,
    hold_all,
    locked,
    refund,
    release,
    release_all,
    take_back,
)
from billing.limits import (
    Preflight,
    is_limited,
    limits_of,
    may_use,
    members_cap,
    preflight,
    raisers,
    storage_cap,
)
from billing.models import Account
from billing.pricing import as_credits
from billing.purpose import KINDS, Asked, Line, Purpose
from billing.refusals import (
    BudgetReached,
    InsufficientCredits,
    LimitReached,
    MoneyRefused,
    NotInPlan,
    SubscriptionEnded,
)

__all__ = [
    "KINDS",
    "MOST",
    "Asked",
    "BudgetReached",
    "InsufficientCredits",
    "LedgerConflict",
    "Limit",
    "LimitReached",
    "Line",
    "MoneyRefused",
    "NotInPlan",
    "Preflight",
    "Purpose",
    "SubscriptionEnded",
    "Usage",
    "as_credits",
    "charge",
    "expire",
    "expire_due",
    "grant",
    "hold",
    "hold_all",
    "is_limited",
    "limits_of",
    "locked",
    "may_use",
    "members_cap",
    "preflight",
    "raisers",
    "refund",
    "release",
    "release_all",
    "storage_cap",
    "take_back",
    "usage",
    "verify_ledger",
]


class Usage(TypedDict):
    """Units; `spent_this_month` is charges less refunds since the first day of the month, where the
    account is. That and `held` are of what is in sight: who sees one client sees no others' sums.
    """

    balance: int
    held: int
    available: int
    spent_this_month: int


def usage(account: Account) -> Usage:
    """What an account has and what it spent this month, read now."""
    now = Account.objects.get(pk=account.pk)
    gone = lots.stale(now)
    return Usage(
        balance=now.balance - gone,
        held=now.held if account.scope.is_everything else statement.held(account),
        available=now.available - gone,
        spent_this_month=spending.spent(account, days.day_of(now).replace(day=1)),
    )
