"""What a style is."""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = ("photo", "film", "drawing", "painting", "print", "craft", "digital", "mood")


@dataclass(frozen=True)
class Style:
    """`words` are what a prompt gets; `group` is where it is listed, one of GROUPS."""

    key: str
    label: str
    words: str
    group: str
