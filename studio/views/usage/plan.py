"""The plan of the account: what is in it, and choosing another where that is allowed."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets.views.guard import MemberRequest, member
from assets.views.toast import say
from billing import deciding
from billing import services as billing
from billing.clients import NotKept
from billing.plans import Change
from billing.standing import standing
from studio.views.pay import for_sale
from studio.views.usage.sight import Sight


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member
def index(request: MemberRequest) -> HttpResponseBase:
    """With ?plan= it says what choosing that would do; a POST does it."""
    if request.method != "POST":
        return _look(request)
    account, role = request.account, request.role
    action = request.POST.get("action", "")
    try:
        if action in ("cancel", "resume"):
            own = deciding.set_renews(account, role, action == "resume")
            say(request, f"{own.plan} {'goes on' if own.renews else 'ends with its period'}.")
        else:
            said = (request.POST.get(name, "") for name in ("plan", "cycle", "agreed"))
            say(request, deciding.choose(account, role, *said).words)
    except NotKept as refused:
        return _look(request, refused)
    return redirect("plan")


def _look(request: MemberRequest, refused: NotKept | None = None) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    change: Change | None = None
    why_not = deciding.why_not(request.account, request.role)
    if asked.get("plan") and not why_not:
        try:
            change = deciding.preview(request.account, asked["plan"], asked.get("cycle"))
        except NotKept as error:
            refused = refused or error
    sight = Sight.of(request)
    context = {
        "at": standing(request.account),
        "plans": deciding.choices(request.account),
        "why_not": why_not,
        "raisers": billing.raisers(request.account),
        "change": change,
        "agreed": deciding.token(change) if change else "",
        "refused": refused,
        "kinds": billing.KINDS,
        "sale": for_sale(request),
        "sight": sight,
        "zone": sight.zone,
    }
    return render(request, "usage/plan.html", context, status=422 if refused else 200)
