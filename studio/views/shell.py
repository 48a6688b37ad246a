"""What every page shows around its content: modules, credits, jobs under way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET

from assets.views.guard import MemberRequest, polled
from billing import access
from billing.models import Account
from studio import catalogue, notices
from studio.models import Job
from studio.templatetags.zoetrope import INVITATIONS, module_icon
from studio.views.switch import Switch

# Modules whose first page is not that of an operation.
HOMES = {"story": "stories"}
# So many modules have room in the bar of a phone.
DOCKED = 2
# So many jobs under way are counted.
COUNTED = 999


@dataclass(frozen=True)
class Module:
    """A place of the rail: all operations of one kind, entered at the first. `docked` ones stay in
    sight on a phone, where the others are under “More”. `invitation` is what is done there, for
    who has done nothing yet."""

    key: str
    label: str
    icon: str
    url: str
    invitation: str
    docked: bool = False


@dataclass(frozen=True)
class Shell:
    """The frame of a signed-in page. `live_jobs` and `notices` (unread) are their numbers, empty
    where there is none."""

    account: Account
    can_write: bool
    live_jobs: str
    notices: str
    modules: tuple[Module, ...]
    switch: Switch
    accounts: QuerySet[Account]


def modules(here: str = "") -> tuple[Module, ...]:
    """Only what exists: the modules of the catalogue, in its order. `here` is the one that is
    looked at."""
    first: dict[str, Module] = {}
    for operation in catalogue.operations().values():
        key = operation.module
        if key not in first:
            home = HOMES.get(key)
            url = reverse(home) if home else reverse("operation", args=[key, operation.key])
            label = key.capitalize()
            invitation = INVITATIONS.get(key, label)
            first[key] = Module(key, label, module_icon(key), url, invitation)
    docked = sorted(first, key=lambda key: key != here)[:DOCKED]
    return tuple(replace(module, docked=key in docked) for key, module in first.items())


def _shell(request: HttpRequest) -> Shell | None:
    account = getattr(request, "account", None)
    if account is None:
        return None
    return Shell(
        account=account,
        can_write=access.can_write(request.role),  # type: ignore[attr-defined]
        live_jobs=_live_jobs(account),
        notices=notices.unread(account, request.user),  # type: ignore[arg-type]
        modules=modules(_here(request)),
        switch=Switch(account, access.can_manage(request.role)),  # type: ignore[attr-defined]
        accounts=_accounts(request),
    )


def _accounts(request: HttpRequest) -> QuerySet[Account]:
    """Those that one may change to; nothing is asked where there is one."""
    if not getattr(request.membership, "is_one_of_several", False):  # type: ignore[attr-defined]
        return Account.objects.none()
    return request.user.accounts.order_by("created")  # type: ignore[union-attr]


def _live_jobs(account: Account) -> str:
    """Every page asks, and a batch has thousands: they are not all counted."""
    found = Job.objects.for_account(account).live()[: COUNTED + 1].count()
    return f"{COUNTED}+" if found > COUNTED else str(found or "")


def _here(request: HttpRequest) -> str:
    match = request.resolver_match
    if match and match.route.startswith("story/"):
        return "story"
    return str(match.kwargs.get("module", "")) if match else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy, because most answers are parts of pages or not pages at all."""
    return {
        "shell": SimpleLazyObject(lambda: _shell(request)),
        "has_mail": bool(settings.EMAIL_HOST),
        "sign_up": settings.SIGN_UP,
    }


@require_GET
@polled
def status(request: MemberRequest) -> HttpResponseBase:
    """The moving parts of the frame, asked for again and again by the page."""
    return render(request, "parts/status.html")
