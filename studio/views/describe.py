"""Asking a model for tags and a description of an asset."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from assets.models import Asset
from assets.services import Refused
from assets.views.guard import MemberRequest, wants_json, writer
from assets.views.toast import say
from studio import describing


@require_POST
@writer
def describe(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    asset = get_object_or_404(Asset.objects.for_account(request.account).live(), pk=pk)
    try:
        if not describing.ask(request.account, [asset.pk]):
            raise Refused(f"“{asset.title}” has no picture that a model could look at.")
    except Refused as error:
        if wants_json(request):
            return JsonResponse({"message": str(error)}, status=422)
        messages.error(request, str(error))
        return redirect("asset", pk)
    words = "The model looks at it. What it proposes appears here."
    if wants_json(request):
        return JsonResponse({"message": words}, status=202)
    say(request, words)
    return redirect("asset", pk)
