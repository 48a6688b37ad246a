"""The page of the library: what is found, as a grid, a list or along time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Left
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assets.media import filesize
from assets.models import Asset, AssetKind, AssetQuerySet, Collection, Tag
from assets.search import SORTS, BadFilter, filter_assets, page
from assets.search.ask import Ask
from assets.search.manual import LABEL, MANUAL, open_collection
from assets.search.unknown import unknown_names
from assets.services import bin, bulk
from assets.services.searches import VIEWS, of
from assets.services.usage import storage_told
from assets.views import timeline
from assets.views.browse import active_filters, as_search, ids_in, in_trash
from assets.views.guard import MemberRequest, member
from billing.clients import choices
from billing.models import Client

PAGE = 36
PICKER_PAGE = 24
TAGS = 200
OPENING = 500  # letters of a text that a tile has room for
# Nobody reads on to the last of more than these.
MOST_COUNTED = 10_000
# So many letters are shown before and behind what is wrong with a search.
SHOWN_AROUND = 60
STEPS = 5
# Heads of the list that sort: a column, its order, and the other way.
SORTED_BY = {
    "title": ("title", "title-desc"),
    "size": ("largest", "smallest"),
    "length": ("longest", "shortest"),
    "rating": ("rating", "newest"),
    "cost": ("cost", "newest"),
    "added": ("newest", "oldest"),
    "changed": ("updated", "newest"),
}
COLUMNS = {
    "kind": "Type",
    "shape": "Dimensions",
    "length": "Length",
    "size": "Size",
    "rating": "Rating",
    "model": "Model",
    "cost": "Credits",
    "tags": "Tags",
    "client": "Client",
    "added": "Added",
    "changed": "Changed",
}
USUAL = ("kind", "shape", "length", "size", "added")
A_YEAR = 365 * 24 * 3600


@require_safe
@member
def library(request: MemberRequest) -> HttpResponseBase:
    """The account's assets, filtered, in pages; or with ?pick=<kind> a choice for a dialog."""
    mine = Asset.objects.for_account(request.account)
    pick = request.GET.get("pick", "")
    if pick in AssetKind.values:
        return picker(request, mine, pick)
    if "columns" in request.GET:
        return _remember_columns(request)
    return render(request, "library/library.html", _context(request, mine))


def _context(request: MemberRequest, mine: AssetQuerySet) -> dict[str, Any]:
    view = request.GET.get("view", "grid")
    view = view if view in VIEWS else "grid"
    asked = as_search({name: str(value) for name, value in request.GET.items()})
    problem: BadFilter | None = None
    try:
        found = filter_assets(mine, request.GET)
        total = found[: MOST_COUNTED + 1].count()
        rows = shown(with_tags=view == "list" and "tags" in _columns(request))
        look = _timeline if view == "timeline" else _page
        listed = look(request, found, PAGE, rows)
    except BadFilter as error:
        found, total, problem = mine.none(), 0, error
        listed = {"assets": [], "next": "", "sort": "newest"}
    opened = open_collection(found)
    named = _name_clients(listed["assets"])
    pills = active_filters(asked, _names(request, asked))
    context = {
        **listed,
        "total": min(total, MOST_COUNTED),
        "more_than_total": total > MOST_COUNTED,
        "problem": problem,
        "spot": _spot(request, problem),
        "unknown": unknown_names(found.search, Ask(request.account.pk, request.account.scope)),
        "filters": pills,
        "in_trash": in_trash(asked),
        "trash_days": settings.TRASH_DAYS,
        "collection": _collection(request),
        "tags": list(
            Tag.objects.for_account(request.account).values_list("name", flat=True)[:TAGS]
        ),
        "storage": storage_told(request.account),
        "asked": asked,
        "q": asked.get("q", ""),
        "query": urlencode(asked),
        "view": view,
        "views": [(name, label, _with(asked, view=name)) for name, label in VIEWS.items()],
        "sorts": {name: order.label for name, order in SORTS.items()}
        | ({MANUAL: LABEL} if opened else {}),
        "arranged": opened if listed["sort"] == MANUAL else None,
        "heads": _heads(request, asked, str(listed["sort"])) if view == "list" else [],
        "columns": _columns(request),
        "every_column": COLUMNS,
        "has_clients": view == "list" and (bool(named) or choices(request.account).exists()),
        "step": _step(request),
        "saved_searches": of(request.account, request.user)[:20],
    }
    if context["in_trash"] and context["assets"]:
        files, size = bin.contents(request.account)
        context["trash_files"], context["trash_size"] = bulk.counted(files), filesize(size)
    if not context["assets"] and not problem:
        ways = [(f, _count(mine, f.rest)) for f in pills[:8]]
        context["ways_out"] = [way for way in ways if way[1]]
        context["is_new"] = not pills and not mine.live().exists()
    return context


def _name_clients(rows: list[Asset]) -> dict[UUID, Client]:
    """The clients of these files, read at once."""
    named = Client.objects.in_bulk({row.client_id for row in rows if row.client_id})
    for row in rows:
        row.client = named.get(row.client_id) if row.client_id else None
    return named


def _names(request: MemberRequest, asked: Mapping[str, str]) -> dict[str, str]:
    """Of the collections and files that are asked for by their ids."""
    if not (ids := ids_in(asked)):
        return {}
    mine = Collection.objects.for_account(request.account).filter(pk__in=ids)
    files = Asset.objects.for_account(request.account).filter(pk__in=ids)
    rows = [*files.values_list("pk", "title"), *mine.values_list("pk", "name")]
    return {pk.hex: name for pk, name in rows}


