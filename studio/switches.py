"""Offers that the operator switched off: nobody orders them, what was ordered goes on."""

from __future__ import annotations

import logging
import time

from django import db

from billing import audit_log
from billing.models import User
from studio import catalogue
from studio.models import OfferSwitch
from studio.providers.automatic import KEY as AUTOMATIC

log = logging.getLogger("zoetrope.switches")

KEPT_SECONDS = 2.0
MOST = 200  # letters of a reason

_kept: tuple[float, dict[str, str]] = (0.0, {})


def off() -> dict[str, str]:
    """Why, by the key of the offer; seconds old at most. A database without the table (before the
    first set-up) has switched nothing off."""
    global _kept
    until, found = _kept
    if time.monotonic() >= until:
        try:
            found = dict(OfferSwitch.objects.values_list("offer", "reason"))
        except db.Error as error:
            log.warning("which offers are off cannot be read: %s", error)
            return {}
        _kept = (time.monotonic() + KEPT_SECONDS, found)
    return found


def forget() -> None:
    """Have the next one who asks look at the table."""
    global _kept
    _kept = (0.0, {})


def switch_off(offer: str, reason: str, user: User | None) -> None:
    OfferSwitch.objects.update_or_create(
        offer=offer, defaults={"reason": reason[:MOST], "user": user}
    )
    audit_log.write(None, "operator.offer", offer, switched="off", reason=reason)
    forget()


def switch_on(offer: str) -> None:
    OfferSwitch.objects.filter(offer=offer).delete()
    audit_log.write(None, "operator.offer", offer, switched="on")
    forget()


def problem(key: str, usable: frozenset[str]) -> str:
    """Why it cannot be ordered, and what else there is of the providers that are `usable`; empty
    when it is on."""
    reason = off().get(key)
    offer = catalogue.all_offers().get(key)
    if reason is None or offer is None:
        return ""
    others = [
        other.label
        for other in catalogue.offers(offer.operation, usable)
        if other.key not in off() and other.key != key and other.provider != AUTOMATIC
    ]
    named = ", ".join(others[:3]) + (f" or one of {len(others) - 3} more" if others[3:] else "")
    way_out = f"Choose {named}." if others else "There is no other for it now; ask the operator."
    return f"{offer.label} is switched off by the operator: {reason.rstrip('.')}. {way_out}"
