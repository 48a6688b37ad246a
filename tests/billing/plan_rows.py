"""Plans to test with, small enough to reach their caps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from billing import plans
from billing.models import Account, Plan, Subscription

BEGUN = datetime(2026, 1, 31, 9, tzinfo=UTC)


def plan(key: str = "small", **said: Any) -> Plan:
    usual: dict[str, Any] = {"name": key.capitalize(), "caps": {"images": 3, "videos": 0}}
    return Plan.objects.create(key=key, **{**usual, **said})


def subscribed(account: Account, *, now: datetime = BEGUN, **said: Any) -> Subscription:
    how = {n: said.pop(n) for n in ("cycle", "renews", "external") if n in said}
    return plans.subscribe(account, plan(**said), now=now, **how)
