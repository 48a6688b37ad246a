"""For whoever watches: /healthz says that the studio lives, /healthz?ready that it works."""

from __future__ import annotations

import shutil

from django import db
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from studio.broker import QUEUES
from studio.models import Beat

OLD = 15  # seconds
FULL = 0.05


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 {"ok": true}; with ?ready 503 and what is wrong while jobs would not run."""
    problems = find_problems() if "ready" in request.GET else []
    content = {"ok": not problems, "problems": problems}
    return JsonResponse(content, status=503 if problems else 200)


@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """What browsers ask for by themselves on pages that are not ours."""
    return HttpResponseRedirect(static("icons/favicon.svg"))


def find_problems() -> list[str]:
    """What keeps the studio from working, in sentences; empty when all is well."""
    try:
        _write_nothing()
        return [*_silent_queues(), *_full_disk()]
    except db.Error:
        return ["The database cannot be written."]


def _write_nothing() -> None:
    """Take the lock and the right to write, without giving the disk anything to do."""
    with db.transaction.atomic():
        Beat.objects.filter(name="").update(seen=None)


def _silent_queues() -> list[str]:
    return [
        f"The {queue} queue is silent. Is `manage.py start` running for it?"
        for queue in QUEUES
        if not _answers(queue)
    ]


def _answers(queue: str) -> bool:
    """Whether any host took something off the queue lately."""
    beats = Beat.objects.filter(name__startswith=f"{queue}@")
    last = beats.aggregate(last=Max("seen"))["last"]
    age = Beat(seen=last).age()
    return age is not None and age < OLD


def _full_disk() -> list[str]:
    disk = shutil.disk_usage(settings.DATA_DIR)
    if disk.free / disk.total > FULL:
        return []
    return [f"The disk of {settings.DATA_DIR} is almost full; make room."]
