"""The facets of the library: what there is of everything, and how many of each would be found.

The counts of a facet are those under all other filters: what is chosen in facets is left out of the
query, and looked at when its rows are counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from assets.models import Asset, AssetQuerySet
from assets.search import apart, keys
from assets.search import fields as kinds
from assets.search.facet import Choice, Chosen, Facet, take_apart
from assets.search.fields import FacetField
from assets.search.traits import Codes, CodesOf, TagsOf
from billing.models import Account

MOST_CHOICES = 60


def facets(account: Account, params: Mapping[str, str]) -> list[Facet]:
    """The facets of what `params` finds (see filter_assets). Raises BadFilter."""
    chosen = take_apart(account, params)
    mine = Asset.objects.for_account(account).alias(_area=keys.AREA, **kinds.COLUMNS)
    makers = chosen.ask.makers()
    codes = _read(mine.filter(chosen.shared()), makers)
    told = []
    for one in kinds.FIELDS:
        counts = codes.counts(one.name, codes.fitting(chosen.columns, one.name))
        told.append(_facet(one, counts, chosen))
    told.insert(1, apart.added(mine, chosen))
    if chosen.ask.clients():
        told.insert(1, apart.clients(mine, chosen))
    if chosen.apart.get("tag"):
        codes = _read(mine.filter(chosen.shared(but="tag")), makers)
    return [*told, apart.tags(account, codes, chosen)]


def _read(found: AssetQuerySet, makers: list[tuple[str, str, str]]) -> Codes:
    told = found.aggregate(_codes=CodesOf(), _tags=TagsOf())
    return Codes(told["_codes"] or "", told["_tags"] or "", makers)


def _facet(one: FacetField, counts: Counter[Any], chosen: Chosen) -> Facet:
    on = {value for values in chosen.columns.get(one.name, ()) for value in values}
    known = list(one.all(chosen.ask)) or sorted(one.known(chosen.ask))
    every = dict.fromkeys([*known, *sorted(set(counts) | on, key=str)])
    values = [value for value in every if value not in one.never]
    if not one.all(chosen.ask):
        values.sort(key=lambda value: (-counts[value], str(value)))
        values = [v for at, v in enumerate(values) if at < MOST_CHOICES or v in on]
    return Facet(one.name, one.label, [_choice(one, v, counts[v], v in on, chosen) for v in values])


def _choice(one: FacetField, value: Any, count: int, on: bool, chosen: Chosen) -> Choice:
    word = one.word(value)
    if on:
        gone = chosen.written.get(one.name, {}).get(value, frozenset())
        query = chosen.off(one.name, gone)
    else:
        query = chosen.on(one.name, word)
    return Choice(word, one.told(value), count, on, query)
