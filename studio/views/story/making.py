"""Ordering takes and pictures from the board, stopping them, and choosing among them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from assets.models import Asset
from assets.views.guard import MemberRequest, writer
from assets.views.toast import say_now
from billing.services import MoneyRefused
from studio import jobs
from studio.models import Shot, Take
from studio.stories import edit, making, parts, pictures
from studio.stories.board import ShotView, read
from studio.stories.making import NotMade, Plan
from studio.views.price_words import anew, on_the_button
from studio.views.story.board import _asset, _form, _uuid, board_of
from studio.views.story.shown import card_of, find, find_shot
from studio.views.story.stories import refused


def _tried(
    order: Callable[[], object],
    answer: Callable[[], HttpResponse],
    again: Callable[[], HttpResponse] | None = None,
) -> HttpResponseBase:
    """Order and answer, or say what is in the way; then nothing was ordered. `again` shows what is
    pressed with its new price, where that is not the answer."""
    try:
        order()
    except jobs.TermsChanged as error:
        response = (again or answer)()
        response.status_code = 422
        # Other buttons may have another price as well.
        response.headers["HX-Trigger"] = '{"story-changed": null}'
        return say_now(response, anew(error), bad=True)
    except (NotMade, MoneyRefused, jobs.KeyReused, edit.NotChanged) as error:
        return refused(_words(error))
    response = answer()
    response.headers["HX-Trigger"] = "story-changed, jobs-changed"
    return response


def _words(error: Exception) -> str:
    reasons = [f"Shot {number}: {why}" for number, why in getattr(error, "reasons", ())[:3]]
    return " ".join(reasons) or str(error)


def _order(request: MemberRequest, plan: Plan) -> None:
    making.order(plan, request.user, key=_key(request), agreed=request.POST.get("shown"))


def _key(request: MemberRequest) -> str | None:
    return "".join(c for c in request.POST.get("key", "")[:100] if c.isprintable()) or None


@require_POST
@writer
def generate(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Every shot without a film, at once: all that can be made, or nothing."""
    story = find(request, pk)
    plan = making.plan_missing(story, request.account, request.user)
    return _tried(lambda: _order(request, plan), lambda: board_of(request, story))


@require_POST
@writer
def draw_missing(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A picture for every shot that has none and says what it shows."""
    story = find(request, pk)
    views = pictures.lacking(read(story))
    agreed = request.POST.get("shown", "")

    def order() -> None:
        pictures.order_all(views, request.account, request.user, key=_key(request), agreed=agreed)

    return _tried(order, lambda: board_of(request, story))


@require_POST
@writer
def take(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A new take of one shot."""
    shot = find_shot(request, pk)
    board = read(shot.scene.story)
    view = board.shot(shot.pk)
    if view is None:
        raise Http404
    plan = making.plan(board, [view], request.account, request.user)
    return _tried(lambda: _order(request, plan), lambda: _card(request, shot))


def _card(request: MemberRequest, shot: Shot) -> HttpResponse:
    fresh = find_shot(request, shot.pk)
    return render(request, "studio/story/shot.html", {"card": card_of(request, fresh)})


@require_http_methods(["GET", "POST"])
@writer
def picture(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The still, made from the words of the shot: who can, for how much; a POST orders it."""
    shot = find_shot(request, pk)
    view = read(shot.scene.story).shot(shot.pk)
    if view is None:
        raise Http404
    if request.method == "GET":
        return _picture_offer(request, view, request.GET.get("picture_offer", ""))
    offer = request.POST.get("picture_offer", "")

    def order() -> None:
        form = pictures.form_of(view, request.account, request.user, offer)
        pictures.order(view, form, key=_key(request), agreed=request.POST.get("shown"))

    def again() -> HttpResponse:
        response = _picture_offer(request, view, offer)
        response.headers.setdefault("HX-Retarget", "#picture-form")
        return response

    return _tried(order, lambda: _card(request, shot), again)


def _picture_offer(request: MemberRequest, view: ShotView, offer: str) -> HttpResponse:
    try:
        form = pictures.form_of(view, request.account, request.user, offer, resolve=False)
        if not form.is_valid():
            raise NotMade(" ".join(str(p["message"]) for p in form.problems()))
    except NotMade as error:
        return refused(str(error))
    shown = form.terms.shown
    context = {
        "view": view,
        "offer": form.offer,
        "offers": pictures.offers(request.account),
        "words": pictures.words_of(view),
        "shown": shown,
        "price": on_the_button(shown),
        "key": str(uuid.uuid4()),
    }
    return render(request, "studio/story/picture.html", context)


@require_POST
@writer
def stop(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What of a shot has not begun, or can be stopped while it runs."""
    shot = find_shot(request, pk)
    if view := read(shot.scene.story).shot(shot.pk):
        parts.stop_shot(view)
    return _card(request, shot)


@require_POST
@writer
def stop_all(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Everything of a story that has not begun; what runs, runs on."""
    story = find(request, pk)
    stopped = parts.stop_story(read(story))
    response = board_of(request, story)
    words = f"{stopped} stopped before the start. Nothing was charged for them."
    return say_now(response, words if stopped else "Nothing was waiting any more.")


@require_POST
@writer
def choose(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The take that the film shows; an empty one is the newest."""
    shot = find_shot(request, pk)
    said = request.POST.get("take")
    wanted = Take.objects.filter(shot=shot, pk=_uuid(said)).first() if said else None
    if wanted is None and said != "":
        raise Http404
    try:
        parts.choose(shot, wanted)
    except edit.NotChanged as error:
        return refused(str(error))
    response = _card(request, shot)
    response.headers["HX-Trigger"] = "story-changed"
    return response


@require_POST
@writer
def use(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A video of the library as a take."""
    shot = find_shot(request, pk)
    asset: Asset = _asset(request, request.POST.get("asset", ""))
    return _tried(lambda: parts.add_take(shot, asset), lambda: _card(request, shot))


@require_POST
@writer
def write(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The motion prompt written by a language model, for the person to keep or to change."""
    shot = find_shot(request, pk)
    view = read(shot.scene.story).shot(shot.pk)
    if view is None:
        raise Http404
    written = parts.write(view, request.account)
    response = _form(request, find_shot(request, pk))
    words = " ".join(written.notes) if written.notes else "Written anew. Change it as you like."
    return say_now(response, words)
