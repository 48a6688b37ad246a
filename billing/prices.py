"""The price list: figures that replace those which an offer declares, from a moment on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from billing import audit_log
from billing.models import Price, User
from billing.pricing import Free, WrongFigures, is_nothing, with_figures
from billing.pricing import Price as Rule


def valid_now(now: datetime | None = None) -> dict[str, Price]:
    """Of each offer that has one the row that counts, by its key."""
    begun = Price.objects.filter(valid_from__lte=now or timezone.now())
    return {row.offer: row for row in begun.order_by("valid_from", "id")}


def rule_of(row: Price, declared: Rule) -> Rule:
    """The rule that this row makes of the declared one. What does not fit it any more, because the
    declaration changed, leaves it as declared."""
    if row.free:
        return Free(row.source)
    try:
        return with_figures(declared, row.figures)
    except WrongFigures:
        return declared


def set_price(
    offer: str,
    declared: Rule,
    figures: Mapping[str, Any],
    *,
    source: str,
    valid_from: datetime | None = None,
    free: bool = False,
    user: User | None = None,
) -> Price:
    """Replace the figures of an offer from a moment on, now or later. A price of 0 is a mistake
    unless it is said to be free. Raises ValidationError."""
    now = timezone.now()
    row = Price(
        offer=offer,
        figures=figures,
        free=free,
        source=source.strip(),
        valid_from=valid_from or now,
        user=user,
    )
    check(row, declared, now)
    row.full_clean()
    row.save()
    note(row)
    return row


def note(row: Price) -> None:
    """A line of the audit log."""
    figures = ", ".join(f"{name} {value}" for name, value in row.figures.items()) or "free"
    since = row.valid_from.isoformat()
    audit_log.write(None, "operator.price", row.offer, to=figures, since=since, source=row.source)


def check(row: Price, declared: Rule, now: datetime | None = None) -> None:
    """Raises ValidationError, by field, for a row that cannot be the price of that offer."""
    if row.valid_from < (now or timezone.now()):
        raise ValidationError(
            {"valid_from": "This is in the past; what was paid then stays. Choose now or later."}
        )
    if row.free:
        if row.figures:
            raise ValidationError({"figures": "What is free has no figures. Leave them empty."})
        return
    if not isinstance(row.figures, dict):
        raise ValidationError({"figures": 'Write the figures as {"dollars": "0.05"}.'})
    if not any(row.figures.values()):
        raise ValidationError({"figures": "No figure is replaced. Name one, or mark it as free."})
    try:
        with_figures(declared, row.figures)
    except WrongFigures as error:
        raise ValidationError({"figures": str(error)}) from None
    if is_nothing(row.figures):
        raise ValidationError(
            {"figures": "A price of 0 gives it away. Correct it, or mark it as free."}
        )
