"""What an offer costs now: as it declares it, unless a row of the price list says otherwise.

Estimate, hold, batch and feature pages all ask here, so that they cannot differ.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing import prices
from billing.models import Price
from billing.pricing import Price as Rule
from billing.pricing import Quote
from studio import catalogue
from studio.spec import Offer

# For so long a process may go by what it has read; what is ordered keeps the price that was shown.
KEPT_SECONDS = 2.0

_kept: tuple[float, dict[str, Price]] = (0.0, {})


@dataclass(frozen=True)
class Listed:
    """The rule that counts, the row that it is from (None: as declared) and where its figures are
    from."""

    rule: Rule
    row: Price | None
    note: str


def listed(offer: Offer) -> Listed:
    row = _rows().get(offer.key)
    if row is None:
        provider = catalogue.providers().get(offer.provider)
        home = getattr(provider, "home", "") if provider else ""
        who = provider.label if provider else offer.provider
        return Listed(offer.price, None, f"as this version declares it for {who} {home}".strip())
    return Listed(prices.rule_of(row, offer.price), row, row.source)


def quote(offer: Offer, params: Mapping[str, Any]) -> Quote:
    """What work with these params costs now."""
    return listed(offer).rule.quote(params)


def row_of(offer: Offer) -> Price | None:
    """Which row of the price list that is by; None when it is as declared."""
    return _rows().get(offer.key)


def change(offer: Offer, figures: Mapping[str, Any], **more: Any) -> Price:
    """Another price of an offer, from now or later on: see billing.prices.set_price."""
    row = prices.set_price(offer.key, offer.price, figures, **more)
    forget()
    return row


def forget() -> None:
    """Look again at once: something was stored."""
    global _kept
    _kept = (0.0, {})


def _rows() -> dict[str, Price]:
    global _kept
    until, found = _kept
    if time.monotonic() >= until:
        found = prices.valid_now()
        _kept = (time.monotonic() + KEPT_SECONDS, found)
    return found
