"""The tables that a batch gives back: what came of each row, and the rows to correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from billing.models import CREDIT
from studio.batches.cells import csv_lines
from studio.batches.results import Result, bad_rows, results
from studio.models import Batch

RESULTS = ("row", "state", "result title", "assets", "credits", "seconds", "error")
PROBLEM = "problem"


def results_csv(batch: Batch) -> Iterator[bytes]:
    """The columns of the sheet as they came, and behind them what came of each row."""
    columns = list(batch.columns)
    ours = [_free(name, columns) for name in RESULTS]
    rows = (_whole(one.cells, len(columns)) + _told(one) for one in results(batch))
    return csv_lines([*columns, *ours], rows)


def bad_rows_csv(batch: Batch) -> Iterator[bytes]:
    """The rows that are wrong with what is wrong with them, to correct and bring again. What was
    wrong the last time is left out."""
    kept = [at for at, name in enumerate(batch.columns) if not _is_told(batch, name)]
    columns, width = [batch.columns[at] for at in kept], len(batch.columns)
    rows = ((_whole(row.cells, width), words) for row, words in bad_rows(batch))
    told = ([*(cells[at] for at in kept), words] for cells, words in rows)
    return csv_lines([*columns, _free(PROBLEM, columns)], told)


def _is_told(batch: Batch, column: str) -> bool:
    return column == PROBLEM and not batch.mapping.get(column)


def _told(one: Result) -> list[object]:
    credits = f"{Decimal(one.cost) / CREDIT:f}"
    credits = credits.rstrip("0").rstrip(".") if "." in credits else credits
    assets = " ".join(one.assets)
    return [one.number, one.state, one.title, assets, credits, one.seconds, one.error]


def _whole(cells: Sequence[str], width: int) -> list[object]:
    """As many as there are columns, so that what comes behind stands beneath its name."""
    return [*cells[:width], *[""] * (width - len(cells))]


def _free(name: str, taken: Iterable[str]) -> str:
    """A name that no column of the sheet has: two with the same could not be read again."""
    known = {column.casefold() for column in taken}
    found, number = name, 2
    while found.casefold() in known:
        found, number = f"{name} {number}", number + 1
    return found
