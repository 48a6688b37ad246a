"""What Stripe tells. An event is stored under its id and worked off afterwards by asking Stripe
how the thing that it is about stands now: so it does not matter in which order events come, or how
often. What was never delivered is in its list of events, which is looked at from time to time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from billing import audit_log, payments
from billing.models import Payment, PaymentEvent, PaymentFor, PaymentState
from billing.models.team import By
from studio.pay import stripe, telling
from studio.pay.checkout import set_price

log = logging.getLogger("zoetrope.pay")

LEASE = timedelta(minutes=2)
AT_ONCE, MOST_TRIES = 50, 15
LONGEST_WAIT = timedelta(hours=6)
# How far back Stripe is asked for what was missed, and by how much two looks overlap.
FIRST_LOOK, OVERLAP = timedelta(days=3), timedelta(hours=1)
PAGE, MOST_PAGES = 100, 20
ASK_EVERY = timedelta(seconds=4)
KEPT = timedelta(days=90)


class NotYet(Exception):
    """It will be clear later."""


# --- coming in ------------------------------------------------------------------------------------


def take(event: Any) -> bool:
    """Store an event as Stripe writes it: whether it is new. What is of no interest, or no event,
    is passed over."""
    try:
        about, type = event["data"]["object"], str(event["type"])
        values = {
            "type": type[:100],
            "about": str(about["id"])[:255],
            "at": datetime.fromtimestamp(int(event["created"]), UTC),
        }
        pk = str(event["id"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
    if type not in HANDLERS or not 0 < len(pk) <= 255:
        return False
    return PaymentEvent.objects.get_or_create(pk=pk, defaults=values)[1]


def look() -> int:
    """Ask Stripe for what it told lately, whether or not it came: how many events were new."""
    newest = PaymentEvent.objects.aggregate(at=Max("at"))["at"]
    since = newest - OVERLAP if newest else timezone.now() - FIRST_LOOK
    params: dict[str, Any] = {
        "limit": PAGE,
        "types": list(HANDLERS),
        "created": {"gte": int(since.timestamp())},
    }
    new = 0
    for _ in range(MOST_PAGES):
        page = stripe.get("events", **params)
        found = page["data"]
        new += sum(take(event) for event in found)
        if not page.get("has_more") or not found:
            break
        params["starting_after"] = found[-1]["id"]
    return new


def are_waiting() -> bool:
    return _due().exists()


def _due() -> QuerySet[PaymentEvent]:
    return PaymentEvent.objects.filter(next_at__lte=timezone.now())


def forget_old() -> None:
    PaymentEvent.objects.filter(received__lt=timezone.now() - KEPT, next_at=None).delete()


# --- working off ----------------------------------------------------------------------------------


def work_off() -> int:
    """All that is due, the oldest first: how much is done. Who claims one works it off."""
    done = 0
    for event in _due().order_by("at", "pk")[:AT_ONCE]:
        mine = PaymentEvent.objects.filter(pk=event.pk, tries=event.tries, next_at=event.next_at)
        if mine.update(tries=F("tries") + 1, next_at=timezone.now() + LEASE):
            event.tries += 1
            done += _work_off(event)
    return done


def _work_off(event: PaymentEvent) -> bool:
    mine, now = PaymentEvent.objects.filter(pk=event.pk), timezone.now()
    try:
        with audit_log.acting(By.SYSTEM, "Stripe"):
            words = HANDLERS[event.type](event.about)
    except stripe.Refused as error:
        words = str(error)  # such a thing is not there
    except Exception as error:
        if not isinstance(error, stripe.Unreachable | NotYet):
            log.exception("event %s of Stripe", event.pk)
        wait = min(LONGEST_WAIT, timedelta(minutes=2.0 ** min(event.tries, 9) / 2))
        over = event.tries >= MOST_TRIES
        mine.update(next_at=None if over else now + wait, words=str(error)[:300])
        return False
    mine.update(next_at=None, done=now, words=words[:300])
    return True


def ask(pk: UUID | str) -> None:
    """How a payment stands, for somebody who waits for it; not more often than is polite."""
    fresh = Q(asked=None) | Q(asked__lt=timezone.now() - ASK_EVERY)
    waits = Payment.objects.filter(fresh, pk=pk, state=PaymentState.OPEN).exclude(session="")
    if waits.update(asked=timezone.now()):
        with audit_log.acting(By.SYSTEM, "Stripe"):
            _session(Payment.objects.get(pk=pk).session)


# --- what each is about ---------------------------------------------------------------------------


def _session(name: str) -> str:
    """A page on which something was to be paid."""
    said = stripe.get("checkout/sessions", name)
    payment = _named(said.get("client_reference_id"))
    if payment is None:
        return "Not one of ours."
    if payment.session and payment.session != name:
        return "Another page than the one that was made for it."
    if said.get("payment_status") != "paid":
        if said.get("status") == "expired":
            payments.give_up(payment, "It was not paid in time.")
        return "Not paid (yet)."
    invoice = _invoice(str(said["invoice"])) if said.get("invoice") else {}
    paid = payments.Paid(
        int(said["amount_total"]),
        str(said["currency"]),
        str(said.get("customer") or ""),
        str(said.get("subscription") or ""),
        str(said.get("invoice") or ""),
        str(said.get("payment_intent") or _intent(invoice)),
    )
    return _settled(payment, paid)


def _settled(payment: Payment, paid: payments.Paid) -> str:
    was = payment.state
    own = payments.fulfill(payment, paid)
    if own.state == PaymentState.REFUSED and was != own.state:
        telling.operators(own)
        if own.of == PaymentFor.PLAN and own.subscription:
            stripe.delete("subscriptions", own.subscription)  # or it is taken each month
    if own.state == PaymentState.PAID and own.of == PaymentFor.UPGRADE:
        set_price(own)
    return own.get_state_display()


def _paid_invoice(name: str) -> str:
    said = _invoice(name)
    if said.get("status") != "paid":
        return "Not paid (yet)."
    subscription, mark = _subscription_of(said)
    if not subscription:
        return "Not for a plan."
    if payments.last_of(subscription) is None:
        # Told before the first page was: that says what was bought.
        first = _named(mark.get("payment"))
        if first is None:
            return "Not one of ours."
        if not first.session:
            raise NotYet("Its page is not known yet.")
        _session(first.session)
    if said.get("billing_reason") == "subscription_create":
        return "The first one, which came with its page."
    if said.get("billing_reason") != "subscription_cycle":
        return "Not for a further period."
    paid = payments.Paid(
        int(said["amount_paid"]),
        str(said["currency"]),
        str(said.get("customer") or ""),
        subscription,
        name,
        _intent(said),
    )
    known = Payment.objects.filter(invoice=name).exists()
    own = payments.renew(subscription, paid)
    if own and own.attention and not known:
        telling.operators(own)
    return own.get_state_display() if own else "Not one of ours."


def _failed_invoice(name: str) -> str:
    said = _invoice(name)
    payment = payments.last_of(_subscription_of(said)[0])
    if payment is None or said.get("status") == "paid":
        return "Not ours, or paid meanwhile."
    audit_log.write(payment.account, "plan.unpaid", payment.name, once=f"unpaid:{name}")
    telling.payment_failed(payment)
    return "Its people were told."


def _subscription(name: str) -> str:
    try:
        said = stripe.get("subscriptions", name)
    except stripe.Refused:
        said = {"status": "canceled"}
    if said.get("status") == "incomplete":
        return "Not begun."
    over = said.get("status") in ("canceled", "unpaid", "incomplete_expired")
    ends = over or bool(said.get("cancel_at_period_end")) or bool(said.get("cancel_at"))
    own = payments.follow(name, not ends)
    return "Not one of ours." if own is None else "It ends." if ends else "It goes on."


def _refund(name: str) -> str:
    said = stripe.get("charges", name)
    payment = payments.find(str(said.get("payment_intent") or ""))
    if payment is None:
        return _unknown(said)
    before = payment.refunded
    own = payments.went_back(payment, refunded=int(said.get("amount_refunded") or 0))
    if own.refunded != before:
        telling.operators(own)
    return own.words


def _dispute(name: str) -> str:
    said = stripe.get("disputes", name)
    payment = payments.find(str(said.get("payment_intent") or ""))
    if payment is None:
        return _unknown(said)
    before = payment.disputed
    # Only a warning takes no money yet.
    gone = said.get("status") not in ("won", "prevented") and not str(
        said.get("status", "")
    ).startswith("warning_")
    own = payments.went_back(payment, disputed=int(said["amount"]) if gone else 0)
    if own.disputed != before:
        telling.operators(own)
    return own.words


def _unknown(said: Mapping[str, Any]) -> str:
    """Money went back for something of which we may hear only later."""
    metadata = said.get("metadata")
    payment = _named(metadata.get("payment")) if isinstance(metadata, dict) else None
    if payment and payment.state == PaymentState.OPEN:
        raise NotYet("It is not known yet that it was paid.")
    return "Not one of ours."


def _named(mark: Any) -> Payment | None:
    try:
        pk = UUID(str(mark))
    except ValueError:
        return None
    return Payment.objects.select_related("account", "plan", "user").filter(pk=pk).first()


def _invoice(name: str) -> stripe.Data:
    return stripe.get("invoices", name, expand=["payments"])


def _subscription_of(invoice: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    parent = invoice.get("parent") or {}
    details = parent.get("subscription_details") or {}
    return str(details.get("subscription") or ""), details.get("metadata") or {}


def _intent(invoice: Mapping[str, Any]) -> str:
    """What it was paid with, which is what charges name."""
    for one in (invoice.get("payments") or {}).get("data") or ():
        if intent := (one.get("payment") or {}).get("payment_intent"):
            return str(intent)
    return ""


HANDLERS: dict[str, Callable[[str], str]] = {
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _session,
    "checkout.session.expired": _session,
    "invoice.paid": _paid_invoice,
    "invoice.payment_failed": _failed_invoice,
    "customer.subscription.updated": _subscription,
    "customer.subscription.deleted": _subscription,
    "charge.refunded": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.closed": _dispute,
}
