"""Looking through many, one by one: the page, and the list that its script asks for in parts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assets import services
from assets.models import Asset, AssetQuerySet
from assets.search import filter_assets, page
from assets.views.bulk import ids_of
from assets.views.guard import MemberRequest, member, wants_json

MOST_IDS = 1000
PART = 500
MOST = 10_000


@require_safe
@member
def cull(request: MemberRequest) -> HttpResponseBase:
    """Of `ids` (with commas), or of all that the filters of the library find, the newest first. As
    JSON a part of the files, those behind the place ?after=; `next` is where the next part begins.
    What is decided meanwhile may take files out of what is found: none behind them is missed."""
    if wants_json(request):
        return _part(request)
    problem, total = "", 0
    try:
        total = wanted(request, request.GET)[:MOST].count()
    except ValueError as error:
        problem = str(error)
    query = request.GET.copy()
    query.pop("after", None)
    rest = {} if "ids" in query else query.dict()
    context = {"problem": problem, "total": total, "query": query.urlencode()}
    back = f"{reverse('library')}?{urlencode(rest)}" if rest else reverse("library")
    return render(request, "library/cull.html", context | {"back": back})


def _part(request: MemberRequest) -> JsonResponse:
    load = Asset.objects.defer("recipe")
    try:
        found = wanted(request, request.GET)
        rows, following = page(found, "newest", request.GET.get("after", ""), PART, load)
    except ValueError as error:
        return JsonResponse({"message": str(error)}, status=422)
    return JsonResponse({"results": [told(asset) for asset in rows], "next": following})


def wanted(request: MemberRequest, query: QueryDict) -> AssetQuerySet:
    """Raises ValueError, said for the person."""
    mine = Asset.objects.for_account(request.account)
    if "ids" not in query:
        return filter_assets(mine, query)
    try:
        ids = ids_of(query)
    except services.Refused as error:
        raise ValueError(str(error)) from None
    if len(ids) > MOST_IDS:
        raise ValueError(
            f"{len(ids):,} files were chosen one by one; the limit is {MOST_IDS:,}. Narrow the "
            "library down with a filter and look through all that fit."
        )
    return mine.live().filter(pk__in=ids)


def told(asset: Asset) -> dict[str, Any]:
    """What the script shows of a file."""
    still = reverse("asset-file", args=[asset.pk, "poster"]) if asset.poster else ""
    looks = asset.kind == "image" and asset.mime != "image/tiff"
    plays = asset.mime.startswith(("video/", "audio/"))
    original = reverse("asset-file", args=[asset.pk, "original"])
    return {
        "id": str(asset.pk),
        "title": asset.title,
        "alt": asset.alt,
        "kind": "video" if asset.mime.startswith("video/") else asset.kind,
        "still": still,
        "file": original if (looks or plays) and asset.status == "ready" else "",
        "rating": asset.rating,
        "flag": asset.flag,
        "favorite": asset.favorite,
    }
