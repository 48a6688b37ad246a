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
    done = bin.empty(request.account)
    words = f"{bulk.counted(done.gone)} {'is' if done.gone == 1 else 'are'} deleted for good."
    if done.left:
        words += f" {bulk.counted(done.left)} more are looked at in the background."
    if done.kept:
        words += f" {bulk.counted(done.kept)} must stay for now: jobs or open boards need them."
    say(request, words)
    return redirect(f"{reverse('library')}?status=trashed")
