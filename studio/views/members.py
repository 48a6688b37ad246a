"""The people of the account: who is in it with which role, and who is asked to come."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assets.views.guard import MemberRequest, member
from assets.views.toast import say
from billing import access, clients, invitations, members
from billing.models import Client, Invitation, Membership, Role


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member
def index(request: MemberRequest) -> HttpResponseBase:
    """Everybody in the account; who manages it sees the invitations, too. A POST invites."""
    if request.method != "POST":
        return _page(request)
    sent = _sent(request)
    try:
        members.check_may(request.membership)
        chosen = _clients(request, sent["clients"]) if sent["limited"] else None
        made, token = invitations.invite(
            request.account,
            request.membership,
            email=sent["email"],
            role=sent["role"],
            clients=chosen,
        )
    except clients.NotKept as refused:
        return _page(request, 422, sent=sent, refused=refused)
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    if not invitations.send(made, link):
        return _page(request, invited=made, link=link)
    say(request, f"An e-mail is on its way to {made.email}.")
    return redirect(f"{reverse('members')}#invitations")


def _sent(request: MemberRequest) -> dict[str, Any]:
    said = request.POST
    role = said.get("role", Role.MEMBER)
    return {
        "email": said.get("email", "")[:300].replace("\0", ""),
        "role": role,
        "limited": said.get("limited") == "1" and role not in members.MANAGING,
        "clients": said.getlist("clients"),
    }


def _clients(request: MemberRequest, ids: list[str]) -> list[Client]:
    """Those of the account's clients that somebody new is limited to. Raises NotKept."""
    mine = Client.objects.filter(account=request.account, archived=None)
    found = [one for one in mine if str(one.pk) in ids]
    if len(found) < len(set(ids)):
        raise clients.NotKept("clients", "One of these clients is not there. Choose some anew.")
    if not found:
        raise clients.NotKept(
            "clients", "With no client chosen they would see nothing. Choose at least one."
        )
    return found


def _page(request: MemberRequest, status: int = 200, **said: Any) -> HttpResponse:
    manages = access.can_manage(request.role)
    rows = list(members.of(request.account).order_by("created", "pk"))
    offered = Client.objects.filter(account=request.account, archived=None) if manages else ()
    giveable = members.giveable(request.role)
    context = {
        "rows": rows,
        "me": request.membership,
        "manages": manages,
        "giveable": [(role, members.MAY[role]) for role in giveable],
        "roles_of_mine": [str(role) for role in giveable],
        "owners": [row.user for row in rows if row.role == Role.OWNER],
        "invitations": invitations.open_of(request.account) if manages else (),
        "offered": offered,
        "sent": {"role": str(Role.MEMBER), "clients": []},
        **said,
    }
    return render(request, "members/index.html", context, status=status)


@require_POST
@member
def change(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Gives somebody another role (action=role), or takes them out (action=remove)."""
    members.check_may(request.membership)
    found = get_object_or_404(members.of(request.account), pk=pk)
    action = request.POST.get("action", "")
    try:
        if action == "role":
            found = members.change_role(found, request.POST.get("role", ""), request.membership)
            say(request, f"{found.user} is {Role(found.role).label.lower()} now.")
        elif action == "remove":
            members.remove(found, request.membership)
            say(request, f"{found.user} is not a member any more. What they made stays.")
        else:
            return HttpResponseBadRequest("The action is role or remove.")
    except clients.NotKept as refused:
        return _page(request, 422, refused_for=pk, refused=refused)
    still_managing = Membership.objects.filter(
        account=request.account, user=request.user, role__in=members.MANAGING
    ).exists()
    return redirect("members" if still_managing else "account")


@require_POST
@member
def leave(request: MemberRequest) -> HttpResponseBase:
    """One goes out of the account oneself."""
    try:
        members.leave(request.membership)
    except clients.NotKept as refused:
        return _page(request, 422, refused_for=request.membership.pk, refused=refused)
    for name in (access.SESSION_KEY, access.CLIENT_KEY):
        request.session.pop(name, None)
    say(request, f"You have left {request.account}. What you made there stays there.")
    return redirect("account")


@require_POST
@member
def take_back(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """An invitation stops working."""
    members.check_may(request.membership)
    found = get_object_or_404(Invitation, account=request.account, pk=pk)
    invitations.revoke(found, request.membership)
    say(request, f"The invitation for {found.email} does not work any more.")
    return redirect(f"{reverse('members')}#invitations")
