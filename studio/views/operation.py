"""The page of an operation: one for all of them, drawn from what the operation declares."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assets.models import Asset
from assets.views.guard import MemberRequest, is_htmx, member, polled, writer
from billing.models import Account
from billing.pricing import about
from billing.services import InsufficientCredits
from studio import catalogue, jobs, keys
from studio.forms import OperationForm
from studio.models import Job
from studio.orders import GRID_PARAMS, OrderForm
from studio.spec import Offer, Operation
from studio.templatetags.zoetrope import spoken
from studio.views import models, prompts
from studio.views.cards import cards
from studio.views.controls import groups
from studio.views.price_words import anew, on_the_button
from studio.views.samples import SAMPLES, ideas
from studio.views.stages import stage_of
from studio.words.style import as_sent

RESULTS = 12
OURS = ("offer", "key", "shown", "count", "csrfmiddlewaretoken")
AXES = tuple((f"grid_{n}", f"grid_{n}_values") for n in range(1, GRID_PARAMS + 1))


@require_http_methods(["GET", "HEAD", "POST"])
@member
def operation(request: MemberRequest, module: str, key: str) -> HttpResponseBase:
    """Show the form; a POST orders a job."""
    found = find(module, key)
    if not catalogue.offers(key, keys.usable(request.account)):
        return nobody(request, found)
    if request.method == "POST":
        return submit(request, found)
    initial, made_by = start_with(request, found)
    wanted = request.GET.get("offer", "") or made_by
    offer = choose(found, wanted, request.account)
    account, user = request.account, request.user
    if made_by:
        forget_proposals(found, offer, initial)
    form = OperationForm(found, offer, account=account, user=user, initial=initial)
    missing = wanted if wanted and wanted != offer.key else ""
    return render(request, "studio/operation.html", page(request, form) | {"missing": missing})


def find(module: str, key: str) -> Operation:
    found = catalogue.operations().get(key)
    if found is None or found.module != module:
        raise Http404
    return found


def choose(operation: Operation, key: str, account: Account) -> Offer:
    """The offer asked for, else the first."""
    offers = catalogue.offers(operation.key, keys.usable(account))
    if not offers:
        raise Http404
    return next((o for o in offers if o.key == key), offers[0])


def nobody(request: MemberRequest, operation: Operation) -> HttpResponse:
    """Nobody can do it for this account yet: who could, and what that takes."""
    context = {
        "operation": operation,
        "siblings": models.siblings(operation),
        "locked": models.locked(operation, request.account),
    }
    return render(request, "studio/locked.html", context)


def start_with(request: MemberRequest, operation: Operation) -> tuple[dict[str, Any], str]:
    """What the form is filled with, and the offer that it was for: the recipe of an asset (?from=)
    or of a job (?job=), or the asset itself as the source; else what the address says by name."""
    if (job := _mine(Job.objects, request, "job")) and job.operation == operation.key:
        return dict(job.params), job.offer
    asset = _mine(Asset.objects.live(), request, "from")
    if asset is None:
        query = request.GET
        return {p.name: query[p.name] for p in operation.params if p.name in query}, ""
    if asset.recipe.get("operation") == operation.key:
        return dict(asset.recipe["params"]), asset.recipe.get("offer", "")
    fitting = (p for p in operation.params if p.is_asset and p.asset_kind == asset.kind)
    names = [p.name for p in fitting if p.kind != "mask"]
    return {name: str(asset.pk) for name in names[:1]}, ""


def forget_proposals(operation: Operation, offer: Offer, initial: dict[str, Any]) -> None:
    """What was only proposed is proposed anew, so that it follows the other controls again."""
    for param in offer.params(operation):
        if param.derive and initial.get(param.name) == param.derive(initial):
            initial.pop(param.name, None)


def _mine(manager: Any, request: MemberRequest, name: str) -> Any:
    if not (wanted := request.GET.get(name)):
        return None
    try:
        return manager.for_account(request.account).get(pk=wanted)
    except (manager.model.DoesNotExist, ValidationError):
        raise Http404 from None


def page(request: MemberRequest, form: OperationForm, key: str = "") -> dict[str, Any]:
    """Everything that the page and its form show."""
    operation, offer = form.operation, form.offer
    mine = Job.objects.for_account(request.account).filter(operation=operation.key)
    return {
        "operation": operation,
        "offer": offer,
        "siblings": models.siblings(operation),
        "models": models.usable(operation, request.account, offer),
        "locked": models.locked(operation, request.account),
        "takes_picture": any(p.kind == "image" for p in form.spec.values()),
        "provider": catalogue.provider_of(offer),
        "form": form,
        "groups": groups(form),
        "problems": form.non_field_errors() if form.is_bound else [],
        "key": key or str(uuid.uuid4()),
        "sent": sent(operation, offer, said(form), request.account, several(request.POST)),
        "many": several(request.POST),
        "axes": [
            {"name": n, "param": request.POST.get(n, ""), "values": request.POST.get(v, "")}
            for n, v in AXES
        ],
        "varied": [p for p in form.spec.values() if not p.is_asset and p.kind != "text"],
        "cards": cards(mine[:RESULTS], request.account),
        "samples": SAMPLES.values(),
        "ideas": ideas(operation, local=catalogue.provider_of(offer).local),
        "stage": stage_of(operation, form.spec),
        "filled": bool(form.is_bound or form.initial),
        **prompts.helper(form),
    }


def said(form: OperationForm) -> dict[str, Any]:
    """What the form holds at the moment, apart from files."""
    values = form.data if form.is_bound else form.initial
    return {n: values[n] for n, p in form.spec.items() if n in values and not p.is_asset}


def fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The params of a request, without what belongs to the page."""
    ours = {*OURS, *(name for axis in AXES for name in axis)}
    return {name: data[name] for name in data if name not in ours}


