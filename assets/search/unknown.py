"""Names in a search of which there is nothing: it finds nothing by them, and says so."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from assets.search import fold, keys
from assets.search.ask import Ask
from assets.search.errors import shortly
from assets.search.tree import Key, Node, leaves

_SHOWN = 5


@dataclass(frozen=True)
class Unknown:
    """`start` and `end` are the spot in the text of the search, in letters."""

    words: str
    start: int
    end: int


def unknown_names(tree: Node | None, ask: Ask) -> list[Unknown]:
    """Of each value that stands for nothing in sight of who asks. Only what is in sight is named
    in the words."""
    found = []
    for leaf in leaves(tree):
        if isinstance(leaf, Key) and (kind := keys.key_of(leaf.name)).knows:
            told = [_told(kind, ask, v) for v in leaf.values if not kind.knows(ask, v)]
            found += [Unknown(words, leaf.value_start, leaf.end) for words in told]
    return found


def _told(kind: keys.KeyKind, ask: Ask, value: str) -> str:
    if not kind.noun:
        said = f"No file that you see has the id{shortly(value)}."
        return f"{said} Copy one from the address of its page."
    names = list(dict.fromkeys(kind.values(ask)))
    said = f"No {kind.noun} is named{shortly(value)}. {_others(names, value)}"
    if ask.scope.client and (client := ask.clients().get(ask.scope.client)):
        said += f" You work for{shortly(client)} now; what is not for it is out of sight."
    return said


def _others(names: list[str], value: str) -> str:
    if not names:
        return "You have none yet."
    folded = {fold.fold(name): name for name in reversed(names)}
    near = [folded[one] for one in get_close_matches(fold.fold(value), folded, 1, 0.6)]
    first = [*near, *(name for name in names if name not in near)][:_SHOWN]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    meant = f"Did you mean{shortly(near[0])}? " if near else ""
    return f"{meant}Yours are: {', '.join(shortly(name)[1:] for name in first)}{more}."
