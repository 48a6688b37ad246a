"""A tree as a condition of the database. What the text index can answer side by side is asked of
it in one."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TypeAlias

from django.db.models import Q

from assets.search import fold, index, match
from assets.search.ask import Ask
from assets.search.errors import BadSearch
from assets.search.ids import id_in
from assets.search.keys import key_of
from assets.search.match import Match
from assets.search.tree import And, Key, Node, Not, Phrase, Word

Part: TypeAlias = "Match | Q"


def condition(node: Node | None, ask: Ask) -> Q:
    """Raises BadSearch for a value that cannot be."""
    return Q() if node is None else _as_q(_part(node, ask), ask)


def _as_q(part: Part, ask: Ask) -> Q:
    return part if isinstance(part, Q) else index.matching(part, ask.account)


def _part(node: Node, ask: Ask) -> Part:
    if isinstance(node, Word | Phrase):
        return words_of(node)
    if isinstance(node, Key):
        return key_part(node, ask)
    if isinstance(node, Not):
        return ~_as_q(_part(node.item, ask), ask)
    parts = [_part(item, ask) for item in node.items]
    return _all(parts, ask) if isinstance(node, And) else _any(parts, ask)


def words_of(node: Word | Phrase, fields: tuple[str, ...] = ()) -> Match:
    """What it asks of the index; a pasted id finds what belongs to it, too."""
    words = match.Words(tuple(fold.words(node.text)), isinstance(node, Phrase), fields)
    if not fields and (pk := id_in(node.text)):
        return match.Any((words, match.Mark("i", pk), match.Mark("o", pk)))
    return words


def key_part(node: Key, ask: Ask) -> Part:
    key = key_of(node.name)
    if node.op != ":" and not key.compares:
        raise BadSearch(
            f"“{node.name}” cannot be compared with “{node.op}”. Write it like {key.example}.",
            node.start,
            node.end,
        )
    try:
        return _any([key.build(ask, node.op, value) for value in node.values], ask)
    except (ValueError, OverflowError) as error:
        words = str(error) if type(error) is ValueError else "This is too large."
        raise BadSearch(f"{node.name}: {words}", node.value_start, node.end) from error


def _all(parts: list[Part], ask: Ask) -> Part:
    found, rest = _sorted(parts)
    if found:
        together = found[0] if len(found) == 1 else match.All(tuple(found))
        if not rest:
            return together
        rest = [*rest, index.matching(together, ask.account)]
    return reduce(and_, rest)


def _any(parts: list[Part], ask: Ask) -> Part:
    found, rest = _sorted(parts)
    if found:
        together = found[0] if len(found) == 1 else match.Any(tuple(found))
        if not rest:
            return together
        rest = [*rest, index.matching(together, ask.account)]
    return reduce(or_, rest)


def _sorted(parts: list[Part]) -> tuple[list[Match], list[Q]]:
    found: list[Match] = [part for part in parts if not isinstance(part, Q)]
    return found, [part for part in parts if isinstance(part, Q)]
