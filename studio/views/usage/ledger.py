"""The ledger of the account, and what is held of its credits now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.views.guard import MemberRequest, member
from billing import statement
from billing.models import CREDIT, Account, Entry, Kind
from studio.batches.cells import csv_lines
from studio.usage.reasons import job_of, reasons
from studio.views.usage.overview import download
from studio.views.usage.sight import Sight

PAGE = 50
LONGEST = 100
# Beyond that a spreadsheet is no help; the API gives more.
MOST_ROWS = 100_000
CHUNK = 500
COLUMNS = ("when", "kind", "amount", "balance_after", "held_after", "for", "reference")


@never_cache
@require_safe
@member
def index(request: MemberRequest) -> HttpResponseBase:
    """Pages follow one another by the number of the line, however long it is."""
    sight = _whole(request)
    kind, text = _asked(request)
    before = request.GET.get("before", "")
    place = int(before) if before.isdecimal() and len(before) < 19 else None
    found = statement.search(request.account, kind, text, place)
    rows = list(found.lines[: PAGE + 1])
    unseen = found.unseen if len(rows) <= PAGE else None
    kept = {n: v for n, v in (("kind", kind), ("q", text)) if v}
    context = {
        "rows": _told(request.account, rows[:PAGE]),
        "older": urlencode({**kept, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "unseen": unseen,
        "further": urlencode({**kept, "before": unseen.pk + 1}) if unseen else "",
        "is_first": place is None,
        "kept": urlencode(kept),
        "kind": kind,
        "text": text,
        "kinds": Kind.choices,
        "zone": sight.zone,
        "sight": sight,
    }
    return render(request, "usage/ledger.html", context)


@never_cache
@require_safe
@member
def table(request: MemberRequest) -> HttpResponseBase:
    """All that the filters find, as CSV."""
    _whole(request)
    lines = statement.lines(request.account, *_asked(request))[:MOST_ROWS]
    cells = _cells(request.account, lines.iterator(chunk_size=CHUNK))
    return download("ledger.csv", csv_lines(COLUMNS, cells))


@dataclass(frozen=True)
class Line:
    """An entry, by how much it changed the balance, what it is for, and the job that it names."""

    entry: Entry
    moved: int
    note: str
    job: UUID | None


def _told(account: Account, rows: list[Entry]) -> list[Line]:
    notes = statement.notes(account, rows)
    return [Line(one, statement.moved(one), notes[one.pk], job_of(one.reference)) for one in rows]


def _cells(account: Account, lines: Iterator[Entry]) -> Iterator[tuple[object, ...]]:
    while some := list(islice(lines, CHUNK)):
        notes = statement.notes(account, some)
        for one in some:
            when = one.created.isoformat(timespec="seconds")
            amounts = (f"{n / CREDIT:f}" for n in (one.amount, one.balance_after, one.held_after))
            yield when, one.kind, *amounts, notes[one.pk], one.reference


def _asked(request: MemberRequest) -> tuple[str, str]:
    kind = request.GET.get("kind", "")
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    return kind if kind in Kind.values else "", text


def _whole(request: MemberRequest) -> Sight:
    sight = Sight.of(request)
    if request.account.scope.is_limited:
        raise PermissionDenied(
            "The ledger is of all clients, and you are limited to some. Ask the account's owner."
        )
    return sight


@never_cache
@require_safe
@member
def holds(request: MemberRequest) -> HttpResponseBase:
    """All that is held now, the oldest first."""
    sight = Sight.of(request)
    page = Paginator(statement.holds(request.account), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "reasons": reasons(request.account, list(page.object_list)),
        "sight": sight,
        "zone": sight.zone,
    }
    return render(request, "usage/holds.html", context)
