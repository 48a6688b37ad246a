"""A search cut into its pieces, each with its spot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assets.search.errors import BadSearch, shortly

# A colon after these is part of an address.
_SCHEMES = ("http", "https", "ftp", "mailto", "data")
_KEY = re.compile(r"([A-Za-z][A-Za-z_-]{0,30})(:(?:<=|>=|<|>)?|<=|>=|<|>)")
_BARE = re.compile(r'[^\s()"]+')
_VALUE = re.compile(r'"([^"]*)"|([^\s()",]+)')
_SPACE = re.compile(r"\s+")
# Words that join others when they stand alone, in capitals.
JOINING = {"AND": "and", "OR": "or", "NOT": "-"}


@dataclass(frozen=True)
class Piece:
    """`kind` is one of ( ) - and or word phrase key; NOT is a `-`. Of a key `text` is its name in
    lower case."""

    kind: str
    text: str
    start: int
    end: int
    op: str = ""
    values: tuple[str, ...] = ()
    value_start: int = 0


def pieces(text: str, known: frozenset[str]) -> list[Piece]:
    """`known` are the names of keys, in lower case. Raises BadSearch."""
    found: list[Piece] = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        piece = _piece(text, at, known)
        found.append(piece)
        at = piece.end
    return found


def _piece(text: str, at: int, known: frozenset[str]) -> Piece:
    letter = text[at]
    if letter in "()":
        return Piece(letter, letter, at, at + 1)
    if letter == "-" and at + 1 < len(text) and not text[at + 1].isspace():
        return Piece("-", "-", at, at + 1)
    if letter == '"':
        end = _closing(text, at)
        return Piece("phrase", text[at + 1 : end - 1], at, end)
    if (key := _KEY.match(text, at)) and (piece := _key(text, key, known)):
        return piece
    bare = _BARE.match(text, at)
    end = bare.end() if bare else at + 1
    return Piece(JOINING.get(text[at:end], "word"), text[at:end], at, end)


def _closing(text: str, at: int) -> int:
    end = text.find('"', at + 1)
    if end < 0:
        raise BadSearch(
            f"The quotation mark{shortly(text[at + 1 :], ' before')} is never closed. Write "
            "another one after the phrase, or take it away.",
            at,
            len(text),
        )
    return end + 1


def _key(text: str, match: re.Match[str], known: frozenset[str]) -> Piece | None:
    """None for what only looks like a key: an address, a colon at the end, `a<b`."""
    name = match[1].lower()
    if name not in known:
        follows = text[match.end() : match.end() + 1]
        if name in _SCHEMES or match[2][0] != ":" or not follows.strip(" \t\n\r)"):
            return None
    values, end = _values(text, match.end())
    op = match[2].lstrip(":") or ":"
    return Piece("key", name, match.start(), end, op, tuple(values), match.end())


def _values(text: str, at: int) -> tuple[list[str], int]:
    """What stands after the key, separated by commas, and where it ends."""
    values: list[str] = []
    while at < len(text):
        if text[at] == '"':
            _closing(text, at)
        value = _VALUE.match(text, at)
        if value is None:
            break
        values.append(value[1] if value[1] is not None else value[2])
        at = value.end()
        if text[at : at + 1] != ",":
            break
        at += 1
    return values, at
