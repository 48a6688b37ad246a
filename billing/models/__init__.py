"""The tables of accounts and of money.

Money is counted in integer units: 1 credit = 1,000,000 units, about one US cent.
"""

from billing.models.budgets import Budget, BudgetAlert, BudgetOf, BudgetPeriod
from billing.models.days import Day
from billing.models.ledger import Entry, EntryQuerySet, Hold, HoldState, Kind, Lot, Source
from billing.models.payments import (
    LedgerCheck,
    Pack,
    Payment,
    PaymentEvent,
    PaymentFor,
    PaymentState,
)
from billing.models.people import (
    Account,
    ApiKey,
    Client,
    Membership,
    Role,
    SignInLink,
    User,
    known_zone,
)
from billing.models.plans import Counter, Cycle, Plan, Subscription
from billing.models.prices import Price
from billing.models.team import AuditEvent, Invitation
from billing.pricing import CREDIT

__all__ = [
    "CREDIT",
    "Account",
    "ApiKey",
    "AuditEvent",
    "Budget",
    "BudgetAlert",
    "BudgetOf",
    "BudgetPeriod",
    "Client",
    "Counter",
    "Cycle",
    "Day",
    "Entry",
    "EntryQuerySet",
    "Hold",
    "HoldState",
    "Invitation",
    "Kind",
    "LedgerCheck",
    "Lot",
    "Membership",
    "Pack",
    "Payment",
    "PaymentEvent",
    "PaymentFor",
    "PaymentState",
    "Plan",
    "Price",
    "Role",
    "SignInLink",
    "Source",
    "Subscription",
    "User",
    "known_zone",
]
