"""Proposed tags on the page of an asset, and the setting of the account for them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assets import services
from assets.services import hints
from assets.views.guard import MemberRequest, wants_json, writer
from assets.views.library import find
from assets.views.toast import say


@require_POST
@writer
def decide(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """`accept` or `refuse` the proposed tag with that name; an empty name is all of them."""
    asset = find(request, pk)
    accepting = "accept" in request.POST
    name = request.POST.get("accept" if accepting else "refuse", "")
    names = [name] if name else None
    try:
        decided = (hints.accept if accepting else hints.refuse)(asset, names)
    except services.Refused as error:
        if wants_json(request):
            return JsonResponse({"message": str(error)}, status=422)
        messages.error(request, str(error))
        return redirect("asset", pk)
    if wants_json(request):
        return JsonResponse({"names": decided})
    if decided:
        done = "is a tag now" if accepting else "is not proposed again"
        say(request, f"“{decided[0]}” {done}." if len(decided) == 1 else f"{len(decided)} done.")
    return redirect("asset", pk)


@require_POST
@writer
def settings(request: MemberRequest) -> HttpResponseBase:
    """Whether what rules propose becomes a tag at once (accept_rules=1)."""
    if request.account.scope.is_limited:
        raise PermissionDenied("It is for all clients. Ask somebody who sees all of them.")
    wanted = request.POST.get("accept_rules") == "1"
    hints.set_accepts_rules(request.account, wanted)
    say(request, "New files get these tags at once." if wanted else "Tags are proposed only.")
    return redirect("account")
