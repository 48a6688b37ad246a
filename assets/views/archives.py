"""ZIPs: ordered, waited for, fetched."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets import services
from assets.models import Archive, ArchiveState
from assets.search import BadFilter
from assets.services import archives, packed
from assets.views import files, imports
from assets.views.bulk import chosen, refused
from assets.views.guard import MemberRequest, member, wants_json, writer
from assets.views.toast import say


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: MemberRequest) -> HttpResponseBase:
    """Those of the account; a POST orders one of `ids`, or of all that `filter` finds."""
    return order(request) if request.method == "POST" else shown(request)


@member
def shown(request: MemberRequest) -> HttpResponseBase:
    rows = list(mine(request).defer("wanted")[:50])
    brought = [(row, imports.words(row)) for row in imports.mine(request)[:20]]
    states = [row.state for row in rows] + [row.state for row, _ in brought]
    context = {"archives": rows, "imports": brought, "busy": {"waiting", "working"} & {*states}}
    return render(request, "library/archives.html", context)


def mine(request: MemberRequest) -> QuerySet[Archive]:
    return Archive.objects.for_account(request.account).filter(expires__gt=timezone.now())


@writer
def order(request: MemberRequest) -> HttpResponseBase:
    try:
        plain = request.POST.get("plain") == "1"
        archive = archives.order(request.account, request.user, chosen(request), plain=plain)
    except (services.Refused, BadFilter) as error:
        return refused(request, str(error))
    page = reverse("archives")
    if wants_json(request):
        return JsonResponse({"id": str(archive.pk), "page": page})
    return redirect(page)


@require_safe
@member
def fetch(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The ZIP itself; ranges are answered."""
    archive = get_object_or_404(mine(request), pk=pk, state=ArchiveState.READY)
    try:
        packed.check(request.account, archive)
    except services.Refused as error:
        raise PermissionDenied(str(error)) from None
    return files.send_archive(request, archive)


@require_POST
@writer
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    packed.delete(get_object_or_404(mine(request), pk=pk))
    say(request, "The ZIP is deleted. Its files are in the library.")
    return redirect("archives")
