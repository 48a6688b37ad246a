"""The library and the page of an asset."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from assets import services
from assets.models import Asset, AssetKind, AssetQuerySet, Status, Tag
from assets.search import SORTS, BadFilter, filter_assets, page
from assets.views.browse import active_filters
from assets.views.guard import MemberRequest, member, wants_json, writer
from assets.views.toast import say

PAGE = 36
PICKER_PAGE = 24
TAGS = 200
# Nobody reads on to the last of more than these.
MOST_COUNTED = 10_000
# So many letters are shown before and behind what is wrong with a search.
SHOWN_AROUND = 60
# Of the style sheet inside static/vendor/model-viewer.min.js; browsers name it when it is another.
VIEWER_STYLE = "'sha256-PXtZZkJMMyc18o/DN1ZEFOJ2qEGq95IQbVaJFMOXOb0='"


@require_safe
@member
def library(request: MemberRequest) -> HttpResponseBase:
    """The account's assets, filtered, in pages; or with ?pick=<kind> a choice for a dialog."""
    mine = Asset.objects.for_account(request.account)
    pick = request.GET.get("pick", "")
    if pick in AssetKind.values:
        return picker(request, mine, pick)
    problem: BadFilter | None = None
    try:
        found = filter_assets(mine, request.GET)
        listed = _page(request, found, PAGE)
    except BadFilter as error:
        found, listed, problem = mine.none(), {"assets": [], "next": ""}, error
    filters = active_filters(request.GET)
    total = found[: MOST_COUNTED + 1].count()
    context = {
        **listed,
        "total": min(total, MOST_COUNTED),
        "more_than_total": total > MOST_COUNTED,
        "problem": problem,
        "spot": _spot(request, problem),
        "filters": filters,
        "in_trash": request.GET.get("status") == "trashed",
        **_choices(request, mine),
    }
    if not context["assets"] and not problem:
        context["ways_out"] = [(f, _count(mine, f.rest)) for f in filters]
        context["is_new"] = not mine.live().exists()
    return render(request, "library/library.html", context)


def picker(request: MemberRequest, mine: AssetQuerySet, kind: str) -> HttpResponse:
    query = {"q": request.GET.get("q", "")[:200], "kind": kind, "status": "ready"}
    problem, context = "", {"assets": [], "next": ""}
    try:
        context = _page(request, filter_assets(mine, query), PICKER_PAGE)
    except BadFilter as error:
        problem = str(error)
    context["problem"] = problem
    return render(request, "library/picker.html", context | {"kind": kind, "q": query["q"]})


def _page(request: MemberRequest, found: AssetQuerySet, size: int) -> dict[str, Any]:
    """The assets behind the place ?after=, and the address of the next page; a place that is
    none begins again. Raises BadFilter."""
    sort = request.GET.get("sort") or "newest"
    try:
        rows, cursor = page(found, sort, request.GET.get("after", ""), size)
    except BadFilter as error:
        if error.name != "after":
            raise
        rows, cursor = page(found, sort, "", size)
    following = ""
    if cursor:
        query = request.GET.copy()
        query["after"] = cursor
        following = f"?{query.urlencode()}"
    return {"assets": rows, "next": following, "sort": sort, "sorts": SORTS}


def _spot(request: MemberRequest, problem: BadFilter | None) -> dict[str, str] | None:
    """The search, cut before and behind what is wrong with it."""
    if problem is None or problem.start is None:
        return None
    text, start, end = request.GET.get("q", ""), problem.start, problem.end or problem.start
    return {
        "before": text[max(0, start - SHOWN_AROUND) : start],
        "wrong": text[start : min(end, start + SHOWN_AROUND)],
        "behind": text[end : end + SHOWN_AROUND],
    }


def _count(mine: AssetQuerySet, params: dict[str, str]) -> int:
    try:
        return filter_assets(mine, params)[:MOST_COUNTED].count()
    except ValueError:
        return 0


def _choices(request: MemberRequest, mine: AssetQuerySet) -> dict[str, Any]:
    """What the filters offer: what the account has, and what is chosen already."""
    today = timezone.localdate()
    spans = (("Today", 0), ("Last 7 days", 6), ("Last 30 days", 29))
    days = {(today - timedelta(days=ago)).isoformat(): words for words, ago in spans}
    since, tag = request.GET.get("added_after", ""), request.GET.get("tag", "")
    tags = list(Tag.objects.filter(account=request.account).values_list("name", flat=True)[:TAGS])
    return {
        "kinds": AssetKind.choices,
        "modules": mine.order_by("module").values_list("module", flat=True).distinct(),
        "tags": tags if not tag or tag in tags else [tag, *tags],
        "days": days if not since or since in days else {since: f"Since {since}", **days},
    }


def find(request: MemberRequest, pk: UUID) -> Asset:
    """An asset of the account; anybody else's is a 404."""
    return get_object_or_404(Asset.objects.for_account(request.account), pk=pk)


@require_safe
@member
def asset(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    context = _asset_page(request, pk)
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
    stack = services.stack_of(found).live()
    return {
        "asset": found,
        "tag_text": ", ".join(t.name for t in found.tags.all()),
        "versions": [v for v in stack if v.account_id == found.account_id] if stack[1:] else [],
        "stands": next((v for v in stack if not v.stacked and v.pk != found.pk), None),
        "compare_with": _earlier(found),
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
def trash(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    thrown = services.trash(find(request, pk))
    say(request, f"“{thrown.title}” is in the trash.", undo=reverse("asset-restore", args=[pk]))
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
    services.purge(found)
    say(request, f"“{found.title}” is deleted for good.")
    return redirect(f"{reverse('library')}?status=trashed")


def _back(request: MemberRequest, pk: UUID) -> str:
    """The page it was asked from, if that is one of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("asset", args=[pk])
