"""The film of a story: ordering it, its track and pace, and its lists for other programs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assets.models import Asset
from assets.services import Refused
from assets.views.guard import MemberRequest, member, polled, writer
from assets.views.toast import say_now
from billing.access import PROOF
from billing.services import MoneyRefused
from studio import jobs
from studio.models import Story
from studio.operations.story import FILM, TRACK
from studio.orders import OrderForm
from studio.providers.local.story import ASSEMBLER
from studio.stories import edit, files, film, laying
from studio.stories.board import Board, read
from studio.stories.making import NotMade
from studio.views.cards import cards
from studio.views.controls import Control, Group, groups, widget
from studio.views.price_words import anew
from studio.views.story.shown import find
from studio.views.story.stories import refused

OURS = ("key", "shown", *PROOF, "missing", "lengths")
HIDDEN = ("cuts", "track")
# The groups of the form, and the heading behind which few people look; the first is open.
PARTS = {
    "output": "",
    "transition": "Transitions",
    "sound": "Sound",
    "words": "Titles and subtitles",
    "ends": "Beginning and end",
    "advanced": "Name and damaged clips",
}
FILMS = 6
PATIENCE = 60  # seconds in which a track is heard, mostly
LAID = '{"story-laid": true}'


@dataclass(frozen=True)
class Part:
    """Controls under a heading; those without one are in sight."""

    label: str
    controls: list[Control]


def film_context(request: MemberRequest, board: Board) -> dict[str, Any]:
    """The form of the film and the films that were made."""
    form = OrderForm(FILM, ASSEMBLER, account=request.account, initial=film.usual(board.story))
    found = {group.key: group for group in groups(form)}
    shown = [Part(label, _of(found, key)) for key, label in PARTS.items()]
    made = list(board.story.films.all()[:FILMS])
    return {
        "film_parts": [part for part in shown if part.controls],
        "films": cards(made, request.account),
        "film_key": str(uuid.uuid4()),
        "lengths": film.manner(board.story, {})["lengths"],
        "track": _track(board.story),
        "suits": laying.suits(board.story),
    }


def _of(found: Mapping[str, Group], key: str) -> list[Control]:
    return [c for c in found[key].controls if c.name not in HIDDEN] if key in found else []


def _track(story: Story) -> Control:
    asset = story.track
    return Control("track", TRACK, widget(TRACK), str(asset.pk) if asset else "", [], asset=asset)


@require_POST
@writer
def make(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Order the film, once per key."""
    story = find(request, pk)
    board = read(story)
    if not board.shots:
        return refused("The story has no shots yet. Add one.")
    try:
        film.check(board)
    except NotMade as error:
        return refused(str(error))
    said = {n: request.POST[n] for n in request.POST if n not in OURS and n not in HIDDEN}
    how = film.manner(story, request.POST)
    key = "".join(c for c in request.POST.get("key", "")[:100] if c.isprintable())
    form = film.form_of(board, request.account, request.user, said, key=key, **how)
    if not form.is_valid():
        return refused(" ".join(str(p["message"]) for p in form.problems()))
    try:
        job, _ = form.create_job(key=key or None, change=True, agreed=request.POST.get("shown"))
    except jobs.TermsChanged as error:
        return refused(anew(error))
    except MoneyRefused as error:
        return refused(str(error))
    story.films.add(job)
    context = {"cards": cards([job], request.account), "key": str(uuid.uuid4())}
    response = render(request, "studio/story/film_ordered.html", context)
    response.headers["HX-Trigger"] = "jobs-changed"
    return response


# --- the track ----------------------------------------------------------------------------------


@require_POST
@writer
def set_track(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The sound under all of it; nothing takes it away."""
    story = find(request, pk)
    wanted = request.POST.get("track", "")
    try:
        asset = Asset.objects.for_account(request.account).live().get(pk=wanted) if wanted else None
        edit.set_track(story, asset)
    except (Asset.DoesNotExist, ValidationError):
        raise Http404 from None
    except edit.NotChanged as error:
        return refused(str(error))
    laying.listen(story)
    return _track_part(request, story)


def _track_part(request: MemberRequest, story: Story, status: int = 200) -> HttpResponse:
    context = {"story": story, "track": _track(story), "suits": laying.suits(story)}
    response = render(request, "studio/story/track.html", context, status=status)
    response.headers["HX-Trigger"] = "story-changed"
    return response


@require_safe
@polled
def track(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What is known of the track by now."""
    story = find(request, pk)
    # Whoever was listening may have died.
    if story.pace is None and caches["local"].add(f"listen:{story.pk}", 1, PATIENCE):
        laying.listen(story)
    context = {"story": story, "track": _track(story), "suits": laying.suits(story)}
    return render(request, "studio/story/track.html", context)


@require_POST
@writer
def lay(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Lay the shots over the track: each cut on the nearest beat."""
    story = find(request, pk)
    try:
        moved = laying.lay(story)
    except edit.NotChanged as error:
        return refused(str(error))
    response = HttpResponse(status=204, headers={"HX-Trigger": LAID})
    return say_now(response, moved)


@require_POST
@writer
def storyboard(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Empty shots, as many as suit the track."""
    story = find(request, pk)
    try:
        made = laying.storyboard(story)
    except edit.NotChanged as error:
        return refused(str(error))
    response = HttpResponse(status=204, headers={"HX-Trigger": LAID})
    return say_now(response, made)


@require_POST
@writer
def unlay(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Take the shots off the track; they keep their seconds."""
    edit.unpace(find(request, pk))
    response = HttpResponse(status=204, headers={"HX-Trigger": LAID})
    return say_now(response, "The shots have their own seconds again.")


# --- files --------------------------------------------------------------------------------------


@require_safe
@member
def download(request: MemberRequest, pk: UUID, name: str) -> HttpResponseBase:
    """One of studio.stories.files."""
    story = find(request, pk)
    if name not in files.NAMES:
        raise Http404
    try:
        return files.answer(read(story), name, request.GET)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("story", story.pk)
