"""Whom one works for: the choice in the bar of every page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from assets.models import Asset, Board
from assets.views.guard import MemberRequest, member
from billing import access, clients
from billing.models import Account, Client
from studio.models import Job, Persona, Story

# So many are in the menu; beyond a few there is a box to search them all.
LISTED, FEW = 30, 8
LONGEST = clients.NAME_LENGTH

# Pages that may be opened again for another client, with what each is about and where to go when
# that is not this client's.
SINGLE: dict[str, tuple[type[Model], str]] = {
    "asset": (Asset, "library"),
    "job": (Job, "jobs"),
    "board": (Board, "boards"),
    "story": (Story, "stories"),
    "persona": (Persona, "personas"),
}
LISTS = frozenset(
    {
        *("home", "library", "collections", "archives", "tags", "boards", "searches"),
        *("operation", "jobs", "stories", "podcast", "personas", "account", "clients"),
    }
)
# Of files that are named in the address, as the two of a comparison.
ABOUT_FILES = frozenset({"compare", "cull", "board-new"})
# What of an address is about single things, or a place in a list.
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-")
_PLACES = frozenset({"after", "at", "day", "page"})


class Switch:
    """The choice as it stands, for the bar; nothing is asked of the database before it is shown."""

    def __init__(self, account: Account, can_manage: bool, q: str = "") -> None:
        """With `q` only those that have it in their name are choices."""
        self.account, self.can_manage, self.q = account, can_manage, q

    @cached_property
    def choices(self) -> list[Client]:
        return list(with_name(self.account, self.q)[: LISTED + 1])

    @property
    def shown(self) -> bool:
        return self.account.scope.is_limited or bool(self.choices) or self.now is not None

    @cached_property
    def now(self) -> Client | None:
        """Whom one works for; None when it is for all, or for nobody yet."""
        pk = self.account.scope.client
        if pk is None:
            return None
        listed = next((one for one in self.choices if one.pk == pk), None)
        return listed or Client.objects.filter(account=self.account, pk=pk).first()

    @property
    def listed(self) -> list[Client]:
        return self.choices[:LISTED]

    @property
    def more(self) -> bool:
        return len(self.choices) > LISTED

    @property
    def many(self) -> bool:
        return len(self.choices) > FEW

    @property
    def all(self) -> bool:
        """Whether everything is a choice: not for who is limited."""
        return not self.account.scope.is_limited

    @property
    def open(self) -> bool:
        """Whether there is anything to choose."""
        return self.all or len(self.choices) > 1

    @property
    def words(self) -> str:
        if self.now:
            return self.now.name
        return "All clients" if self.all else "No client yet"


def with_name(account: Account, text: str, archived: bool = False) -> QuerySet[Client]:
    """Those that one may work for with this in their name; or the archived ones of the account."""
    word = clients.normal(text.replace("\0", ""))[:LONGEST].casefold()
    found = clients.choices(account)
    if archived:
        found = Client.objects.filter(account=account).exclude(archived=None)
    return found.filter(key__contains=word) if word else found


@require_safe
@member
def options(request: MemberRequest) -> HttpResponseBase:
    """The part of the menu that its search fills."""
    manages = access.can_manage(request.role)
    shown = Switch(request.account, manages, request.GET.get("q", ""))
    context = {"switch": shown, "as_move": request.GET.get("as") == "move"}
    return render(request, "clients/options.html", context)


@require_POST
@member
def choose(request: MemberRequest) -> HttpResponseBase:
    """Work for `client`, an id or "all", and go back to `next` as far as that is this client's."""
    wanted = request.POST.get("client", "").strip()
    scope = request.account.scope
    chosen: Client | None = None
    if wanted != clients.ALL or scope.is_limited:
        chosen = _choice(request.account, wanted)
        if chosen is None:
            messages.error(request, _refusal(request.account, wanted))
            return redirect(_back(request.POST.get("next", ""), request))
    named = str(chosen.pk) if chosen else clients.ALL
    request.session[access.CLIENT_KEY] = named
    request.account.scope = clients.working_scope(request.membership, named)
    return redirect(_back(request.POST.get("next", ""), request))


def _choice(account: Account, wanted: str) -> Client | None:
    try:
        return clients.choices(account).filter(pk=UUID(wanted)).first()
    except ValueError:
        return None


def _refusal(account: Account, wanted: str) -> str:
    if wanted == clients.ALL:
        return "All clients at once are for those who are not limited. Choose one of yours."
    try:
        of_account = Client.objects.filter(account=account, pk=UUID(wanted))
    except ValueError:
        return "No client was given. Choose one from the menu."
    gone = of_account.exclude(archived=None).first() if account.scope.mine is None else None
    if gone:
        return (
            f"“{gone.name}” is archived. Bring it back on the page of the clients, then choose it."
        )
    return f"There is no client {wanted[:40]} for you. Choose one from the menu."


# --- back to where it was asked ------------------------------------------------------------------


def _back(wanted: str, request: MemberRequest) -> str:
    home = reverse("home")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return home
    parts = urlsplit(wanted)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return home
    name = match.url_name or ""
    if match.namespaces:
        return home
    if name in SINGLE:
        model, otherwise = SINGLE[name]
        mine: Any = model._default_manager
        there = mine.for_account(request.account).filter(pk=match.kwargs["pk"]).exists()
        return parts.path if there else reverse(otherwise)
    if name in ABOUT_FILES:
        return reverse("library")
    return _without_single_things(parts.path, parts.query) if name in LISTS else home


def _without_single_things(path: str, query: str) -> str:
    kept = [
        (name, value)
        for name, values in QueryDict(query).lists()
        for value in values
        if name not in _PLACES and not _ID.search(value)
    ]
    return f"{path}?{urlencode(kept)}" if kept else path
