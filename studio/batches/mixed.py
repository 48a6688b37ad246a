"""Sheets in which each row names its own operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.models import Account
from studio.batches import columns, steps
from studio.batches.sheet import Sheet
from studio.batches.wrong import Wrong
from studio.fields import shown
from studio.spec import Param

OPERATION = "operation"


def column_of(sheet: Sheet, mapping: Mapping[str, str] | None = None) -> str | None:
    """The column with the operations: as the mapping says, or as it is called."""
    if mapping is None:
        mapping = columns.guess(sheet.columns, columns.RESERVED)
    said = (column for column, target in mapping.items() if target == OPERATION)
    return next((column for column in said if column in sheet.columns), None)


def usual(sheet: Sheet, mapping: Mapping[str, str] | None = None) -> str:
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


def guess(account: Account, sheet: Sheet, said: Any) -> dict[str, str] | None:
    """What the columns are, when the rows name operations of their own; None where they do not.
    Raises Wrong."""
    column = column_of(sheet)
    if column is None:
        return None
    params: list[Param] = list(steps.params_of(steps.read(account, said)[0]).values())
    for cell in dict.fromkeys(_cells(sheet, column)):
        try:
            params += steps.operation_of(cell, "").params
        except Wrong:  # it is told at its cell
            continue
    return columns.guess(sheet.columns, columns.targets_of(params))


def _cells(sheet: Sheet, column: str) -> list[str]:
    at = sheet.columns.index(column)
    return [row.cells[at].strip() if at < len(row.cells) else "" for row in sheet.rows]
