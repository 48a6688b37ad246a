"""What money is held for: plain data that goes along with every hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

# What the caps of a plan count, and what each is called.
KINDS = {
    "images": "images",
    "edits": "edits",
    "upscales": "upscales",
    "videos": "videos",
    "avatar_seconds": "seconds of avatars",
}

ONE = {
    "images": "image",
    "edits": "edit",
    "upscales": "upscale",
    "videos": "video",
    "avatar_seconds": "second of avatars",
}


@dataclass(frozen=True)
class Purpose:
    """Which model of which module does it, as how many of which kind it counts ("" for what is
    never counted), and for which client, by which member, with which API key it was asked for."""

    offer: str = ""
    module: str = ""
    kind: str = ""
    count: int = 0
    client: UUID | None = None
    user: int | None = None
    key: UUID | None = None


NOTHING = Purpose()


class Line(NamedTuple):
    """One hold of many."""

    amount: int
    reference: str
    note: str = ""
    purpose: Purpose = NOTHING


class Asked(NamedTuple):
    """Work that is thought about: the most that it may cost, and what it is likely to cost."""

    most: int
    likely: int
    purpose: Purpose = NOTHING
