"""Paying by card, where the operator has an account at Stripe. Off without its key.

Nothing is granted because a browser came back: what Stripe tells (events) says whom to ask, and
what Stripe answers then is what counts. The money itself is in billing.payments.
"""

from studio.pay.checkout import (
    NotNow,
    cancel,
    is_on,
    packs,
    plans_for_sale,
    portal,
    resume,
    start,
)
from studio.pay.events import are_waiting, ask, forget_old, look, take, work_off
from studio.pay.stripe import Forged, check_signature

__all__ = [
    "Forged",
    "NotNow",
    "are_waiting",
    "ask",
    "cancel",
    "check_signature",
    "forget_old",
    "is_on",
    "look",
    "packs",
    "plans_for_sale",
    "portal",
    "resume",
    "start",
    "take",
    "work_off",
]
