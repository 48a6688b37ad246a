"""The page of the tags."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets import services
from assets.models import BulkChange, Tag
from assets.services import bulk, tags
from assets.views.bulk import answered, refused
from assets.views.guard import MemberRequest, member, writer


@require_safe
@member
def index(request: MemberRequest) -> HttpResponseBase:
    return render(request, "library/tags.html", {"tags": tags.listed(request.account)})


def find(request: MemberRequest, pk: int) -> Tag:
    return get_object_or_404(Tag.objects.for_account(request.account), pk=pk)


@require_POST
@writer
def rename(request: MemberRequest, pk: int) -> HttpResponseBase:
    """`name`: another one, with slashes where it is to be nested; that of a tag merges the two."""
    tag, name = find(request, pk), request.POST.get("name", "")
    try:
        change = tags.rename(request.account, request.user, tag, name)
    except services.Refused as error:
        return refused(request, str(error))
    return _said(request, f"“{tag.name}” has its new name", change)


@require_POST
@writer
def delete(request: MemberRequest, pk: int) -> HttpResponseBase:
    tag = find(request, pk)
    try:
        change = tags.delete(request.account, request.user, tag)
    except services.Refused as error:
        return refused(request, str(error))
    return _said(request, f"“{tag.name}” is gone", change)


def _said(request: MemberRequest, words: str, change: BulkChange | None) -> HttpResponseBase:
    files = bulk.counted(change.changed if change else 0)
    undo = reverse("bulk-undo", args=[change.pk]) if change else ""
    return answered(request, f"{words} ({files}).", undo)
