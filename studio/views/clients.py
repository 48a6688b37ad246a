"""The clients of the account: what there is of each, and which members are limited to some."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assets.services import boards
from assets.views.guard import MemberRequest, member
from assets.views.toast import say
from billing import access, clients
from billing.models import Client, Membership
from studio.client_sums import sums
from studio.views.switch import with_name

PAGE = 50
SHORTENED = 40


@require_http_methods(["GET", "HEAD", "POST"])
@member
def index(request: MemberRequest) -> HttpResponseBase:
    """Those that one may work for; for who manages the account all of them, with what was spent,
    and the members. A POST adds one."""
    if request.method != "POST":
        return _page(request)
    _for_managers(request)
    sent = {name: request.POST.get(name, "") for name in ("name", "note")}
    try:
        made = clients.make(request.account, sent["name"], sent["note"])
    except clients.NotKept as refused:
        return _page(request, 422, sent=sent, refused=refused)
    say(request, f"“{made.name}” is added. Choose it in the bar above to work for it.")
    return redirect("clients")


def _for_managers(request: MemberRequest) -> None:
    if not access.can_manage(request.role):
        raise PermissionDenied(
            f"Owners and admins of {request.account} manage its clients. Ask one of them."
        )


def _page(request: MemberRequest, status: int = 200, **said: Any) -> HttpResponse:
    account, manages = request.account, access.can_manage(request.role)
    q, archived = request.GET.get("q", "")[:200], manages and request.GET.get("archived") == "1"
    rows = with_name(account, q, archived=archived)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    told = sums(account, [one.pk for one in page.object_list], money=manages)
    context = {
        "page": page,
        "rows": [(one, told[one.pk]) for one in page.object_list],
        "q": q,
        "archived": archived,
        "away": with_name(account, "", archived=True).count() if manages else 0,
        "manages": manages,
        "members": _members(request) if manages else [],
        **said,
    }
    return render(request, "clients/index.html", context, status=status)


def _members(request: MemberRequest) -> list[Membership]:
    rows = Membership.objects.filter(account=request.account).select_related("user")
    return list(rows.prefetch_related("clients").order_by("user__username"))


def _find(request: MemberRequest, pk: UUID) -> Client:
    """A client of the account; anybody else's is a 404."""
    _for_managers(request)
    return get_object_or_404(Client, account=request.account, pk=pk)


@require_POST
@member
def change(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Its name and note."""
    one = _find(request, pk)
    sent = {name: request.POST.get(name) for name in ("name", "note")}
    try:
        clients.change(one, **sent)
    except clients.NotKept as refused:
        return _page(request, 422, changed={"pk": pk, **sent}, refused=refused)
    say(request, f"“{one.name}” is saved.")
    return redirect(f"{reverse('clients')}{'?archived=1' if one.archived else ''}#client-{pk}")


@require_POST
@member
def archive(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Sets it to what is asked for (archived=1 or 0), so that a repeat changes nothing. With
    links=close its open share links are closed."""
    one = _find(request, pk)
    wanted = request.POST.get("archived") != "0"
    clients.archive(one, wanted)
    if wanted and request.session.get(access.CLIENT_KEY) == str(pk):
        del request.session[access.CLIENT_KEY]
    if not wanted:
        say(request, f"“{one.name}” is offered again.")
        return redirect("clients")
    closed = 0
    if request.POST.get("links") == "close":
        closed = boards.close_boards(request.account, one.pk)
    open_ = sums(request.account, [one.pk], money=False)[one.pk].links
    say(
        request,
        f"“{one.name}” is archived. What it has stays in the library.{_links(closed, open_)}",
    )
    return redirect("clients")


def _links(closed: int, open_: int) -> str:
    told = ""
    if closed:
        told += f" {closed:,} share link{' is' if closed == 1 else 's are'} closed."
    if open_:
        told += f" {open_:,} share link{' stays' if open_ == 1 else 's stay'} open."
    return told


# --- who may work for whom -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@member
def member_page(request: MemberRequest, pk: int) -> HttpResponseBase:
    """To which clients a member is limited."""
    _for_managers(request)
    theirs = Membership.objects.filter(account=request.account).select_related("user", "account")
    found = get_object_or_404(theirs, pk=pk)
    chosen = set(found.clients.values_list("pk", flat=True))
    if request.method != "POST":
        return _member(request, found, {"limited": found.limited, "chosen": chosen})
    limited, wanted = request.POST.get("limited") == "1", request.POST.getlist("clients")
    try:
        named = clients.chosen_for(found, wanted)
        clients.limit(found, named if limited else None)
    except (PermissionDenied, ValueError) as refused:
        kept = {"limited": limited, "chosen": {_id(text) for text in wanted}}
        return _member(request, found, {**kept, "refused": str(refused)}, 422)
    seen = f"sees {len(named)} client{'' if len(named) == 1 else 's'} and nothing else"
    say(request, f"{found.user} {seen if limited else 'sees all clients'}.")
    return redirect(f"{reverse('clients')}#members")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _member(
    request: MemberRequest, found: Membership, said: dict[str, Any], status: int = 200
) -> HttpResponse:
    all_ = Client.objects.filter(account=request.account)
    offered = [one for one in all_ if not one.archived or one.pk in said["chosen"]]
    context = {"membership": found, "offered": offered, **said}
    return render(request, "clients/member.html", context, status=status)
