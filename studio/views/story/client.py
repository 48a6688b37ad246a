"""A story goes to another client, with what belongs to it; counted before it is done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assets.models import BulkChange
from assets.services import Refused
from assets.views.guard import MemberRequest, writer
from assets.views.toast import say
from billing import clients
from studio.models import Story
from studio.stories import moving
from studio.views.story.shown import find


@require_http_methods(["GET", "HEAD", "POST"])
@writer
def move(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Whom it could go to. A POST moves it to `client`, an id or "none"; with dry=1 it is counted
    what would go with it."""
    story = find(request, pk)
    if request.method != "POST":
        return _page(request, story)
    # The button moves to the one that was counted, whatever is chosen beside it by now.
    wanted = request.POST.get("to") or request.POST.get("client", "")
    dry = request.POST.get("dry") == "1"
    try:
        told = moving.move(request.account, request.user, story, wanted, dry=dry)
    except Refused as refused:
        return _page(request, story, 422, wanted=wanted, refused=str(refused))
    if dry:
        return _page(request, story, wanted=wanted, told=told)
    back = reverse("story-client-undo", args=[pk, told.change.pk]) if told.change else ""
    say(request, told.words, undo=back)
    there = request.account.scope.holds(told.client.pk if told.client else None)
    return redirect("story", pk) if there else redirect("stories")


def _page(request: MemberRequest, story: Story, status: int = 200, **said: Any) -> HttpResponse:
    offered = [one for one in clients.choices(request.account) if one.pk != story.client_id]
    none = story.client_id is not None and not request.account.scope.is_limited
    context = {"story": story, "offered": offered, "none": none, "wanted": "", **said}
    return render(request, "studio/story/client.html", context, status=status)


@require_POST
@writer
def undo(request: MemberRequest, pk: UUID, change: UUID) -> HttpResponseBase:
    everywhere = request.account.widest()
    story = get_object_or_404(Story.objects.for_account(everywhere).live(), pk=pk)
    row = get_object_or_404(BulkChange.objects.for_account(everywhere), pk=change)
    try:
        moving.undo(request.account, story, row)
    except Refused as refused:
        say(request, str(refused))
        return redirect("stories")
    say(request, f"“{story.title}” is where it was, with its files.")
    story.refresh_from_db(fields=["client"])
    there = request.account.scope.holds(story.client_id)
    return redirect("story", pk) if there else redirect("stories")