def several(data: Mapping[str, Any]) -> dict[str, Any]:
    """How many, and the grid: "3, 5, 7" are three values of a param."""
    grid = {
        data[name]: [value.strip() for value in data.get(values, "").split(",") if value.strip()]
        for name, values in AXES
        if data.get(name)
    }
    return {"count": data.get("count") or 1, "grid": grid}


@writer
def submit(request: MemberRequest, operation: Operation) -> HttpResponseBase:
    """Order the job, once per key, or say beside each control what is wrong."""
    offer = choose(operation, request.POST.get("offer", ""), request.account)
    key = "".join(c for c in request.POST.get("key", "")[:100] if c.isprintable())
    form = OrderForm(
        operation,
        offer,
        fields(request.POST),
        request.FILES,
        account=request.account,
        user=request.user,
        **several(request.POST),
    )
    if not form.is_valid():
        return refuse(request, form, key)
    try:
        made, _ = form.create_jobs(key=key or None, change=True, agreed=request.POST.get("shown"))
    except jobs.TermsChanged as error:
        form.add_error(None, anew(error))
        return refuse(request, form, key)
    except InsufficientCredits as error:
        form.add_error(None, str(error))
        return refuse(request, form, key)
    if not is_htmx(request):
        return redirect("job", made[0].pk)
    new = cards(made, request.account)
    context = {"cards": new, "key": str(uuid.uuid4()), "fresh": True}
    response = render(request, "studio/ordered.html", context)
    response.headers["HX-Trigger"] = "jobs-changed, ordered"
    return response


def refuse(request: MemberRequest, form: OperationForm, key: str) -> HttpResponse:
    """The form again, with its messages: as a page, or as the part that the page replaces."""
    part = is_htmx(request)
    template = "studio/form.html" if part else "studio/operation.html"
    wanted = request.POST.get("offer", "")[:100]
    missing = wanted if wanted != form.offer.key else ""
    context = page(request, form, key) | {"missing": missing}
    response = render(request, template, context, status=422)
    if part:
        response.headers["HX-Retarget"] = "#operation-form"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


@require_POST
@polled
def quote(request: MemberRequest, module: str, key: str) -> HttpResponseBase:
    """What would be sent and what it would cost, while the form is being filled."""
    operation = find(module, key)
    offer = choose(operation, request.POST.get("offer", ""), request.account)
    reading = sent(operation, offer, fields(request.POST), request.account, several(request.POST))
    return render(request, "studio/sent.html", {"sent": reading})


def sent(
    operation: Operation,
    offer: Offer,
    data: dict[str, Any],
    account: Account,
    many: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The server's reading of the form: values in words, notes, problems, price."""
    form = OrderForm(operation, offer, data, account=account, resolve=False, **(many or {}))
    for field in form.fields.values():
        field.required = False  # what is not yet said is no mistake yet
    if not form.is_valid():
        return {"problems": [p["message"] for p in form.problems()], "price": None}
    terms, first = form.terms, form.wanted[0].doers[0]
    price, bill = terms.price, first.offer.price.quote(first.params)
    return {
        "rows": rows(form),
        "notes": [*form.notes, *(n for n in first.notes if n not in form.notes)],
        "number": len(form.wanted),
        "derived": {name: value or "" for name, value in form.derived.items()},
        "price": price,
        "label": on_the_button(terms.shown),
        "shown": terms.shown,
        "own": terms.own_key is not None,
        "who": catalogue.provider_of(first.offer).label,
        "rule": bill.words,
        "dollars": about(bill.amount * len(form.wanted)),
        "left": account.available - price.amount,
        "most": terms.most if terms.most > price.amount else 0,
    }


def rows(form: OperationForm) -> list[tuple[str, str]]:
    """(label, value in words) of what goes out. To a model elsewhere motion, and a style that it
    has no name for, go out as words of the prompt."""
    local = catalogue.provider_of(form.offer).local
    said = form.params if local else as_sent(form.params, form.offer.styles)
    return [
        (p.label, spoken(p, said[p.name]))
        for p in form.spec.values()
        if said.get(p.name) is not None
    ]
