"""Files that a story of a client is made of: they stay with that client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from studio.models import Shot, Story, Take


def bound(ids: Sequence[UUID], client: UUID | None) -> dict[UUID, str]:
    """{asset: why it may not go to `client`} for those of `ids` that a story of another one has."""
    found: dict[UUID, str] = {}
    for rows, story in uses(ids):
        kept = rows.filter(**{f"{story}trashed": None, f"{story}client__isnull": False})
        if client is not None:
            kept = kept.exclude(**{f"{story}client": client})
        for pk, title in kept.values_list("file", f"{story}title"):
            found[pk] = f"the story “{title}” has it"
    return found


def uses(ids: Sequence[UUID]) -> list[tuple[Any, str]]:
    """Rows that have `file` from them, and the way from such a row to its story."""
    shots = [
        (Shot.objects.filter(Q(**{f"{name}__in": ids})).annotate(file=F(name)), "scene__story__")
        for name in ("still", "voice", "mask")
    ]
    takes = Take.objects.filter(asset__in=ids).annotate(file=F("asset"))
    tracks = Story.objects.filter(track__in=ids).annotate(file=F("track"))
    return [*shots, (takes, "shot__scene__story__"), (tracks, "")]
