"""Amounts, bars and shares of the pages of usage."""

from __future__ import annotations

from django import template

from billing.budgets import Figure
from billing.figures import Limit
from billing.models import CREDIT, Budget, BudgetOf, Plan
from billing.pricing import as_credits
from billing.purpose import KINDS
from studio.engine.weight import weight
from studio.templatetags.zoetrope import credits

register = template.Library()
NEAR = 0.8  # from here on it is worth a color


@register.filter
def percent(used: int, cap: int | None) -> int:
    """How much of it is used, from 0 to 100."""
    if not cap:
        return 100 if cap == 0 else 0
    return max(0, min(100, used * 100 // cap))


@register.filter
def tone(used: int, cap: int | None) -> str:
    if cap is None or used < NEAR * cap:
        return ""
    return "bad" if used >= cap else "warn"


@register.filter
def of_cap(limit: Limit) -> str:
    """“2 of 100”, of credits “2 of 100 cr”."""
    counts = limit.what in KINDS
    used, cap = (
        "no limit" if n is None else f"{n:,}" if counts else credits(n)
        for n in (limit.used, limit.cap)
    )
    return f"{used} of {cap}" if counts else f"{used} of {cap} cr"


@register.filter
def bound(figure: Figure) -> int | None:
    """What the bar of a budget is drawn against: where it refuses, else where it warns."""
    return figure.soft if figure.hard is None else figure.hard


@register.filter
def whose(budget: Budget) -> str:
    """Whose budget it is, at the beginning of a line."""
    match budget.of:
        case BudgetOf.KEY:
            return f"API key {budget.name}"
        case BudgetOf.CLIENT | BudgetOf.MEMBER:
            return budget.name
    return "Plan" if budget.of == BudgetOf.PLAN else "The account"


@register.filter
def share(part: float | None) -> str:
    return "–" if part is None else f"{100 * part:.0f} %"


@register.filter
def signed(units: int) -> str:
    """Credits that came or went: “+5”, “−2.5”, nothing for 0."""
    if not units:
        return ""
    return f"{'+' if units > 0 else '−'}{credits(abs(units))}"


@register.filter
def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}".removesuffix(".00")


@register.filter
def contents(plan: Plan) -> list[tuple[str, str]]:
    """What is in a plan beside its credits: what it is, and how much of it."""
    caps = [(words.capitalize(), plan.cap(kind)) for kind, words in KINDS.items()]
    rows = [(f"{label} a month", _cap(cap)) for label, cap in caps]
    rows.append(("Members", _cap(plan.members)))
    size = plan.storage_bytes
    rows.append(("Storage", "no limit" if size is None else weight(size)))
    if plan.cost_cap is not None:
        rows.append(("Most in a month", as_credits(plan.cost_cap)))
    rows.append(("Models", "all" if plan.offers is None else f"{len(plan.offers):,}"))
    return rows


def _cap(number: int | None) -> str:
    return "no limit" if number is None else f"{number:,}" if number else "none"


@register.filter
def plain_credits(units: int | None) -> str:
    """Credits as a field takes them; empty for none."""
    return "" if units is None else f"{units / CREDIT:.6f}".rstrip("0").rstrip(".")
