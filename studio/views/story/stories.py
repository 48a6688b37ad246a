"""All stories, and new ones: pasted, by hand, or of a podcast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, OuterRef, Subquery, UUIDField
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assets.views.guard import MemberRequest, member, writer
from assets.views.toast import say, say_now
from billing import access
from studio.models import Shot, Story
from studio.stories import edit, script
from studio.stories.reading import build
from studio.views.story.shown import find

SHOWN = 100
READABLE = 1024 * 1024
EXAMPLE = """Title: The lighthouse keeper
Tone: quiet, a little sad

SCENE 1: The island
A lighthouse on a rock in grey morning light. Gulls circle.
camera: slow push in
energy: 0.3

The keeper climbs the spiral stairs with a lamp in his hand.
camera: tilt up

SCENE 2: The storm
Waves break over the rock. The lamp burns.
camera: handheld
energy: 0.9
KEEPER (V.O.): Forty years, and it never went out.
"""


@require_http_methods(["GET", "HEAD", "POST"])
@member
def stories(request: MemberRequest) -> HttpResponseBase:
    """Those of the account; a POST makes a new one of what was pasted, or an empty one."""
    if request.method == "POST":
        if not access.can_write(request.role):
            raise PermissionDenied(
                "Your role here is viewer: you may look, not change. Ask the account's owner."
            )
        return _make(request)
    return _page(request)


def _page(request: MemberRequest, status: int = 200, **more: Any) -> HttpResponse:
    first = Shot.objects.filter(scene__story=OuterRef("pk")).exclude(still=None)
    mine = (
        Story.objects.for_account(request.account)
        .live()
        .annotate(
            shots=Count("scenes__shots", distinct=True),
            poster=Subquery(
                first.order_by("scene__place", "place").values("still")[:1],
                output_field=UUIDField(),
            ),
        )
    )
    context = {"stories": mine[:SHOWN], "example": EXAMPLE, "text": "", **more}
    return render(request, "studio/story/stories.html", context, status=status)


def pasted(request: MemberRequest) -> str:
    """The text that was pasted, or that of the file that was chosen."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return str(request.POST.get("text", ""))
    return bytes(file.read(READABLE)).decode("utf-8-sig", "replace")


def _make(request: MemberRequest) -> HttpResponseBase:
    text = pasted(request)
    found = _found(text)
    if found["problems"]:
        return _page(request, 422, text=text, **found)
    draft = found["draft"]
    try:
        if draft is None:
            facts: Mapping[str, Any] = edit.checked("story", {"title": request.POST.get("title")})
            story = edit.create(request.account, request.user, facts, [({}, [{}])])
        else:
            story = build(request.account, request.user, draft)
    except edit.NotChanged as error:
        return _page(request, 422, text=text, refused=str(error))
    return redirect("story", story.pk)


@require_POST
@member
def preview(request: MemberRequest) -> HttpResponseBase:
    """What a text would become: scenes and shots, or what is wrong with it."""
    return render(request, "studio/story/preview.html", _found(pasted(request)))


def _found(text: str) -> dict[str, Any]:
    """What a text says; nothing of an empty one."""
    if not text.strip():
        return {"draft": None, "problems": []}
    read = script.read(text)
    return {"draft": read.draft, "problems": read.problems, "more": read.more, "form": read.form}


@require_POST
@writer
def remove(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    story = find(request, pk)
    edit.trash(story)
    say(request, f"“{story.title}” is deleted. Its films stay in the library.")
    return redirect("stories")


def refused(words: str, status: int = 422) -> HttpResponse:
    """A change that was not made, said at the edge of the page."""
    return say_now(HttpResponse(status=status, headers={"HX-Reswap": "none"}), words, bad=True)
