"""Who is told of a payment, beside what the account shows."""

from __future__ import annotations

from django.urls import reverse

from billing.models import Payment, PaymentState, User
from studio import notices

WAY_OUT = {PaymentState.REFUSED: "Refund it at Stripe, or grant what is due."}


def operators(payment: Payment) -> None:
    """By e-mail: something that only they can look into. The overview shows it, too."""
    who = User.objects.filter(is_superuser=True, is_active=True)
    notices.tell(
        payment.account,
        who,
        kind="payment.attention",
        title=f"A payment of {payment.account} wants a look: {payment}",
        text=f"{payment.words} {WAY_OUT.get(PaymentState(payment.state), '')}".strip(),
        link=reverse("admin:billing_payment_change", args=[payment.pk]),
        about=f"payment:{payment.pk}",
        mail=True,
    )


def payment_failed(payment: Payment) -> None:
    notices.tell(
        payment.account,
        notices.managers(payment.account),
        kind="payment.failed",
        title=f"The plan {payment.plan} could not be paid",
        text="Your bank refused the payment of the next period. It is tried again by itself; see "
        "to your card before, or the plan ends three days after its period.",
        link=reverse("pay"),
        about=f"payment:{payment.pk}",
        mail=True,
    )
