"""A word to the person after something was done, with the way back."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse


def say(request: HttpRequest, text: str, undo: str = "") -> None:
    """Shown on the next page; `undo` is an address that takes a POST."""
    messages.success(request, text, extra_tags=undo)


def say_now(response: HttpResponse, text: str, *, bad: bool = False) -> HttpResponse:
    """Shown on the page that asked by script."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps(events | {"toast": {"text": text, "bad": bad}})
    return response
