"""The audit log of the account, for who manages it: a page with filters, and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets.views.guard import MemberRequest, member
from billing import access, audit_log
from billing.models import Account, AuditEvent
from studio.batches.cells import csv_lines

PAGE = 100
# Beyond that a spreadsheet is no help; the API gives more.
MOST_ROWS = 100_000
COLUMNS = ("when", "who", "by", "action", "object", "details", "address")


@never_cache
@require_safe
@member
def index(request: MemberRequest) -> HttpResponseBase:
    _for_managers(request)
    asked, wrong = read(request.GET, request.account)
    found = audit_log.events(request.account, **asked)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    kept = {n: v for n in ("who", "area", "since", "until") if (v := request.GET.get(n, ""))}
    context = {
        "rows": rows[:PAGE],
        "older": urlencode({**kept, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "kept": urlencode(kept),
        "said": kept,
        "wrong": wrong,
        "areas": audit_log.AREAS,
        "zone": ZoneInfo(request.account.zone),
    }
    return render(request, "members/audit.html", context, status=422 if wrong else 200)


@never_cache
@require_safe
@member
def table(request: MemberRequest) -> HttpResponseBase:
    """All that the filters find, as CSV."""
    _for_managers(request)
    asked, _ = read(request.GET, request.account)
    lines = audit_log.events(request.account, **asked)[:MOST_ROWS]
    response = StreamingHttpResponse(
        csv_lines(COLUMNS, _cells(lines.iterator(chunk_size=1000))),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return response


def _for_managers(request: MemberRequest) -> None:
    if not access.can_manage(request.role):
        raise PermissionDenied(
            f"Owners and admins of {request.account} read its audit log. Ask one of them."
        )


def read(query: QueryDict, account: Account) -> tuple[dict[str, Any], dict[str, str]]:
    """What is asked for, and what is wrong with it by field. Days are those of the account's time
    zone; `until` is the last one that is shown."""
    wrong: dict[str, str] = {}
    asked: dict[str, Any] = {"who": query.get("who", "")[:150]}
    area = query.get("area", "")
    if area and area not in audit_log.AREAS:
        wrong["area"] = f"“{area[:40]}” is no area. Choose one of the list."
    else:
        asked["area"] = area
    for name in ("since", "until"):
        text = query.get(name, "")
        day = _day(text)
        if text and day is None:
            wrong[name] = f"“{text[:40]}” is no day. Write it as 2026-01-31."
        elif day:
            asked[name] = _start(day + timedelta(name == "until"), account)
    return asked, wrong


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 1970 <= found.year <= 9000 else None


def _start(day: date, account: Account) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(account.zone))


def _cells(events: Iterator[AuditEvent]) -> Iterator[tuple[object, ...]]:
    for event in events:
        yield (
            event.created.isoformat(timespec="seconds"),
            event.actor,
            event.get_by_display(),
            event.action,
            event.of,
            audit_log.told(event),
            event.address or "",
        )
