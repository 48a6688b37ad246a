"""From the library into a module: what can be made of the chosen files, all at once or of each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assets.models import Asset, AssetKind
from assets.search import BadFilter
from assets.services import Refused, bulk
from assets.views.bulk import ids_of
from assets.views.guard import MemberRequest, writer
from assets.views.toast import say
from billing.services import MoneyRefused
from studio import jobs, sending
from studio.batches.sheet import MOST_ROWS
from studio.fields import spoken
from studio.orders import MOST
from studio.views.price_words import anew, on_the_button

# Files that the page of the library names in an address; when there are more it leaves some out.
NAMED = 100


@require_safe
@writer
def send(request: MemberRequest) -> HttpResponseBase:
    """The choice of operations for `ids`, or for what `filter`, a query string of the library,
    finds: at most as many as one order may have results."""
    try:
        assets = chosen(request, request.GET)
    except (Refused, BadFilter) as error:
        told = {"problem": str(error), "query": _for_a_batch(request)}
        return render(request, "studio/send.html", told, status=422)
    ids = [str(asset.pk) for asset in assets]
    account, several = request.account, len(assets) > 1
    context = {
        "assets": assets,
        "counted": sending.counted(assets),
        "together": sending.together(account, assets),
        "compare": f"{reverse('compare')}?{urlencode(dict(zip('ab', ids, strict=False)))}"
        if [asset.kind for asset in assets] == [AssetKind.IMAGE] * 2
        else "",
        "each": sending.one_each(account, assets) if several else [],
        "need_words": sending.need_words(account, assets) if several else [],
        "mixed": len({asset.kind for asset in assets}) > 1,
        "ids": ",".join(ids),
        "reversed": ",".join(reversed(ids)) if several else "",
    }
    return render(request, "studio/send.html", context)


def _for_a_batch(request: MemberRequest) -> str:
    """The same question, where a batch can take what it finds and the address names all of it."""
    if len(request.GET.get("ids", "").split(",")) > NAMED:
        return ""
    try:
        return request.GET.urlencode() if chosen(request, request.GET, MOST_ROWS) else ""
    except (Refused, BadFilter):
        return ""


def chosen(request: MemberRequest, given: QueryDict, most: int = MOST) -> list[Asset]:
    """Those that are meant and can be worked on, in the order in which they were named. Raises
    Refused and BadFilter."""
    query = given.get("filter")
    if query is not None and not given.getlist("ids"):
        params = dict(parse_qsl(query.removeprefix("?")))
        ids = bulk.chosen(request.account, params=params, most=most)
    else:
        ids = bulk.chosen(request.account, ids=ids_of(given), most=most)
    rows = Asset.objects.for_account(request.account).in_bulk(ids)
    found = sending.usable(rows[pk] for pk in ids if pk in rows)
    if not found:
        raise Refused(
            "None of these files can be worked on: they are gone, in the trash, or were not "
            "chosen at all. Choose some in the library and send them again."
        )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@writer
def each(request: MemberRequest, operation: str) -> HttpResponseBase:
    """One result of each file with the usual settings: its price, and with a POST the order."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        assets = chosen(request, given)
    except (Refused, BadFilter) as error:
        return render(request, "studio/send.html", {"problem": str(error)}, status=422)
    way = sending.way_of(request.account, operation, assets)
    if way is None:
        raise Http404
    if request.method == "POST":
        return _order(request, way, assets)
    return _each_page(request, way, assets)


def _each_page(
    request: MemberRequest, way: sending.Way, assets: list[Asset], problem: str = "", key: str = ""
) -> HttpResponseBase:
    context: dict[str, Any] = {
        "way": way,
        "assets": assets,
        "counted": sending.counted(assets),
        "ids": ",".join(str(asset.pk) for asset in assets),
        "key": key or str(uuid.uuid4()),
        "problem": problem,
    }
    status = 422 if problem else 200
    try:
        wanted = sending.wanted(way, request.account, request.user, assets, resolve=False)
    except Refused as error:
        context["problem"], status = problem or str(error), 422
    else:
        terms = jobs.together([jobs.terms_of(one, request.account) for one in wanted])
        doer = wanted[0].doers[0]
        context |= {
            "terms": terms,
            "label": on_the_button(terms.shown),
            "left": request.account.available - terms.price.amount,
            "doer": doer,
            "rows": _same(way, [one.doers[0].params for one in wanted]),
        }
    return render(request, "studio/send_each.html", context, status=status)


def _same(way: sending.Way, params: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(label, value in words) of the settings that all of them have."""
    first, *others = params
    return [
        (p.label, spoken(p, first[p.name]))
        for p in way.offer.params(way.operation)
        if not p.is_asset and first.get(p.name) is not None
        if all(other.get(p.name) == first[p.name] for other in others)
    ]


def _order(request: MemberRequest, way: sending.Way, assets: list[Asset]) -> HttpResponseBase:
    key = "".join(c for c in request.POST.get("key", "")[:100] if c.isprintable())
    agreed = request.POST.get("shown")
    try:
        wanted = sending.wanted(way, request.account, request.user, assets)
        made, _ = jobs.create_run(
            request.account, request.user, way.operation, wanted, key=key or None, agreed=agreed
        )
    except jobs.KeyReused:
        return _each_page(request, way, assets, "This page was sent already. Press again to order.")
    except jobs.TermsChanged as error:
        return _each_page(request, way, assets, anew(error), key)
    except (Refused, MoneyRefused) as error:
        return _each_page(request, way, assets, str(error), key)
    say(request, f"{len(made)} {'is' if len(made) == 1 else 'are'} being made.")
    return redirect("operation", way.operation.module, way.operation.key)
