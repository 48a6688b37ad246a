"""Giving back what is held for work that is no more: asked once, then done by the service."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from billing.models import Entry, Kind
from billing.services import as_credits
from studio import jobs
from studio.jobs import held
from studio.office.confirm import CONFIRMED, Line


@require_POST
def release(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("studio.change_job"):
        raise PermissionDenied("You may look at jobs, not change them.")
    reference = request.POST.get("reference", "")[:100]
    hold = (
        Entry.objects.filter(reference=reference, kind=Kind.HOLD).select_related("account").first()
    )
    if hold and request.POST.get(CONFIRMED) != "yes":
        words = (
            f"{as_credits(hold.amount)} that are held go back to {hold.account}. Nothing is "
            "charged for this work."
        )
        context = {
            **admin.site.each_context(request),
            "title": "Release what is held?",
            "verb": "Release",
            "lines": [Line(reference, hold.note, words)],
            "fields": [("reference", reference)],
            "back_address": reverse("admin:index"),
        }
        return TemplateResponse(request, "office/confirm.html", context)
    try:
        amount = held.release(reference, f"released by {request.user}")
    except jobs.NotPossible as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{as_credits(amount)} went back.")
    return redirect("admin:index")
