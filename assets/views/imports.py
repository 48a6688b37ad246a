"""ZIPs into the library: sent, watched, and what was refused."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from assets import services
from assets.models import Import, ImportState, PartUpload
from assets.services import imports
from assets.views.guard import MemberRequest, member, wants_json, writer
from assets.views.toast import say

MOST_REASONS = 500


def mine(request: MemberRequest) -> QuerySet[Import]:
    return Import.objects.for_account(request.account).filter(expires__gt=timezone.now())


@require_POST
@writer
def order(request: MemberRequest) -> HttpResponseBase:
    """Takes a ZIP: `file`, or the `upload` that came in parts."""
    try:
        row = _ordered(request)
    except services.Busy as error:
        return JsonResponse({"message": str(error)}, status=409)
    except services.Refused as error:
        if wants_json(request):
            return JsonResponse({"message": str(error)}, status=422)
        messages.error(request, str(error))
        return redirect("archives")
    if wants_json(request):
        return JsonResponse(told(row), status=201)
    return redirect("import", row.pk)


def _ordered(request: MemberRequest) -> Import:
    file, pk = request.FILES.get("file"), request.POST.get("upload", "")
    if isinstance(file, UploadedFile):
        return imports.order(request.account, request.user, file, file.name or "import.zip")
    if not pk:
        raise services.Refused("No ZIP was sent. Choose one.")
    try:
        wanted = UUID(pk)
    except ValueError:
        raise Http404 from None
    uploads = PartUpload.objects.for_account(request.account.widest())
    upload = get_object_or_404(uploads.filter(expires__gt=timezone.now()), pk=wanted)
    return imports.order_parts(request.account, request.user, upload)


def told(row: Import) -> dict[str, object]:
    """For the tray: how far it is, in words."""
    return {
        "id": str(row.pk),
        "title": row.name,
        "url": reverse("import", args=[row.pk]),
        "over": row.state in (ImportState.DONE, ImportState.FAILED),
        "failed": row.state == ImportState.FAILED,
        "refused": row.refused,
        "share": row.done / row.count if row.count else 0,
        "words": words(row),
    }


def words(row: Import) -> str:
    """`12 restored, 3 were here already, 1 refused`."""
    if row.state == ImportState.FAILED:
        return row.error
    if row.state != ImportState.DONE:
        return f"Unpacking {row.done:,} of {row.count:,}" if row.count else "Waiting"
    parts = []
    if row.restored or not row.done:
        parts.append(f"{row.restored:,} {'restored' if row.ours else 'new'}")
    if row.known:
        parts.append(f"{row.known:,} {'was' if row.known == 1 else 'were'} here already")
    if row.refused:
        parts.append(f"{row.refused:,} refused")
    return ", ".join(parts)


@require_safe
@member
def report(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What became of each file; JSON for the tray."""
    row = get_object_or_404(mine(request), pk=pk)
    if wants_json(request):
        return JsonResponse(told(row))
    said = row.items.exclude(why="")
    refused = said.filter(outcome="refused")
    context = {
        "one": row,
        "words": words(row),
        "busy": row.state in (ImportState.WAITING, ImportState.WORKING),
        "refused": refused[:MOST_REASONS],
        "more": max(0, row.refused - MOST_REASONS),
        "noted": said.exclude(outcome="refused")[:MOST_REASONS],
    }
    return render(request, "library/import.html", context)


@require_POST
@writer
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    imports.delete(get_object_or_404(mine(request), pk=pk))
    say(request, "The import is forgotten. What it brought is in the library.")
    return redirect("archives")
