"""The page of usage: what there is, what is spent, on what, and what it was worth."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.views.guard import MemberRequest, member
from billing import access, budgets, spending, statement
from billing import services as billing
from billing.models import ApiKey, BudgetOf
from billing.standing import standing
from studio.batches.cells import csv_lines
from studio.usage.reasons import reasons
from studio.usage.worth import SAMPLE, worths
from studio.views.usage import days
from studio.views.usage.sight import Asked, Sight

SHOWN = 8  # holds on this page


@never_cache
@require_safe
@member
def index(request: MemberRequest) -> HttpResponseBase:
    sight = Sight.of(request)
    asked = Asked.of(request, sight)
    account = sight.account
    worth = worths(account, asked.period)
    seen = budgets.seen_by(account, request.user, manages=sight.manages)
    context = {
        **_now(sight),
        "sight": sight,
        "asked": asked,
        "periods": spending.periods(account),
        "ways": sight.ways,
        "usage": days.usage(sight, asked),
        "worths": worth,
        "sampled": SAMPLE if sum(one.done + one.failed for one in worth) >= SAMPLE else 0,
        "budgets": [one for one in seen if one.budget.of != BudgetOf.PLAN],  # among the limits
        "keys": keys(request),
        "zone": sight.zone,
        "can_write": access.can_write(request.role),
    }
    return render(request, "usage/index.html", context)


def _now(sight: Sight) -> dict[str, Any]:
    """How the account stands; a part that is seen by who sees all of it."""
    account, at = sight.account, standing(sight.account)
    has = billing.usage(account)
    held = statement.holds(account)
    return {
        "has": has,
        "at": at,
        "since": spending.periods(account)[0].first,
        "spent": has["spent_this_month"],
        "forecast": spending.forecast(account, has["available"]) if sight.whole else None,
        "limits": [one for one in billing.limits_of(account) if one.what != "credits"],
        "grants": statement.grants(account) if sight.whole else [],
        "reasons": reasons(account, list(held[:SHOWN])),
        "holds": statement.held(account),
        "more_holds": max(0, held.count() - SHOWN),
    }


def keys(request: MemberRequest) -> list[tuple[ApiKey, budgets.Figure | None]]:
    """Those that the person may see, each with its own cap."""
    mine = list(access.keys_of(request.account, request.user))
    caps = {one.budget.api_key_id: one for one in budgets.budgets_of(request.account)}
    return [(key, caps.get(key.pk)) for key in mine]


@never_cache
@require_safe
@member
def table(request: MemberRequest) -> HttpResponseBase:
    """The chart as CSV."""
    sight = Sight.of(request)
    asked = Asked.of(request, sight)
    name = f"usage-{asked.way}-{asked.period.first}-{asked.period.last}.csv"
    return download(name, csv_lines(days.COLUMNS, days.cells(sight, asked)))


def download(name: str, lines: Any) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
