"""What a facet is, and a search taken apart into its choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q

from assets.search import fields as kinds
from assets.search import filters, keys, toggle
from assets.search.ask import Ask
from assets.search.condition import condition
from assets.search.errors import BadFilter, BadSearch
from assets.search.tree import And, Key, Node
from assets.services.names import clean
from billing.models import Account

# Facets of which an asset may have several values, or whose values change with the day: each is
# counted by a statement of its own.
APART = ("tag", "client", "added")


@dataclass(frozen=True)
class Choice:
    """`value` as the search language writes it; `count` under all other filters; `query` is the
    text of the search with this choice turned on, or off when it is `on`."""

    value: str
    label: str
    count: int
    on: bool
    query: str


@dataclass(frozen=True)
class Facet:
    """`name` is its key in the search language."""

    name: str
    label: str
    choices: list[Choice]


@dataclass
class Chosen:
    """A search taken apart: `columns` are, for each facet that is a column, the values that each
    of its filters allows, and `written` how they stand in the text; `apart` are the conditions of
    each of the other facets, and `words` what is chosen in them; `rest` is everything else."""

    text: str
    tree: Node | None
    ask: Ask
    columns: dict[str, list[frozenset[Any]]] = field(default_factory=dict)
    written: dict[str, dict[Any, frozenset[str]]] = field(default_factory=dict)
    apart: dict[str, list[Q]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    rest: Q = field(default_factory=Q)

    def without(self, name: str) -> Q:
        """All conditions but those of a facet that is counted apart."""
        parts = [
            Q(**{f"{kinds.BY_KEY[column].column}__in": sorted(values, key=str)})
            for column, choices in self.columns.items()
            for values in choices
        ]
        return reduce(and_, parts, self.shared(but=name))

    def shared(self, but: str = "") -> Q:
        """All conditions but those of the columns, and of one facet that is counted apart."""
        others = [q for name, some in self.apart.items() if name != but for q in some]
        return reduce(and_, others, self.rest)

    def on(self, name: str, word: str) -> str:
        """The text with a value that is not chosen yet."""
        return toggle.with_value(self.text, self.tree, name, word)

    def off(self, name: str, gone: frozenset[str]) -> str:
        """The text without values, as they are written in it."""
        return toggle.without_values(self.text, self.tree, name, gone)


def take_apart(account: Account, params: Mapping[str, str]) -> Chosen:
    """Raises BadFilter."""
    ask = Ask(account.pk, account.scope)
    tree = filters.read(params)
    chosen = Chosen(filters.text_of(params), tree, ask)
    left = []
    try:
        for item in toggle.top(tree):
            if not (isinstance(item, Key) and _take(item, chosen)):
                left.append(item)
        rest = condition(And(tuple(left)) if left else None, ask)
    except BadSearch as error:
        raise BadFilter("q", str(error), error.start, error.end) from error
    chosen.rest = filters.given(params, tree, ask, kinds.PARAMS) & rest
    _take_params(params, chosen)
    return chosen


def _take(item: Key, chosen: Chosen) -> bool:
    """Whether it is a choice of a facet; then it is noted as one."""
    name = keys.key_of(item.name).name
    if item.op != ":":
        return False
    if name in APART:
        chosen.apart.setdefault(name, []).append(condition(item, chosen.ask))
        chosen.words.setdefault(name, []).extend(item.values)
        return True
    if (one := kinds.BY_KEY.get(name)) is None:
        return False
    try:
        read = [(value, one.read(chosen.ask, value)) for value in item.values]
    except ValueError:
        return False  # it is said when the rest is read
    if any(values is None for _, values in read):
        return False
    every = frozenset(value for _, values in read for value in values or ())
    chosen.columns.setdefault(one.name, []).append(every)
    words = chosen.written.setdefault(one.name, {})
    for text, values in read:
        for value in values or ():
            words[value] = words.get(value, frozenset()) | {text}
    return True


def _take_params(params: Mapping[str, str], chosen: Chosen) -> None:
    """Filters that the form gives beside the search; `given` has checked none of these yet."""
    for name in ("kind", "module", "favorite", "tag"):
        if not (value := clean(str(params.get(name) or ""))):
            continue
        found = filters.one(name, value, chosen.ask)
        if name == "tag":
            chosen.apart.setdefault("tag", []).append(found)
            chosen.words.setdefault("tag", []).extend(value.split(","))
        elif name == "favorite":
            chosen.columns.setdefault("is", []).append(frozenset({value.lower() in filters.YES}))
        else:
            one = "type" if name == "kind" else name
            chosen.columns.setdefault(one, []).append(frozenset({value}))
