"""The rows of a draft, changed like those of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from studio.batches.check import check
from studio.batches.drafting import drafting
from studio.batches.limits import LONGEST_CELL, MOST_ROWS, too_many_rows
from studio.batches.wrong import Wrong
from studio.fields import nearest, shown
from studio.models import Batch, BatchRow, RowState


def edit_row(batch: Batch, number: int, cells: Mapping[str, str]) -> BatchRow:
    """Change some cells of a row, by their columns, and check it anew. Raises Wrong, NotNow."""
    known = {name: at for at, name in enumerate(batch.columns)}
    with drafting(batch):
        row = row_of(batch, number)
        new = [*row.cells, *[""] * (len(known) - len(row.cells))]
        for column, cell in cells.items():
            new[known[_known(batch, column)]] = _cell(column, cell)
        row.cells, row.unreadable, row.state = new, "", RowState.NEW
        row.save(update_fields=["cells", "unreadable", "state"])
        check(batch, [row])
    return row


def _known(batch: Batch, column: str) -> str:
    if column not in batch.columns:
        words = f"There is no column “{shown(column)}”"
        raise Wrong(column, f"{words}. Choose {nearest(tuple(batch.columns), column)}.")
    return column


def _cell(column: str, cell: Any) -> str:
    if not isinstance(cell, str) or "\0" in cell:
        raise Wrong(column, f"“{shown(column)}” is “{shown(cell)}”, which is not text.")
    if len(cell) > LONGEST_CELL:
        words = f"“{shown(column)}” has {len(cell):,} letters; the most is {LONGEST_CELL:,}."
        raise Wrong(column, f"{words} Shorten it.")
    return cell


def row_of(batch: Batch, number: int) -> BatchRow:
    found = BatchRow.objects.filter(batch=batch, number=number).first()
    if found is None:
        raise Wrong("row", f"There is no row {number} in this batch.")
    return found


def add_rows(batch: Batch, rows: Iterable[Mapping[str, str]]) -> list[int]:
    """Put rows behind the last one, their cells by column, and check them. Their numbers."""
    said = list(rows)
    for cells in said:
        for column, cell in cells.items():
            _cell(_known(batch, column), cell)
    with drafting(batch):
        mine = BatchRow.objects.filter(batch=batch)
        if mine.count() + len(said) > MOST_ROWS:
            raise too_many_rows()
        last = mine.aggregate(last=Max("number"))["last"] or 0
        made = [
            BatchRow(batch=batch, number=last + at, cells=[cells.get(c, "") for c in batch.columns])
            for at, cells in enumerate(said, start=1)
        ]
        BatchRow.objects.bulk_create(made, batch_size=1_000)
    check(batch)
    return [row.number for row in made]


def delete_row(batch: Batch, number: int) -> None:
    """Take a row out of the batch."""
    with drafting(batch):
        row_of(batch, number).delete()


def skip_rows(batch: Batch, numbers: Iterable[int], skipped: bool = True) -> int:
    """Leave rows out of the batch without losing them, or take them in again."""
    with drafting(batch):
        mine = BatchRow.objects.filter(batch=batch, number__in=list(numbers))
        if skipped:
            return mine.update(state=RowState.SKIPPED)
        done = mine.filter(state=RowState.SKIPPED).update(state=RowState.NEW)
    check(batch)
    return done


def discard(batch: Batch) -> str:
    """Remove a draft with its rows; of one that has begun its jobs tell, so it stays. One that came
    again by itself comes again next week from the batch before it; returned is that in words."""
    with drafting(batch) as now:
        before = now.repeat_of
        Batch.objects.filter(repeat_of=now).update(repeat_of=before)
        goes_on = bool(before and before.repeats and now.next_at)
        if before and goes_on:
            Batch.objects.filter(pk=before.pk).update(next_at=now.next_at)
        now.delete()
    if not (before and goes_on and now.next_at):
        return ""
    when = now.next_at.astimezone(ZoneInfo(now.zone))
    return (
        f"It comes again on {when:%a %d %b, %H:%M}, from “{before.title}” of "
        f"{before.created:%d %b}. To end that, stop repeating there."
    )
