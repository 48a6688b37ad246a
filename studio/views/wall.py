"""The places of a picture or a video as the wall shows them, and what is seen in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from studio.models import SocialFormat
from studio.spec import Param


@dataclass(frozen=True)
class Platform:
    key: str
    name: str
    places: list[SocialFormat]


def shown(params: list[Param]) -> list[Platform]:
    """The formats of the param that names places, by platform; nothing where there is none."""
    places = next((p for p in params if p.kind == "places"), None)
    if places is None:
        return []
    rows = SocialFormat.objects.filter(shown=True, media=places.of).select_related("platform")
    groups: Any = groupby(rows, lambda row: row.platform)
    return [Platform(one.key, one.name, list(some)) for one, some in groups]
