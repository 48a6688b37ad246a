"""The cells of one sheet of an XLSX file, row by row while it is unpacked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from studio.batches.limits import (
    LAST_ROW,
    MOST_COLUMNS,
    MOST_ROWS,
    Refused,
    letter,
    too_many_rows,
)
from studio.batches.raw import Raw
from studio.batches.xlsx_parts import Styles, local, parser, unescaped
from studio.tables import unguarded
from studio.wording import exact, shown

LAST_COLUMN = 16_384
LAST_DAY = 2_958_466  # 1 January 10000
MOST_CELLS = MOST_ROWS * MOST_COLUMNS * 2  # empty ones too
MOST_BETWEEN = 32 * 1024**2  # bytes from the end of one row to that of the next
MOST_UNPACKED = 512 * 1024**2


class Damaged(ValueError):
    """The sheet says what cannot be."""


class Cells:
    def __init__(self, texts: list[str], styles: Styles, from_1904: bool) -> None:
        self.texts, self.styles = texts, styles
        self.from_1904 = from_1904
        self.hidden = 0
        self._done: list[Raw] = []
        self._columns: dict[str, int] = {}
        self._line = self._count = 0
        self._row: dict[int, str] = {}
        self._problems: list[str] = []
        self._at, self._given = -1, dict[str, str]()
        self._text: list[str] = []
        self._formula = self._takes = self._phonetic = False

    def rows(self, unpacked: Iterable[bytes]) -> Iterator[Raw]:
        """Whatever is packed, the memory holds one row, and what is read of it ends."""
        made = parser()
        made.StartElementHandler, made.EndElementHandler = self._start, self._end
        made.CharacterDataHandler = self._say
        total = since = 0
        for part in unpacked:
            made.Parse(part, False)
            total += len(part)
            since = 0 if self._done else since + len(part)
            if since > MOST_BETWEEN or total > MOST_UNPACKED or self._count > MOST_CELLS:
                raise Refused(
                    f"The sheet is too large near row {self._line}. Copy the cells that are meant "
                    "into a new sheet, or divide it."
                )
            yield from self._done
            self._done.clear()
        made.Parse(b"", True)
        yield from self._done

    # --- elements -------------------------------------------------------------------------------

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = local(name)
        if tag == "c":
            self._count += 1
            self._given = given
            self._at = self._column(given.get("r"))
            self._text.clear()
            self._formula = False
        elif tag == "v":
            self._takes = True
        elif tag == "t":
            self._takes = not self._phonetic
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._begin(given)
        elif tag == "rPh":
            self._phonetic = True

    def _end(self, name: str) -> None:
        tag = local(name)
        if tag in ("v", "t"):
            self._takes = False
        elif tag == "c":
            self._cell()
        elif tag == "row":
            self._finish()
        elif tag == "rPh":
            self._phonetic = False

    def _say(self, text: str) -> None:
        if self._takes:
            self._text.append(text)

    def _begin(self, given: dict[str, str]) -> None:
        line = _number(given.get("r"), self._line + 1)
        if not self._line < line:
            raise Damaged(f"row {line} comes after row {self._line}")
        if line > LAST_ROW:
            raise too_many_rows()
        self._line, self._at = line, -1
        self._row, self._problems = {}, []
        self.hidden += given.get("hidden") in ("1", "true")

    def _finish(self) -> None:
        if self._row or self._problems:
            cells = [""] * (max(self._row, default=-1) + 1)
            for at, text in self._row.items():
                cells[at] = unguarded(text) if text[:1] == "'" else text
            self._done.append(Raw(self._line, cells, " ".join(self._problems[:3])))

    def _column(self, ref: str | None) -> int:
        if ref is None:
            return self._at + 1
        name = ref.rstrip("0123456789")
        at = self._columns.get(name)
        if at is None:
            if not (name.isascii() and name.isalpha() and len(name) <= 3):
                raise Damaged(f"“{shown(ref)}” is no cell")
            at = 0
            for sign in name.upper():
                at = at * 26 + ord(sign) - 64
            at = self._columns[name] = at - 1
        if at >= LAST_COLUMN:
            raise Damaged(f"“{shown(ref)}” is no cell")
        return at

    # --- values ---------------------------------------------------------------------------------

    def _cell(self) -> None:
        text = "".join(self._text)
        kind = self._given.get("t", "n")
        if kind == "s" and text:
            self._row[self._at] = self._shared(text)
        elif self._formula and kind != "str" and not text:
            self._problem(
                "is a formula without a result. Open the file in your program and save it there, "
                "or paste the values."
            )
        elif kind == "e":
            self._problem(f"is {shown(text)}, an error. Correct its formula.")
            self._row[self._at] = text
        elif text:
            self._row[self._at] = self._value(kind, text)

    def _problem(self, words: str) -> None:
        self._problems.append(f"Cell {letter(self._at)}{self._line} {words}")

    def _shared(self, text: str) -> str:
        at = _number(text, -1)
        if not at < len(self.texts):
            raise Damaged(f"a cell of row {self._line} says text {at}, which there is not")
        return self.texts[at]

    def _value(self, kind: str, text: str) -> str:
        if kind == "b":
            return "true" if text.strip() in ("1", "true") else "false"
        return self._counted(text) if kind == "n" else unescaped(text)

    def _counted(self, text: str) -> str:
        """A number as a person would write it, or the date that it is."""
        try:
            number = float(text)
        except ValueError:
            return text
        if not math.isfinite(number):
            return text
        style = self._given.get("s")
        if style is None:
            return exact(number)
        if style in self.styles.dates and 0 <= number < LAST_DAY:
            return _date(number, self.from_1904)
        if style in self.styles.elapsed and abs(number) < LAST_DAY:
            return _elapsed(number)
        return exact(number)


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if len(text) > 9 or not text.isdecimal():
        raise Damaged(f"“{shown(text)}” is no number")
    return int(text)


def _date(number: float, from_1904: bool) -> str:
    """ISO: the day, the time of day, or both."""
    seconds = round((number % 1) * 86_400, 3)
    time = timedelta(seconds=seconds)
    if number < 1 and not from_1904:
        return _clock(datetime(1900, 1, 1) + time)
    # Excel takes 1900 for a leap year: its days before March are counted from one day later.
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 + (number < 60))
    try:
        moment = start + timedelta(days=int(number)) + time
    except OverflowError:
        return exact(number)
    whole = moment.time() == datetime.min.time()
    return moment.date().isoformat() if whole else f"{moment.date().isoformat()}T{_clock(moment)}"


def _clock(moment: datetime) -> str:
    return moment.time().isoformat("milliseconds" if moment.microsecond else "seconds")


def _elapsed(number: float) -> str:
    minutes, seconds = divmod(round(abs(number) * 86_400), 60)
    return f"{'-' * (number < 0)}{minutes // 60}:{minutes % 60:02}:{seconds:02}"
