"""Who may see a page: members of an account; and change something: those who may write."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.csrf import csrf_failure

from assets.views.toast import say_now
from billing import access
from billing.models import Account, Membership, User

P = ParamSpec("P")
NO_CLIENT = (
    "You are limited to clients, and there is none that you work for now. Ask the account's owner."
)
STOP_POLLING = 286  # what htmx takes for it


class MemberRequest(HttpRequest):
    """A request that passed `member`."""

    user: User
    account: Account
    role: str
    membership: Membership


View = Callable[Concatenate[MemberRequest, P], HttpResponseBase]


def member(view: View[P]) -> Callable[Concatenate[Any, P], HttpResponseBase]:
    """Only for members of an account; a visitor signs in first and comes back."""

    @wraps(view)
    def guarded(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        if request.account is None:
            raise PermissionDenied("You are not a member of any account. Ask its owner.")
        return view(request, *args, **kwargs)

    return guarded


def polled(view: View[P]) -> Callable[Concatenate[Any, P], HttpResponseBase]:
    """As `member`, for what a page asks by itself: a session that is over ends the asking, and
    does not take the page away from somebody who is reading it."""
    guarded = member(view)
    guarded.asked_by_page = True  # type: ignore[attr-defined]
    return guarded


def writer(view: View[P]) -> Callable[Concatenate[Any, P], HttpResponseBase]:
    """Only for those who may change things; the role viewer may only look."""

    @wraps(view)
    def guarded(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not access.can_write(request.role):
            message = "Your role here is viewer: you may look, not change. Ask the account's owner."
            if wants_json(request):
                return JsonResponse({"message": message}, status=403)
            raise PermissionDenied(message)
        if access.works_for_nobody(request.account):
            if wants_json(request):
                return JsonResponse({"message": NO_CLIENT}, status=403)
            raise PermissionDenied(NO_CLIENT)
        return view(request, *args, **kwargs)

    return member(guarded)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def is_htmx(request: HttpRequest) -> bool:
    """A part of a page was asked for, by the page."""
    return "HX-Request" in request.headers


def sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """A script gets an answer that it can act on, a person the sign-in page; it leads back."""
    way_in = reverse("sign-in")
    if back := _page_of(request):
        way_in += f"?{urlencode({'next': back}, safe='/')}"
    if wants_json(request):
        message = "Your session is over; sign in again."
        return JsonResponse({"message": message, "sign_in": way_in}, status=401)
    if is_htmx(request) and _asked_by_page(request):
        return HttpResponse(status=STOP_POLLING, headers={"HX-Reswap": "none"})
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": way_in})
    return redirect(way_in)


def _asked_by_page(request: HttpRequest) -> bool:
    """Whether the view is `polled`; also where the request was stopped on the way to it."""
    return hasattr(getattr(request.resolver_match, "func", None), "asked_by_page")


def _page_of(request: HttpRequest) -> str:
    """The page that is being looked at: what asks from it, or takes its form, is none itself."""
    if request.method in ("GET", "HEAD") and not is_htmx(request) and not wants_json(request):
        return request.get_full_path()
    headers = request.headers
    page = headers.get("HX-Current-URL") or headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, request.get_host()):
        return ""
    found = urlsplit(page)
    return urlunsplit(("", "", found.path, found.query, ""))


def forged(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A change without proof that it comes from a page of ours: mostly one that was open for so
    long that its cookies are gone, or that another sign-in has outdated."""
    script = is_htmx(request) or wants_json(request)
    if script and not request.user.is_authenticated:
        return sign_in_first(request)
    message = "This page has become too old. Reload it and try again."
    if wants_json(request):
        return JsonResponse({"message": message}, status=403)
    if is_htmx(request):
        return say_now(HttpResponse(status=403), message, bad=True)
    return csrf_failure(request, reason)
