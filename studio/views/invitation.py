"""The link of an invitation: who asks whom into what, and the button that says yes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing import access, invitations, members
from billing.clients import NotKept
from billing.models import Invitation, Role, User
from studio.sign_in import INVITATION, may_sign_up


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Looking changes nothing; a POST of somebody who is signed in accepts."""
    try:
        found = invitations.find(token)
        if request.method == "POST" and isinstance(request.user, User):
            return _accept(request, found)
    except invitations.Gone as gone:
        return render(request, "members/gone.html", {"why": gone}, status=410)
    except (PermissionDenied, NotKept) as refused:
        return _page(request, found, token, str(refused), 422)
    request.session[INVITATION] = token
    return _page(request, found, token)


def _accept(request: HttpRequest, found: Invitation) -> HttpResponseBase:
    assert isinstance(request.user, User)
    made = invitations.accept(found, request.user)
    request.session.pop(INVITATION, None)
    request.session.pop(access.CLIENT_KEY, None)
    request.session[access.SESSION_KEY] = str(made.account_id)
    messages.success(
        request, f"You are in {found.account} now, as {Role(made.role).label.lower()}."
    )
    return redirect("home")


def _page(
    request: HttpRequest, found: Invitation, token: str, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "invitation": found,
        "token": token,
        "role": Role(found.role),
        "may": members.MAY[Role(found.role)],
        "veiled": invitations.veiled(found.email),
        "refused": refused,
        "may_sign_up": may_sign_up(request),
    }
    return render(request, "members/invitation.html", context, status=status)
