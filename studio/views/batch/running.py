"""A batch at work: how it stands, and what a person decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.models import Asset
from assets.views.guard import MemberRequest, is_htmx, member, polled, writer
from assets.views.toast import say
from billing import access
from studio import batches, catalogue, keys
from studio.batches import sums
from studio.jobs import rows as of_rows
from studio.models import LIVE, Batch, BatchState, Job
from studio.spec import Offer
from studio.templatetags.zoetrope import credits
from studio.views.batch import when
from studio.views.batch.shown import bar, find, look_of, says_no, to_page, words_of

NEWEST = 24
ENDED = (BatchState.DONE, BatchState.CANCELED)
CALLS = "10s"  # an address that did not answer is asked for minutes or hours
CHANGED = '{"jobs-changed": ""}'
ACTS = {
    "pause": batches.pause,
    "resume": batches.resume,
    "cancel": batches.cancel_rest,
}


@dataclass(frozen=True)
class Came:
    """A row that has ended, with what came of it."""

    result: batches.Result
    asset: Asset | None
    more: int


def context(batch: Batch) -> dict[str, Any]:
    """Everything that studio/batch/live.html shows."""
    counts, hook = batches.counts(batch), batches.hook_said(batch)
    busy = batch.ended is None
    calls = hook is not None and hook.next_at is not None
    found = {
        "batch": batch,
        "look": look_of(batch, counts),
        "counts": counts,
        "parts": bar(counts),
        "total": sum(counts.values()),
        "money": sums.money(batch),
        "eta": batches.eta(batch) if batch.state == BatchState.RUNNING else None,
        "came": newest(batch),
        "busy": busy,
        "hook": hook,
        "every": _every(batch) if busy else CALLS if calls else "",
        "waits_for": _waits_for(batch),
        "said": when.in_words(batch),
    }
    return found | {"was": signature(batch, counts), "ended": ended(counts)}


def ended(counts: dict[str, int]) -> int:
    """How many rows have come to an end."""
    return sum(counts.get(state, 0) for state in ("done", "failed", "canceled"))


def signature(batch: Batch, counts: dict[str, int]) -> str:
    """Changes with what can be done about it."""
    failed, canceled = counts.get("failed", 0), counts.get("canceled", 0)
    done = bool(counts.get("done"))
    return f"{batch.state}.{failed}.{canceled}.{bool(batch.ended)}.{done}"


def _every(batch: Batch) -> str:
    if batch.state == BatchState.RUNNING:
        young = timezone.now() - (batch.started or batch.created) < timedelta(minutes=1)
        return "1s" if young else "2s"
    return "5s"


def _waits_for(batch: Batch) -> Any:
    """When its window opens, where it is shut now."""
    now = timezone.now()
    working = batch.state == BatchState.RUNNING
    return batch.opens if working and batch.opens and batch.opens > now else None


def newest(batch: Batch) -> list[Came]:
    rows = batches.newest_tried(batch, NEWEST)
    results = list(batches.of_rows(rows))
    firsts = [pk for r in results for pk in r.assets[:1]]
    mine = Asset.objects.for_account(batch.account).filter(pk__in=firsts)
    made = {str(asset.pk): asset for asset in mine}
    return [
        Came(r, made.get(r.assets[0]) if r.assets else None, max(len(r.assets) - 1, 0))
        for r in results
    ]


@require_safe
@polled
def live(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """How it stands, asked for again and again; with what can be done about it where that is
    something else than before."""
    batch = find(request, pk)
    told = context(batch)
    if batch.ended and access.can_write(request.role):
        batches.seen(batch)
    part = render(request, "studio/batch/live.html", told)
    if request.GET.get("was", told["was"]) != told["was"]:
        part.content += render(request, "studio/batch/acts.html", {**told, "oob": True}).content
    if request.GET.get("ended") != str(told["ended"]):
        part.headers["HX-Trigger"] = CHANGED
    return part


# --- what a person decides ----------------------------------------------------------------------


@require_POST
@writer
@says_no
def change(request: MemberRequest, pk: UUID, how: str) -> HttpResponseBase:
    """Pause it, go on, cancel the rest, or let it not come again."""
    batch = find(request, pk)
    if how == "no-repeat":
        batches.stop_repeating(batch)
    elif how in ACTS:
        ACTS[how](batch)
    else:
        raise Http404
    return _now(request, batch)


def _now(request: MemberRequest, batch: Batch) -> HttpResponseBase:
    if not is_htmx(request):
        return to_page(request, batch)
    told = context(batch)
    part = render(request, "studio/batch/live.html", told)
    part.content += render(request, "studio/batch/acts.html", {**told, "oob": True}).content
    part.headers["HX-Trigger"] = CHANGED
    return part


@require_safe
@member
def rest(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What canceling the rest would stop and give back."""
    batch = find(request, pk)
    mine = Job.objects.filter(batch=batch, state__in=LIVE)
    at_work = mine.filter(waits=False).values("row").distinct()
    going = mine.filter(Q(row__in=at_work) | Q(turn=of_rows.FIRST))
    held = mine.aggregate(sum=Sum("most", default=0))["sum"]
    kept = going.aggregate(sum=Sum("most", default=0))["sum"]
    rows = mine.order_by().values("row").distinct().count()
    working = going.order_by().values("row").distinct().count()
    context = {
        "batch": batch,
        "rows": rows - working,
        "working": working,
        "back": held - kept,
        "kept": kept,
    }
    return render(request, "studio/batch/rest.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@writer
@says_no
def again(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What trying the failed rows again would cost, with the same model or another `offer`; a POST
    does it."""
    batch = find(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    offer, canceled = given.get("offer", ""), "canceled" in given
    if request.method == "POST":
        try:
            told = batches.retry_failed(
                batch, request.user, agreed=given.get("shown"), offer=offer, canceled=canceled
            )
        except batches.TermsChanged as error:
            return _again(request, batch, offer, canceled, words_of(error))
        say(request, _tried(told))
        return to_page(request, batch)
    return _again(request, batch, offer, canceled)


def _tried(told: batches.Retry) -> str:
    words = f"{told.rows:,} row{'' if told.rows == 1 else 's'} {'is' if told.rows == 1 else 'are'}"
    left = f" {len(told.refused):,} could not be." if told.refused else ""
    return f"{words} tried again.{left}"


def _again(
    request: MemberRequest, batch: Batch, offer: str, canceled: bool, problem: str = ""
) -> HttpResponse:
    told = batches.plan_retry(batch, request.user, offer, canceled=canceled)
    context = {
        "batch": batch,
        "told": told,
        "offer": offer,
        "canceled": canceled,
        "problem": problem,
        "price": f"{credits(told.amount)} cr" if told.amount else "free",
        "offers": others(batch),
        "refused": list(told.refused.items())[:5],
        "more": max(len(told.refused) - 5, 0),
    }
    return render(request, "studio/batch/again.html", context, status=422 if problem else 200)


def others(batch: Batch) -> list[tuple[str, list[Offer]]]:
    """The models that could do the steps of the rows that failed, by operation."""
    usable = keys.usable(batch.account)
    found = []
    for key in dict.fromkeys(step["operation"] for step in batch.steps):
        operation = catalogue.operations().get(key)
        if operation and len(offers := catalogue.offers(key, usable)) > 1:
            found.append((operation.label, offers))
    return found
