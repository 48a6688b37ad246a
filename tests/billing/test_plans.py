"""Having a plan: its credits, changing it, renewing it, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing import plans
from billing import services as billing
from billing.models import CREDIT, Account, Entry, Lot, Plan, Source, Subscription
from billing.standing import GRACE, standing
from tests.billing.plan_rows import BEGUN, plan, subscribed

FEBRUARY, MARCH = datetime(2026, 2, 28, 9, tzinfo=UTC), datetime(2026, 3, 31, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGUN, tick=False) as traveller:
        yield traveller
    assert billing.verify_ledger() == []


def available(account: Account) -> float:
    return billing.usage(account)["available"] / CREDIT


def small() -> Plan:
    return plan("small", price_month=1000, price_year=10_000, credits=280 * CREDIT)


def large() -> Plan:
    return plan("large", price_month=3000, price_year=30_000, credits=560 * CREDIT, caps={})


def test_the_plans_to_begin_with(db: None) -> None:
    """Null is no limit and 0 is none; the largest has no caps."""
    known = {p.key: p for p in Plan.objects.all()}
    assert list(known) == ["free", "basic", "pro", "enterprise"]
    assert (known["free"].cap("images"), known["free"].price_month) == (10, 0)
    assert (known["pro"].cap("videos"), known["pro"].price_year) == (30, 79_000)
    assert known["enterprise"].cap("images") is None
    for one in known.values():
        one.full_clean()


def test_the_credits_of_a_month_come_with_it_and_end_with_it(
    account: Account, clock: time_machine.Traveller
) -> None:
    plans.subscribe(account, small())
    assert available(account) == 280
    assert plans.renew_due() == 0, "nothing is due"
    clock.move_to(FEBRUARY - timedelta(seconds=1))
    assert (plans.renew_due(), available(account)) == (0, 280)
    clock.move_to(FEBRUARY)
    assert available(account) == 0, "looking renews nothing"
    assert (plans.renew_due(), plans.renew_due()) == (1, 0)
    assert available(account) == 280
    own = account.subscription
    assert (own.period_start, own.period_end) == (FEBRUARY, MARCH), "the 31st comes back"
    assert Lot.objects.filter(source=Source.PLAN).count() == 2


def test_a_sweeper_that_slept_for_months_brings_one_month(
    account: Account, clock: time_machine.Traveller
) -> None:
    plans.subscribe(account, small())
    clock.move_to(datetime(2026, 6, 15, tzinfo=UTC))
    plans.renew_due()
    assert account.subscription.period_end == datetime(2026, 6, 30, 9, tzinfo=UTC)
    assert available(account) == 280
    assert Entry.objects.filter(kind="grant").count() == 2


def test_a_year_brings_its_credits_month_by_month(
    account: Account, clock: time_machine.Traveller
) -> None:
    plans.subscribe(account, small(), "year")
    assert account.subscription.period_end == datetime(2027, 1, 31, 9, tzinfo=UTC)
    for month in (FEBRUARY, MARCH):
        clock.move_to(month)
        assert plans.renew_due() == 1
        assert available(account) == 280
    own = Subscription.objects.get()
    assert (own.period_start, own.period_end.year) == (BEGUN, 2027)


def test_a_larger_plan_counts_at_once_and_brings_the_credits_of_the_days_left(
    account: Account, clock: time_machine.Traveller
) -> None:
    plans.subscribe(account, small())
    clock.move_to(BEGUN + timedelta(days=14))
    more = large()
    foreseen = plans.preview(account, more)
    assert (foreseen.at_once, foreseen.credits, foreseen.cents) == (True, 140 * CREDIT, 1000)
    assert "counts at once and brings 140 credits" in foreseen.words
    assert available(account) == 280, "looking changes nothing"
    assert plans.change(account, more) == foreseen
    assert available(account) == 420
    at = standing(account)
    assert (at.plan, at.start, at.end) == (more, BEGUN, FEBRUARY)
    clock.move_to(FEBRUARY)
    plans.renew_due()
    assert available(account) == 560


def test_a_smaller_plan_begins_when_the_period_ends(
    account: Account, clock: time_machine.Traveller
) -> None:
    more, less = large(), small()
    plans.subscribe(account, more)
    foreseen = plans.preview(account, less)
    assert (foreseen.at_once, foreseen.starts, foreseen.credits) == (False, FEBRUARY, 0)
    assert plans.change(account, less) == foreseen
    assert standing(account).plan == more
    clock.move_to(FEBRUARY)
    plans.renew_due()
    assert (standing(account).plan, available(account)) == (less, 280)
    assert Subscription.objects.get().next_plan is None


def test_choosing_the_plan_of_now_takes_a_smaller_one_back(account: Account) -> None:
    more = large()
    plans.subscribe(account, more)
    plans.change(account, small())
    plans.cancel(account)
    plans.change(account, more)
    own = Subscription.objects.get()
    assert (own.next_plan, own.renews) == (None, True)


def test_another_cycle_begins_with_the_next_period(
    account: Account, clock: time_machine.Traveller
) -> None:
    one = small()
    plans.subscribe(account, one)
    assert not plans.change(account, one, "year").at_once
    clock.move_to(FEBRUARY)
    plans.renew_due()
    own = Subscription.objects.get()
    assert (own.cycle, own.period_start) == ("year", FEBRUARY)
    assert own.period_end == datetime(2027, 2, 28, 9, tzinfo=UTC)


def test_an_upgrade_on_the_last_day_brings_a_day(
    account: Account, clock: time_machine.Traveller
) -> None:
    plans.subscribe(account, small())
    clock.move_to(FEBRUARY - timedelta(minutes=1))
    assert plans.change(account, large()).credits == 10 * CREDIT


def test_a_canceled_plan_ends_with_its_period(
    account: Account, clock: time_machine.Traveller
) -> None:
    plans.subscribe(account, small())
    plans.cancel(account)
    assert not standing(account).ended
    clock.move_to(FEBRUARY)
    assert standing(account).ended
    assert plans.renew_due() == 1
    assert Subscription.objects.get().status == "expired"
    with pytest.raises(plans.NoPlan, match="Choose one first"):
        plans.resume(account)
    assert plans.change(account, large()).at_once, "but a new one may be begun"
    assert available(account) == 560


def test_whose_plan_ends_goes_on_with_the_one_that_the_operator_chose(
    account: Account, clock: time_machine.Traveller
) -> None:
    rest = plan("rest", credits=10 * CREDIT, fallback=True)
    subscribed(account, key="dear", renews=False, credits=100 * CREDIT)
    clock.move_to(FEBRUARY)
    assert standing(account).plan == rest, "whether or not somebody swept"
    plans.renew_due()
    own = Subscription.objects.get()
    assert (own.plan, own.status, own.period_end, own.renews) == (rest, "active", MARCH, True)
    assert available(account) == 10


def test_there_is_one_plan_to_fall_to(db: None) -> None:
    plan("one", fallback=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        plan("two", fallback=True)


def test_what_is_at_a_payment_provider_waits_for_it(
    account: Account, clock: time_machine.Traveller
) -> None:
    own = plans.subscribe(account, small(), external="sub_1")
    clock.move_to(FEBRUARY)
    assert (plans.renew_due(), available(account)) == (0, 0)
    assert not standing(account).ended, "it may take a moment to say so"
    plans.advance(own)
    assert available(account) == 280
    clock.move_to(MARCH + GRACE)
    assert standing(account).ended
    assert plans.renew_due() == 1
    assert Subscription.objects.get().status == "expired"


def test_one_that_stumbles_keeps_nobody_else_waiting(
    account: Account,
    charlie: Any,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = small()
    for mine in (account, charlie.accounts.get()):
        plans.subscribe(mine, one)
    real = plans.advance

    def advance(own: Subscription, now: datetime | None = None) -> Subscription:
        if own.account_id == account.pk:
            raise RuntimeError("stumbles")
        return real(own, now)

    monkeypatch.setattr(plans, "advance", advance)
    clock.move_to(FEBRUARY)
    assert plans.renew_due() == 1
    assert Subscription.objects.get(account=account).period_end == FEBRUARY
