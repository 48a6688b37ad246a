"""A podcast episode: a portrait for each speaker, the audio, and who speaks when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assets.models import Asset, AssetKind
from assets.views.guard import MemberRequest, member
from billing import access
from studio.operations.avatar import TALKING_AVATAR
from studio.security import LISTENING
from studio.stories import edit, podcast, reading
from studio.stories.reading import SPEAKERS
from studio.views.controls import Control, widget
from studio.views.story.stories import pasted

EXAMPLE = """00:00 Anna: Welcome back to the show.
00:06 Ben: Good to be here.
00:11 Anna
"""


@require_http_methods(["GET", "HEAD", "POST"])
@member
def episode(request: MemberRequest) -> HttpResponseBase:
    """The form, then the speakers that were found in the times, then the story."""
    if request.method != "POST":
        return _page(request)
    if not access.can_write(request.role):
        raise PermissionDenied(
            "Your role here is viewer: you may look, not change. Ask the account's owner."
        )
    audio = _asset(request, request.POST.get("audio", ""), AssetKind.AUDIO)
    text = pasted(request)
    if audio is None:
        return _page(request, 422, text=text, refused="Give the audio of the episode first.")
    found = podcast.read(text, audio.duration)
    if found.problems:
        return _page(request, 422, text=text, audio=audio, problems=found.problems)
    segments, speakers = found.segments, found.speakers
    if len(speakers) > SPEAKERS:
        words = f"There are {len(speakers)} speakers; the most is {SPEAKERS}. Check their names."
        return _page(request, 422, text=text, audio=audio, refused=words)
    portraits = {
        name: _asset(request, request.POST.get(f"portrait_{n}", ""), AssetKind.IMAGE)
        for n, name in enumerate(speakers)
    }
    if not all(portraits.values()):
        return _page(request, text=text, audio=audio, speakers=speakers, portraits=portraits)
    title = request.POST.get("title", "").strip()[:200] or f"{audio.title[:180]} · episode"
    try:
        facts = edit.checked("story", {"title": title})
        story = reading.podcast(
            request.account,
            request.user,
            str(facts["title"]),
            audio,
            segments,
            {name: found for name, found in portraits.items() if found},
        )
    except edit.NotChanged as error:
        return _page(request, 422, text=text, audio=audio, refused=str(error))
    return redirect("story", story.pk)


def _asset(request: MemberRequest, pk: str, kind: str) -> Asset | None:
    try:
        return Asset.objects.for_account(request.account).live().filter(pk=pk, kind=kind).first()
    except ValidationError:
        return None


def _page(request: MemberRequest, status: int = 200, **more: Any) -> HttpResponse:
    portraits, audio = more.get("portraits", {}), more.get("audio")
    context = {
        "text": "",
        "example": EXAMPLE,
        **more,
        "title": request.POST.get("title", ""),
        "audio": _control("audio", "audio", "Audio of the episode", audio),
        "portraits": [
            _control(f"portrait_{n}", "image", name, portraits.get(name))
            for n, name in enumerate(more.get("speakers", ()))
        ],
    }
    response = render(request, "studio/story/podcast.html", context, status=status)
    response.headers["Permissions-Policy"] = LISTENING
    return response


def _control(name: str, declared: str, label: str, asset: Asset | None) -> Control:
    param = replace(TALKING_AVATAR.param(declared), name=name, label=label, help="", cut=None)
    return Control(name, param, widget(param), str(asset.pk) if asset else "", [], asset=asset)
