"""Reads a search. `red car -"old car" (type:image OR rating>=4)`: pieces side by side must all
hold, OR binds weaker, `-` turns around what follows. AND is the same as a space, NOT the same as
`-`; the three are words when they are not in capitals."""

from __future__ import annotations

from difflib import get_close_matches

from assets.search import fold
from assets.search.errors import BadSearch, shortly
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
    reader = _Reader(found, keys, text)
    tree = reader.either(0)
    if piece := reader.now():
        raise _closes_nothing(piece)
    return tree


class _Reader:
    def __init__(self, found: list[Piece], keys: frozenset[str], text: str) -> None:
        self.found, self.keys, self.text, self.at = found, keys, text, 0

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
        """Pieces that must all hold; AND between them says no more than a space."""
        items: list[Node] = []
        start = self.at
        while (piece := self.now()) and piece.kind not in (")", "or"):
            if piece.kind == "and":
                self._both(piece, start)
            elif (item := self.term(depth)) is not None:
                items += item.items if isinstance(item, And) else (item,)
        if items:
            return items[0] if len(items) == 1 else And(tuple(items))
        raise self._empty(start, depth)

    def _both(self, piece: Piece, start: int) -> None:
        if self.at == start:
            raise _lonely(piece, "before")
        self.at += 1
        if self._is_over():
            raise _lonely(piece, "after")

    def _is_over(self) -> bool:
        """Whether nothing follows that AND or NOT could be about."""
        following = self.now()
        return following is None or following.kind in (")", "or", "and")

    def _empty(self, start: int, depth: int) -> BadSearch:
        """Why there is nothing in a row that began at that piece."""
        first = self.found[start] if start < len(self.found) else None
        before = self.found[start - 1] if start else None
        if first and first.kind == "or":
            return _lonely(first, "before")
        if first and first.kind != ")":
            end = self.found[self.at - 1].end
            written = shortly(self.text[first.start : end], " in")
            return BadSearch(
                f"There is no letter or digit to look for{written}. Write a word.", first.start, end
            )
        if before and before.kind == "or":
            return _lonely(before, "after")
        if first and depth == 0:
            return _closes_nothing(first)
        if before and first is None:
            return self._open(before)
        spot = before or self.found[0]
        return BadSearch(
            "There is nothing in the parentheses. Write a word into them, or take them away.",
            spot.start,
            first.end if first else spot.end,
        )

    def _open(self, piece: Piece) -> BadSearch:
        inside = shortly(self.text[piece.end :], " before")
        return BadSearch(
            f"The parenthesis{inside} is never closed. Write “)” where it ends, or take it away.",
            piece.start,
            len(self.text),
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
        if self._is_over():
            raise _lonely(piece, "after")
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
            raise self._open(piece)
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
                f"“{piece.text}{piece.op}” needs a value. Write one right after the sign, without "
                "a space.",
                piece.start,
                piece.end,
            )
        values = tuple(dict.fromkeys(value for value in piece.values if value.strip()))
        return Key(piece.text, piece.op, values, piece.start, piece.end, piece.value_start)


def _lonely(piece: Piece, where: str) -> BadSearch:
    """Of AND, OR, NOT and the minus: what it joins is not there. `where` is before or after."""
    if piece.text == "-":
        words = "“-” leaves out what follows it, and nothing does. Write a word right after it."
    else:
        words = (
            f"{piece.text} needs something {where} it. Write a word there, or "
            f"“{piece.text.lower()}” in small letters to find the word itself."
        )
    return BadSearch(words, piece.start, piece.end)


def _closes_nothing(piece: Piece) -> BadSearch:
    words = "This “)” closes nothing. Take it away, or write “(” where it begins."
    return BadSearch(words, piece.start, piece.end)


def _unknown(piece: Piece, keys: frozenset[str]) -> str:
    near = get_close_matches(piece.text, sorted(keys), 1, 0.6)
    hint = f"Did you mean “{near[0]}:”? " if near else ""
    return f"“{piece.text}:” is not a key. {hint}To find it as words, put it in quotation marks."
