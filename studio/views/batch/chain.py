"""What is done with each row: one operation or a chain, as a form that is shaped on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assets.views.guard import MemberRequest, writer
from assets.views.toast import say_now
from billing.models import Account
from studio import batches, catalogue, keys
from studio.batches import step_problems, steps
from studio.batches.step_problems import StepProblem
from studio.fields import spoken
from studio.models import BatchTemplate, SocialFormat
from studio.spec import Offer, Operation, Param
from studio.templatetags.zoetrope import module_label
from studio.views.batch.shown import NO, forget, refused, says_no, words_of
from studio.views.controls import text

Said = list[dict[str, Any]]
USUAL = "text-to-image"
PACK = 2  # formats of a pack that is only proposed


@dataclass(frozen=True)
class Setting:
    """A param as a plain field: a list where there are `choices`, else a line of text."""

    name: str
    param: Param
    value: str
    usual: str
    choices: list[tuple[str, str]]
    packs: list[tuple[str, list[tuple[str, str, bool]]]]
    problem: str = ""

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")


@dataclass
class Shown:
    """A step as its form shows it."""

    number: int
    operation: Operation
    offer: Offer
    modules: list[tuple[str, list[Operation]]]
    offers: list[Offer]
    settings: list[Setting] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def said(self) -> int:
        """How many of its settings are not the usual ones."""
        return sum(bool(s.value) for s in self.settings)

    @property
    def is_open(self) -> bool:
        return any(s.value or s.problem for s in self.settings)


# --- reading ------------------------------------------------------------------------------------


def said(given: QueryDict) -> Said:
    """The steps as the form says them."""
    count = given.get("steps", "1")
    many = min(int(count), steps.MOST_STEPS) if count.isascii() and count.isdecimal() else 1
    return [_step(given, f"s{number}.") for number in range(1, max(many, 1) + 1)]


def _step(given: QueryDict, start: str) -> dict[str, Any]:
    own = f"{start}p."
    params = {
        name.removeprefix(own): ",".join(filter(None, given.getlist(name)))
        for name in given
        if name.startswith(own)
    }
    return {
        "operation": given.get(f"{start}operation", USUAL),
        "offer": given.get(f"{start}offer", ""),
        "params": {name: value for name, value in params.items() if value.strip()},
    }


def fitting(account: Account, found: Said) -> Said:
    """The same without what has no place any more: models and settings of another operation, and
    steps that take nothing of what the one before makes."""
    kept: Said = []
    before: Operation | None = None
    for number, one in enumerate(found, start=1):
        possible = [o for _, some in _modules(account, before) for o in some]
        if not possible:
            break
        operation = next((o for o in possible if o.key == one["operation"]), None)
        if operation is None:
            operation, one = possible[0], {"offer": "", "params": {}}
        offers = catalogue.offers(operation.key, keys.usable(account))
        offer = next((o for o in offers if o.key == one.get("offer")), offers[0])
        free = {p.name for p in _free(operation, offer, before, number)}
        params = {n: v for n, v in (one.get("params") or {}).items() if n in free}
        kept.append({"operation": operation.key, "offer": offer.key, "params": params})
        before = operation
    return kept


class Unsound(batches.Wrong):
    """Settings of steps are wrong; each is told at its field."""

    def __init__(self, problems: Sequence[StepProblem]) -> None:
        super().__init__("steps", " ".join(map(str, problems)))
        self.problems = problems


def check(account: Account, found: Said) -> Said:
    """The same once more, when it is sound. Raises Wrong."""
    chain = steps.read(account, found)
    if problems := step_problems.find(account, chain):
        raise Unsound(problems)
    return steps.kept(chain)


# --- showing ------------------------------------------------------------------------------------


def _modules(account: Account, before: Operation | None) -> list[tuple[str, list[Operation]]]:
    """The operations that can be done, by module; behind another one those that take its result."""
    usable = keys.usable(account)
    found: dict[str, list[Operation]] = {}
    for operation in catalogue.operations().values():
        if operation.elsewhere or not (offers := catalogue.offers(operation.key, usable)):
            continue
        if before is None or _takes(operation, offers[0], before):
            found.setdefault(operation.module, []).append(operation)
    return [(module_label(module), some) for module, some in found.items()]


def _takes(operation: Operation, offer: Offer, before: Operation) -> bool:
    try:
        return bool(steps.chained(operation, offer, before, None, ""))
    except batches.Wrong:
        return False


def _free(operation: Operation, offer: Offer, before: Operation | None, number: int) -> list[Param]:
    """What may be set for all rows."""
    taken = steps.chained(operation, offer, before, None, "") if before else ""
    return [
        p
        for p in offer.params(operation)
        if not p.measures and p.name != taken and p.kind not in ("mask", "edl")
        # The first file is what each row is about.
        if not (number == 1 and p.is_asset and p.required)
    ]


def shown(account: Account, found: Said, problems: Sequence[StepProblem] = ()) -> list[Shown]:
    """The form for steps that are `fitting`; what is wrong is told at its field, or at the step."""
    all_offers, known = catalogue.all_offers(), catalogue.operations()
    made: list[Shown] = []
    before: Operation | None = None
    for number, one in enumerate(found, start=1):
        operation, offer = known[one["operation"]], all_offers[one["offer"]]
        offers = catalogue.offers(operation.key, keys.usable(account))
        step = Shown(number, operation, offer, _modules(account, before), offers)
        wrong = {p.name: p.message for p in problems if p.step.number == number}
        for param in _free(operation, offer, before, number):
            value = one["params"].get(param.name)
            step.settings.append(_setting(number, param, value, wrong.pop(param.name, "")))
        step.problems = list(wrong.values())
        made.append(step)
        before = operation
    return made


def _setting(number: int, param: Param, value: Any, problem: str) -> Setting:
    value = text(value)
    usual = spoken(param, param.default) if param.default is not None else ""
    choices = [(str(c), param.label_of(c)) for c in param.choices]
    if param.kind == "boolean":
        choices = [("true", "Yes"), ("false", "No")]
    packs = _packs(param, value) if param.kind == "places" else []
    return Setting(f"s{number}.p.{param.name}", param, value, usual, choices, packs, problem)


def _packs(param: Param, value: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    chosen = set(value.replace(",", " ").split())
    rows = SocialFormat.objects.filter(shown=True, media=param.of).select_related("platform")
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for row in rows:
        label = f"{row.name} · {row.width} × {row.height}"
        found.setdefault(row.platform.name, []).append((row.key, label, row.key in chosen))
    return list(found.items())


def context(
    request: MemberRequest, found: Said, problems: Sequence[StepProblem] = ()
) -> dict[str, Any]:
    """Everything that studio/batch/steps.html shows."""
    found = fitting(request.account, found)
    last = catalogue.operations()[found[-1]["operation"]]
    room = len(found) < steps.MOST_STEPS
    return {
        "steps": shown(request.account, found, problems),
        "may_add": room and bool(_modules(request.account, last)),
        "templates": BatchTemplate.objects.for_account(request.account),
        "ready_chains": [label for label, _ in ready_chains(request.account)],
    }


def ready_chains(account: Account) -> list[tuple[str, Said]]:
    """A few that most people want, as far as they can be done here."""
    formats = SocialFormat.objects.filter(shown=True, media="image").values_list("key", flat=True)
    pack = {"operation": "social-pictures", "params": {"formats": ",".join(formats[:PACK])}}
    mark = {"operation": "watermark", "params": {"text": "© " + account.name[:40]}}
    chains: list[tuple[str, Said]] = [
        ("Upscale → social pack → watermark", [{"operation": "upscale"}, pack, mark]),
        ("Picture from words → animate", [{"operation": USUAL}, {"operation": "image-to-video"}]),
        ("Remove background → new one", [_op("remove-background"), _op("replace-background")]),
    ]
    return [(label, chain) for label, chain in chains if _can(account, chain)]


def _op(key: str) -> dict[str, Any]:
    return {"operation": key}


def _can(account: Account, chain: Sequence[Mapping[str, Any]]) -> bool:
    try:
        steps.read(account, chain)
    except batches.Wrong:
        return False
    return True


# --- shaping ------------------------------------------------------------------------------------


@require_POST
@writer
@says_no
def shape(request: MemberRequest) -> HttpResponseBase:
    """The form after a press in it: another operation, one more step, a template."""
    found = said(request.POST)
    verb, _, about = request.POST.get("do", "").partition(":")
    if verb == "save":
        return _save(request, found)
    if verb == "forget":
        name = forget(request, BatchTemplate, about).name
        words = f"“{name}” is deleted. Batches that were made with it stay as they are."
        return say_now(_form(request, fitting(request.account, found)), words)
    if verb == "load":
        found = _loaded(request, about or request.POST.get("template", "")) or found
    elif verb == "add":
        found.append({"operation": "", "offer": "", "params": {}})
    elif verb in ("remove", "up", "down") and about.isdecimal():
        _move(found, verb, int(about) - 1)
    return _form(request, found)


def _form(request: MemberRequest, found: Said) -> HttpResponse:
    return render(request, "studio/batch/steps.html", context(request, found))


def unsound(request: MemberRequest, found: Said, error: Unsound) -> HttpResponse:
    """The form with what is wrong at its fields, wherever the press was."""
    told = context(request, found, error.problems)
    answer = render(request, "studio/batch/steps.html", told, status=422)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#steps-form", "outerHTML"
    return answer


def _move(found: Said, verb: str, at: int) -> None:
    if not 0 <= at < len(found):
        return
    if verb == "remove" and len(found) > 1:
        del found[at]
    other = at + {"up": -1, "down": 1}.get(verb, 0)
    if verb != "remove" and 0 <= other < len(found):
        found[at], found[other] = found[other], found[at]


def _loaded(request: MemberRequest, name: str) -> Said:
    """The steps of a template by its id, or of a ready chain by its number."""
    ready = ready_chains(request.account)
    if name.isdecimal() and int(name) < len(ready):
        return ready[int(name)][1]
    try:
        pk = UUID(name)
    except ValueError:
        return []
    row = BatchTemplate.objects.for_account(request.account).filter(pk=pk).first()
    return list(row.steps) if row else []


def _save(request: MemberRequest, found: Said) -> HttpResponseBase:
    found = fitting(request.account, found)
    name = request.POST.get("template_name", "")
    try:
        row = batches.save_template(request.account, name, check(request.account, found))
    except Unsound as error:
        return unsound(request, found, error)
    except NO as error:
        return refused(words_of(error))
    return say_now(_form(request, found), f"“{row.name}” is kept for other batches.")
