"""Many at once from the library's page, and what somebody thinks of one."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from assets import services
from assets.models import BulkChange
from assets.search import BadFilter
from assets.services import bulk
from assets.views.guard import MemberRequest, wants_json, writer
from assets.views.library import find
from assets.views.toast import say


@require_POST
@writer
def change(request: MemberRequest) -> HttpResponseBase:
    """`verb` with its `value` for `ids` (each once, or several with commas) or for all that
    `filter`, a query string of the library, finds. With dry=1 it is only counted."""
    key, value = request.POST.get("verb", ""), request.POST.get("value")
    if ":" in key:  # a button without a script says both
        key, _, value = key.partition(":")
    try:
        ids = chosen(request)
        if request.POST.get("dry") == "1":
            told = bulk.preview(request.account, key, value, ids)
        else:
            told = bulk.apply(request.account, request.user, key, value, ids)
    except (services.Refused, BadFilter) as error:
        return refused(request, str(error))
    undo = reverse("bulk-undo", args=[told.change.pk]) if told.change else ""
    counts = {"matched": told.matched, "changed": told.changed, "unchanged": told.unchanged}
    counts["zips"] = told.zips
    return answered(request, told.words, undo, **counts)


def chosen(request: MemberRequest, most: int = bulk.MOST) -> list[UUID]:
    """What a request means: its ids, or its filter. Raises Refused and BadFilter."""
    if "filter" in request.POST and not request.POST.getlist("ids"):
        query = request.POST["filter"].removeprefix("?")
        return bulk.chosen(request.account, params=dict(parse_qsl(query)), most=most)
    return bulk.chosen(request.account, ids=ids_of(request.POST), most=most)


def ids_of(sent: QueryDict) -> list[UUID]:
    """Raises Refused."""
    words = [word for text in sent.getlist("ids") for word in text.split(",") if word]
    try:
        return [UUID(word) for word in words]
    except ValueError:
        raise services.Refused("One of the ids is not an id. Choose the files again.") from None


@require_POST
@writer
def undo(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    mine = BulkChange.objects.for_account(request.account)
    row = get_object_or_404(mine, pk=pk)
    try:
        back = bulk.undo(row)
    except services.Refused as error:
        return refused(request, str(error))
    left = row.changed - back
    words = f"{bulk.counted(back)} {'is' if back == 1 else 'are'} as before."
    if left > 0:
        words += f" {left:,} {'was' if left == 1 else 'were'} changed since and left alone."
    return answered(request, words, "", restored=back, left=max(0, left))


@require_POST
@writer
def judge(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Any of `rating`, `flag` and `favorite`, set to what is said: repeating is safe."""
    asset, sent = find(request, pk), request.POST
    said: dict[str, Any] = {}
    try:
        if "rating" in sent:
            said["rating"] = bulk.VERBS["rate"].check(request.account, sent["rating"])
        if "flag" in sent:
            said["flag"] = bulk.VERBS["flag"].check(request.account, sent["flag"])
        if "favorite" in sent:
            said["favorite"] = sent["favorite"] == "1"
        services.judge(asset, **said)
    except services.Refused as error:
        return refused(request, str(error))
    if wants_json(request):
        now = {"rating": asset.rating, "flag": asset.flag, "favorite": asset.favorite}
        return JsonResponse(now)
    return redirect(back_of(request, reverse("asset", args=[pk])))


def answered(request: MemberRequest, words: str, undo: str, **more: object) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"message": words, "undo": undo, **more})
    say(request, words, undo=undo)
    return redirect(back_of(request, reverse("library")))


def refused(request: MemberRequest, words: str) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"message": words}, status=422)
    messages.error(request, words)
    return redirect(back_of(request, reverse("library")))


def back_of(request: MemberRequest, otherwise: str) -> str:
    """The page it was asked from, if that is one of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return otherwise
