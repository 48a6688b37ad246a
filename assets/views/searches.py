"""Saved searches of the person who asks."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assets.models import SavedSearch
from assets.services import searches as saved
from assets.views.guard import MemberRequest, member, writer
from assets.views.toast import say


def address(row: SavedSearch) -> str:
    """Where the search leads."""
    said = {"q": row.q, "sort": row.sort, "view": row.view}
    usual = {"q": "", "sort": "newest", "view": "grid"}
    query = {name: value for name, value in said.items() if value != usual[name]}
    return f"{reverse('library')}?{urlencode(query)}" if query else reverse("library")


@require_http_methods(["GET", "HEAD", "POST"])
@member
def searches(request: MemberRequest) -> HttpResponseBase:
    """All of them, to rename, pin and delete; a POST keeps one more."""
    if request.method == "POST":
        return _save(request)
    return _page(request)


def _page(request: MemberRequest, problem: str = "", status: int = 200) -> HttpResponse:
    rows = [(row, address(row)) for row in saved.of(request.account, request.user)]
    context = {"rows": rows, "problem": problem, "sent": request.POST}
    return render(request, "library/searches.html", context, status=status)


@writer
def _save(request: MemberRequest) -> HttpResponseBase:
    sent = {name: request.POST.get(name, "") for name in ("name", "q")}
    sent["sort"] = request.POST.get("sort") or "newest"
    sent["view"] = request.POST.get("view") or "grid"
    try:
        row = saved.save(
            request.account, request.user, **sent, pinned=request.POST.get("pinned") == "1"
        )
    except saved.NotSaved as error:
        return _page(request, str(error), 422)
    say(request, f"“{row.name}” is saved{' and pinned to Home' if row.pinned else ''}.")
    return redirect(address(row))


def _find(request: MemberRequest, pk: UUID) -> SavedSearch:
    return get_object_or_404(saved.of(request.account, request.user), pk=pk)


@require_POST
@writer
def change(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """`name` and `pinned` (1 or 0), whichever is sent."""
    row = _find(request, pk)
    said: dict[str, str | bool] = {}
    if "name" in request.POST:
        said["name"] = request.POST["name"]
    if "pinned" in request.POST:
        said["pinned"] = request.POST["pinned"] == "1"
    try:
        saved.change(row, **said)
    except saved.NotSaved as error:
        return _page(request, str(error), 422)
    say(request, f"“{row.name}” is changed.")
    return redirect("searches")


@require_POST
@writer
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    row = _find(request, pk)
    row.delete()
    say(request, f"The search “{row.name}” is deleted. What it found stays.")
    return redirect("searches")
