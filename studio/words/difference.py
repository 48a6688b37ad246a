"""What became of a text, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby, takewhile
from typing import Literal, NamedTuple

Kind = Literal["kept", "added", "removed"]

# A word with the spaces after it belongs to what the person reads as one thing; the spaces are
# apart so that a word before a comma is the same word as before a space.
_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
# Tokens up to which the best match is sought; beyond it a quick one does.
_CAREFUL = 3000


class Piece(NamedTuple):
    kind: Kind
    text: str


def difference(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces in reading order. Kept and removed ones together are the old text, kept and added
    ones the new text, to the letter; neighbours differ in kind.

    >>> [tuple(p) for p in difference("a red cat", "a red cat, asleep")]
    [('kept', 'a red cat'), ('added', ', asleep')]
    """
    pieces = (Piece(k, t) for k, t in _steps(_TOKENS.findall(old), _TOKENS.findall(new)) if t)
    return tuple(
        Piece(kind, "".join(p.text for p in group))
        for kind, group in groupby(pieces, key=lambda piece: piece.kind)
    )


def _steps(old: list[str], new: list[str]) -> Iterator[tuple[Kind, str]]:
    # Mostly something is added at the end: what begins alike need not be searched.
    same = (a == b for a, b in zip(old, new, strict=False))
    head = sum(1 for _ in takewhile(bool, same))
    yield "kept", "".join(old[:head])
    old, new = old[head:], new[head:]
    quick = len(old) + len(new) > _CAREFUL
    found = SequenceMatcher(None, old, new, autojunk=quick)
    for _, i, j, k, m in found.get_opcodes():
        if old[i:j] == new[k:m]:
            yield "kept", "".join(old[i:j])
        else:
            yield "removed", "".join(old[i:j])
            yield "added", "".join(new[k:m])
