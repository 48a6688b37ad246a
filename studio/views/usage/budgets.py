"""Budgets: how they stand, and setting them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.views.guard import MemberRequest, member
from assets.views.toast import say
from billing import budgets, deciding
from billing.clients import NotKept
from billing.models import Budget
from studio.templatetags.usage import plain_credits
from studio.views.usage.sight import Sight


@dataclass(frozen=True)
class Said:
    """What the form says: whose it is, as “client:<id>”, and both amounts as they are written."""

    whose: str = "account"
    soft: str = ""
    hard: str = ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member
def index(request: MemberRequest) -> HttpResponseBase:
    """All that the person may see. A POST sets one or removes it."""
    if request.method != "POST":
        return _page(request, _said(request))
    if request.POST.get("action") == "remove":
        return _remove(request)
    said = Said(*(request.POST.get(name, "") for name in ("whose", "soft", "hard")))
    of, _, pk = said.whose.partition(":")
    try:
        soft, hard = (deciding.units(n, getattr(said, n)) for n in ("soft", "hard"))
        made = deciding.set_budget(request.account, request.role, of, pk, soft=soft, hard=hard)
    except NotKept as refused:
        return _page(request, said, refused)
    say(request, f"The budget of {made.name} counts from now on.")
    return redirect("budgets")


def _remove(request: MemberRequest) -> HttpResponseBase:
    budget = _find(request, request.POST.get("budget", ""))
    if budget is None:
        raise Http404
    deciding.remove_budget(request.account, request.role, budget)
    say(request, f"The budget of {budget.name} is removed.")
    return redirect("budgets")


def _find(request: MemberRequest, pk: str) -> Budget | None:
    mine = deciding.of_account(request.account, request.role)
    return next((one for one in mine if str(one.pk) == pk), None)


def _said(request: MemberRequest) -> Said:
    """What the form begins with: a budget that is there, or somebody who is to have one."""
    if not Sight.of(request).manages:
        return Said()
    of, pk = request.GET.get("of", ""), request.GET.get("whose", "")
    there = {_whose(one): one for one in deciding.of_account(request.account, request.role)}
    change = _find(request, request.GET.get("change", ""))
    whose = _whose(change) if change else f"{of}:{pk}" if of and pk else "account"
    found = there.get(whose)
    if found is None:
        return Said(whose)
    return Said(whose, plain_credits(found.soft), plain_credits(found.hard))


def _whose(budget: Budget) -> str:
    pk = budget.client_id or budget.user_id or budget.api_key_id
    return f"{budget.of}:{pk}" if pk else str(budget.of)


def _page(request: MemberRequest, said: Said, refused: NotKept | None = None) -> HttpResponse:
    sight, account = Sight.of(request), request.account
    context = {
        "budgets": budgets.seen_by(account, request.user, manages=sight.manages),
        "sight": sight,
        "zone": sight.zone,
        "said": said,
        "refused": refused,
        "targets": deciding.targets(account) if sight.manages else {},
        "alerts": deciding.alerts(account, request.role) if sight.manages else [],
    }
    return render(request, "usage/budgets.html", context, status=422 if refused else 200)
