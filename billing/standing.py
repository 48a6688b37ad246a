"""What an account has a right to at a moment: its plan, and the month that counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from billing import periods
from billing.models import Account, Plan, Subscription
from billing.models.plans import Status

# How long a payment provider may take to say that the next period is paid for.
GRACE = timedelta(days=3)


@dataclass(frozen=True)
class Standing:
    """Without a plan nothing is limited, so that a studio of one's own works at once; unless it has
    `ended`: then nothing that costs is done. The month that counts is from `start` to `end`."""

    account: Account
    plan: Plan | None
    subscription: Subscription | None
    ended: bool
    start: datetime
    end: datetime


def is_over(subscription: Subscription, now: datetime) -> bool:
    """Whether what was paid for has come to its end, whether or not somebody looked since."""
    if subscription.status == Status.EXPIRED:
        return True
    if subscription.external and subscription.renews:
        return subscription.period_end + GRACE <= now
    return subscription.period_end <= now and not subscription.renews


def standing(account: Account, now: datetime | None = None) -> Standing:
    now = now or timezone.now()
    found = Subscription.objects.select_related("plan").filter(account=account).first()
    if found is None:
        start, end = periods.month_of(account.created, account.zone, now)
        return Standing(account, None, None, False, start, end)
    start, end = periods.month_of(found.anchor, found.zone, now)
    if not is_over(found, now):
        return Standing(account, found.plan, found, False, start, end)
    plan = Plan.objects.filter(fallback=True).first() if found.status != Status.EXPIRED else None
    return Standing(account, plan, found, plan is None, start, end)
