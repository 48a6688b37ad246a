"""Plans that are paid by card: begun, renewed, enlarged and ended by what Stripe says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from billing import payments, plans
from billing.models import (
    Account,
    AuditEvent,
    Lot,
    Payment,
    PaymentEvent,
    Plan,
    Subscription,
    User,
)
from billing.plans import PaidElsewhere
from billing.standing import GRACE, standing
from studio import pay
from studio.models import UserNotice
from studio.tasks import look_for_payments
from tests.fakes.stripe import FakeStripe
from tests.pay.conftest import Choose, available, deliver

BEGUN = datetime(2026, 1, 31, 9, tzinfo=UTC)
Move = Callable[[datetime], None]


@pytest.fixture
def move(stripe: FakeStripe) -> Iterator[Move]:
    """The clock goes on, here and there: move(to)."""
    with time_machine.travel(BEGUN, tick=True) as clock:

        def to(moment: datetime) -> None:
            clock.move_to(moment)
            stripe.now = int(moment.timestamp())

        to(BEGUN)
        yield to


@pytest.fixture
def paid(move: Move, stripe: FakeStripe, choose: Choose, basic: Plan) -> Subscription:
    """The account has the plan by the month, paid by card."""
    choose(plan=basic.key, cycle="month")
    deliver(stripe, stripe.pay(stripe.last_session))
    return Subscription.objects.get()


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_a_plan_begins_when_it_is_paid(
    stripe: FakeStripe, choose: Choose, account: Account, basic: Plan
) -> None:
    choose(plan=basic.key, cycle="month")
    assert not Subscription.objects.exists()
    event = stripe.pay(stripe.last_session)
    deliver(stripe, *stripe.events, event)
    own = Subscription.objects.get()
    assert (own.plan, own.cycle, own.external) == (basic, "month", stripe.of("sub")[0]["id"])
    assert available(account) == 300
    assert [a for a in actions() if a.startswith("plan.")] == ["plan.paid", "plan.began"]
    assert Payment.objects.count() == 1, "its first invoice is not a second payment"


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]], ids=str)
def test_in_whatever_order_the_news_come_it_becomes_the_same(
    move: Move, stripe: FakeStripe, choose: Choose, account: Account, basic: Plan, order: list[int]
) -> None:
    """The first invoice, its page, and the invoice of the second month."""
    choose(plan=basic.key, cycle="month")
    stripe.pay(stripe.last_session)
    stripe.renew(stripe.last_session["subscription"])
    for at in order:
        deliver(stripe, stripe.events[at])
    deliver(stripe, *stripe.events)
    own = Subscription.objects.get()
    assert (own.period_end.month, own.period_end.day) == (3, 31)
    assert sorted(Payment.objects.values_list("of", "state")) == [
        ("plan", "paid"), ("renewal", "paid"),
    ]  # fmt: skip
    assert available(account) == 300


def test_each_paid_invoice_is_one_period_more(
    move: Move, stripe: FakeStripe, paid: Subscription, account: Account
) -> None:
    move(datetime(2026, 2, 28, 10, tzinfo=UTC))
    plans.renew_due()
    paid.refresh_from_db()
    assert paid.period_end.month == 2, "it waits for the money"
    event = stripe.renew(paid.external)
    deliver(stripe, event, event)
    deliver(stripe, stripe.happened("invoice.paid", stripe.of("in")[-1]))
    paid.refresh_from_db()
    assert (paid.period_end.month, paid.period_end.day) == (3, 31)
    assert available(account) == 300
    assert actions().count("plan.renewed") == 1


def test_an_invoice_of_which_nobody_told_is_found(
    move: Move, stripe: FakeStripe, paid: Subscription
) -> None:
    move(datetime(2026, 2, 28, 10, tzinfo=UTC))
    stripe.renew(paid.external)
    look_for_payments()
    paid.refresh_from_db()
    assert paid.period_end.month == 3


def test_another_amount_renews_nothing_and_is_told(
    move: Move, stripe: FakeStripe, paid: Subscription
) -> None:
    User.objects.create_superuser("root", "root@example.com")
    move(datetime(2026, 2, 28, 10, tzinfo=UTC))
    event = stripe.renew(paid.external, 1)
    deliver(stripe, event, event)
    paid.refresh_from_db()
    assert paid.period_end.month == 2
    refused = Payment.objects.get(state="refused")
    assert "paid 0.01 USD" in refused.words
    assert UserNotice.objects.filter(kind="payment.attention").count() == 1


def test_another_price_of_the_plan_does_not_change_what_was_agreed(
    move: Move, stripe: FakeStripe, paid: Subscription, basic: Plan
) -> None:
    Plan.objects.filter(pk=basic.pk).update(price_month=99_900)
    move(datetime(2026, 2, 28, 10, tzinfo=UTC))
    deliver(stripe, stripe.renew(paid.external))
    paid.refresh_from_db()
    assert paid.period_end.month == 3


def test_a_failed_payment_is_told_and_the_plan_ends_after_its_grace(
    move: Move, stripe: FakeStripe, paid: Subscription, account: Account, alice: User
) -> None:
    move(paid.period_end)
    event = stripe.renew(paid.external, paid=False)
    deliver(stripe, event)
    notice = UserNotice.objects.get(kind="payment.failed")
    assert (notice.user, notice.account) == (alice, account)
    assert "plan.unpaid" in actions()
    assert standing(account).ended is False
    move(paid.period_end + GRACE + timedelta(minutes=1))
    plans.renew_due()
    assert standing(account).ended is True
    assert "plan.ended" in actions()


def test_money_that_comes_after_the_end_begins_the_plan_anew(
    move: Move, stripe: FakeStripe, paid: Subscription, account: Account
) -> None:
    move(paid.period_end + GRACE + timedelta(days=1))
    plans.renew_due()
    assert standing(account).ended is True
    deliver(stripe, stripe.renew(paid.external))
    assert standing(account).ended is False
    own = Subscription.objects.get()
    assert (own.external, available(account)) == (paid.external, 300)


def test_who_lets_it_end_pays_no_more_and_keeps_it_until_then(
    move: Move, stripe: FakeStripe, paid: Subscription, owner: Client, account: Account
) -> None:
    owner.post(reverse("pay-ending"), {"action": "cancel"})
    there = stripe.objects[paid.external]
    assert there["cancel_at_period_end"] is True
    paid.refresh_from_db()
    assert (paid.renews, standing(account).ended) == (False, False)
    owner.post(reverse("pay-ending"), {"action": "resume"})
    paid.refresh_from_db()
    assert (paid.renews, there["cancel_at_period_end"]) == (True, False)
    deliver(stripe, *stripe.events)
    paid.refresh_from_db()
    assert paid.renews, "older news do not turn it back"


def test_what_stripe_does_not_do_is_not_done_here(
    move: Move, stripe: FakeStripe, paid: Subscription, owner: Client
) -> None:
    stripe.fails = [500]
    page = owner.post(reverse("pay-ending"), {"action": "cancel"})
    assert page.status_code == 422
    assert "Nothing was changed" in page.content.decode()
    paid.refresh_from_db()
    assert paid.renews


def test_a_plan_that_is_ended_at_stripe_stays_until_its_paid_end(
    move: Move, stripe: FakeStripe, paid: Subscription, account: Account
) -> None:
    deliver(stripe, stripe.end(paid.external))
    assert (standing(account).ended, available(account)) == (False, 300)
    move(paid.period_end + timedelta(seconds=2))
    plans.renew_due()
    assert standing(account).ended is True
    assert "plan.canceled" in actions()


def test_a_plan_that_is_paid_by_card_is_changed_where_it_is_paid(
    move: Move, paid: Subscription, account: Account, large: Plan
) -> None:
    """Or the card would go on being charged for what nobody has."""
    for change in (
        lambda: plans.cancel(account),
        lambda: plans.resume(account),
        lambda: plans.change(account, large),
    ):
        with pytest.raises(PaidElsewhere, match="paid by card"):
            change()


def test_a_larger_plan_costs_the_difference_now_and_its_price_from_then_on(
    move: Move, stripe: FakeStripe, choose: Choose, paid: Subscription, account: Account,
    large: Plan,
) -> None:  # fmt: skip
    move(datetime(2026, 2, 14, 10, tzinfo=UTC))  # 14 days are left, the begun one counting
    payment = choose(plan=large.key, cycle="month")
    assert payment.of == "upgrade"
    assert payment.cents == 2000 * 14 // 28
    assert standing(account).plan != large
    deliver(stripe, stripe.pay(stripe.last_session))
    assert standing(account).plan == large
    assert available(account) == 300 + 600 * 14 // 28
    (item,) = stripe.objects[paid.external]["items"]["data"]
    assert item["price"]["unit_amount"] == 2900
    move(datetime(2026, 2, 28, 10, tzinfo=UTC))
    deliver(stripe, stripe.renew(paid.external))
    own = Subscription.objects.get()
    assert (own.plan, own.period_end.month, available(account)) == (large, 3, 900)


def test_a_price_that_could_not_be_set_is_set_later(
    move: Move, stripe: FakeStripe, choose: Choose, paid: Subscription, large: Plan
) -> None:
    choose(plan=large.key, cycle="month")
    stripe.fails = [0, 500]
    deliver(stripe, stripe.pay(stripe.last_session))
    (item,) = stripe.objects[paid.external]["items"]["data"]
    assert (Payment.objects.get(of="upgrade").state, item["price"]["unit_amount"]) == ("paid", 900)
    PaymentEvent.objects.filter(done=None).update(next_at=BEGUN)
    pay.work_off()
    assert item["price"]["unit_amount"] == 2900


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"plan": "small", "cycle": "month"}, "only a larger plan"),
        ({"plan": "large", "cycle": "year"}, "only a larger plan"),
        ({"plan": "large", "cycle": "week"}, "is no cycle"),
        ({"plan": "free", "cycle": "month"}, "is not sold monthly"),
    ],
    ids=["the same", "another cycle", "no cycle", "free"],
)
def test_what_cannot_be_bought_now_is_refused_in_words(
    move: Move, stripe: FakeStripe, paid: Subscription, owner: Client, large: Plan,
    said: dict[str, str], words: str,
) -> None:  # fmt: skip
    page = owner.post(reverse("pay"), said)
    assert page.status_code == 422
    assert words in page.content.decode()


def test_only_what_can_be_bought_now_has_a_button(
    move: Move, stripe: FakeStripe, paid: Subscription, owner: Client, large: Plan
) -> None:
    def offered() -> dict[str, list[str]]:
        found = owner.get(reverse("pay")).context["plans"]
        return {plan.key: [c for c, _ in may] for plan, may in found if plan in (paid.plan, large)}

    assert offered() == {"small": [], "large": ["month"]}
    owner.post(reverse("pay-ending"), {"action": "cancel"})
    assert offered() == {"small": [], "large": []}
    move(paid.period_end + timedelta(minutes=1))
    assert offered() == {"small": ["month", "year"], "large": ["month", "year"]}


def test_a_plan_that_is_paid_twice_counts_once_and_the_second_stops(
    move: Move, stripe: FakeStripe, choose: Choose, account: Account, basic: Plan, large: Plan
) -> None:
    """Two pages were open, and both were paid."""
    choose(plan=basic.key, cycle="month")
    one = stripe.last_session
    choose(plan=large.key, cycle="month")
    other = stripe.last_session
    deliver(stripe, stripe.pay(one))
    deliver(stripe, stripe.pay(other))
    own = Subscription.objects.get()
    assert (own.plan, own.external, available(account)) == (basic, one["subscription"], 300)
    assert Payment.objects.get(state="refused").attention
    assert stripe.objects[other["subscription"]]["status"] == "canceled"
    assert stripe.objects[one["subscription"]]["status"] == "active"


def test_a_refund_of_a_plan_takes_its_credits_and_says_that_it_goes_on(
    move: Move, stripe: FakeStripe, paid: Subscription, account: Account
) -> None:
    payment = Payment.objects.get()
    assert payment.intent, "it was paid by an invoice"
    deliver(stripe, stripe.refund(payment.intent, 450))
    assert available(account) == 150
    payment.refresh_from_db()
    assert "The plan goes on" in payment.words
    assert payments.running(account)


def test_a_dispute_of_a_plan_that_was_won_brings_credits_that_end_as_those_of_a_plan(
    move: Move, stripe: FakeStripe, paid: Subscription, account: Account
) -> None:
    intent, before = Payment.objects.get().intent, available(account)
    deliver(stripe, stripe.dispute(intent))
    assert available(account) == 0
    deliver(stripe, stripe.dispute(intent, "won"))
    assert available(account) == before
    (back,) = Lot.objects.filter(account=account, left__gt=0)
    assert (back.source, back.expires is None) == ("plan", False)


def test_a_year_is_paid_at_once_and_its_credits_come_by_the_month(
    move: Move, stripe: FakeStripe, choose: Choose, account: Account, basic: Plan
) -> None:
    payment = choose(plan=basic.key, cycle="year")
    assert payment.cents == 9000
    deliver(stripe, stripe.pay(stripe.last_session))
    own = Subscription.objects.get()
    assert (own.period_end.year, available(account)) == (2027, 300)
    assert stripe.last_session["asked"]["line_items"]["0"]["price_data"]["recurring"] == {
        "interval": "year"
    }
