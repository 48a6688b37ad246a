"""Credits spent per day: the chart, the table beside it, the same as CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from billing.models import CREDIT
from billing.spending import Spent, daily
from studio import charts
from studio.usage.naming import names
from studio.views.usage.sight import LABELS, Asked, Sight

COLUMNS = ("day", "key", "name", "credits", "jobs", "failed")


@dataclass
class Sum:
    """A row of the table: one model (module, …) or one day."""

    key: str
    name: str = ""
    color: str = ""
    units: int = 0
    jobs: int = 0
    failed: int = 0

    def add(self, one: Spent) -> None:
        self.units += one.units
        self.jobs += one.jobs
        self.failed += one.failed


@dataclass
class Usage:
    """Of a period, stacked by `label`."""

    label: str
    chart: charts.Chart
    rows: list[Sum]
    by_day: list[Sum]
    whole: Sum = field(default_factory=lambda: Sum("", "Together"))


def usage(sight: Sight, asked: Asked) -> Usage:
    lines = daily(sight.account, asked.way, asked.period.first, asked.period.last)
    found: dict[str, Sum] = {}
    by_day: dict[date, Sum] = {}
    whole = Sum("", "Together")
    for line in lines:
        found.setdefault(line.key, Sum(line.key)).add(line)
        by_day.setdefault(line.day, Sum("", f"{line.day:%b %-d}")).add(line)
        whole.add(line)
    color = charts.colors({key: row.units for key, row in found.items()})
    called = names(sight.account, asked.way, set(found))
    for key, row in found.items():
        row.name, row.color = called.get(key, key), color[key]
    rows = sorted(found.values(), key=lambda row: (-row.units, -row.jobs, row.name))
    chart = _chart(asked, lines, color, called)
    return Usage(LABELS[asked.way], chart, rows, list(by_day.values())[::-1], whole)


def _chart(
    asked: Asked, lines: list[Spent], color: dict[str, str], called: dict[str, str]
) -> charts.Chart:
    """Those that have no color of their own are one."""
    values: dict[date, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    rest = "\0"
    for line in lines:
        if line.units > 0:  # a day of nothing but refunds has no bar
            key = rest if color[line.key] == charts.LAST else line.key
            values[line.day][key] += line.units / CREDIT
    known = {**color, rest: charts.LAST}
    return charts.stacked(asked.period.days, values, known, {**called, rest: "All others"})


def cells(sight: Sight, asked: Asked) -> Iterator[tuple[object, ...]]:
    """A line for each day and model (module, …)."""
    lines = daily(sight.account, asked.way, asked.period.first, asked.period.last)
    called = names(sight.account, asked.way, {line.key for line in lines})
    for one in lines:
        amount = f"{one.units / CREDIT:f}"
        yield one.day, one.key, called.get(one.key, one.key), amount, one.jobs, one.failed
