"""Saved settings in the form of an operation: kept, taken back with one press, deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assets.models import Asset
from assets.views.guard import MemberRequest, writer
from assets.views.toast import say_now
from billing.models import Account
from studio import catalogue, keys, saved
from studio.models import SavedSettings
from studio.spec import Offer, Operation, Param
from studio.views.controls import text
from studio.views.stages import told


def shown(account: Account, offer: Offer, operation: Operation) -> list[dict[str, Any]]:
    """The saved settings with what the page's script fills the form with."""
    rows = list(saved.of(account, operation.key))
    spec = {p.name: p for p in offer.params(operation) if saved.keepable(p)}
    files = [n for n, p in spec.items() if p.is_asset]
    ids = {row.params[name] for row in rows for name in files if row.params.get(name)}
    found = {str(a.pk): a for a in Asset.objects.for_account(account).live().filter(pk__in=ids)}
    return [
        {"id": row.pk, "name": row.name, "told": json.dumps(_told(row, spec, found))}
        for row in rows
    ]


def _told(
    row: SavedSettings, spec: Mapping[str, Param], found: Mapping[str, Asset]
) -> dict[str, Any]:
    """`gone` names the files that are no longer in the library."""
    files = {n: p for n, p in spec.items() if p.is_asset}
    values = {n: row.params.get(n, p.default) for n, p in spec.items() if n not in files}
    named = {n: row.params[n] for n in files if row.params.get(n)}
    return {
        "name": row.name,
        "values": {
            n: str(v).lower() if isinstance(v, bool) else text(v) for n, v in values.items()
        },
        "assets": {n: told(found[named[n]]) if named.get(n) in found else None for n in files},
        "gone": [files[n].label for n, pk in named.items() if pk not in found],
    }


def _asked(request: MemberRequest, key: str) -> tuple[Operation, Offer]:
    operation = catalogue.operations().get(key)
    offers = catalogue.offers(key, keys.usable(request.account)) if operation else []
    if operation is None or not offers:
        raise Http404
    wanted = request.POST.get("offer", "")
    return operation, next((o for o in offers if o.key == wanted), offers[0])


def _list(request: MemberRequest, operation: Operation, offer: Offer) -> HttpResponse:
    context = {
        "operation": operation,
        "offer": offer,
        "saved": shown(request.account, offer, operation),
    }
    return render(request, "studio/saved.html", context)


def _refuse(words: str) -> HttpResponse:
    return say_now(HttpResponse(status=422, headers={"HX-Reswap": "none"}), words, bad=True)


@require_POST
@writer
def save(request: MemberRequest, operation: str) -> HttpResponseBase:
    """Keep what the form says under a name."""
    found, offer = _asked(request, operation)
    names = [p.name for p in offer.params(found) if saved.keepable(p)]
    said = {name: request.POST[name] for name in names if name in request.POST}
    form = saved.SettingsForm(found, offer, said, request.account)
    if not form.is_valid():
        return _refuse(form.problems()[0]["message"])
    try:
        row = saved.keep(request.user, form, request.POST.get("settings_name", ""))
    except saved.NotKept as error:
        return _refuse(str(error))
    words = f"“{row.name}” is saved for everybody in this account."
    return say_now(_list(request, found, offer), words)


@require_POST
@writer
def remove(request: MemberRequest, operation: str) -> HttpResponseBase:
    """Delete them. What was made with them stays as it is."""
    found, offer = _asked(request, operation)
    mine = saved.of(request.account, found.key)
    try:
        gone, _ = mine.own(request.account).filter(pk=request.POST.get("saved", "")).delete()
    except ValidationError:
        gone = 0
    if not gone:
        raise Http404
    return say_now(_list(request, found, offer), "Deleted.")
