"""Usage by day: a chart, the table beside it, the same as CSV."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.models import CREDIT
from billing.pricing import about, dollars
from billing.services import as_credits
from studio import charts
from studio.office.daily import DAY, WAYS, By, Line, daily, names, refunded
from studio.office.panel import listed, page_of, share
from studio.tables import guarded

PERIODS = (1, 7, 30, 90)
USUAL = 30
LABELS = {"offer": "Model", "module": "Module", "provider": "Provider", "account": "Account"}


@dataclass
class Sum:
    """A row of the table: one model (module, …) in the whole period."""

    key: str
    name: str = ""
    link: str = ""
    color: str = ""
    charged: int = 0
    cost: int = 0
    done: int = 0
    failed: int = 0

    def add(self, line: Line | Sum) -> None:
        for name in ("charged", "cost", "done", "failed"):
            setattr(self, name, getattr(self, name) + getattr(line, name))

    @property
    def credits(self) -> str:
        return as_credits(self.charged)

    @property
    def dollars(self) -> str:
        return about(self.cost)

    @property
    def failing(self) -> str:
        return share(self.failed, self.done + self.failed)


@dataclass
class Asked:
    """What the address says; anything that it cannot mean is taken for what is usual."""

    by: By = "offer"
    days: int = USUAL
    first: date = field(init=False)
    last: date = field(init=False)

    def __post_init__(self) -> None:
        self.last = timezone.localdate()
        self.first = self.last - (self.days - 1) * DAY

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        if not request.user.has_perm("studio.view_job"):
            raise PermissionDenied("To see usage you need the permission to view jobs.")
        said = request.GET.get("days", "")
        way = next((way for way in WAYS if way == request.GET.get("by")), WAYS[0])
        period = next((days for days in PERIODS if str(days) == said), USUAL)
        return cls(way, period)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request)
    lines = list(daily(asked.by, asked.first, asked.last))
    rows = _sums(lines, asked.by)
    whole = Sum("", "Together")
    for row in rows:
        whole.add(row)
    values: dict[date, dict[str, float]] = defaultdict(dict)
    color = {row.key: row.color for row in rows}
    called = {row.key: row.name for row in rows} | {charts.OTHERS: "all others"}
    for line in lines:
        if line.charged:
            key = charts.OTHERS if color[line.key] == charts.LAST else line.key
            values[line.day][key] = values[line.day].get(key, 0.0) + line.charged / CREDIT
    days = [asked.first + n * DAY for n in range(asked.days)]
    context = {
        **admin.site.each_context(request),
        "title": "Usage",
        "subtitle": f"{asked.first:%b %-d} to {asked.last:%b %-d, %Y}",
        "asked": asked,
        "periods": [(days, "Today" if days == 1 else f"{days} days") for days in PERIODS],
        "ways": [(way, LABELS[way]) for way in WAYS],
        "label": LABELS[asked.by],
        "chart": charts.stacked(days, values, color | {charts.OTHERS: charts.LAST}, called),
        "rows": rows,
        "whole": whole,
        "refunded": as_credits(refunded(asked.first, asked.last)),
    }
    return TemplateResponse(request, "office/usage.html", context)


def _sums(lines: list[Line], by: By) -> list[Sum]:
    found: dict[str, Sum] = {}
    for line in lines:
        found.setdefault(line.key, Sum(line.key)).add(line)
    called = names(set(found), by)
    color = charts.colors({key: row.charged for key, row in found.items()})
    for key, row in found.items():
        row.name, row.color = called.get(key, key), color[key]
        row.link = page_of("billing_account", key) if by == "account" else ""
        row.link = row.link or listed("studio_job", **{by: key})
    return sorted(found.values(), key=lambda row: (-row.charged, -row.done, row.name))


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """A line for each day and model."""
    asked = Asked.of(request)
    name = f"usage-{asked.by}-{asked.first}-{asked.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = HttpResponse("\ufeff", "text/csv; charset=utf-8", headers=headers)
    sheet = csv.writer(response)
    sheet.writerow(["day", asked.by, "name", "credits", "cost_usd", "done", "failed"])
    lines = list(daily(asked.by, asked.first, asked.last))
    called = names({line.key for line in lines}, asked.by)
    for line in lines:
        cells: list[Any] = [line.day, line.key, guarded(called.get(line.key, line.key))]
        money = [f"{line.charged / CREDIT:f}", dollars(line.cost).removeprefix("$")]
        sheet.writerow([*cells, *money, line.done, line.failed])
    return response
