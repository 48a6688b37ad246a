"""What somebody was told, and has or has not read."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from assets.views.guard import MemberRequest, member
from studio import notices

PAGE = 30


@require_safe
@member
def index(request: MemberRequest) -> HttpResponseBase:
    found = notices.of(request.account, request.user)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "notices/index.html", {"page": page})


@require_POST
@member
def follow(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """It is read, and leads to what it tells of."""
    found = notices.of(request.account, request.user).filter(pk=pk)
    notice = get_object_or_404(found)
    notices.seen(found)
    return redirect(notice.link or "notices")


@require_POST
@member
def seen(request: MemberRequest) -> HttpResponseBase:
    """All of them are read."""
    notices.seen(notices.of(request.account, request.user))
    return redirect("notices")
