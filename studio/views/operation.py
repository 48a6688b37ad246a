"""The page of an operation: one for all of them, drawn from what the operation declares."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assets.models import Asset
from assets.views.guard import MemberRequest, is_htmx, member, polled, writer
from assets.views.toast import say
from billing import services as billing
from billing.access import PROOF
from billing.models import Account, User
from billing.pricing import Quote, about
from billing.services import MoneyRefused
from studio import catalogue, grids, jobs, keys, price_list
from studio.fields import spoken
from studio.forms import OperationForm
from studio.models import Job
from studio.orders import GRID_PARAMS, OrderForm, only_said, usual
from studio.security import LISTENING
from studio.spec import Offer, Operation, Param
from studio.views import matrices, models, prompts, saved, wall
from studio.views.cards import cards
from studio.views.controls import groups
from studio.views.price_words import anew, on_the_button, refusal, tight
from studio.views.samples import SAMPLES, ideas
from studio.views.shell import HOMES
from studio.views.stages import stage_of
from studio.words.style import as_sent

RESULTS = 12
RECENT = 60  # jobs among which those results, and whole grids, are looked for
OURS = ("offer", "key", "shown", "count", *PROOF)
AXES = tuple((f"grid_{n}", f"grid_{n}_values") for n in range(1, GRID_PARAMS + 1))


@require_http_methods(["GET", "HEAD", "POST"])
@member
def operation(request: MemberRequest, module: str, key: str) -> HttpResponseBase:
    """Show the form; a POST orders a job."""
    found = find(module, key)
    if found.elsewhere:
        return elsewhere(request, found)
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
    response = render(request, "studio/operation.html", page(request, form) | {"missing": missing})
    if any(p.look == "voice" for p in form.spec.values()):
        response.headers["Permissions-Policy"] = LISTENING
    return response


def find(module: str, key: str) -> Operation:
    found = catalogue.operations().get(key)
    if found is None or found.module != module:
        raise Http404
    return found


def elsewhere(request: MemberRequest, operation: Operation) -> HttpResponse:
    """Lead to where it is ordered: the story of that job, else the page of its module."""
    job = _mine(Job.objects, request, "job")
    if job and (story := job.stories.live().first()):
        return redirect("story", story.pk)
    say(request, operation.elsewhere)
    return redirect(HOMES.get(operation.module, "home"))


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
    or of a job (?job=), or the asset itself as the source; else what the address says by name.
    With ?remix= the seed of the recipe is left out."""
    if (job := _mine(Job.objects, request, "job")) and job.operation == operation.key:
        return dict(job.params), job.offer
    asset = _mine(Asset.objects.live(), request, "from")
    if asset is None:
        query = request.GET
        return {p.name: query[p.name] for p in operation.params if p.name in query}, ""
    if asset.recipe.get("operation") == operation.key:
        params = dict(asset.recipe["params"])
        if request.GET.get("remix"):
            params.pop("seed", None)
        return params, asset.recipe.get("offer", "")
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
    reading = sent(
        operation, offer, said(form), request.account, request.user, several(request.POST)
    )
    mine = Job.objects.for_account(request.account).filter(operation=operation.key)
    tables, single = matrices.apart(list(mine[:RECENT]), request.account)
    many = several(request.POST)
    return {
        "operation": operation,
        "offer": offer,
        "siblings": models.siblings(operation),
        "models": reading["models"],
        "locked": models.locked(operation, request.account),
        "takes_picture": any(p.kind == "image" for p in form.spec.values()),
        "provider": catalogue.provider_of(offer),
        "form": form,
        "groups": groups(form),
        **told_apart(form, many),
        "key": key or str(uuid.uuid4()),
        "sent": reading,
        "many": many,
        "axes": [
            {"name": n, "param": request.POST.get(n, ""), "values": request.POST.get(v, "")}
            for n, v in AXES
        ],
        "varied": [axis(param) for param in grids.free(form.spec)],
        "matrices": tables,
        "saved": saved.shown(request.account, offer, operation),
        "cards": cards(single[:RESULTS], request.account),
        "samples": SAMPLES.values(),
        "ideas": ideas(operation, local=catalogue.provider_of(offer).local),
        "stage": stage_of(operation, form.spec),
        "wall": wall.shown(list(form.spec.values())),
        "filled": bool(form.is_bound or form.initial),
        **prompts.helper(form),
    }


