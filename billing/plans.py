"""Having a plan: beginning, changing, renewing and ending it, with the credits that come along.

A period is only ever moved on by `renew_due`, which a sweeper calls, or by `advance`, which a
payment provider does; never because somebody looks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from billing import audit_log, ledger, periods
from billing.models import Account, Cycle, Plan, Source, Subscription
from billing.models.plans import Status
from billing.pricing import as_credits
from billing.standing import is_over, standing

log = logging.getLogger("zoetrope.billing")
MONTHS = {Cycle.MONTH: 1, Cycle.YEAR: 12}


class NoPlan(Exception):
    """The account has no plan of which that could be asked; the message says so to a person."""


class PaidElsewhere(NoPlan):
    """A payment provider takes money for the plan: it has to hear of that first."""


@dataclass(frozen=True)
class Change:
    """What changing the plan does, or did: `at_once` or when the period ends (`starts`). `credits`
    units come with it now; `cents` is what it costs now, for the days that are left."""

    plan: Plan
    cycle: str
    at_once: bool
    starts: datetime
    credits: int
    cents: int
    words: str


def subscribe(
    account: Account,
    plan: Plan,
    cycle: str = Cycle.MONTH,
    *,
    renews: bool = True,
    external: str = "",
    now: datetime | None = None,
) -> Subscription:
    """Begin a plan anew, from now on; its first credits come with it."""
    now = now or timezone.now()
    with ledger.locked(account) as mine:
        found = Subscription.objects.filter(account=mine).first() or Subscription(account=mine)
        found.plan, found.cycle, found.renews = plan, cycle, renews
        found.external, found.status = external, Status.ACTIVE
        found.next_plan, found.next_cycle = None, ""
        found.anchor = found.period_start = found.month_end = now
        found.zone = mine.zone
        found.period_end = periods.month(now, mine.zone, MONTHS[Cycle(cycle)])
        _bring_credits(mine, found, now)
        found.save()
        audit_log.write(mine, "plan.began", plan, cycle=found.cycle, paid_as=external or None)
    return found


def preview(
    account: Account, plan: Plan, cycle: str | None = None, now: datetime | None = None
) -> Change:
    """Exactly what `change` would do now."""
    now = now or timezone.now()
    at = standing(account, now)
    own = at.subscription
    if own is None or own.status == Status.EXPIRED or is_over(own, now):
        cycle = cycle or Cycle.MONTH
        words = f"{plan} begins now{_bringing(plan.credits)}."
        return Change(plan, cycle, True, now, plan.credits, plan.price(cycle), words)
    cycle = cycle or own.cycle
    ends = periods.said(own.period_end, account.zone)
    if _rank(plan) > _rank(own.plan):
        credits = _share(plan.credits - own.plan.credits, now, at.start, at.end)
        more = plan.price(own.cycle) - own.plan.price(own.cycle)
        cents = _share(more, now, own.period_start, own.period_end)
        words = f"{plan} counts at once{_bringing(credits)}. The period still ends on {ends}."
        return Change(plan, cycle, True, now, credits, cents, words)
    if plan == own.plan and cycle == own.cycle:
        words = f"{plan} goes on as it is."
        return Change(plan, cycle, False, own.period_end, 0, 0, words)
    words = f"{plan} ({Cycle(cycle).label.lower()}) begins when the period ends, on {ends}."
    return Change(plan, cycle, False, own.period_end, 0, 0, words)


def change(
    account: Account,
    plan: Plan,
    cycle: str | None = None,
    now: datetime | None = None,
    *,
    provider_knows: bool = False,
) -> Change:
    """Go over to another plan: to a larger one at once, with the credits of the days that are left;
    to a smaller one, or to another cycle, when the period ends. The plan of now takes that back.
    Raises PaidElsewhere, unless the payment provider knows of it."""
    now = now or timezone.now()
    with ledger.locked(account) as mine:
        done = preview(mine, plan, cycle, now)
        own = Subscription.objects.filter(account=mine).first()
        if own is None or own.status == Status.EXPIRED or is_over(own, now):
            subscribe(mine, plan, done.cycle, now=now)
            return done
        _check_provider(own, provider_knows)
        before = own.plan
        if done.at_once:
            own.plan, own.next_plan = plan, None
            start, end = periods.month_of(own.anchor, own.zone, now)
            if done.credits:
                reference = f"upgrade:{own.pk}:{plan.key}:{start.isoformat()}"
                note = f"{plan}, for the rest of the month"
                ledger.grant(mine, done.credits, reference, note, source=Source.PLAN, expires=end)
        else:
            own.next_plan = None if plan == own.plan else plan
        own.next_cycle = "" if done.cycle == own.cycle else done.cycle
        own.renews = True
        own.save()
        when = periods.said(done.starts, own.zone)
        audit_log.write(mine, "plan.changed", plan, before=before, cycle=done.cycle, starts=when)
    return done


def cancel(account: Account, *, provider_knows: bool = False) -> Subscription:
    """Let the plan end with its period. Raises NoPlan, and PaidElsewhere unless the payment
    provider knows of it."""
    return _set_renews(account, False, provider_knows)


def resume(account: Account, *, provider_knows: bool = False) -> Subscription:
    """Let it go on after all. Raises NoPlan when it has ended, and PaidElsewhere as `cancel`."""
    return _set_renews(account, True, provider_knows)


def advance(subscription: Subscription, now: datetime | None = None) -> Subscription:
    """One period more, which is paid for. The credits of its first month come with it."""
    now = now or timezone.now()
    with ledger.locked(subscription.account) as mine:
        own = Subscription.objects.select_related("plan", "next_plan").get(pk=subscription.pk)
        own.plan, own.next_plan = own.next_plan or own.plan, None
        own.cycle, own.next_cycle = own.next_cycle or own.cycle, ""
        own.status = Status.ACTIVE
        _move_on(own)
        _bring_credits(mine, own, now)
        own.save()
        until = periods.said(own.period_end, own.zone)
        audit_log.write(mine, "plan.renewed", own.plan, until=until)
    return own


def end(subscription: Subscription, now: datetime | None = None) -> Subscription:
    """The plan is over: the one that the operator chose for that goes on in its place; without such
    a plan nothing that costs is done any more."""
    now = now or timezone.now()
    with ledger.locked(subscription.account) as mine:
        own = Subscription.objects.select_related("plan").get(pk=subscription.pk)
        ended = own.plan
        fallback = Plan.objects.filter(fallback=True).first()
        own.external, own.next_plan, own.next_cycle = "", None, ""
        if fallback is None:
            own.status = Status.EXPIRED
        else:
            own.plan, own.cycle, own.renews = fallback, Cycle.MONTH, True
            while own.period_end <= now:
                _move_on(own)
            _bring_credits(mine, own, now)
        own.save()
        audit_log.write(mine, "plan.ended", ended, then=fallback)
    return own


def renew_due(now: datetime | None = None) -> int:
    """Move on all plans whose period has ended, and bring the credits of months that have begun:
    how many. What is at a payment provider waits for that."""
    now = now or timezone.now()
    done = 0
    due = Q(period_end__lte=now) | Q(month_end__lte=now)
    for own in Subscription.objects.filter(due, status=Status.ACTIVE).select_related("account"):
        try:
            done += _renew(own, now)
        except Exception:  # the others are not to wait for it
            log.exception("the plan of account %s did not move on", own.account_id)
    return done


def _renew(found: Subscription, now: datetime) -> bool:
    with ledger.locked(found.account) as mine:
        own = Subscription.objects.select_related("plan", "next_plan").get(pk=found.pk)
        if own.status != Status.ACTIVE or (own.period_end > now and own.month_end > now):
            return False
        if is_over(own, now):
            end(own, now)
            return True
        if own.period_end > now:
            _bring_credits(mine, own, now)
            own.save()
            return True
        if own.external:
            return False
        while own.period_end <= now:
            own = advance(own, now)
        return True


def _move_on(own: Subscription) -> None:
    number = periods.number_of(own.anchor, own.zone, own.period_end)
    own.period_start = own.period_end
    own.period_end = periods.month(own.anchor, own.zone, number + MONTHS[Cycle(own.cycle)])


def _bring_credits(account: Account, own: Subscription, now: datetime) -> None:
    """The credits of the month, once; they end with it. Nothing comes for months that nobody could
    have used."""
    start, month_end = periods.month_of(own.anchor, own.zone, now)
    if own.month_end >= month_end or not own.period_start <= now < own.period_end:
        return
    own.month_end = month_end
    if own.plan.credits:
        reference = f"plan:{account.pk}:{start.isoformat()}"
        ledger.grant(
            account,
            own.plan.credits,
            reference,
            str(own.plan),
            source=Source.PLAN,
            expires=month_end,
        )


def _check_provider(own: Subscription, knows: bool) -> None:
    if own.external and not knows:
        raise PaidElsewhere(
            f"The plan {own.plan} is paid by card ({own.external}), which would go on. Change it "
            "where it was bought: Account, then Pay."
        )


def _set_renews(account: Account, renews: bool, provider_knows: bool) -> Subscription:
    with ledger.locked(account) as mine:
        own = Subscription.objects.filter(account=mine, status=Status.ACTIVE).first()
        if own is None or is_over(own, timezone.now()):
            raise NoPlan("The account has no plan that could end or go on. Choose one first.")
        _check_provider(own, provider_knows)
        if own.renews != renews:
            own.renews = renews
            own.save(update_fields=["renews"])
            audit_log.write(mine, "plan.resumed" if renews else "plan.canceled", own.plan)
    return own


def _rank(plan: Plan) -> tuple[int, int]:
    """A larger plan is one that costs more, or brings more credits for the same."""
    return plan.price_month, plan.credits


def _share(amount: int, now: datetime, start: datetime, end: datetime) -> int:
    """For the days that are left, a begun one included; never less than nothing."""
    left, whole = periods.days_between(now, end), periods.days_between(start, end)
    return max(0, amount * min(left, whole) // whole)


def _bringing(credits: int) -> str:
    return f" and brings {as_credits(credits)}" if credits else ""
