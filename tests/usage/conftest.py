"""An account that spent something: for two clients, by two members, with two models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from billing import days
from billing import services as billing
from billing.models import CREDIT, Account, Day, Membership, Role, User
from billing.purpose import Purpose
from tests.clients.conftest import acme, lara, zen  # noqa: F401 - fixtures


@pytest.fixture
def rich(account: Account) -> Account:
    billing.grant(account, 100 * CREDIT, "grant:1", "for the beginning")
    account.refresh_from_db()
    return account


@pytest.fixture
def ada(account: Account) -> User:
    user = User.objects.create_user("ada")
    Membership.objects.create(account=account, user=user, role=Role.ADMIN)
    return user


@pytest.fixture
def spend(rich: Account) -> Callable[..., None]:
    """spend(3, "wan", client=…, user=…): a job that is charged that many credits, now."""
    numbers = iter(range(1000))

    def one(credits: int, offer: str = "local-motion", **its: Any) -> None:
        reference = f"job:{next(numbers)}"
        purpose = Purpose(offer, "transform", "videos", 1, **its)
        billing.hold(rich, credits * CREDIT, reference, f"Film of {offer}", purpose)
        billing.charge(rich, credits * CREDIT, reference)

    return one


@pytest.fixture
def day(account: Account) -> Callable[..., Day]:
    """day(3, 40): what was spent three days ago, written as it stands in the books."""

    def one(ago: int, credits: int, offer: str = "local-motion", **row: Any) -> Day:
        when: date = days.day_of(account) - timedelta(ago)
        said = {"module": "transform", "jobs": 1, **row}
        return Day.objects.create(
            account=account, day=when, offer=offer, spent=credits * CREDIT, **said
        )

    return one