def axis(param: Param) -> dict[str, Any]:
    """A param that a grid may vary: with its choices for the page's script, and with examples."""
    choices = grids.choices(param)
    return {
        "param": param,
        "choices": json.dumps(choices) if choices else "",
        "example": grids.example(param),
    }


def told_apart(form: OperationForm, many: Mapping[str, Any]) -> dict[str, Any]:
    """The problems that belong to no param: of the number, of the grid, of all of it."""
    beside: dict[str, list[str]] = {"count": [], "grid": [], "": []}
    for message in form.non_field_errors() if form.is_bound else []:
        subject = form.subject(str(message))
        place = "grid" if subject in many["grid"] else subject
        beside[place if place in beside else ""].append(str(message))
    return {"problems": beside.pop(""), "beside": beside}


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
    except MoneyRefused as error:
        form.add_error(None, str(error))
        return refuse(request, form, key)
    if not is_htmx(request):
        return redirect(request.path) if len(made) > 1 else redirect("job", made[0].pk)
    return ordered(request, made)


def ordered(request: MemberRequest, made: list[Job]) -> HttpResponse:
    """What was ordered, for the strip of results; a grid comes as a table above it."""
    table = matrices.of_run(made, request.account)
    new = [] if table else cards(made, request.account)
    context = {"cards": new, "matrix": table, "key": str(uuid.uuid4()), "fresh": True}
    response = render(request, "studio/ordered.html", context)
    response.headers["HX-Trigger"] = "jobs-changed, ordered"
    if table:
        response.headers["HX-Retarget"] = "#matrices"
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
    reading = sent(
        operation, offer, fields(request.POST), request.account, request.user, several(request.POST)
    )
    locked = models.locked(operation, request.account)
    context = {"sent": reading, "models": reading["models"], "locked": locked}
    return render(request, "studio/sent.html", context)


def sent(
    operation: Operation,
    offer: Offer,
    data: dict[str, Any],
    account: Account,
    user: User,
    many: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The server's reading of the form: values in words, notes, problems, price."""
    whose: dict[str, Any] = {"account": account, "user": user}
    form = OrderForm(operation, offer, data, resolve=False, **whose, **(many or {}))
    for field in form.fields.values():
        field.required = False  # what is not yet said is no mistake yet
    if not form.is_valid():
        problems = [
            {"message": p["message"], "turn_on": form.ways_out.get(p["message"], "")}
            for p in form.problems()
        ]
        return {
            "problems": problems,
            "price": None,
            "models": models.usable(operation, account, offer),
        }
    terms, first = form.terms, form.wanted[0].doers[0]
    look = billing.preflight(account, form.asked)
    price, bills = terms.price, [bill(one.doers[0]) for one in form.wanted]
    return {
        "models": models.fitting(operation, account, offer, meant(form)),
        "rows": rows(form),
        "notes": [*form.notes, *(n for n in first.notes if n not in form.notes)],
        "derived": {name: value or "" for name, value in form.derived.items()},
        "price": price,
        "label": on_the_button(terms.shown),
        "shown": terms.shown,
        "own": terms.own_key is not None,
        "who": catalogue.provider_of(first.offer).label,
        "rule": rule(bills),
        "dollars": about(sum(each.amount for each in bills)),
        "available": look.available,
        "left": look.after_likely,
        "refusal": refusal(look),
        "tight": tight(look),
        "most": terms.most if terms.most > price.amount else 0,
    }


def bill(doer: jobs.Doer) -> Quote:
    """What its provider takes for it."""
    return price_list.quote(doer.offer, doer.params)


def rule(bills: list[Quote]) -> str:
    """How the price of all of it comes about."""
    first, number = bills[0], len(bills)
    if number == 1:
        return first.words
    same = all(each.amount == first.amount for each in bills)
    return f"{number} × {first.words}" if same else f"{number} results together"


def meant(form: OperationForm) -> dict[str, Any]:
    """What the person said: neither what was only proposed nor what says itself."""
    return {
        name: value
        for name, value in only_said(form).items()
        if name not in form.derived and not usual(form.spec[name], value)
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
