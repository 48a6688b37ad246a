"""The parts of a search, for showing them apart."""

from __future__ import annotations

from dataclasses import dataclass

from assets.search import keys
from assets.search.errors import BadSearch
from assets.search.lexer import pieces

_KINDS = {"(": "paren", ")": "paren", "-": "not"}


@dataclass(frozen=True)
class MarkedPart:
    """`kind` is one of word, phrase, key (known), unknown, and, or, not,
    paren."""

    start: int
    end: int
    kind: str


def marks(text: str) -> list[MarkedPart]:
    """Where each part stands; what cannot be read has none."""
    known = keys.names()
    try:
        found = pieces(text[:1_000], known)
    except BadSearch:
        return []
    return [MarkedPart(p.start, p.end, _kind(p.kind, p.text, known)) for p in found]


def _kind(kind: str, text: str, known: frozenset[str]) -> str:
    if kind == "key" and text not in known:
        return "unknown"
    return _KINDS.get(kind, kind)
