"""The board of a story: its page, its parts, and what is changed in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from assets.models import Asset
from assets.views.guard import MemberRequest, member, polled, writer
from studio import keys
from studio.models import Scene, Shot, Story
from studio.operations.avatar import TALKING_AVATAR
from studio.security import LISTENING
from studio.stories import edit, making, parts
from studio.stories.board import Board, read
from studio.stories.fields import LEVELS, Level
from studio.views.controls import Control, widget
from studio.views.story import shown
from studio.views.story.film import film_context
from studio.views.story.shown import card_of, cards, drawn, find, find_scene, find_shot, summary
from studio.views.story.stories import refused

TRIMS = ("voice_start", "voice_end")


@require_safe
@member
@keys.seen_once()
def page(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The whole board."""
    story = find(request, pk)
    response = render(request, "studio/story/page.html", context_of(request, story))
    response.headers["Permissions-Policy"] = LISTENING
    return response


def context_of(request: MemberRequest, story: Story) -> dict[str, Any]:
    board = read(story)
    plan = making.plan(board, making.missing(board), request.account, request.user)
    return {
        "story": story,
        "board": board,
        "scenes": _scenes(board, request),
        "make": summary(plan, request.account),
        "script": shown.script(board),
        "story_fields": drawn("story", {**story.facts, "title": story.title}),
        **shown.models(request),
        **film_context(request, board),
    }


def _scenes(board: Board, request: MemberRequest) -> list[dict[str, Any]]:
    found = cards(board, request)
    return [
        {"scene": scene.scene, "cards": [found[view.shot.pk] for view in scene.shots]}
        for scene in board.scenes
    ]


@keys.seen_once()
def board_of(request: MemberRequest, story: Story) -> HttpResponse:
    """The scenes anew, with what follows from them."""
    context = context_of(request, Story.objects.get(pk=story.pk)) | {"part": True}
    return render(request, "studio/story/board.html", context)


