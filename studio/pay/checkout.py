"""What people do: go to Stripe's pages to pay, and let a plan end or go on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from billing import payments, plans
from billing.models import Account, Cycle, Pack, Payment, PaymentFor, PaymentState, Plan
from billing.models import Subscription as Own
from studio.pay import stripe


class NotNow(Exception):
    """It could not be done; the message says so to a person."""


def is_on() -> bool:
    return bool(settings.STRIPE_KEY)


def packs() -> QuerySet[Pack]:
    return Pack.objects.filter(active=True)


def plans_for_sale(account: Account) -> list[tuple[Plan, list[tuple[str, int]]]]:
    """Each with what may be chosen now: cycles and their prices in cents."""
    own, found = payments.running(account), []
    for plan in Plan.objects.filter(hidden=False):
        prices = [(cycle.value, plan.price(cycle)) for cycle in Cycle if plan.price(cycle)]
        if prices:
            may = [(c, cents) for c, cents in prices if payments.may_buy(own, plan, c)]
            found.append((plan, may))
    return found


# --- to pay ---------------------------------------------------------------------------------------


def start(payment: Payment, back: str) -> str:
    """The address of Stripe's page on which it is paid. It leads back to `back` afterwards, which
    proves nothing. Raises NotNow."""
    if payment.state != PaymentState.OPEN:
        raise NotNow("This was paid, or given up. Begin anew.")
    if payment.url:
        return payment.url
    try:
        made = stripe.post("checkout/sessions", form=_session(payment, back), once=str(payment.pk))
        session, url = str(made["id"]), str(made["url"])
    except stripe.Refused as error:
        payments.give_up(payment, str(error))
        raise NotNow(f"{error} Nothing was paid. Tell the operator of this studio.") from error
    except (stripe.Unreachable, KeyError) as error:
        raise NotNow(f"{error} Nothing was paid. Try again in a minute.") from error
    Payment.objects.filter(pk=payment.pk).update(session=session[:255], url=url)
    return url


def _session(payment: Payment, back: str) -> dict[str, Any]:
    mark = {"payment": str(payment.pk)}
    price: dict[str, Any] = {
        "currency": payment.currency,
        "unit_amount": payment.cents,
        "product_data": {"name": payment.name},
    }
    form: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": payment.pk,
        "metadata": mark,
        "success_url": back,
        "cancel_url": back,
        "line_items": [{"quantity": 1, "price_data": price}],
    }
    if payment.of == PaymentFor.PLAN:
        price["recurring"] = {"interval": Cycle(payment.cycle).value}
        form |= {"mode": "subscription", "subscription_data": {"metadata": mark}}
    else:
        form["payment_intent_data"] = {"metadata": mark}
    if customer := customer_of(payment.account):
        return form | {"customer": customer}
    if payment.of != PaymentFor.PLAN:
        form["customer_creation"] = "always"
    if payment.user and payment.user.email:
        form["customer_email"] = payment.user.email
    return form


def customer_of(account: Account) -> str:
    """What Stripe calls it; nothing before it paid for the first time."""
    paid = Payment.objects.filter(account=account, state=PaymentState.PAID).exclude(customer="")
    return paid.order_by("-paid").values_list("customer", flat=True).first() or ""


def portal(account: Account, back: str) -> str:
    """The address of Stripe's page with cards and invoices. Raises NotNow."""
    customer = customer_of(account)
    if not customer:
        raise NotNow("Nothing has been paid by card yet, so there are no invoices.")
    form = {"customer": customer, "return_url": back}
    try:
        return str(stripe.post("billing_portal/sessions", form=form)["url"])
    except (stripe.Refused, stripe.Unreachable, KeyError) as error:
        raise NotNow(f"{error} Try again later, or ask the operator of this studio.") from error


# --- to end, and to go on -------------------------------------------------------------------------


def cancel(account: Account) -> Own:
    """Nothing more is taken after this period. Raises NotNow."""
    return _set_ending(account, True)


def resume(account: Account) -> Own:
    """It goes on after all. Raises NotNow."""
    return _set_ending(account, False)


def _set_ending(account: Account, ends: bool) -> Own:
    own = payments.running(account)
    if own is None:
        raise NotNow("No plan is paid by card here that could end or go on.")
    try:
        stripe.post("subscriptions", own.external, form={"cancel_at_period_end": ends})
    except (stripe.Refused, stripe.Unreachable) as error:
        raise NotNow(f"{error} Nothing was changed. Try again later.") from error
    return (plans.cancel if ends else plans.resume)(account, provider_knows=True)


def set_price(payment: Payment) -> None:
    """What a larger plan costs from the next period on; the rest of this one is paid apart."""
    found = stripe.get("subscriptions", payment.subscription)
    (item, *_) = found["items"]["data"]
    product = item["price"]["product"]
    price = {
        "currency": payment.currency,
        "unit_amount": payment.period_cents,
        "product": product,
        "recurring": {"interval": Cycle(payment.cycle).value},
    }
    form = {
        "items": [{"id": item["id"], "price_data": price}],
        "proration_behavior": "none",
        "metadata": {"payment": str(payment.pk)},
    }
    stripe.post("subscriptions", payment.subscription, form=form)
