"""Emptying the trash."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from assets.services import bin, bulk
from assets.views.guard import MemberRequest, writer
from assets.views.toast import say


@require_POST
@writer
def empty(request: MemberRequest) -> HttpResponseBase:
    gone, kept = bin.empty(request.account)
    words = f"{bulk.counted(gone)} {'is' if gone == 1 else 'are'} deleted for good."
    if kept:
        words += f" {bulk.counted(kept)} must stay for now: jobs still need them."
    say(request, words)
    return redirect(f"{reverse('library')}?status=trashed")
