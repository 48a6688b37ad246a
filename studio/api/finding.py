"""Finding assets: what lists, facets and suggestions share, and the last two of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets import search
from assets.models import AssetKind
from assets.search.manual import NAMES
from studio.api import paging
from studio.api.base import AccountView
from studio.api.errors import Invalid, Problem, problem
from studio.api.schema import answers

# The names that were there before the sorts had some, and what they mean.
ORDERS = {
    "-created": "newest",
    "created": "oldest",
    "-updated": "updated",
    "updated": "updated-oldest",
    "title": "title",
    "-title": "title-desc",
    "size": "smallest",
    "-size": "largest",
    "-opens": "opened",
    "-downloads": "downloaded",
    "-shares": "shared",
}
ORDERINGS = tuple(dict.fromkeys((*ORDERS, *NAMES)))
LONGEST = 1_000

Q = OpenApiParameter(
    "q",
    str,
    description='A search: words by their beginnings, `"a phrase"`, `-not`, `OR`, `AND`, '
    'parentheses, and keys such as `type:image`, `rating>=4`, `tag:"red car"`, `added:this-week`. '
    "What is wrong with it is told with its spot, `start` and `end`, in letters.",
)
FILTERS: tuple[OpenApiParameter, ...] = (
    Q,
    OpenApiParameter("kind", str, enum=AssetKind.values),
    OpenApiParameter("module", str, description="What made it, such as `upload` or `transform`"),
    OpenApiParameter(
        "tag", str, description="Several with commas: all of them; `a` finds what is nested, `a/b`"
    ),
    OpenApiParameter("rating", str, enum=[*"012345"], description="So many stars or more"),
    OpenApiParameter("flag", str, enum=["pick", "reject", "none"]),
    OpenApiParameter(
        "collection", str, description="An id, with what is nested in it; `none`: in no collection"
    ),
    OpenApiParameter("favorite", str, enum=["true", "false"]),
    OpenApiParameter(
        "status", str, enum=["ready", "damaged", "trashed"], description="Without it: not trashed"
    ),
    OpenApiParameter(
        "versions", str, enum=search.VERSIONS, description="Without it only the one that is shown"
    ),
    OpenApiParameter("origin", str, description="`upload`, `sample:…`, or `job:<id>`"),
    OpenApiParameter("like", str, description="The id of an asset: what looks like it"),
    OpenApiParameter("added_after", str, description="A date or time of ISO 8601"),
    OpenApiParameter("added_before", str, description="A date or time of ISO 8601"),
)
ORDERING = OpenApiParameter(
    "ordering",
    str,
    enum=ORDERINGS,
    description="`-` is descending. `relevance` orders the newest 2,000 that are found; `manual` "
    "is the order of one collection, which `collection` or `in:` asks for",
)
AT = OpenApiParameter(
    "at",
    {"type": "integer", "minimum": 0, "maximum": LONGEST},
    description="Where in `q` is being typed; without it at its end",
)


@contextmanager
def told(query: dict[str, str]) -> Iterator[None]:
    """A filter that cannot be is a problem of the request, with its spot in a search."""
    try:
        yield
    except search.BadFilter as error:
        name = {"after": "cursor", "sort": "ordering"}.get(error.name, error.name)
        wrong: Problem = problem(name, query.get(name), str(error))
        if error.start is not None and error.end is not None:
            wrong = {**wrong, "start": error.start, "end": error.end}
        raise Invalid([wrong]) from None


class ChoiceSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="As a search writes it behind the name of the facet")
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField(help_text="How many there are under all other filters")
    on = serializers.BooleanField(help_text="Whether the search asks for it")
    query = serializers.CharField(
        allow_blank=True, help_text="The search `q` with it turned on, or off when it is on"
    )


class FacetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="Its key in a search")
    label = serializers.CharField()  # type: ignore[assignment]
    choices = ChoiceSerializer(many=True)


class FacetsSerializer(serializers.Serializer[Any]):
    facets = FacetSerializer(many=True)


class SuggestionSerializer(serializers.Serializer[Any]):
    start = serializers.IntegerField(help_text="Where in `q` what it replaces begins, in letters")
    end = serializers.IntegerField(help_text="Where that ends")
    insert = serializers.CharField(help_text="What to write there")
    label = serializers.CharField()  # type: ignore[assignment]
    hint = serializers.CharField(help_text="What it is")


class SuggestionsSerializer(serializers.Serializer[Any]):
    suggestions = SuggestionSerializer(many=True)


class Facets(AccountView):
    @extend_schema(
        summary="Facets of a search",
        description="What there is of each kind, model, tag and so on, and how many of each would "
        "be found: the counts of a facet are those under all other filters.",
        operation_id="assets_facets",
        parameters=list(FILTERS),
        responses=answers({200: FacetsSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, FILTERS)
        with told(query):
            found = search.facets(self.account, query)
        return Response(FacetsSerializer({"facets": found}).data)


class Suggest(AccountView):
    @extend_schema(
        summary="Suggestions while a search is typed",
        description="Keys, values that the account has, its tags, and words of its titles.",
        operation_id="assets_suggest",
        parameters=[Q, AT],
        responses=answers({200: SuggestionsSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, (Q, AT))
        text = query.get("q", "")
        if len(text) > LONGEST:
            words = f"The search has {len(text):,} letters; the limit is {LONGEST:,}. Shorten it."
            raise Invalid([problem("q", text, words)])
        at = _place(query.get("at"), len(text))
        found = search.suggest(self.account, text, at)
        return Response(SuggestionsSerializer({"suggestions": found}).data)


def _place(text: str | None, length: int) -> int:
    if text is None:
        return length
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or int(text) > LONGEST:
        words = f"It is not a place. Give a whole number from 0 to {LONGEST:,}."
        raise Invalid([problem("at", text, words)])
    return min(int(text), length)
