"""A batch before it begins: what its columns are, what it would cost, when, and the one button."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets.views.guard import MemberRequest, is_htmx, member, polled, writer
from assets.views.toast import say, say_now
from billing import access
from studio import batches
from studio.models import Batch, BatchMapping, BatchState
from studio.templatetags.zoetrope import credits
from studio.views.batch import chain, running, sheet, when
from studio.views.batch.shown import NO, find, forget, go, says_no, to_page, words_of


@require_safe
@member
def page(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The batch: as a draft its sheet and its price, later how it stands."""
    batch = find(request, pk)
    context = sheet.context(request, batch)
    if batch.state != BatchState.DRAFT:
        if access.can_write(request.role):
            batches.seen(batch)
        return render(request, "studio/batch/running.html", context | running.context(batch))
    counts, (problems, wrong_steps) = batches.counts(batch), sheet.step_problems(batch)
    context |= {
        **chain.context(request, batch.steps, problems),
        "wrong_steps": wrong_steps,
        **when.context(batch),
        "unchecked": counts.get("new", 0),
        "checked": sum(counts.values()) - counts.get("new", 0),
        "total": sum(counts.values()),
        "email_of": request.user.email,
    }
    return render(request, "studio/batch/draft.html", context)


# --- what its columns are, what is done ---------------------------------------------------------


@require_POST
@writer
@says_no
def mapping(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Say which column is which param; or keep that under a name, load or delete what was kept."""
    batch = find(request, pk)
    verb, _, about = request.POST.get("do", "").partition(":")
    if verb == "save":
        row = batches.save_mapping(
            request.account, request.POST.get("mapping_name", ""), batch.mapping
        )
        return _said(f"“{row.name}” is kept for other sheets.")
    if verb == "forget":
        name = forget(request, BatchMapping, about).name
        return _said(f"“{name}” is deleted. Batches that were made with it stay as they are.")
    if verb == "load":
        wanted = _kept(request, batch, about or request.POST.get("saved", ""))
    else:
        said = {name: request.POST.get(f"c{at}", "") for at, name in enumerate(batch.columns)}
        wanted = _moved(batch.mapping, said)
    batches.set_mapping(batch, wanted, checks=False)
    return to_page(request, batch)


def _said(words: str) -> HttpResponse:
    """A word, and the sheet anew with what is kept now."""
    return say_now(HttpResponse(status=204, headers={"HX-Trigger": '{"sheet-changed": ""}'}), words)


def _moved(before: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    """What was chosen for a column is taken from the one that had it."""
    fresh = {c: t for c, t in said.items() if t and t != before.get(c)}
    taken = set(fresh.values())
    return {c: t for c, t in said.items() if t and (c in fresh or t not in taken)}


def _kept(request: MemberRequest, batch: Batch, name: str) -> dict[str, str]:
    """Of a mapping that was kept, what fits this sheet."""
    try:
        pk = UUID(name)
    except ValueError:
        raise batches.Wrong("mapping", "Choose one of the kept mappings.") from None
    row = BatchMapping.objects.for_account(request.account).filter(pk=pk).first()
    if row is None:
        raise batches.Wrong("mapping", "That mapping is gone. Choose another one.")
    known = {t.name for t in batches.every_target(batch)}
    fits = {c: t for c, t in row.mapping.items() if c in batch.columns and t in known}
    if not fits:
        raise batches.Wrong(
            "mapping",
            f"“{row.name}” is for other columns: {', '.join(list(row.mapping)[:5])}. Nothing was "
            "changed.",
        )
    return fits


@require_POST
@writer
@says_no
def do(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Say what is done with each row."""
    batch = find(request, pk)
    found = chain.fitting(request.account, chain.said(request.POST))
    try:
        batches.set_steps(batch, chain.check(request.account, found), checks=False)
    except chain.Unsound as error:
        return chain.unsound(request, found, error)
    return to_page(request, batch)


# --- what it would cost, and when ---------------------------------------------------------------


@require_safe
@polled
@says_no
def plan(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The dry run."""
    batch = find(request, pk)
    if batch.state != BatchState.DRAFT:
        return to_page(request, batch)
    return _plan(request, batch)


def _plan(request: MemberRequest, batch: Batch, problem: str = "", key: str = "") -> HttpResponse:
    found = batches.plan(batch)
    price = f"{credits(found.amount)} cr" if found.amount else "free"
    if not found.amount and any(share.own for share in found.models):
        price = "your key"
    context = {
        "batch": batch,
        "plan": found,
        "wrong_steps": found.unchecked and sheet.step_problems(batch)[1],
        "price": price,
        "key": key or str(uuid.uuid4()),
        "problem": problem,
        "limit": min(found.available, batch.stop_units or found.available),
        "over": bool(batch.stop_units and batch.stop_units < found.most),
        **when.words(batch, shows_secret=access.can_write(request.role)),
        **sheet.pills(batch, request.GET.get("show", "")),
    }
    return render(request, "studio/batch/plan.html", context, status=422 if problem else 200)


@require_POST
@writer
def options(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Say when, how fast, when to stop, and who is told."""
    batch = find(request, pk)
    problems = when.save(batch, request.POST)
    context = {"batch": batch, **when.words(batch, shows_secret=True), "problems": problems}
    context["at_fields"] = [(name, problems.get(name, "")) for name in (*when.FIELDS, "when")]
    response = render(request, "studio/batch/when_said.html", context)
    if not problems:
        response.headers["HX-Trigger"] = '{"rows-changed": ""}'
    return response


@require_POST
@writer
def start(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Begin it, at the terms that were shown."""
    batch, given = find(request, pk), request.POST
    key = "".join(c for c in given.get("key", "")[:100] if c.isprintable())
    try:
        # What was changed beside the button counts, whether its own request has come or not.
        beside = batch.state == BatchState.DRAFT and "when" in given
        if beside and (problems := when.save(batch, given)):
            raise batches.Wrong("options", " ".join(problems.values()))
        batches.start(
            batch,
            request.user,
            agreed=given.get("shown"),
            key=key,
            without_wrong="without_wrong" in given,
        )
    except batches.NotNow as error:
        say(request, str(error))
    except NO as error:
        if is_htmx(request):
            return _plan(request, batch, words_of(error), key)
        say(request, words_of(error))
    return to_page(request, batch)


@require_POST
@writer
@says_no
def discard(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    batch = find(request, pk)
    title = batch.title
    goes_on = batches.discard(batch)
    say(request, f"“{title}” is deleted. Its files stay in the library. {goes_on}".strip())
    return go(request, reverse("batches"))
