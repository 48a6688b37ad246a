"""Paying by card: what may be bought, the way to Stripe's pages and back, and what Stripe tells."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_q.tasks import async_task

from assets.views.guard import MemberRequest, member
from assets.views.toast import say
from billing import access, payments
from billing.models import Pack, Payment, PaymentState, Plan
from studio import pay

MOST: Final = 1024 * 1024
SHOWN = 50


def _check(request: MemberRequest) -> None:
    """Raises Http404 where nothing is sold, and PermissionDenied."""
    if not pay.is_on():
        raise Http404("Nothing is sold here.")
    if not access.can_manage(request.role):
        raise PermissionDenied(
            f"Owners and admins of {request.account} pay for it. Ask one of them."
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member
def index(request: MemberRequest) -> HttpResponseBase:
    """What may be bought, and what was. A POST goes to pay for `pack`, or for `plan` by `cycle`."""
    _check(request)
    if request.method != "POST":
        return _page(request)
    try:
        wish = _wish(request)
    except ValidationError as error:
        return _page(request, 422, problem=" ".join(error.messages))
    back = request.build_absolute_uri(reverse("payment", args=[wish.pk]))
    try:
        return redirect(pay.start(wish, back))
    except pay.NotNow as error:
        return _page(request, 502, problem=str(error))


def _wish(request: MemberRequest) -> Payment:
    """Raises ValidationError."""
    said = request.POST
    if number := said.get("pack", ""):
        pack = Pack.objects.filter(pk=number).first() if number.isdecimal() else None
        if pack is None:
            raise ValidationError({"pack": "This pack is not sold. Choose another."})
        return payments.wish_for_pack(request.account, request.user, pack)
    plan = Plan.objects.filter(key=said.get("plan", "").replace("\0", "")[:40]).first()
    if plan is None:
        raise ValidationError({"plan": "Choose a pack of credits or a plan."})
    return payments.wish_for_plan(request.account, request.user, plan, said.get("cycle", ""))


def _page(request: MemberRequest, status: int = 200, **said: Any) -> HttpResponse:
    mine = Payment.objects.filter(account=request.account)
    context = {
        **for_sale(request),
        "payments": mine.exclude(state=PaymentState.OPEN).select_related("user")[:SHOWN],
        "has_invoices": mine.exclude(customer="").exists(),
        **said,
    }
    return render(request, "account/pay_page.html", context, status=status)


def for_sale(request: MemberRequest) -> dict[str, Any]:
    """What `account/pay.html` shows, for pages that include it."""
    may = pay.is_on() and access.can_manage(request.role)
    return {
        "may_pay": may,
        "packs": pay.packs() if may else (),
        "plans": pay.plans_for_sale(request.account) if may else (),
        "paid_plan": payments.running(request.account) if may else None,
    }


@never_cache
@require_safe
@member
def payment(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Where Stripe's pages lead back to. That somebody comes proves nothing: Stripe is asked, and
    this page looks until it is clear."""
    _check(request)
    found = get_object_or_404(Payment, pk=pk, account=request.account)
    if found.state == PaymentState.OPEN and found.session:
        async_task("studio.tasks.ask_payment", str(pk), cluster="work")
    part = request.headers.get("HX-Request") == "true"
    template = "account/pay_state.html" if part else "account/pay_one.html"
    return render(request, template, {"payment": found})


@require_POST
@member
def ending(request: MemberRequest) -> HttpResponseBase:
    """Let the plan end with its period (action=cancel), or go on after all (action=resume)."""
    _check(request)
    ends = request.POST.get("action") != "resume"
    try:
        own = (pay.cancel if ends else pay.resume)(request.account)
    except pay.NotNow as error:
        return _page(request, 422, problem=str(error))
    until = f"{own.period_end:%-d %B %Y}"
    words = f"{own.plan} ends on {until}." if ends else f"{own.plan} goes on after {until}."
    say(request, words)
    return redirect("pay")


@require_POST
@member
def portal(request: MemberRequest) -> HttpResponseBase:
    """To Stripe's page with cards and invoices."""
    _check(request)
    try:
        return redirect(pay.portal(request.account, request.build_absolute_uri(reverse("pay"))))
    except pay.NotNow as error:
        return _page(request, 422, problem=str(error))


@csrf_exempt
@require_POST
def told(request: HttpRequest) -> HttpResponse:
    """An event of Stripe. 200 also for what is known or of no interest; 400 for what is forged."""
    if not pay.is_on():
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > MOST or len(request.body) > MOST:
        return HttpResponse(status=413)
    header, now = request.headers.get("Stripe-Signature", ""), timezone.now().timestamp()
    try:
        pay.check_signature(request.body, header, settings.STRIPE_WEBHOOK_SECRET, now)
        event = json.loads(request.body)
    except (pay.Forged, ValueError, RecursionError) as error:
        return HttpResponse(f"{error}"[:200], status=400, content_type="text/plain")
    if pay.take(event):
        async_task("studio.tasks.work_off_payments", cluster="work")
    return HttpResponse()
