"""What comes with the studio as data: styles, templates and motions, to look at, and where each is
used. Formats of platforms are rows, with pages of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from studio import catalogue
from studio.models import Job
from studio.office.panel import Cell, Figure, Panel, Row, listed, number
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.presets import STYLES, TEMPLATES

DAYS = 30
MOTIONS = IMAGE_TO_VIDEO.param("motion").choices
LOOKED_AT = 5000  # jobs whose params are read


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("studio.view_socialformat"):
        raise PermissionDenied("To see presets you need the permission to view social formats.")
    used = _used()
    context = {
        **admin.site.each_context(request),
        "title": "Presets",
        "panels": [_editable(), _styles(used), _motions(used), _templates()],
    }
    return TemplateResponse(request, "office/presets.html", context)


def _used() -> Counter[tuple[str, str]]:
    """How often a choice was ordered lately: by (param, value)."""
    since = timezone.now() - timedelta(days=DAYS)
    jobs = Job.objects.filter(finished__gte=since).order_by("-finished")
    found: Counter[tuple[str, str]] = Counter()
    for params in jobs.values_list("params", flat=True)[:LOOKED_AT]:
        for name in ("style", "motion"):
            if isinstance(value := params.get(name), str):
                found[name, value] += 1
    return found


def _editable() -> Panel:
    figures = [
        Figure("Formats", "sizes, safe zones, limits", listed("studio_socialformat")),
        Figure("Platforms", "and their order", listed("studio_socialplatform")),
    ]
    return Panel("Social formats, to be edited", figures, wide=True)


def _taking(name: str) -> str:
    """The operations that have such a param."""
    labels = [
        operation.label
        for operation in catalogue.operations().values()
        if any(param.name == name for param in operation.params)
    ]
    return ", ".join(labels)


def _styles(used: Counter[tuple[str, str]]) -> Panel:
    knows: dict[str, list[str]] = {}
    for offer in catalogue.all_offers().values():
        for key in offer.styles:
            knows.setdefault(key, []).append(offer.label)
    rows = [
        Row(
            (
                Cell(style.label),
                Cell(style.key),
                Cell(style.group),
                Cell(_few(knows.get(style.key, []))),
                Cell(number(used["style", style.key]), number=True),
            )
        )
        for style in STYLES
    ]
    head = ("Style", "Key", "Group", "Models that know it by name", f"#Jobs in {DAYS} days")
    words = f"Taken by: {_taking('style')}. Who has no name for it gets its words in the prompt."
    return Panel("Styles", head=head, rows=rows, words=words, wide=True)


def _motions(used: Counter[tuple[str, str]]) -> Panel:
    rows = [
        Row((Cell(motion), Cell(number(used["motion", motion]), number=True))) for motion in MOTIONS
    ]
    words = f"{len(MOTIONS)} motions; taken by: {_taking('motion')}."
    return Panel("Motions", head=("Motion", f"#Jobs in {DAYS} days"), rows=rows, words=words)


def _templates() -> Panel:
    rows = [
        Row(
            (
                Cell(row.name),
                Cell(row.key),
                Cell(row.platform_label),
                Cell(row.size, number=True),
                Cell(row.style or "–"),
                Cell(row.quality or "–"),
            )
        )
        for row in TEMPLATES
    ]
    head = ("Template", "Key", "Platform", "#Size", "Style", "Quality")
    words = f"{len(TEMPLATES)} templates; offered where a picture is written in words."
    return Panel("Templates", head=head, rows=rows, words=words, wide=True)


def _few(names: Iterable[str]) -> str:
    found = sorted(set(names))
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more or "–"
