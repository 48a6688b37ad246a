"""A table that somebody brings, as columns and rows of text: CSV, XLSX, JSON, or a list of prompts.

Nothing is made of the text: “1,5” stays “1,5”. What a cell means is for the form to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain, islice

from studio.batches import from_json, from_text, from_xlsx
from studio.batches.limits import (
    LAST_ROW,
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_ROWS,
    Refused,
    letter,
    too_large,
    too_many_columns,
    too_many_rows,
)
from studio.batches.raw import Raw, Source
from studio.wording import shown

__all__ = ["MOST_BYTES", "MOST_COLUMNS", "MOST_ROWS", "Refused", "Row", "Sheet", "prompts", "read"]

LONGEST_NAME = 200
PROBLEMS = 3  # that are told of one row
MARK = re.compile(r"\s*(?:[-*•–]|\d{1,5}[.)])\s+")
ADDRESS = re.compile(r"https?://|data:\w+/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns; those missing at the end are empty.

    `line` is the row as a spreadsheet counts, or the line of a text. `problem` says why it cannot
    be used as it is.
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """`notes` says how the file was understood."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    notes: tuple[str, ...] = field(default=())

    def said(self, row: Row) -> dict[str, str]:
        """The cells of a row that are not empty, by their column."""
        pairs = zip(self.columns, row.cells, strict=False)
        return {column: cell for column, cell in pairs if cell}


def read(data: bytes, filename: str = "") -> Sheet:
    """The sheet in a file or in what was pasted (as UTF-8); raises Refused."""
    if len(data) > MOST_BYTES:
        raise too_large("The sheet", len(data), MOST_BYTES)
    if not data.strip():
        raise Refused("The sheet is empty. The first row names the columns, each row below a job.")
    if from_xlsx.is_packed(data):
        return _built(from_xlsx.read(data))
    text = from_text.decoded(data)
    if from_json.looks_so(text.head, filename):
        return _built(from_json.read(text))
    return _built(from_text.read(text))


def prompts(text: str) -> Sheet:
    """One prompt a line, as a sheet with the column “prompt”. Marks of a list are left out; numbers
    only when every line has one: “2. October, at dawn” may be all of a prompt."""
    if len(text) > MOST_BYTES:
        raise too_large("The list", len(text), MOST_BYTES)
    if "\0" in text:
        raise Refused("The list has a NUL in it, so it is no text. Paste it as plain text.")
    lines = enumerate(StringIO(text.removeprefix("\ufeff"), newline=None), 1)
    said = list(islice(((at, x.strip()) for at, x in lines if x.strip()), MOST_ROWS + 1))
    if not said:
        raise Refused("There is no prompt in the list. Write one on each line.")
    notes = []
    marked = [bool(MARK.match(line)) for _, line in said]
    if all(marked):
        said = [(at, MARK.sub("", line, count=1)) for at, line in said]
        notes.append("The marks of the list (“- ”, “1. ”) are left out.")
    raws = chain([Raw(0, ["prompt"])], (Raw(at, [line]) for at, line in said))
    return _built(Source(raws, notes, about=text.count("\n")))


# --- from raw rows to a sheet -------------------------------------------------------------------


def _built(source: Source) -> Sheet:
    raws = iter(source.raws)
    header = next((raw for raw in raws if _says(raw)), None)
    if header is None:
        raise Refused("The sheet is empty. The first row names the columns, each row below a job.")
    names = _names(header)
    rows = list(_rows(raws, names, source))
    if not rows:
        raise Refused(
            f"The sheet has a header (row {header.line}) and no row below it. Each row is a job."
            if header.line
            else "The sheet has no row that says anything. Each row is a job."
        )
    if "" in names:
        kept = [at for at, name in enumerate(names) if name]
        rows = [Row(r.line, _only(r.cells, kept, len(names)), r.problem) for r in rows]
    return Sheet(tuple(name for name in names if name), rows, tuple(source.notes))


def _only(cells: tuple[str, ...], kept: list[int], width: int) -> tuple[str, ...]:
    """Without the columns that have no name and nothing in them."""
    return (*(cells[at] for at in kept if at < len(cells)), *cells[width:])


def _says(raw: Raw) -> bool:
    return bool(raw.problem) or any(map(str.strip, raw.cells))


def _names(header: Raw) -> list[str]:
    if header.problem:
        raise Refused(f"The header (row {header.line}) has a problem: {header.problem}")
    names = [" ".join(cell.split()) for cell in header.cells]
    while not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise too_many_columns(len(names))
    if not any(c.isalpha() for name in names for c in name) or any(map(ADDRESS.match, names)):
        raise Refused(
            f"Row {header.line} (“{shown(' | '.join(names))}”) does not name the columns. Put a "
            "row above it that does, such as: prompt, image, duration."
        )
    known: dict[str, int] = {}
    for at, name in enumerate(names):
        if len(name) > LONGEST_NAME:
            raise Refused(
                f"The name of column {letter(at)} has {len(name):,} letters; the most is "
                f"{LONGEST_NAME}. Put a row that names the columns above the first."
            )
        first = known.setdefault(name.casefold(), at)
        if name and first != at:
            raise Refused(
                f"Columns {letter(first)} and {letter(at)} are both called “{shown(name)}”. Give "
                "one of them another name."
            )
    return names


def _rows(raws: Iterator[Raw], names: list[str], source: Source) -> Iterator[Row]:
    width, count, letters = len(names), 0, 0
    nameless = [at for at, name in enumerate(names) if not name]
    for raw in raws:
        if raw.line > LAST_ROW:
            raise too_many_rows(source.about)
        cells = raw.cells
        while cells and not cells[-1]:
            cells.pop()
        if not _says(raw):
            continue
        if (count := count + 1) > MOST_ROWS:
            raise too_many_rows(source.about)
        if (letters := letters + sum(map(len, cells))) > MOST_LETTERS:
            raise too_large("The text of the sheet", letters, MOST_LETTERS)
        for at in nameless:
            if at < len(cells) and cells[at].strip():
                raise Refused(
                    f"Column {letter(at)} has no name, and “{shown(cells[at])}” in row {raw.line}. "
                    "Name it in the header or empty it."
                )
        problems = [*filter(None, [raw.problem]), *_problems(cells, names, width)]
        yield Row(raw.line, tuple(cells), " ".join(problems[:PROBLEMS]))


def _problems(cells: list[str], names: list[str], width: int) -> Iterable[str]:
    if len(cells) > width:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise too_many_columns(len(cells))
        if len(cells) > width:
            lost = next(cell for cell in cells[width:] if cell.strip())
            yield (
                f"The row has {len(cells)} cells, and there are {width} columns: "
                f"“{shown(lost)}” belongs to none. Put a text that holds the dividing sign "
                'between "quotes", or name the column.'
            )
    if max(map(len, cells), default=0) > LONGEST_CELL:
        for at, cell in enumerate(cells):
            if len(cell) > LONGEST_CELL:
                name = names[at] if at < width else letter(at)
                yield (
                    f"“{shown(name)}” has {len(cell):,} letters; the most is {LONGEST_CELL:,}. "
                    "Shorten it."
                )
