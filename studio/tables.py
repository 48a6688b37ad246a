"""What tables of divided cells share: the sign between cells, the rows, the guard of formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

SIGNS = ",;\t"
MOST_SIGNS = 1_000_000  # in one row: beyond that its cells would fill the memory
# What a spreadsheet takes for a formula, also after blanks and in the wide letters of East Asia.
_FORMULA = re.compile(r"['\s\ufeff\u200b-\u200f\u2060]*?[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"['\s]*[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?\s*", re.ASCII)


class Broken(ValueError):
    """A row that cannot be divided into cells; `line` and `number` are where it begins."""

    def __init__(self, line: int, number: int, words: str) -> None:
        self.line, self.number = line, number
        super().__init__(words)


class Record(NamedTuple):
    """A row: which one it is, as a spreadsheet counts, and the line of the text it begins on."""

    number: int
    line: int
    cells: list[str]


class _Watched:
    """Lines on their way to the reader, with how many signs there are since `signs` was set."""

    def __init__(self, lines: Iterable[str], sign: str) -> None:
        self.lines, self.sign, self.signs = iter(lines), sign, 0

    def __iter__(self) -> _Watched:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.signs += line.count(self.sign)
        if self.signs > MOST_SIGNS:
            raise csv.Error(f"more than {MOST_SIGNS:,} cells")
        return line


def records(lines: Iterable[str], sign: str) -> Iterator[Record]:
    """The rows of a table, empty ones too, without the guards that `guarded` put on."""
    watched = _Watched(lines, sign)
    reader = csv.reader(watched, delimiter=sign, strict=True)
    line = number = 1
    while True:
        watched.signs = 0
        try:
            cells = next(reader, None)
        except csv.Error as error:
            words = f'cannot be read ({error}). A cell with a " in it stands between ", and each '
            words += '" within is written "".'
            raise Broken(line, number, words) from None
        if cells is None:
            return
        yield Record(number, line, [unguarded(c) if c[:1] == "'" else c for c in cells])
        line, number = reader.line_num + 1, number + 1


def _is_formula(text: str) -> bool:
    """With any ' before it, it is still one: so what is guarded can be told from what is not."""
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def guarded(cell: str) -> str:
    """With a ' before it when a spreadsheet would take it for a formula; a number is left alone."""
    return f"'{cell}" if _is_formula(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if cell[:1] == "'" and _is_formula(cell[1:]) else cell
