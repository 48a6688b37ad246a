"""What the operator's templates need."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template.context import Context

from billing.models import Account
from studio.office import accounts
from studio.office.panel import Panel, Row

register = template.Library()
MARK = "#"


@register.filter
def is_number(name: str) -> bool:
    """Whether the head of a column says that numbers are below it."""
    return name.startswith(MARK)


@register.filter
def without_mark(name: str) -> str:
    return name.removeprefix(MARK)


@register.filter
def have_acts(rows: Iterable[Row]) -> bool:
    return any(row.acts for row in rows)


@register.simple_tag(takes_context=True)
def panels_of_account(context: Context, account: Account) -> list[Panel]:
    return accounts.panels(context["request"], account)
