"""Asking before something is done: what it does, and what happens to money."""

from __future__ import annotations

from dataclasses import dataclass

CONFIRMED = "confirmed"
MOST_LINES = 100


@dataclass(frozen=True)
class Line:
    """One thing that is to be changed. `problem` says why it will not be."""

    name: str
    facts: str
    words: str
    link: str = ""
    problem: str = ""
