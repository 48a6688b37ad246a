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
    Case,
    F,
    FloatField,
    Func,
    IntegerField,
    OrderBy,
    Q,
    UUIDField,
    Value,
    When,
)

from assets.models import LENGTH, Asset, AssetQuerySet
from assets.search import fold, match
from assets.search.errors import BadFilter
from assets.search.index import matching
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
    score = _score(queryset) if sort == RELEVANCE else None
    if score is None:
        seen = _first(queryset, order, place, size + 1)
    else:
        seen = _best(queryset, score, place, size + 1)
    following = _cursor(sort, seen[size - 1]) if len(seen) > size else ""
    return _rows([row[0] for row in seen[:size]], load), following


_Place: TypeAlias = tuple[UUID, Any, int]
"""Where a row stands: its id, what it is sorted by, and its score (0 without one)."""


def _first(
    queryset: AssetQuerySet, order: Sort, place: _Place | None, size: int
) -> list[_Place]:
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
    seen = list(near.order_by(*by).values_list(*names)[:size])
    if edge and len(seen) < size:
        by = [OrderBy(_Plainly(name), descending=order.down) for name in ("_by", "pk")]
        seen = list(found.order_by(*by).values_list(*names)[:size])
    return seen


def _best(queryset: AssetQuerySet, score: Case, place: _Place | None, size: int) -> list[_Place]:
    """The same by score, of the newest: so that a word that is everywhere does not cost more."""
    order = SORTS[RELEVANCE]
    newest = [row[0] for row in _first(queryset, order, None, MOST_RANKED)]
    found = Asset.objects.filter(pk__in=newest).annotate(_score=score, _by=order.column)
    if place:
        same = Q(_score=place[2]) & Q(_Beside(order, place, "<"))
        found = found.filter(Q(_score__lt=place[2]) | same)
    rows = found.order_by("-_score", "-_by", "-pk").values_list("pk", "_by", "_score")
    return list(rows[:size])


class _Beside(Func):
    """Whether a row stands before or behind a place: a range of the index."""

    output_field = BooleanField()

    def __init__(self, order: Sort, place: _Place, sign: str) -> None:
        field = Asset._meta.get_field(order.column.name) if isinstance(order.column, F) else None
        by = Value(place[1], output_field=field or FloatField())
        pk = Value(place[0], output_field=UUIDField())
        super().__init__(order.column, F("pk"), by, pk)
        self.sign = sign

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(part) for part in self.get_source_expressions()]
        a, b, c, d = (sql for sql, _ in parts)
        return f"({a}, {b}) {self.sign} ({c}, {d})", tuple(p for _, given in parts for p in given)


class _Plainly(Func):
    """A column by which SQLite is to sort without looking for an index in that order."""

    template, arity = "%(expressions)s", 1

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s")


def _rows(ids: list[UUID], load: AssetQuerySet | None) -> list[Asset]:
    if load is None:
        load = Asset.objects.defer("recipe").prefetch_related("tags")
    found = {asset.pk: asset for asset in load.filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def _score(queryset: AssetQuerySet) -> Case | None:
    """3 when all words are in the title as they are written, 2 when by their beginnings, 1 when
    in title and tags, otherwise 0."""
    tree = queryset.search
    items = tree.items if isinstance(tree, And) else (tree,)
    terms = [tuple(fold.words(i.text)) for i in items if isinstance(i, Word | Phrase)]
    account = queryset.account_id
    if not terms or account is None:
        return None

    def all_in(whole: bool, *fields: str) -> Q:
        parts = tuple(match.Words(words, whole, fields) for words in terms)
        return matching(match.All(parts), account)

    return Case(
        When(all_in(True, "title"), then=3),
        When(all_in(False, "title"), then=2),
        When(all_in(False, "title", "tags"), then=1),
        default=0,
        output_field=IntegerField(),
    )


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
