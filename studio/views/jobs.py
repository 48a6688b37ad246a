"""The list of jobs and the page of one, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from assets.views.guard import MemberRequest, is_htmx, member, polled, writer
from assets.views.toast import say, say_now
from billing import access
from billing.models import Entry
from billing.pricing import dollars
from billing.services import MoneyRefused
from studio import jobs as engine
from studio.models import LIVE, Batch, Job, State
from studio.views import price_words
from studio.views.cards import Card, card, cards

PAGE = 30
FILTERS: dict[str, tuple[str, tuple[State, ...]]] = {
    "": ("All", tuple(State)),
    "live": ("Under way", LIVE),
    "attention": ("Needs you", (State.REVIEW, State.UNKNOWN)),
    "succeeded": ("Done", (State.SUCCEEDED,)),
    "failed": ("Failed", (State.FAILED,)),
    "canceled": ("Canceled", (State.CANCELED,)),
}


@require_safe
@member
def jobs(request: MemberRequest) -> HttpResponseBase:
    """The account's jobs, newest first, by state; or those of one `batch`."""
    mine, batch = Job.objects.for_account(request.account), _batch(request)
    mine = mine.filter(batch=batch) if batch else mine
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in FILTERS else ""
    page = Paginator(mine.filter(state__in=FILTERS[chosen][1]), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "cards": cards(page.object_list, request.account),
        "chosen": chosen,
        "batch": batch,
        "filters": [
            (key, label, mine.filter(state__in=states).count())
            for key, (label, states) in FILTERS.items()
        ],
    }
    return render(request, "studio/jobs.html", context)


def _batch(request: MemberRequest) -> Batch | None:
    """The one of the address; anybody else's, and what is no id, is a 404."""
    wanted = request.GET.get("batch", "")
    try:
        pk = UUID(wanted) if wanted else None
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Batch.objects.for_account(request.account), pk=pk) if pk else None


def find(request: MemberRequest, pk: UUID) -> Job:
    """A job of the account; anybody else's is a 404."""
    return get_object_or_404(Job.objects.for_account(request.account), pk=pk)


@require_safe
@member
def job(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    return render(request, "studio/job.html", _page(request, find(request, pk)))


def _page(request: MemberRequest, job: Job) -> dict[str, Any]:
    ledger = Entry.objects.filter(account=request.account, reference=job.origin).order_by("id")
    shown = card(job, request.account)
    return {
        "card": shown,
        "events": job.events.all(),
        "starts": job.starts.all(),
        "ledger": ledger,
        "costs": _costs(request, shown),
    }


def _costs(request: MemberRequest, shown: Card) -> dict[str, str]:
    """What its provider takes, in dollars; for who pays the bills."""
    sees = access.can_manage(request.role) or request.user.is_staff
    if not sees or shown.is_local:
        return {}
    job = shown.job
    listed = {"listed": dollars(job.expected_cost)}
    if job.provider_cost is not None:
        listed["said"] = dollars(job.provider_cost)
    if job.suspense:
        listed["suspense"] = dollars(job.suspense)
    return listed


@require_safe
@polled
def job_card(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The card alone, asked for again and again until the job has ended."""
    found = find(request, pk)
    response = _card(request, card(found, request.account), announce=found.is_terminal)
    if found.is_terminal:
        response.headers["HX-Trigger"] = "jobs-changed"
    return response


def _card(request: MemberRequest, shown: Card, **context: object) -> HttpResponse:
    return render(request, "studio/card.html", {"card": shown, **context})


Act = Callable[[Job], Job]


def _decide(
    request: MemberRequest, pk: UUID, act: Act, words: Callable[[Card], str]
) -> HttpResponseBase:
    """Do it where that is possible; the card or the page then shows what came of it."""
    problem = ""
    found = find(request, pk)
    try:
        found = act(found)
    except engine.NotPossible as error:
        problem = str(error)
        found.refresh_from_db()
    shown = card(found, request.account)
    if is_htmx(request):
        response = _card(request, shown)
        response.headers["HX-Trigger"] = '{"jobs-changed": ""}'
        return say_now(response, problem, bad=True) if problem else response
    say(request, problem or words(shown))
    return redirect("job", pk)


@require_POST
@writer
def cancel(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    return _decide(request, pk, engine.cancel, _stopping)


def _stopping(shown: Card) -> str:
    if shown.job.is_terminal:
        return "Canceled. Nothing was charged."
    if shown.is_local:
        return "Stopping… It ends in a moment."
    return f"Asked {shown.by} to stop. A result that is quicker is kept and charged."


@require_POST
@writer
def send_again(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Once more to its provider, on the person's word; the price stays one."""
    return _decide(request, pk, engine.send_again, lambda c: f"It is sent to {c.by} once more.")


@require_POST
@writer
def give_up(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The price back now, instead of waiting for what may still come."""
    return _decide(request, pk, engine.give_up, lambda _: "Given up. You were not charged.")


@require_POST
@writer
def retry(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The same once more as a new job; a second press finds the first retry."""
    found = find(request, pk)
    try:
        again, _ = engine.retry(found, request.user, agreed=request.POST.get("shown"))
    except engine.TermsChanged as error:
        words = price_words.anew(error)
        if is_htmx(request):
            return say_now(_card(request, card(found, request.account)), words, bad=True)
        say(request, words)
        return redirect("job", pk)
    except (engine.NotPossible, MoneyRefused) as error:
        if is_htmx(request):
            return say_now(_card(request, card(found, request.account)), str(error), bad=True)
        say(request, str(error))
        return redirect("job", pk)
    if is_htmx(request):
        response = _card(request, card(again, request.account), fresh=True)
        response.headers["HX-Trigger"] = "jobs-changed"
        return response
    return redirect("job", again.pk)
