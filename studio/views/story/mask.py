"""What may move in a shot that speaks: a mask painted on its picture, or brought."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assets.views.guard import MemberRequest, writer
from assets.views.toast import say
from studio.models import Shot
from studio.operations.avatar import TALKING_AVATAR
from studio.stories import edit, parts
from studio.stories.board import read
from studio.views.controls import Control, widget
from studio.views.stages import stage_of
from studio.views.story.board import _asset
from studio.views.story.shown import find_shot
from studio.views.story.stories import refused

FILES = ("mask", "image")


@require_http_methods(["GET", "HEAD", "POST"])
@writer
def mask(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The picture to paint on; a POST gives the shot its mask, an empty one takes it away."""
    shot = find_shot(request, pk)
    back = f"{reverse('story', args=[shot.scene.story_id])}#shot-{shot.pk}"
    if request.method == "POST":
        return _set(request, shot, back)
    if shot.still is None or shot.still.trashed or shot.linked:
        say(request, "A mask is painted on the picture of a shot. Give it one first.")
        return redirect(back)
    spec = {name: TALKING_AVATAR.param(name) for name in FILES}
    context = {
        "shot": shot,
        "view": read(shot.scene.story).shot(shot.pk),
        "back": back,
        "stage": replace(stage_of(TALKING_AVATAR, spec), lines=None),
        "operation": TALKING_AVATAR,
        "no_details": True,
        "mask": _control(shot, "mask"),
        "still": _control(shot, "still"),
    }
    return render(request, "studio/story/mask.html", context)


def _control(shot: Shot, name: str) -> Control:
    param = TALKING_AVATAR.param("mask" if name == "mask" else "image")
    asset = getattr(shot, name)
    asset = None if asset and asset.trashed else asset
    return Control(name, param, widget(param), str(asset.pk) if asset else "", [], asset=asset)


def _set(request: MemberRequest, shot: Shot, back: str) -> HttpResponse:
    wanted = request.POST.get("mask", "")
    try:
        parts.set_file(shot, "mask", _asset(request, wanted) if wanted else None)
    except edit.NotChanged as error:
        return refused(str(error))
    return HttpResponse(status=204, headers={"HX-Redirect": back})
