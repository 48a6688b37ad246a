"""What helps to find: facets, suggestions, months, and the page that explains the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assets import search
from assets.models import Asset
from assets.search import BadFilter, Choice, filter_assets
from assets.views import timeline
from assets.views.browse import as_search
from assets.views.guard import MemberRequest, is_htmx, member

LONGEST = 1000
AT_ONCE = 8
EXAMPLES = (
    ("beach -draft", "Words that begin so, without those called draft"),
    ('"red car" OR tram', "A phrase, or the other word"),
    ("type:image,video rating>=4", "Pictures or videos with at least four stars"),
    ("ratio:9:16 duration:5..10", "Upright films of five to ten seconds"),
    ("harbor AND NOT (boat OR crane)", "The same with words: AND is a space, NOT is a minus"),
    ("(harbor OR beach) added:this-week", "Either of them, from this week"),
    ("cost<20 is:favorite", "Favorites that cost less than 20 credits"),
)


@dataclass(frozen=True)
class Row:
    """A choice as it is shown; `href` turns it on or off."""

    choice: Choice
    href: str


@dataclass(frozen=True)
class Group:
    name: str
    label: str
    rows: list[Row]
    more: list[Row]


def _asked(request: MemberRequest) -> dict[str, str]:
    return as_search({name: str(value) for name, value in request.GET.items()})


def _part(request: MemberRequest, part: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A part of the library's page; a page of its own for a browser without scripts."""
    template = part if is_htmx(request) else "library/part.html"
    return render(request, template, {"part": part, "part_title": title, **context})


@require_safe
@member
def facet_column(request: MemberRequest) -> HttpResponseBase:
    """The facets of a search, with counts under all other filters."""
    asked, groups, problem = _asked(request), [], ""
    try:
        found = search.facets(request.account, asked)
        groups = [_group(asked, f) for f in found if f.choices]
    except BadFilter as error:
        problem = str(error)
    context = {"groups": groups, "problem": problem, "query": urlencode(asked)}
    return _part(request, "library/facets.html", "Filters", context)


def _href(asked: Mapping[str, str], text: str) -> str:
    rest = {name: value for name, value in asked.items() if name != "q"}
    return f"?{urlencode({'q': text, **rest} if text else rest)}"


def _group(asked: Mapping[str, str], facet: search.Facet) -> Group:
    """What is chosen or found comes first; the rest is dimmed, and behind “more” when long."""
    rows = [Row(choice, _href(asked, choice.query)) for choice in facet.choices]
    shown = rows[:AT_ONCE] + [row for row in rows[AT_ONCE:] if row.choice.on]
    return Group(facet.name, facet.label, shown, [row for row in rows if row not in shown])


@require_safe
@member
def months(request: MemberRequest) -> HttpResponseBase:
    """The months in which something was found, to jump to."""
    asked = _asked(request)
    try:
        found = filter_assets(Asset.objects.for_account(request.account), asked)
    except BadFilter:
        found = Asset.objects.for_account(request.account).none()
    rows = [
        (row["month"], row["count"], f"?{urlencode({**asked, 'view': 'timeline', 'at': at})}")
        for row in timeline.months(found)
        for at in [f"{row['month']:%Y-%m}"]
    ]
    return _part(request, "library/months.html", "Months", {"months": rows})


@require_safe
@member
def suggestions(request: MemberRequest) -> HttpResponseBase:
    """?q= a search as far as it is typed, ?at= the caret in letters → what may be meant."""
    text, at = request.GET.get("q", ""), request.GET.get("at", "")
    if len(text) > LONGEST:
        return JsonResponse({"suggestions": []})
    place = int(at) if at.isdecimal() and len(at) < 6 else len(text)
    found = search.suggest(request.account, text, place)
    return JsonResponse({"suggestions": [asdict(one) for one in found]})


@require_safe
@member
def search_help(request: MemberRequest) -> HttpResponseBase:
    """All keys of the search, with examples to press."""
    context = {"keys": search.help(), "examples": EXAMPLES}
    return render(request, "library/search_help.html", context)
