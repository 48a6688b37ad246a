"""The description that a model proposes, on the page of an asset."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assets.services import described
from assets.views.guard import MemberRequest, polled, writer
from assets.views.library import find, hints_of
from assets.views.toast import say


@require_safe
@polled
def part(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What is proposed, alone, for a page that waits for it."""
    asset = find(request, pk)
    return render(request, "library/hints.html", {"asset": asset, **hints_of(asset)})


@require_POST
@writer
def decide(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Takes the proposed description (accept=1), or puts it away."""
    asset = find(request, pk)
    accepted = request.POST.get("accept") == "1"
    described.decide_description(asset, accepted=accepted)
    say(request, "The description is taken over." if accepted else "The description is put away.")
    return redirect("asset", pk)
