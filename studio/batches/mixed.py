"""Sheets in which each row names its own operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio.batches import columns, steps
from studio.batches.table import Table
from studio.batches.wrong import Wrong
from studio.fields import shown
from studio.spec import Param

OPERATION = "operation"


def column_of(sheet: Table, mapping: Mapping[str, str] | None = None) -> str | None:
    """The column with the operations: as the mapping says, or as it is called."""
    if mapping is None:
        mapping = columns.guess(sheet.columns, columns.RESERVED)
    said = (column for column, target in mapping.items() if target == OPERATION)
    return next((column for column in said if column in sheet.columns), None)


def usual(sheet: Table, mapping: Mapping[str, str] | None = None) -> str:
    """An operation for the steps of a batch where nobody says one: the first that a row names, when
    all of them name one. Raises Wrong."""
    column = column_of(sheet, mapping)
    if column is None:
        words = "Nothing says what is to be done with the rows. Name an operation."
        raise Wrong(OPERATION, words)
    cells = _cells(sheet, column)
    if "" in cells:
        line = sheet.rows[cells.index("")].line
        raise Wrong(
            OPERATION,
            f"The row on line {line} names no operation. Name one in “{shown(column)}”, or one for "
            "all rows that name none.",
        )
    for cell in dict.fromkeys(cells):
        try:
            return steps.operation_of(cell, "").key
        except Wrong:
            continue
    return cells[0]


def params_of(sheet: Table) -> Iterator[Param]:
    """Those of the operations that the rows name."""
    column = column_of(sheet)
    for cell in dict.fromkeys(_cells(sheet, column) if column else ()):
        try:
            yield from steps.operation_of(cell, "").params
        except Wrong:  # it is told at its cell
            continue


def _cells(sheet: Table, column: str) -> list[str]:
    at = sheet.columns.index(column)
    return [row.cells[at].strip() if at < len(row.cells) else "" for row in sheet.rows]
