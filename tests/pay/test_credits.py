"""Buying credits: they come when Stripe says that they are paid, once, and not before."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import services as billing
from billing.models import (
    CREDIT,
    Account,
    AuditEvent,
    Lot,
    Membership,
    Pack,
    Payment,
    PaymentEvent,
    User,
)
from studio import pay
from studio.models import UserNotice
from studio.tasks import ask_payment, look_for_payments
from tests.fakes.stripe import FakeStripe
from tests.pay.conftest import OLD_SECRET, Choose, available, deliver, send


def state(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.state


def test_credits_come_when_they_are_paid_and_stay(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    payment = choose(pack=pack.pk)
    assert (available(account), state(payment)) == (0, "open")
    assert deliver(stripe, stripe.pay(stripe.last_session)) == [200]
    assert (available(account), state(payment)) == (1000, "paid")
    lot = Lot.objects.get()
    assert (lot.source, lot.expires) == ("bought", None)
    line = AuditEvent.objects.get(action="credits.bought")
    assert (line.account, line.actor, line.details["price"]) == (account, "Stripe", "$10.00")


def test_who_comes_back_without_paying_gets_nothing(
    stripe: FakeStripe, choose: Choose, owner: Client, account: Account, pack: Pack
) -> None:
    payment = choose(pack=pack.pk)
    page = owner.get(reverse("payment", args=[payment.pk]))
    assert "has not told yet" in page.content.decode()
    ask_payment(str(payment.pk))
    assert (available(account), state(payment)) == (0, "open")


def test_who_comes_back_before_the_news_does_not_wait_for_it(
    stripe: FakeStripe, choose: Choose, owner: Client, account: Account, pack: Pack
) -> None:
    payment = choose(pack=pack.pk)
    event = stripe.pay(stripe.last_session)
    owner.get(reverse("payment", args=[payment.pk]))
    ask_payment(str(payment.pk))
    assert (available(account), state(payment)) == (1000, "paid")
    deliver(stripe, event)
    assert available(account) == 1000, "the news came after that"
    assert (
        "1,000 credits were added"
        in owner.get(reverse("payment", args=[payment.pk])).content.decode()
    )


def test_news_that_come_twice_count_once(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    choose(pack=pack.pk)
    event = stripe.pay(stripe.last_session)
    assert deliver(stripe, event, event) == [200, 200]
    again = stripe.happened("checkout.session.completed", stripe.last_session)
    assert deliver(stripe, event, again) == [200, 200]
    assert available(account) == 1000
    assert AuditEvent.objects.filter(action="credits.bought").count() == 1


def test_two_clicks_are_one_payment_and_two_payments_are_two(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    first = choose(pack=pack.pk)
    assert choose(pack=pack.pk) == first
    deliver(stripe, stripe.pay(stripe.last_session))
    assert choose(pack=pack.pk) != first
    deliver(stripe, stripe.pay(stripe.last_session))
    assert available(account) == 2000


def test_news_that_were_lost_are_asked_for(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    payment = choose(pack=pack.pk)
    stripe.pay(stripe.last_session)
    stripe.happened("customer.created", stripe.of("cus")[0])
    look_for_payments()
    assert (available(account), state(payment)) == (1000, "paid")
    look_for_payments()
    assert available(account) == 1000


def test_a_long_list_of_what_was_missed_is_read_to_its_end(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    choose(pack=pack.pk)
    stripe.pay(stripe.last_session)
    for _ in range(250):
        stripe.happened("invoice.paid", {"id": "in_of_somebody_else"})
    assert pay.look() == 251
    assert PaymentEvent.objects.count() == 251


@pytest.mark.parametrize("status", [500, 429, 401])
def test_while_stripe_does_not_answer_it_is_asked_again(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack, status: int
) -> None:
    choose(pack=pack.pk)
    stripe.fails = [status]
    deliver(stripe, stripe.pay(stripe.last_session))
    event = PaymentEvent.objects.get(type="checkout.session.completed")
    assert event.done is None
    assert event.next_at
    assert available(account) == 0
    PaymentEvent.objects.update(next_at=timezone.now())
    pay.work_off()
    assert available(account) == 1000


def test_an_answer_that_was_lost_does_not_make_a_second_page(
    stripe: FakeStripe, choose: Choose, owner: Client, pack: Pack
) -> None:
    stripe.cut = 1
    page = owner.post(reverse("pay"), {"pack": pack.pk})
    assert page.status_code == 502
    assert "Nothing was paid" in page.content.decode()
    choose(pack=pack.pk)
    assert len(stripe.of("cs")) == 1


@pytest.mark.django_db(transaction=True)
def test_told_and_asked_for_at_the_same_moment_counts_once(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    """The news, the person who comes back and the sweeper, each in a process of its own."""
    payment = choose(pack=pack.pk)
    event = stripe.pay(stripe.last_session)
    pay.take(event)
    pay.take(stripe.happened("checkout.session.completed", stripe.last_session))
    start = threading.Barrier(4)

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        finally:
            connection.close()

    acts = (pay.work_off, pay.work_off, lambda: pay.ask(payment.pk), look_for_payments)
    all_of_them = [threading.Thread(target=run, args=[act]) for act in acts]
    for one in all_of_them:
        one.start()
    for one in all_of_them:
        one.join()
    assert (available(account), state(payment)) == (1000, "paid")
    assert AuditEvent.objects.filter(action="credits.bought").count() == 1


# --- who says it --------------------------------------------------------------------------------


def test_only_what_stripe_signed_lately_is_heard(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    choose(pack=pack.pk)
    event = stripe.pay(stripe.last_session)
    assert deliver(stripe, event, secret="whsec_wrong") == [400]
    assert deliver(stripe, event, at=stripe.now - 301) == [400]
    assert deliver(stripe, event, at=stripe.now + 400) == [400]
    body, header = stripe.signed(event)
    assert send(body + b" ", header) == 400
    for unreadable in ("", "t=1", "v1=00", "t=²,v1=00", "t=1,t=2,v1=00", "t=1,v1=é", "," * 5000):
        assert send(body, unreadable) == 400, unreadable
    assert not PaymentEvent.objects.exists()
    assert available(account) == 0


def test_while_a_secret_is_changed_both_are_good(stripe: FakeStripe, account: Account) -> None:
    event = stripe.happened("invoice.paid", {"id": "in_1"})
    assert deliver(stripe, event, secret=OLD_SECRET) == [200]
    assert PaymentEvent.objects.get().about == "in_1"


@pytest.mark.parametrize(
    "event",
    [{}, [], {"id": "evt_1", "type": "invoice.paid"}, {"id": 1, "data": {"object": 3}}, "x", None],
    ids=["empty", "list", "no data", "no thing", "text", "null"],
)
def test_what_is_no_event_is_passed_over(stripe: FakeStripe, event: object) -> None:
    assert deliver(stripe, event) == [200]  # type: ignore[arg-type]
    assert not PaymentEvent.objects.exists()


def test_without_a_key_nothing_is_there(owner: Client, account: Account, pack: Pack) -> None:
    assert owner.get(reverse("pay")).status_code == 404
    assert owner.post(reverse("pay"), {"pack": pack.pk}).status_code == 404
    assert send(b"{}", "t=1,v1=00") == 404
    assert reverse("pay") not in owner.get(reverse("account")).content.decode()


def test_only_who_manages_the_account_pays_for_it(
    stripe: FakeStripe, bob: User, sign_in: Callable[[User], Client], pack: Pack
) -> None:
    client = sign_in(bob)
    assert client.get(reverse("pay")).status_code == 403
    assert client.post(reverse("pay"), {"pack": pack.pk}).status_code == 403
    assert not Payment.objects.exists()


# --- something else than was asked ----------------------------------------------------------------


@pytest.mark.parametrize(
    "other", [{"amount_total": 100}, {"currency": "jpy"}, {"amount_total": 100_000}], ids=str
)
def test_another_amount_or_currency_grants_nothing_and_is_told(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack, other: dict[str, object]
) -> None:
    root = User.objects.create_superuser("root", "root@example.com")
    payment = choose(pack=pack.pk)
    event = stripe.pay(stripe.last_session, **other)
    deliver(stripe, event, event)
    assert (available(account), state(payment), payment.attention) == (0, "refused", True)
    assert "Asked were 10.00 USD" in payment.words
    notice = UserNotice.objects.get(kind="payment.attention")
    assert (notice.user, notice.mail_at is not None) == (root, True)
    assert AuditEvent.objects.filter(action="plan.refused", account=account).count() == 1


def test_a_page_that_names_somebody_elses_payment_pays_nothing(
    stripe: FakeStripe, choose: Choose, account: Account, charlie: User, pack: Pack
) -> None:
    """A page of another price with the mark of this payment in it."""
    payment = choose(pack=pack.pk)
    form = stripe.last_session["asked"]
    other = stripe.create_session(form | {"client_reference_id": str(payment.pk)})
    deliver(stripe, stripe.pay(other))
    assert (available(account), state(payment)) == (0, "open")
    unknown = stripe.create_session(form | {"client_reference_id": "of another program"})
    deliver(stripe, stripe.pay(unknown))
    assert available(account) == 0


def test_the_price_that_was_shown_counts(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    choose(pack=pack.pk)
    Pack.objects.update(cents=5000, credits=CREDIT, active=False)
    deliver(stripe, stripe.pay(stripe.last_session))
    assert available(account) == 1000


def test_an_account_whose_people_have_gone_gets_what_was_paid(
    stripe: FakeStripe, choose: Choose, account: Account, alice: User, pack: Pack
) -> None:
    payment = choose(pack=pack.pk)
    event = stripe.pay(stripe.last_session)
    Membership.objects.all().delete()
    alice.delete()
    deliver(stripe, event)
    assert (available(account), state(payment), payment.user) == (1000, "paid", None)
    with pytest.raises(ProtectedError):
        account.delete()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"pack": "99999"}, "This pack is not sold"),
        ({"pack": "²"}, "This pack is not sold"),
        ({"plan": "nothing"}, "Choose a pack of credits or a plan"),
        ({}, "Choose a pack of credits or a plan"),
    ],
    ids=str,
)
def test_what_is_not_sold_is_refused_in_words(
    stripe: FakeStripe, owner: Client, said: dict[str, str], words: str
) -> None:
    page = owner.post(reverse("pay"), said)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not stripe.calls


def test_a_page_that_was_not_used_is_closed(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    payment = choose(pack=pack.pk)
    session = stripe.last_session | {"status": "expired"}
    stripe.objects[session["id"]] = session
    deliver(stripe, stripe.happened("checkout.session.expired", session))
    assert state(payment) == "canceled"


# --- what goes back -------------------------------------------------------------------------------


@pytest.fixture
def bought(stripe: FakeStripe, choose: Choose, account: Account, pack: Pack) -> Payment:
    payment = choose(pack=pack.pk)
    deliver(stripe, stripe.pay(stripe.last_session))
    payment.refresh_from_db()
    return payment


def test_a_refund_takes_its_credits(stripe: FakeStripe, bought: Payment, account: Account) -> None:
    first = stripe.refund(bought.intent, 250)
    deliver(stripe, first, first)
    assert available(account) == 750
    last = stripe.refund(bought.intent, 750)
    deliver(stripe, last, first)
    assert available(account) == 0
    bought.refresh_from_db()
    assert (bought.refunded, bought.taken_back, bought.attention) == (1000, 1000 * CREDIT, True)
    lines = AuditEvent.objects.filter(action="credits.taken_back")
    assert [line.of for line in lines.order_by("id")] == ["250 credits", "750 credits"]


def test_a_refund_of_what_is_spent_takes_what_is_left(
    stripe: FakeStripe, bought: Payment, account: Account
) -> None:
    """What is promised to work under way stays as well, and other grants are not touched."""
    User.objects.create_superuser("root", "root@example.com")
    billing.hold(account, 700 * CREDIT, "job:1")
    billing.charge(account, 700 * CREDIT, "job:1")
    billing.hold(account, 200 * CREDIT, "job:2")
    billing.grant(account, 50 * CREDIT, "gift")
    deliver(stripe, stripe.refund(bought.intent, 1000))
    assert billing.usage(account)["balance"] == 250 * CREDIT
    bought.refresh_from_db()
    assert "900 credits of it were spent already" in bought.words
    assert UserNotice.objects.filter(kind="payment.attention").count() == 1


def test_a_dispute_takes_credits_and_its_end_brings_them_again(
    stripe: FakeStripe, bought: Payment, account: Account
) -> None:
    begun = stripe.dispute(bought.intent)
    deliver(stripe, begun)
    assert available(account) == 0
    won = stripe.dispute(bought.intent, "won")
    deliver(stripe, won, begun)
    assert available(account) == 1000
    deliver(stripe, stripe.dispute(bought.intent))
    assert available(account) == 0
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert {"plan.disputed", "credits.taken_back", "credits.given_back"} <= set(actions)


def test_a_warning_of_a_dispute_takes_nothing(
    stripe: FakeStripe, bought: Payment, account: Account
) -> None:
    deliver(stripe, stripe.dispute(bought.intent, "warning_needs_response"))
    assert available(account) == 1000


def test_a_refund_that_is_told_before_the_payment_waits_for_it(
    stripe: FakeStripe, choose: Choose, account: Account, pack: Pack
) -> None:
    choose(pack=pack.pk)
    paid = stripe.pay(stripe.last_session)
    back = stripe.refund(stripe.last_session["payment_intent"], 1000)
    deliver(stripe, back)
    assert PaymentEvent.objects.get(type="charge.refunded").done is None
    deliver(stripe, paid)
    assert available(account) == 1000
    PaymentEvent.objects.filter(done=None).update(next_at=timezone.now() - timedelta(seconds=1))
    pay.work_off()
    assert available(account) == 0


def test_cards_and_invoices_are_at_stripe(
    stripe: FakeStripe, owner: Client, bought: Payment, account: Account
) -> None:
    assert "Cards and invoices" in owner.get(reverse("pay")).content.decode()
    answer = owner.post(reverse("pay-portal"))
    assert re.search(rf"/portal/{bought.customer}$", answer.url)  # type: ignore[attr-defined]