@require_safe
@polled
def board(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    return board_of(request, find(request, pk))


@require_safe
@polled
def shot_card(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """One card: asked for while something of it is at work, whose end concerns others, or because
    something has changed that it goes on from."""
    found = card_of(request, find_shot(request, pk))
    response = render(request, "studio/story/shot.html", {"card": found})
    if "busy" in request.GET and not found.busy:
        response.headers["HX-Trigger"] = "story-changed"
    return response


@require_safe
@polled
@keys.seen_once()
def header(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What is missing, its price, and what runs."""
    story = find(request, pk)
    plan = making.plan_missing(story, request.account, request.user)
    context = {"story": story, "board": plan.board, "make": summary(plan, request.account)}
    return render(request, "studio/story/make.html", context)


@require_safe
@polled
def script(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The cuts for the player, once something has changed."""
    return JsonResponse(shown.script(read(find(request, pk))))


# --- facts --------------------------------------------------------------------------------------


def _said(request: MemberRequest, level: Level) -> dict[str, Any]:
    names = [p.name for p in LEVELS[level]]
    return {name: request.POST[name] for name in names if name in request.POST}


@require_POST
@writer
def set_story(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The facts of a story, its models and how many at once."""
    story = find(request, pk)
    try:
        edit.set_facts(story, _said(request, "story"))
        edit.set_usual(story, request.POST)
    except edit.NotChanged as error:
        return refused(str(error))
    return board_of(request, story)


@require_POST
@writer
def set_scene(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    scene = find_scene(request, pk)
    try:
        edit.set_facts(scene, _said(request, "scene"))
    except edit.NotChanged as error:
        return refused(str(error))
    return board_of(request, scene.story)


@require_safe
@member
def scene_form(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    scene = find_scene(request, pk)
    context = {"scene": scene, "fields": drawn("scene", scene.facts)}
    return render(request, "studio/story/scene_form.html", context)


@require_safe
@member
def shot_form(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Everything that can be said of a shot."""
    return _form(request, find_shot(request, pk))


def _form(request: MemberRequest, shot: Shot, status: int = 200) -> HttpResponse:
    found = card_of(request, shot)
    context = {
        "card": found,
        "fields": drawn("shot", shot.facts, without=("motion_prompt",)),
        "own": shot.facts.get("motion_prompt", ""),
        "still": _file(shot, "still"),
        "voice": _file(shot, "voice"),
        "offers": making.offers_for(making.operation_of(found.view), request.account),
    }
    return render(request, "studio/story/shot_form.html", context, status=status)


def _file(shot: Shot, name: str) -> Control:
    declared = TALKING_AVATAR.param("image" if name == "still" else "audio")
    cut = TRIMS if name == "voice" else None
    labels = {"still": "Picture", "voice": "Voice"}
    param = replace(declared, name=name, label=labels[name], required=False, help="", cut=cut)
    asset = getattr(shot, name)
    return Control(name, param, widget(param), str(asset.pk) if asset else "", [], asset=asset)


@require_POST
@writer
def set_shot(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Facts, files, trims, the model and the link of a shot: whatever the form says."""
    shot = find_shot(request, pk)
    try:
        edit.set_facts(shot, _said(request, "shot"))
        _set_files(request, shot)
        edit.set_making(shot, request.POST)
    except edit.NotChanged as error:
        return refused(str(error))
    response = render(request, "studio/story/shot_saved.html", {"card": card_of(request, shot)})
    response.headers["HX-Trigger"] = "story-changed"
    return response


def _set_files(request: MemberRequest, shot: Shot) -> None:
    for name in ("still", "voice"):
        if name not in request.POST:
            continue
        value = request.POST[name]
        current = getattr(shot, f"{name}_id")
        if value != (str(current) if current else ""):
            parts.set_file(shot, name, _asset(request, value) if value else None)


def _asset(request: MemberRequest, pk: str) -> Asset:
    try:
        return Asset.objects.for_account(request.account).live().get(pk=pk)
    except (Asset.DoesNotExist, ValidationError):
        raise Http404 from None


# --- structure ----------------------------------------------------------------------------------


def _changed(
    request: MemberRequest, story: Story, change: Callable[[], object]
) -> HttpResponseBase:
    """Do it and show the board anew, or say why not."""
    try:
        change()
    except edit.NotChanged as error:
        return refused(str(error))
    return board_of(request, story)


def _place(data: Mapping[str, str]) -> int | None:
    """The place that was asked for, from 1; None is the end."""
    text = data.get("place", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


@require_POST
@writer
def add_scene(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    story = find(request, pk)

    def change() -> None:
        scene = edit.add_scene(story, _said(request, "scene"), _place(request.POST))
        edit.add_shot(scene, {})

    return _changed(request, story, change)


@require_POST
@writer
def add_shot(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    scene = find_scene(request, pk)
    place = _place(request.POST)
    return _changed(request, scene.story, lambda: edit.add_shot(scene, {}, place))


@require_POST
@writer
def move_scene(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    scene = find_scene(request, pk)
    place = _place(request.POST) or 1
    return _changed(request, scene.story, lambda: edit.move_scene(scene, place))


@require_POST
@writer
def move_shot(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """To a place of its scene, or of another one of the story."""
    shot, place = find_shot(request, pk), _place(request.POST) or 1
    target: Scene | None = None
    if wanted := request.POST.get("scene"):
        target = find_scene(request, _uuid(wanted))
    return _changed(request, shot.scene.story, lambda: edit.move_shot(shot, place, target))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_POST
@writer
def change_shot(request: MemberRequest, pk: UUID, how: str) -> HttpResponseBase:
    """Duplicate, split or remove it."""
    shot = find_shot(request, pk)
    changes: dict[str, Callable[[Shot], object]] = {
        "duplicate": edit.duplicate,
        "split": edit.split,
        "remove": edit.remove,
    }
    if how not in changes:
        raise Http404
    return _changed(request, shot.scene.story, lambda: changes[how](shot))


@require_POST
@writer
def remove_scene(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    scene = find_scene(request, pk)
    return _changed(request, scene.story, lambda: edit.remove(scene))
