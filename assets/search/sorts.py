"""The order of the library and its pages: each begins behind the last row of the one before, so
that nothing is seen twice or missed while rows are added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Case, F, FloatField, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce

from assets.models import Asset, AssetQuerySet
from assets.search import fold, match
from assets.search.errors import BadFilter
from assets.search.index import matching
from assets.search.tree import And, Phrase, Word

SALT = "assets.search.cursor"
RELEVANCE = "relevance"
# Of so many of the newest that are found the order by relevance is made.
MOST_RANKED = 2_000


@dataclass(frozen=True)
class Sort:
    """`column` may be an expression; a sort goes down or up in it and in the id."""

    label: str
    column: Any
    down: bool = True
    reads: type = str


def _length() -> Any:
    return Coalesce(F("duration"), Value(-1.0), output_field=FloatField())


SORTS: dict[str, Sort] = {
    "newest": Sort("Newest", F("created"), reads=datetime),
    "oldest": Sort("Oldest", F("created"), False, datetime),
    "updated": Sort("Last changed", F("updated"), reads=datetime),
    "updated-oldest": Sort("Unchanged for longest", F("updated"), False, datetime),
    "title": Sort("Title A–Z", F("title_key"), False),
    "title-desc": Sort("Title Z–A", F("title_key")),
    "largest": Sort("Largest file", F("size"), reads=int),
    "smallest": Sort("Smallest file", F("size"), False, int),
    "longest": Sort("Longest", _length(), reads=float),
    "shortest": Sort("Shortest", _length(), False, float),
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
    score = _score(queryset) if sort == RELEVANCE else None
    if score is not None:
        # The bounded part, so that a word that is everywhere does not cost more.
        newest = queryset.order_by("-created", "-pk").values("pk")[:MOST_RANKED]
        queryset = queryset.model.objects.filter(pk__in=newest)
    found = queryset.annotate(_score=score or Value(0), _by=order.column)
    if after:
        found = found.filter(_behind(sort, order, after, score is not None))
    sign = "-" if order.down else ""
    names = ["-_score"] if score is not None else []
    seen = list(
        found.order_by(*names, f"{sign}_by", f"{sign}pk").values_list("pk", "_by", "_score")[
            : size + 1
        ]
    )
    following = _cursor(sort, seen[size - 1]) if len(seen) > size else ""
    return _rows([pk for pk, _, _ in seen[:size]], load), following


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


def _cursor(sort: str, last: tuple[UUID, Any, int]) -> str:
    pk, value, score = last
    told = value.isoformat() if isinstance(value, datetime) else value
    return signing.dumps([sort, told, pk.hex, score], salt=SALT)


def _behind(sort: str, order: Sort, after: str, ranked: bool) -> Q:
    """Rows behind the last one seen. The first condition lets the index find the place."""
    try:
        made_for, told, pk, score = signing.loads(after, salt=SALT)
        if made_for != sort:
            raise ValueError
        value = datetime.fromisoformat(told) if order.reads is datetime else order.reads(told)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadFilter(
            "after", "This cursor is not one of this list. Start without, and follow `next`."
        ) from None
    beyond = "lt" if order.down else "gt"
    behind = Q(**{f"_by__{beyond}e": value}) & (
        Q(**{f"_by__{beyond}": value}) | Q(**{f"pk__{beyond}": UUID(pk)})
    )
    if ranked:
        return Q(_score__lt=score) | (Q(_score=score) & behind)
    return behind
