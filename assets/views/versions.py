"""Versions of an asset: accept one, show another, see two of them side by side."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets import services
from assets.models import Asset, AssetKind
from assets.views.guard import MemberRequest, member, wants_json, writer
from assets.views.library import find
from assets.views.toast import say


@require_POST
@writer
def accept(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The asset becomes the newest version of `source`, or of what its recipe starts from."""
    result = find(request, pk)
    source = _source(request, result)
    try:
        if source is None:
            raise services.Refused(
                f"“{result.title}” was not made from anything. Name what it is a version of."
            )
        shown = services.stack_of(source).filter(stacked=False).first()
        accepted = services.accept_version(result, source)
    except services.Refused as error:
        return _refused(request, pk, str(error))
    undo = f"{reverse('asset-withdraw', args=[pk])}?shown={shown.pk if shown else source.pk}"
    words = f"Version {accepted.version} is shown now. The earlier ones are kept behind it."
    return _said(request, pk, words, undo, version=accepted.version)


def _source(request: MemberRequest, result: Asset) -> Asset | None:
    if wanted := request.POST.get("source", ""):
        return _mine(request, wanted)
    made_from = str(result.recipe.get("params", {}).get("image", ""))
    mine = result.parents.for_account(request.account)
    return next((parent for parent in mine if str(parent.pk) == made_from), None)


def _mine(request: MemberRequest, wanted: str) -> Asset:
    try:
        return find(request, UUID(wanted))
    except ValueError:
        raise Http404 from None


@require_POST
@writer
def withdraw(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The way back from `accept`; ?shown= is what stood there before."""
    asset = find(request, pk)
    shown = _mine(request, request.GET["shown"]) if request.GET.get("shown") else None
    services.withdraw_version(asset, shown)
    return _said(request, pk, f"“{asset.title}” is an asset of its own again.")


@require_POST
@writer
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Of all its versions this one is shown in the library."""
    asset = find(request, pk)
    before = services.stack_of(asset).filter(stacked=False).first()
    try:
        services.show_version(asset)
    except services.Refused as error:
        return _refused(request, pk, str(error))
    changed = before is not None and before.pk != asset.pk
    undo = reverse("asset-show-version", args=[before.pk]) if before and changed else ""
    return _said(request, pk, f"Version {asset.version} is shown now.", undo)


def _said(
    request: MemberRequest, pk: UUID, words: str, undo: str = "", **more: object
) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"message": words, "undo": undo, **more})
    say(request, words, undo=undo)
    return redirect("asset", pk)


def _refused(request: MemberRequest, pk: UUID, words: str) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"message": words}, status=422)
    messages.error(request, words)
    return redirect("asset", pk)


@require_safe
@member
def compare(request: MemberRequest) -> HttpResponseBase:
    """Two pictures on top of each other: ?a= the earlier one, ?b= the later one."""
    pair = []
    for name in ("a", "b"):
        try:
            asset = find(request, UUID(request.GET.get(name, "")))
        except (ValueError, ValidationError):
            raise Http404 from None
        if asset.kind != AssetKind.IMAGE:
            raise Http404
        pair.append(asset)
    before, after = (json.dumps(_told(asset)) for asset in pair)
    context = {"a": pair[0], "b": pair[1], "before": before, "after": after}
    return render(request, "library/compare.html", context)


def _told(asset: Asset) -> dict[str, object]:
    """What the page's script needs to show it."""
    return {
        "poster": reverse("asset-file", args=[asset.pk, "poster"]),
        "title": asset.title,
        "width": asset.width,
        "height": asset.height,
    }
