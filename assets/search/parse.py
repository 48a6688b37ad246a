"""Reads a search. `red car -"old car" (type:image OR rating>=4)`: pieces side by side must all
hold, OR (in capitals) binds weaker, `-` turns around what follows."""

from __future__ import annotations

from difflib import get_close_matches

from assets.search import fold
from assets.search.errors import BadSearch
from assets.search.lexer import Piece, pieces
from assets.search.tree import And, Key, Node, Not, Or, Phrase, Word

LONGEST = 1_000
MOST_PARTS = 40
DEEPEST = 8


def parse(text: str, keys: frozenset[str]) -> Node | None:
    """The tree of a search, None when it is empty. `keys` are all names of keys. Raises
    BadSearch."""
    if len(text) > LONGEST:
        raise BadSearch(
            f"The search has {len(text):,} letters; the limit is {LONGEST:,}. Use fewer words.",
            LONGEST,
            len(text),
        )
    found = pieces(text, keys)
    parts = [piece for piece in found if piece.kind in ("word", "phrase", "key")]
    if len(parts) > MOST_PARTS:
        raise BadSearch(
            f"The search has {len(parts)} parts; the limit is {MOST_PARTS}. Use fewer.",
            parts[MOST_PARTS].start,
            len(text),
        )
    if not found:
        return None
    reader = _Reader(found, keys, len(text))
    tree = reader.either(0)
    if piece := reader.now():
        raise BadSearch(
            "This parenthesis closes nothing. Take it away, or open one before it.",
            piece.start,
            piece.end,
        )
    return tree


class _Reader:
    def __init__(self, found: list[Piece], keys: frozenset[str], length: int) -> None:
        self.found, self.keys, self.length, self.at = found, keys, length, 0

    def now(self) -> Piece | None:
        return self.found[self.at] if self.at < len(self.found) else None

    def either(self, depth: int) -> Node:
        """One row of pieces or several with OR between them."""
        items = [self.row(depth)]
        while (piece := self.now()) and piece.kind == "or":
            self.at += 1
            items.append(self.row(depth))
        flat = [n for item in items for n in (item.items if isinstance(item, Or) else (item,))]
        return flat[0] if len(flat) == 1 else Or(tuple(flat))

    def row(self, depth: int) -> Node:
        items: list[Node] = []
        first = self.now()
        while (piece := self.now()) and piece.kind not in (")", "or"):
            if (item := self.term(depth)) is not None:
                items += item.items if isinstance(item, And) else (item,)
        if items:
            return items[0] if len(items) == 1 else And(tuple(items))
        raise self._empty(first)

    def _empty(self, first: Piece | None) -> BadSearch:
        before = self.found[self.at - 1] if self.at else None
        if first and first.kind not in (")", "or"):
            end = self.found[self.at - 1].end
            return BadSearch(
                "There is no letter or digit to look for here. Write a word.", first.start, end
            )
        if first and first.kind == "or":
            return BadSearch("OR needs something before it.", first.start, first.end)
        if before and before.kind == "or":
            return BadSearch("OR needs something after it.", before.start, before.end)
        spot = before or self.found[0]
        end = first.end if first else spot.end
        return BadSearch(
            "There is nothing in the parentheses. Write a word into them.", spot.start, end
        )

    def term(self, depth: int) -> Node | None:
        """One piece, what is in parentheses, or the opposite; None when it says nothing."""
        piece = self.found[self.at]
        self.at += 1
        if piece.kind == "-":
            return self._opposite(piece, depth)
        if piece.kind == "(":
            return self._group(piece, depth)
        if piece.kind == "key":
            return self._key(piece)
        if not fold.words(piece.text):
            return None
        kind = Phrase if piece.kind == "phrase" else Word
        return kind(piece.text, piece.start, piece.end)

    def _opposite(self, piece: Piece, depth: int) -> Node | None:
        following = self.now()
        if following is None or following.kind in (")", "or"):
            return None
        if depth >= DEEPEST:
            raise self._too_deep(piece)
        item = self.term(depth + 1)
        return None if item is None else Not(item)

    def _group(self, piece: Piece, depth: int) -> Node:
        if depth >= DEEPEST:
            raise self._too_deep(piece)
        inner = self.either(depth + 1)
        closing = self.now()
        if closing is None:
            raise BadSearch(
                "This parenthesis is never closed. Write “)” where it ends.",
                piece.start,
                self.length,
            )
        self.at += 1
        return inner

    def _too_deep(self, piece: Piece) -> BadSearch:
        words = f"The search is nested more than {DEEPEST} deep, the most. Make it simpler."
        return BadSearch(words, piece.start, piece.end)

    def _key(self, piece: Piece) -> Key:
        if piece.text not in self.keys:
            raise BadSearch(_unknown(piece, self.keys), piece.start, piece.start + len(piece.text))
        if not piece.values or not any(value.strip() for value in piece.values):
            raise BadSearch(
                f"“{piece.text}” needs a value. Write it without a space after the sign.",
                piece.start,
                piece.end,
            )
        values = tuple(dict.fromkeys(value for value in piece.values if value.strip()))
        return Key(piece.text, piece.op, values, piece.start, piece.end, piece.value_start)


def _unknown(piece: Piece, keys: frozenset[str]) -> str:
    near = get_close_matches(piece.text, sorted(keys), 1, 0.6)
    hint = f"Did you mean “{near[0]}:”? " if near else ""
    return f"“{piece.text}:” is not a key. {hint}To find it as words, put it in quotation marks."
