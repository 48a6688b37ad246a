"""The addresses that an account has told of what happens, and the log of that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.views.guard import MemberRequest, member
from assets.views.toast import say
from billing import access
from studio import hooks
from studio.models import WebhookDelivery, WebhookTarget
from studio.wording import shown

PAGE = 25
SHOWS = ("", "failed", "waiting", "delivered")


def _targets(request: MemberRequest) -> QuerySet[WebhookTarget]:
    if not access.can_manage(request.role):
        raise PermissionDenied(
            f"Owners and admins of {request.account} manage its webhooks. Ask one of them."
        )
    return WebhookTarget.objects.for_account(request.account)


def _find(request: MemberRequest, pk: UUID) -> WebhookTarget:
    return get_object_or_404(_targets(request), pk=pk)


# --- the list -------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member
def index(request: MemberRequest) -> HttpResponseBase:
    """All of them. A POST adds one; what it answers is the only page that shows the secret."""
    _targets(request)
    if request.method != "POST":
        return _index(request, sent={"events": list(hooks.EVENTS)})
    sent = _sent(request)
    try:
        made, secret = hooks.make(request.account, request.user, **sent)
    except hooks.NotKept as refused:
        return _index(request, 422, sent=sent, refused=refused)
    return _one(request, made, secret=secret, is_new=True)


def _sent(request: MemberRequest) -> dict[str, Any]:
    text = {name: request.POST.get(name, "") for name in ("name", "url")}
    return {**text, "events": request.POST.getlist("events")}


def _index(request: MemberRequest, status: int = 200, **said: Any) -> HttpResponse:
    missed = Q(deliveries__state="given_up") | Q(deliveries__next_at__gt=timezone.now())
    rows = _targets(request).annotate(
        last=Max("deliveries__tried"),
        missed=Count("deliveries", filter=missed & Q(deliveries__tries__gt=0)),
    )
    context = {"targets": rows, "events": hooks.EVENTS.values(), "most": hooks.MOST, **said}
    return render(request, "webhooks/index.html", context, status=status)


# --- one of them ----------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member
def one(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """It and its log. A POST changes it; with `on` alone it is turned on or off."""
    target = _find(request, pk)
    if request.method != "POST":
        return _one(request, target)
    turns = request.POST.get("on")
    sent = {"on": turns == "1"} if turns in ("0", "1") else _sent(request)
    try:
        hooks.change(target, **sent)
    except hooks.NotKept as refused:
        return _one(request, _find(request, pk), 422, sent=sent, refused=refused)
    done = {"1": "on", "0": "off"}.get(turns or "")
    say(request, f"“{target.name}” is {f'turned {done}' if done else 'saved'}.")
    return redirect("webhook", pk)


def _one(
    request: MemberRequest, target: WebhookTarget, status: int = 200, **said: Any
) -> HttpResponse:
    sent = {"name": target.name, "url": target.url, "events": target.events}
    context = {
        "target": target,
        "events": hooks.EVENTS.values(),
        "old_is_valid": bool(target.old_until and target.old_until > timezone.now()),
        "sent": sent,
        **_log(request, target),
        **said,
    }
    return render(request, "webhooks/one.html", context, status=status)


@require_safe
@member
def log(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The log alone, asked for by the page while something is under way."""
    target = _find(request, pk)
    return render(request, "webhooks/log.html", {"target": target, **_log(request, target)})


def _log(request: MemberRequest, target: WebhookTarget) -> dict[str, Any]:
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    rows = target.deliveries.all()
    failed = rows.filter(Q(state="given_up") | Q(state="waiting", tries__gt=0))
    found = {"": rows, "failed": failed}.get(show, rows.filter(state=show))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    soon = timezone.now() + timedelta(seconds=30)
    return {
        "page": page,
        "show": show,
        "failed": failed.count(),
        "is_busy": target.on and any(d.next_at and d.next_at < soon for d in page.object_list),
        "most_tries": hooks.MOST_TRIES,
    }


@require_POST
@never_cache
@member
def secret(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A new one; the answer is the only page that shows it."""
    target = _find(request, pk)
    return _one(request, target, secret=hooks.new_secret(target))


@require_POST
@member
def test(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    target = _find(request, pk)
    try:
        hooks.test(target)
    except hooks.NotKept as refused:
        return _one(request, target, 422, refused=refused)
    say(request, "A test is on its way. The log tells what is answered.")
    return redirect(_place_of_log(target))


@require_POST
@member
def replay(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Tell one delivery again, or all that were not taken, since a time if one is given."""
    target = _find(request, pk)
    try:
        words = _replay(request, target)
    except hooks.NotKept as refused:
        return _one(request, target, 422, refused=refused)
    say(request, words)
    return redirect(_place_of_log(target))


def _replay(request: MemberRequest, target: WebhookTarget) -> str:
    if text := request.POST.get("delivery", ""):
        hooks.replay(_delivery(target, text))
        return "It is told once more, under the same id."
    count = hooks.replay_failed(target, _since(request.POST.get("since", "")))
    told = "1 delivery is" if count == 1 else f"{count:,} deliveries are"
    return f"{told} told once more." if count else "Nothing has failed since then."


def _delivery(target: WebhookTarget, text: str) -> WebhookDelivery:
    try:
        found = target.deliveries.select_related("target").filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _since(text: str) -> Any:
    """A time as a browser's field writes it, in the studio's time zone; None without."""
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        words = f"“{shown(text)}” is no date and time. Write it as 2026-01-31T18:00."
        raise hooks.NotKept("since", words)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _place_of_log(target: WebhookTarget) -> str:
    return f"{reverse('webhook', args=[target.pk])}#log"


@require_POST
@member
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    target = _find(request, pk)
    hooks.remove(target)
    say(request, f"The webhook “{target.name}” is deleted, with its log.")
    return redirect("webhooks")
