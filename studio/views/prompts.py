"""The prompt helper below a prompt, and the picker of templates: what the page of an operation
shows, and the small parts that it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from assets.views.guard import MemberRequest, member, writer
from assets.views.toast import say_now
from billing.models import Account
from studio import catalogue, keys, prompts
from studio.forms import OperationForm
from studio.models import Persona
from studio.presets import TEMPLATES, Template
from studio.presets.templates import PLATFORMS, by_key
from studio.spec import Offer, Operation, Param
from studio.words.difference import difference
from studio.words.enhance import LIMIT

EMPTY = "Write first what is to be seen; then it can be improved."


@dataclass(frozen=True)
class Choice:
    """A template as it is offered. `problem` says why this model cannot make it."""

    template: Template
    problem: str = ""

    @property
    def words(self) -> str:
        """All that a search looks through."""
        row = self.template
        size = f"{row.width}x{row.height} {row.size} {row.label}"
        parts = (row.name, row.platform_label, row.description, *row.use_cases, size)
        return " ".join(parts).casefold()


@dataclass(frozen=True)
class Shelf:
    """The templates of one platform."""

    label: str
    choices: tuple[Choice, ...]


def helper(form: OperationForm) -> dict[str, Any]:
    """What the page of an operation shows for its prompt and its size."""
    account, spec = form.account, form.spec
    assert account
    sized = form.operation.makes == "image" and {"width", "height"} <= spec.keys()
    return {
        "has_prompt": "prompt" in spec,
        "personas": list(Persona.objects.for_account(account)) if "prompt" in spec else [],
        "shelves": shelves(spec["width"], spec["height"]) if sized else [],
    }


def shelves(width: Param, height: Param) -> list[Shelf]:
    """The templates by platform, in their order."""
    order = list(PLATFORMS)
    rows = sorted(TEMPLATES, key=lambda row: order.index(row.platform))
    return [
        Shelf(PLATFORMS[platform], tuple(Choice(r, _problem(r, width, height)) for r in group))
        for platform, group in groupby(rows, key=lambda row: row.platform)
    ]


def _problem(row: Template, width: Param, height: Param) -> str:
    for param, side in ((width, row.width), (height, row.height)):
        if param.high is not None and side > param.high:
            return f"This model makes at most {param.high:g} px."
        if param.low is not None and side < param.low:
            return f"This model makes at least {param.low:g} px."
    return ""


# --- improving ----------------------------------------------------------------------------------


@require_POST
@member
def improve(request: MemberRequest, operation: str) -> HttpResponseBase:
    """A proposal with its differences. Nothing is changed: the page asks the person."""
    found, offer = _asked(request, operation)
    spec = {param.name: param for param in offer.params(found)}
    said = {name: request.POST.get(name, "").replace("\r\n", "\n") for name in spec}
    prompt, negative = said.get("prompt", ""), said.get("negative_prompt", "")
    if problem := _unfit(prompt, negative):
        return render(request, "studio/prompt/difference.html", {"problem": problem}, status=422)
    wish = prompts.brief(
        prompt,
        negative_prompt=negative,
        style=prompts.style_of(said.get("style", "")),
        persona=_persona(request.account, request.POST.get("persona", "")),
        template=by_key(request.POST.get("template", "")),
        operation=found,
        limit=min(LIMIT, spec["prompt"].max_length),
        negative_limit=_limit(spec.get("negative_prompt")),
    )
    better, pieces = prompts.improve(wish, request.account)
    context = {
        "old": prompt,
        "old_negative": negative,
        "better": better,
        "changed": (better.prompt, better.negative_prompt) != (prompt, negative),
        "pieces": pieces,
        "negative_pieces": difference(negative, better.negative_prompt),
        "literal": catalogue.provider_of(offer).local,
        "offer": offer,
    }
    return render(request, "studio/prompt/difference.html", context)


def _asked(request: MemberRequest, key: str) -> tuple[Operation, Offer]:
    """The operation, and the offer that the form is for; only where there is a prompt."""
    operation = catalogue.operations().get(key)
    offers = catalogue.offers(key, keys.usable(request.account)) if operation else []
    wanted = request.POST.get("offer", "")
    offer = next((o for o in offers if o.key == wanted), offers[0] if offers else None)
    if operation is None or offer is None or "prompt" not in offer.accepts:
        raise Http404
    return operation, offer


def _unfit(prompt: str, negative: str) -> str:
    if not prompt.strip():
        return EMPTY
    longest = max(len(prompt), len(negative))
    if longest > prompts.LONGEST:
        return (
            f"The prompt has {longest:,} characters; the most is {prompts.LONGEST:,}. Shorten it."
        )
    if "\x00" in prompt + negative:
        return "There is a character of code 0 in the prompt. Write it again."
    return ""


def _limit(param: Param | None) -> int:
    return min(LIMIT, param.max_length) if param else 0


def _persona(account: Account, pk: str) -> Persona | None:
    """The persona of that id; one that is gone meanwhile is as good as none."""
    try:
        return Persona.objects.for_account(account).filter(pk=UUID(pk)).first()
    except ValueError:
        return None


# --- history and saved prompts ------------------------------------------------------------------


@require_GET
@member
def found(request: MemberRequest, operation: str) -> HttpResponseBase:
    """The prompts that were used lately and those that are kept."""
    return _lists(request, operation)


def _lists(request: MemberRequest, operation: str) -> HttpResponse:
    if operation not in catalogue.operations():
        raise Http404
    saved = list(prompts.saved(request.account))
    context = {
        "operation_key": operation,
        "saved": saved,
        "saved_texts": {row.text for row in saved},
        "recent": prompts.history(request.account, request.user, operation),
    }
    return render(request, "studio/prompt/found.html", context)


@require_POST
@writer
def save(request: MemberRequest, operation: str) -> HttpResponseBase:
    """Keep the text for all of the account."""
    text = request.POST.get("text") or request.POST.get("prompt", "")
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > prompts.LONGEST or "\x00" in text:
        words = f"Write a prompt of 1 to {prompts.LONGEST:,} characters first; then it can be kept."
        return say_now(HttpResponse(status=422, headers={"HX-Reswap": "none"}), words, bad=True)
    try:
        prompts.save(request.account, request.user, text)
    except prompts.Full as error:
        return say_now(
            HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(error), bad=True
        )
    return say_now(_lists(request, operation), "Saved for everybody in this account.")


@require_POST
@writer
def remove(request: MemberRequest, operation: str) -> HttpResponseBase:
    """Do not keep it any longer. The jobs that used it keep their own copy."""
    try:
        mine = prompts.saved(request.account).own(request.account)
        gone, _ = mine.filter(pk=request.POST.get("saved", "")).delete()
    except ValidationError:
        gone = 0
    if not gone:
        raise Http404
    return say_now(_lists(request, operation), "No longer saved.")
