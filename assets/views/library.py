"""The page of an asset, and what is done there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from assets import services
from assets.models import Asset, AssetKind, Description, Status
from assets.services import bin, described
from assets.services.hints import open_hints
from assets.services.lineage import used_in
from assets.views.guard import MemberRequest, member, wants_json, writer
from assets.views.lineage import drawn
from assets.views.toast import say

ALIKE = 8
# Of the style sheet inside static/vendor/model-viewer.min.js; browsers name it when it is another.
VIEWER_STYLE = "'sha256-PXtZZkJMMyc18o/DN1ZEFOJ2qEGq95IQbVaJFMOXOb0='"


def find(request: MemberRequest, pk: UUID) -> Asset:
    """An asset of the account; anybody else's is a 404."""
    return get_object_or_404(Asset.objects.for_account(request.account), pk=pk)


@require_safe
@member
def asset(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    context = _asset_page(request, pk)
    if "prefetch" not in request.headers.get("Sec-Purpose", "") and request.method == "GET":
        services.count(pk, "opens")
    return _answer(request, context)


def _answer(request: MemberRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page of an asset. The viewer of 3D models may do what other pages may not: read blobs of
    its own, into which it unpacks textures, and use the one style sheet that it comes with."""
    response = render(request, "library/asset.html", context, status=status)
    if context["asset"].kind == AssetKind.MODEL:
        widened = {"connect-src": ["'self'", "blob:"], "style-src": ["'self'", VIEWER_STYLE]}
        setattr(response, "_csp_config", {**settings.SECURE_CSP, **widened})  # noqa: B010
    return response


def _asset_page(request: MemberRequest, pk: UUID) -> dict[str, Any]:
    live = Asset.objects.for_account(request.account).live()
    mine = Asset.objects.for_account(request.account).prefetch_related(
        "tags", Prefetch("parents", live), Prefetch("children", live)
    )
    found = get_object_or_404(mine, pk=pk)
    stack = services.stack_of(found).live().filter(request.account.scope.q())
    return {
        "asset": found,
        "days_left": bin.days_left(found),
        "in_collections": found.collections.for_account(request.account),
        "tag_text": ", ".join(t.name for t in found.tags.all()),
        "versions": [v for v in stack if v.account_id == found.account_id] if stack[1:] else [],
        "stands": next((v for v in stack if not v.stacked and v.pk != found.pk), None),
        "compare_with": _earlier(found),
        "lineage": drawn(found),
        "used_in": used_in([found]) if found.trashed else "",
        **hints_of(found),
        "alike": services.alike(found, ALIKE),
        "twin": services.twin_of(found),
    }


def hints_of(asset: Asset) -> dict[str, Any]:
    """What is proposed for an asset, for its page."""
    return {
        "hints": open_hints(asset),
        "described": Description.objects.filter(asset=asset).first(),
        "can_be_described": asset.kind in described.SEEN and asset.status == Status.READY,
    }


def _earlier(asset: Asset) -> Asset | None:
    """What a picture was made from, to see the two side by side."""
    if asset.kind != AssetKind.IMAGE or asset.status != Status.READY:
        return None
    pictures = [p for p in asset.parents.all() if p.kind == AssetKind.IMAGE]
    made_from = str(asset.recipe.get("params", {}).get("image", ""))
    return next((p for p in pictures if str(p.pk) == made_from), pictures[0] if pictures else None)


@require_POST
@writer
def edit(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Title, tags (separated by commas) and description."""
    sent = {name: request.POST.get(name, "") for name in ("title", "tags", "alt")}
    try:
        services.update(
            find(request, pk), title=sent["title"], tags=sent["tags"].split(","), alt=sent["alt"]
        )
    except services.Refused as error:
        context = _asset_page(request, pk) | {"problem": str(error), "sent": sent}
        return _answer(request, context, status=422)
    say(request, "Saved.")
    return redirect("asset", pk)


@require_POST
@writer
def favorite(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Sets it to what is asked for (favorite=1 or 0), so that a repeat changes nothing."""
    wanted = request.POST.get("favorite") == "1"
    services.set_favorite(find(request, pk), wanted)
    if wants_json(request):
        return JsonResponse({"favorite": wanted})
    return redirect(_back(request, pk))


@require_POST
@writer
def focus(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Remembers the spot that stays in view: focus=0.3,0.5, or nothing to forget it."""
    said = request.POST.get("focus", "")
    try:
        x, y = (float(part) for part in said.split(",")) if said else (None, None)
        services.set_focus(find(request, pk), None if x is None or y is None else (x, y))
    except (ValueError, services.Refused):
        words = f"“{said[:40]}” is no point. Give two numbers from 0 to 1, such as 0.3,0.5."
        return JsonResponse({"message": words}, status=422)
    return JsonResponse({"focus": None if x is None else [x, y]})


@require_POST
@writer
def trash(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    thrown = services.trash(find(request, pk))
    words = f"“{thrown.title}” is in the trash."
    if used := used_in([thrown]):
        words += f" {used[:1].upper()}{used[1:]}."
    say(request, words, undo=reverse("asset-restore", args=[pk]))
    return redirect("library")


@require_POST
@writer
def restore(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    restored = services.restore(find(request, pk))
    say(request, f"“{restored.title}” is back in the library.")
    return redirect("asset", pk)


@require_POST
@writer
def purge(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Delete for good what is in the trash."""
    found = find(request, pk)
    if not found.trashed:
        say(request, f"“{found.title}” is not in the trash. Move it there first.")
        return redirect("asset", pk)
    try:
        bin.purge_one(found)
    except services.Refused as error:
        messages.error(request, str(error))
        return redirect("asset", pk)
    say(request, f"“{found.title}” is deleted for good.")
    return redirect(f"{reverse('library')}?status=trashed")


def _back(request: MemberRequest, pk: UUID) -> str:
    """The page it was asked from, if that is one of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("asset", args=[pk])