def _collection(request: MemberRequest) -> Collection | None:
    try:
        wanted = UUID(request.GET.get("collection", ""))
    except ValueError:
        return None
    return Collection.objects.for_account(request.account).filter(pk=wanted).first()


def picker(request: MemberRequest, mine: AssetQuerySet, kind: str) -> HttpResponse:
    query = {"q": request.GET.get("q", "")[:200], "kind": kind, "status": "ready"}
    problem, context = "", {"assets": [], "next": ""}
    try:
        context = _page(request, filter_assets(mine, query), PICKER_PAGE, shown())
    except BadFilter as error:
        problem = str(error)
    context["problem"] = problem
    return render(request, "library/picker.html", context | {"kind": kind, "q": query["q"]})


def _page(
    request: MemberRequest, found: AssetQuerySet, size: int, load: AssetQuerySet
) -> dict[str, Any]:
    """The assets behind the place ?after=, and the address of the next page; a place that is
    none begins again. Raises BadFilter."""
    sort = request.GET.get("sort") or "newest"
    if sort == MANUAL and open_collection(found) is None:
        sort = "newest"
    rows, cursor = _rows(request, found, sort, size, load)
    return {"assets": rows, "next": _next(request, cursor), "sort": sort}


def _rows(
    request: MemberRequest, found: AssetQuerySet, sort: str, size: int, load: AssetQuerySet
) -> tuple[list[Asset], str]:
    """As `page`; a place that is not one of this list begins again."""
    try:
        return page(found, sort, request.GET.get("after", ""), size, load)
    except BadFilter as error:
        if error.name != "after":
            raise
        return page(found, sort, "", size, load)


def shown(with_tags: bool = False) -> AssetQuerySet:
    """What tiles and rows need; of a text, what begins it."""
    rows = Asset.objects.defer("recipe")
    if with_tags:
        rows = rows.prefetch_related("tags")
    return rows.annotate(opening=Left("excerpt__text", OPENING))


def _next(request: MemberRequest, cursor: str, **more: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    for name, value in {"after": cursor, **more}.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _timeline(
    request: MemberRequest, found: AssetQuerySet, size: int, load: AssetQuerySet
) -> dict[str, Any]:
    """As `_page`, always by time, in days; the first may go on from the page before."""
    sort = "oldest" if request.GET.get("sort") == "oldest" else "newest"
    at = request.GET.get("at", "")
    found_then = timeline.from_month(found, at, sort)
    rows, cursor = _rows(request, found_then, sort, size, load)
    last = timeline.day_of(rows[-1]) if rows else ""
    days = timeline.days(rows, request.GET.get("day", ""))
    following = _next(request, cursor, day=last)
    return {"assets": rows, "days": days, "next": following, "sort": sort, "at": at}


def _with(asked: Mapping[str, str], **more: str) -> str:
    return f"?{urlencode({**asked, **more})}"


def _heads(
    request: MemberRequest, asked: Mapping[str, str], sort: str
) -> list[tuple[str, str, str, str]]:
    """Of each column of the list: its name, label, the address that sorts by it, and how it is
    sorted now in the words of aria-sort."""
    heads = []
    for name in ("title", *_columns(request)):
        first, second = SORTED_BY.get(name, ("", ""))
        # The newest first is the other way of several columns, but the order of one.
        now = sort == first or (sort == second and sort != "newest")
        down = sort in SORTS and SORTS[sort].down
        told = ("descending" if down else "ascending") if now else ""
        href = _with(asked, sort=second if sort == first else first) if first else ""
        heads.append((name, COLUMNS.get(name, "Title"), href, told))
    return heads


def _columns(request: MemberRequest) -> list[str]:
    chosen = request.COOKIES.get("columns", "-".join(USUAL)).split("-")
    return [name for name in COLUMNS if name in chosen]


def _remember_columns(request: MemberRequest) -> HttpResponse:
    chosen = [name for name in COLUMNS if name in request.GET.getlist("columns")]
    query = request.GET.copy()
    del query["columns"]
    response = redirect(f"{request.path}?{query.urlencode()}")
    value = "-".join(chosen) or "none"
    response.set_cookie(
        "columns", value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure()
    )
    return response


def _step(request: MemberRequest) -> int:
    """How large the tiles are, from 1 to 5, as the slider of this browser was left."""
    said = request.COOKIES.get("tiles", "3")
    return int(said) if re.fullmatch(f"[1-{STEPS}]", said) else 3


def _spot(request: MemberRequest, problem: BadFilter | None) -> dict[str, Any] | None:
    """The search, cut before and behind what is wrong with it."""
    if problem is None or problem.start is None:
        return None
    text, start, end = request.GET.get("q", ""), problem.start, problem.end or problem.start
    return {
        "before": text[max(0, start - SHOWN_AROUND) : start],
        "wrong": text[start : min(end, start + SHOWN_AROUND)].replace("\0", "␀"),
        "behind": text[end : end + SHOWN_AROUND],
        "start": start,
        "end": end,
    }


def _count(mine: AssetQuerySet, params: dict[str, str]) -> int:
    try:
        return filter_assets(mine, params)[:MOST_COUNTED].count()
    except ValueError:
        return 0
