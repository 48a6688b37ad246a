"""The facets of the library: what there is of everything, and how many of each would be found.

The counts of a facet are those under all other filters: what is chosen in facets is left out of the
query, and looked at when its rows are counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import compress
from operator import and_
from typing import Any

from django.db.models import Aggregate, Q, TextField

from assets.models import Asset, Tag
from assets.search import fields as kinds
from assets.search import filters, keys, toggle
from assets.search.ask import Ask
from assets.search.condition import condition
from assets.search.errors import BadFilter, BadSearch
from assets.search.fields import FacetField
from assets.search.traits import Codes, CodesOf
from assets.search.tree import And, Key, Node
from assets.services.names import clean
from billing.models import Account

MOST_CHOICES = 60
MOST_TAGS = 40
MOST_NESTED = 500
_ROWS = ","


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
class _State:
    """A search taken apart: `chosen` are, for each facet, the values of its column that each of
    its filters allows; `written` how they stand in the text; `rest` is everything else."""

    text: str
    tree: Node | None
    ask: Ask
    chosen: dict[str, list[frozenset[Any]]] = field(default_factory=dict)
    written: dict[str, dict[Any, frozenset[str]]] = field(default_factory=dict)
    tags: list[Q] = field(default_factory=list)
    tag_words: dict[str, int] = field(default_factory=dict)
    rest: Q = field(default_factory=Q)


def facets(account: Account, params: Mapping[str, str]) -> list[Facet]:
    """The facets of what `params` finds (see filter_assets). Raises BadFilter."""
    state = _apart(account, params)
    mine = Asset.objects.for_account(account).alias(_area=keys.AREA, **kinds.COLUMNS)
    found = mine.filter(state.rest, *state.tags)
    asked: dict[str, Any] = {"_codes": CodesOf()} | ({} if state.tags else {"_tags": _TagsOf()})
    read = found.aggregate(**asked)
    codes = Codes(read["_codes"] or "", state.ask.makers())
    told = []
    for one in kinds.FIELDS:
        counts = codes.counts(one.name, codes.fitting(state.chosen, one.name))
        told.append(_facet(one, counts, state))
    if state.tags:
        lines = mine.filter(state.rest, _chosen(state)).aggregate(_tags=_TagsOf())["_tags"]
        tags = (lines or "").split(_ROWS)
    else:
        tags = (read["_tags"] or "").split(_ROWS)
        if state.chosen:
            tags = list(compress(tags, codes.fitting(state.chosen).tolist()))
    return [*told, _tag_facet(account, tags, state)]


def _apart(account: Account, params: Mapping[str, str]) -> _State:
    ask = Ask(account.pk, account.scope)
    tree = filters.read(params)
    state = _State(filters.text_of(params), tree, ask)
    left = []
    try:
        for item in toggle.top(tree):
            if not (isinstance(item, Key) and _take(item, state)):
                left.append(item)
        rest = condition(And(tuple(left)) if left else None, ask)
    except BadSearch as error:
        raise BadFilter("q", str(error), error.start, error.end) from error
    state.rest = filters.given(params, tree, ask, kinds.PARAMS) & rest
    _take_params(params, state)
    return state


def _take(item: Key, state: _State) -> bool:
    """Whether it is a choice of a facet; then it is noted as one."""
    name = keys.key_of(item.name).name
    if item.op != ":":
        return False
    if name == "tag":
        state.tags.append(condition(item, state.ask))
        state.tag_words |= {" ".join(value.split()).lower(): 1 for value in item.values}
        return True
    if (one := kinds.BY_KEY.get(name)) is None:
        return False
    try:
        read = [(value, one.read(state.ask, value)) for value in item.values]
    except ValueError:
        return False  # it is said when the rest is read
    if any(values is None for _, values in read):
        return False
    every = frozenset(value for _, values in read for value in values or ())
    state.chosen.setdefault(one.name, []).append(every)
    words = state.written.setdefault(one.name, {})
    for text, values in read:
        for value in values or ():
            words[value] = words.get(value, frozenset()) | {text}
    return True


def _take_params(params: Mapping[str, str], state: _State) -> None:
    """Filters that the form gives beside the search; `given` has checked none of these yet."""
    for name in ("kind", "module", "favorite", "tag"):
        if not (value := clean(str(params.get(name) or ""))):
            continue
        found = filters.one(name, value, state.ask)
        if name == "tag":
            state.tags.append(found)
            state.tag_words |= {word.strip().lower(): 1 for word in value.split(",")}
        elif name == "favorite":
            state.chosen.setdefault("is", []).append(frozenset({value.lower() in filters.YES}))
        else:
            one = "type" if name == "kind" else name
            state.chosen.setdefault(one, []).append(frozenset({value}))


def _chosen(state: _State) -> Q:
    """What is chosen in the facets that are columns."""
    parts = [
        Q(**{f"{kinds.BY_KEY[name].column}__in": sorted(values, key=str)})
        for name, choices in state.chosen.items()
        for values in choices
    ]
    return reduce(and_, parts, Q())


def _facet(one: FacetField, counts: Counter[Any], state: _State) -> Facet:
    on = {value for values in state.chosen.get(one.name, ()) for value in values}
    known = list(one.all(state.ask)) or sorted(one.known(state.ask))
    every = dict.fromkeys([*known, *sorted(set(counts) | on, key=str)])
    values = [value for value in every if value not in one.never]
    if not one.all(state.ask):
        values.sort(key=lambda value: (-counts[value], str(value)))
        values = [v for at, v in enumerate(values) if at < MOST_CHOICES or v in on]
    return Facet(one.name, one.label, [_choice(one, v, counts[v], v in on, state) for v in values])


def _choice(one: FacetField, value: Any, count: int, on: bool, state: _State) -> Choice:
    word = one.word(value)
    if on:
        gone = state.written.get(one.name, {}).get(value, frozenset())
        query = toggle.without_values(state.text, state.tree, one.name, gone)
    else:
        query = toggle.with_value(state.text, state.tree, one.name, word)
    return Choice(word, one.told(value), count, on, query)


class _TagsOf(Aggregate):
    """A line for each row with the ids of its tags."""

    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("tag_ids")

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        if connection.vendor == "postgresql":
            return f"STRING_AGG({column}, '{_ROWS}')", params
        return f"GROUP_CONCAT({column})", params


def _tag_facet(account: Account, lines: list[str], state: _State) -> Facet:
    counts = _tag_counts(account, lines)
    most = [int(pk) for pk, _ in counts.most_common(MOST_TAGS)]
    tags = Tag.objects.for_account(account)
    named = dict(tags.filter(pk__in=most).values_list("pk", "name"))
    if len(named) < MOST_TAGS:
        named |= dict(tags.values_list("pk", "name")[:MOST_TAGS])
    if state.tag_words:
        named |= dict(tags.filter(name__in=state.tag_words).values_list("pk", "name"))
    on = set(state.tag_words)
    rows = sorted(named.items(), key=lambda row: (-counts[str(row[0])], row[1]))
    kept = [row for at, row in enumerate(rows) if at < MOST_TAGS or row[1] in on]
    return Facet("tag", "Tags", [_tag_choice(n, counts[str(pk)], n in on, state) for pk, n in kept])


def _tag_counts(account: Account, lines: list[str]) -> Counter[str]:
    """How many assets have each tag or one inside it, as a search for the tag finds them."""
    nested = Tag.objects.filter(account=account, name__contains="/").values_list("pk", "name")
    above = {str(pk): _above(name) for pk, name in nested[:MOST_NESTED]}
    wanted = {name for names in above.values() for name in names}
    outer = Tag.objects.filter(account=account, name__in=wanted).values_list("name", "pk")
    ids = {name: str(pk) for name, pk in outer} if wanted else {}
    counts: Counter[str] = Counter()
    for line, count in Counter(lines).items():
        own = set(line.split())
        own |= {ids[name] for pk in own for name in above.get(pk, ()) if name in ids}
        for pk in own:
            counts[pk] += count
    return counts


def _above(name: str) -> list[str]:
    """`a/b/c` → `a/b`, `a`."""
    parts = name.split("/")
    return ["/".join(parts[:at]) for at in range(len(parts) - 1, 0, -1)]


def _tag_choice(name: str, count: int, on: bool, state: _State) -> Choice:
    if on:
        texts = frozenset(
            value
            for item in toggle.top(state.tree)
            if isinstance(item, Key)
            for value in item.values
            if " ".join(value.split()).lower() == name
        )
        query = toggle.without_values(state.text, state.tree, "tag", texts)
    else:
        query = toggle.with_value(state.text, state.tree, "tag", name)
    return Choice(name, name, count, on, query)
