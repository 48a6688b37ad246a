"""The page of the collections, and what is done with one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assets import services
from assets.models import Asset, Collection
from assets.services import collections, places
from assets.views.bulk import answered, refused
from assets.views.guard import MemberRequest, member, wants_json, writer
from assets.views.toast import say

COVERS = 300


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: MemberRequest) -> HttpResponseBase:
    """The tree; as JSON for a choice. A POST makes one: `name`, and `parent` if it is nested."""
    return make(request) if request.method == "POST" else shown(request)


@member
def shown(request: MemberRequest) -> HttpResponseBase:
    nodes = collections.tree(request.account)
    if wants_json(request):
        return JsonResponse({"results": [_told(node) for node in nodes]})
    mine = Asset.objects.for_account(request.account).live()
    rows = mine.exclude(thumbnail="").filter(items__isnull=False)
    pairs = rows.order_by("-items__added").values_list("items__collection", "pk")[:COVERS]
    covers = dict(reversed(list(pairs)))
    tree = [{"node": node, "cover": covers.get(node.collection.pk)} for node in nodes]
    return render(request, "library/collections.html", {"tree": tree, "nodes": nodes})


def _told(node: collections.Node) -> dict[str, Any]:
    one = node.collection
    return {"id": str(one.pk), "name": one.name, "path": node.path, "count": node.nested}


@writer
def make(request: MemberRequest) -> HttpResponseBase:
    try:
        made = collections.make(
            request.account, request.POST.get("name", ""), parent=_parent(request)
        )
    except services.Refused as error:
        return refused(request, str(error))
    words = f"“{made.name}” is there."
    return answered(request, words, "", id=str(made.pk), name=made.name)


def _parent(request: MemberRequest) -> Collection | None:
    wanted = request.POST.get("parent", "")
    if not wanted:
        return None
    try:
        return find(request, UUID(wanted))
    except ValueError:
        raise services.Refused("The parent is not an id. Choose a collection.") from None


def find(request: MemberRequest, pk: UUID) -> Collection:
    return get_object_or_404(Collection.objects.for_account(request.account), pk=pk)


@require_POST
@writer
def change(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """`name` and `note`; or `step` (-1, 1); or `parent` (empty: on top) with a `place`."""
    one, sent = find(request, pk), request.POST
    try:
        if "step" in sent:
            collections.step(one, -1 if sent["step"] == "-1" else 1)
        elif "parent" in sent:
            place = sent.get("place", "")
            at = int(place[:6]) if place.isascii() and place.isdigit() else None
            collections.move(one, _parent(request), at)
        else:
            collections.change(one, name=sent.get("name"), note=sent.get("note"))
    except services.Refused as error:
        return refused(request, str(error))
    return answered(request, "Saved.", "", id=str(one.pk))


@require_POST
@writer
def arrange(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """`ids` (with commas) `before` or `behind` another file, or one a `step` (-1, 1) on."""
    one, sent = find(request, pk), request.POST
    try:
        ids = [_id(text) for text in sent.get("ids", "").split(",") if text]
        if "step" in sent and len(ids) == 1:
            places.step(one, ids[0], -1 if sent["step"] == "-1" else 1)
        else:
            before, behind = (_id(sent[n]) if sent.get(n) else None for n in ("before", "behind"))
            places.put(one, ids, before=before, behind=behind)
    except services.Refused as error:
        return refused(request, str(error))
    words = "Moved." if len(ids) == 1 else f"{len(ids)} files are moved."
    return answered(request, words, "", id=str(one.pk))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise services.Refused(
            f"“{text[:40]}” is not the id of a file. Load the page again and choose it there."
        ) from None


@require_POST
@writer
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    one = find(request, pk)
    gone = collections.delete(one)
    more = f" with {gone - 1} inside it" if gone > 1 else ""
    say(request, f"The collection “{one.name}” is gone{more}. Its files are in the library.")
    return redirect(reverse("collections"))
