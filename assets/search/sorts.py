"""The order of the library and its pages: each begins behind the last row of the one before, so
that nothing is seen twice or missed while rows are added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.core import signing
from django.db.models import (
    BooleanField,
    F,
    FloatField,
    Func,
    OrderBy,
    UUIDField,
    Value,
)
from django.db.models.expressions import Col

from assets.models import LENGTH, Asset, AssetQuerySet, Tag
from assets.search import fold
from assets.search.errors import BadFilter
from assets.search.index import Plainly, going, led_by_words
from assets.search.tree import And, Phrase, Word

SALT = "assets.search.cursor"
RELEVANCE = "relevance"
# Of so many of the newest that are found the order by relevance is made.
MOST_RANKED = 2_000
# A page is looked for among so many rows before it is looked for among all of the account.
WINDOW = 2_000


@dataclass(frozen=True)
class Sort:
    """`column` may be an expression; there is an index of it between the account and the id. A
    sort goes down or up in both."""

    label: str
    column: Any
    down: bool = True
    reads: type = str


SORTS: dict[str, Sort] = {
    "newest": Sort("Newest", F("created"), reads=datetime),
    "oldest": Sort("Oldest", F("created"), False, datetime),
    "updated": Sort("Last changed", F("updated"), reads=datetime),
    "updated-oldest": Sort("Unchanged for longest", F("updated"), False, datetime),
    "title": Sort("Title A–Z", F("title_key"), False),
    "title-desc": Sort("Title Z–A", F("title_key")),
    "largest": Sort("Largest file", F("size"), reads=int),
    "smallest": Sort("Smallest file", F("size"), False, int),
    "longest": Sort("Longest", LENGTH, reads=float),
    "shortest": Sort("Shortest", LENGTH, False, float),
    "rating": Sort("Best rated", F("rating"), reads=int),
    "cost": Sort("Most expensive", F("cost"), reads=int),
    "opened": Sort("Most opened", F("opens"), reads=int),
    "downloaded": Sort("Most downloaded", F("downloads"), reads=int),
    "shared": Sort("Most opened by a link", F("shares"), reads=int),
    RELEVANCE: Sort("Best match", F("created"), reads=datetime),
}


def page(
    queryset: AssetQuerySet,
    sort: str,
    after: str,
    size: int,
    load: AssetQuerySet | None = None,
) -> tuple[list[Asset], str]:
    """`size` assets behind the cursor `after` ("" is the beginning), and the cursor of the next
    page ("" when this is the last).

    `sort` is a name of SORTS. For `relevance` the newest 2,000 that are found are ordered by how
    much of the search is in their titles and tags; a search without words is ordered by date.
    `load` says how the rows are read (defer, prefetch); without it they come with their tags and
    without the recipe. Raises BadFilter for `sort` and `after`.
    """
    if sort not in SORTS:
        raise BadFilter("sort", f"“{sort[:40]}” is no order. Use one of: {', '.join(SORTS)}.")
    order = SORTS[sort]
    place = _place(sort, order, after) if after else None
    terms = _terms(queryset) if sort == RELEVANCE else []
    if terms:
        seen = _best(queryset, terms, place)[: size + 1]
    else:
        seen = _first(queryset, order, place, size + 1)
    following = _cursor(sort, seen[size - 1]) if len(seen) > size else ""
    return rows([row[0] for row in seen[:size]], load), following


_Place: TypeAlias = tuple[UUID, Any, int]
"""Where a row stands: its id, what it is sorted by, and its score (0 without one)."""


def _first(queryset: AssetQuerySet, order: Sort, place: _Place | None, size: int) -> list[_Place]:
    """So many behind `place`. What is common is there among the first rows of the account in that
    order; what is not is rare, and is found whole and sorted."""
    behind, before = ("<", ">") if order.down else (">", "<")
    found = queryset.annotate(_by=order.column)
    every = Asset.objects.filter(account=queryset.account_id).annotate(_by=order.column)
    if place:
        found, every = (rows.filter(_Beside(order, place, behind)) for rows in (found, every))
    names = ("pk", "_by", Value(0))
    by = [f"{'-' if order.down else ''}{name}" for name in ("_by", "pk")]
    edge = list(every.order_by(*by).values_list(*names)[WINDOW : WINDOW + 1])
    near = found.filter(_Beside(order, edge[0], before)) if edge else found
    with going("rows"):
        seen = list(near.order_by(*by).values_list(*names)[:size])
    if edge and len(seen) < size:
        plainly = [OrderBy(Plainly(name), descending=order.down) for name in ("_by", "pk")]
        with going("words"):
            seen = list(led_by_words(found).order_by(*plainly).values_list(*names)[:size])
    return seen


def _best(queryset: AssetQuerySet, terms: list[str], place: _Place | None) -> list[_Place]:
    """The newest that are found, by score: so that a word that is everywhere costs no more."""
    newest = queryset.order_by("-created", "-pk")
    rows = list(newest.values_list("pk", "created", "title_key", "tag_ids")[:MOST_RANKED])
    ids = {int(pk) for *_, line in rows for pk in line.split()}
    tags = Tag.objects.in_bulk(ids)
    named = {str(pk): _spelled(tag.name) for pk, tag in tags.items()}
    found = [
        (pk, created, _score(terms, f" {title} ", [named.get(tag, "") for tag in line.split()]))
        for pk, created, title, line in rows
    ]
    found.sort(key=_rank, reverse=True)
    return [row for row in found if _rank(row) < _rank(place)] if place else found


def _rank(place: _Place) -> tuple[int, Any, UUID]:
    pk, value, score = place
    return score, value, pk


class _Beside(Func):
    """Whether a row stands before or behind a place: a range of the index."""

    output_field = BooleanField()

    def __init__(self, order: Sort, place: _Place, sign: str) -> None:
        field: Any = FloatField()
        if isinstance(order.column, F):
            field = Asset._meta.get_field(order.column.name)  # type: ignore[attr-defined]
        by = Value(place[1], output_field=field)
        pk = Value(place[0], output_field=UUIDField())
        super().__init__(order.column, F("pk"), by, pk)
        self.sign = sign

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        by, pk, value, last = self.get_source_expressions()
        asked = [compiler.compile(part) for part in (by, pk, value, last)]
        a, b, c, d = (sql for sql, _ in asked)
        row = f"({a}, {b}) {self.sign} ({c}, {d})"
        if connection.vendor == "sqlite" and not isinstance(by, Col):
            # Of an expression only this is seen as a range of an index.
            asked = [asked[0], asked[2], *asked]
            row = f"({a} {self.sign}= {c} AND {row})"
        return row, tuple(param for _, given in asked for param in given)


def rows(ids: list[UUID], load: AssetQuerySet | None) -> list[Asset]:
    """The assets in the order of their ids, without those that are gone."""
    if load is None:
        load = Asset.objects.defer("recipe").prefetch_related("tags")
    found = {asset.pk: asset for asset in load.filter(pk__in=ids).order_by()}
    return [found[pk] for pk in ids if pk in found]


def _terms(queryset: AssetQuerySet) -> list[str]:
    """The words and phrases that must be there."""
    tree = queryset.search
    items = tree.items if isinstance(tree, And) else (tree,)
    return [_spelled(item.text) for item in items if isinstance(item, Word | Phrase)]


def _spelled(text: str) -> str:
    """Its words as they are compared, each with a space before it: ` red car`."""
    return "".join(f" {word}" for word in fold.words(text))


def _score(terms: list[str], title: str, tags: list[str]) -> int:
    """3 when all words are in the title as they are written, 2 when by their beginnings, 1 when
    in title and tags, otherwise 0."""
    if all(f"{term} " in title for term in terms):
        return 3
    if all(term in title for term in terms):
        return 2
    return int(all(term in title or any(term in tag for tag in tags) for term in terms))


def _cursor(sort: str, last: _Place) -> str:
    pk, value, score = last
    told = value.isoformat() if isinstance(value, datetime) else value
    return signing.dumps([sort, told, pk.hex, score], salt=SALT)


def _place(sort: str, order: Sort, after: str) -> _Place:
    """The place of the last row seen."""
    try:
        made_for, told, pk, score = signing.loads(after, salt=SALT)
        if made_for != sort:
            raise ValueError
        value = datetime.fromisoformat(told) if order.reads is datetime else order.reads(told)
        return UUID(pk), value, int(score)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadFilter(
            "after", "This cursor is not one of this list. Start without, and follow `next`."
        ) from None
