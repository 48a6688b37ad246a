"""Text in any of the usual encodings, and the table that it is: CSV, TSV, or with semicolons."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from itertools import islice

from studio import tables
from studio.batches.limits import Refused
from studio.batches.raw import Raw, Source

CHUNK = 1024**2
HEAD = 64 * 1024  # letters that the sign is looked for in
SAMPLE = 30  # rows
# Excel's own first line, which its programs do not show as a row.
SEP = re.compile(r"sep=(.) *(?:[\r\n]|$)", re.IGNORECASE)
SPOKEN = {",": "commas", ";": "semicolons (;)", "\t": "tabs", "|": "“|”"}
OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls), or one with a password"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "packed (gzip)"),
)
# Words of no text in Windows-1252.
CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")
WAY_OUT = "Save it as CSV (UTF-8) or XLSX."


@dataclass
class Text:
    data: bytes
    encoding: str
    notes: list[str]

    @property
    def head(self) -> str:
        return self.opened().read(HEAD)

    def opened(self) -> TextIOWrapper:
        """Lines with their ends as they are, decoded as they are read: a text takes up to four
        times its bytes in memory."""
        return TextIOWrapper(BytesIO(self.data), self.encoding, newline="")


def decoded(data: bytes) -> Text:
    for magic, what in OTHERS:
        if data.startswith(magic):
            raise Refused(f"The file is {what}, not a sheet. {WAY_OUT}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if not _is(data, "utf-16"):
            raise Refused(f"The file begins as UTF-16 and goes on as something else. {WAY_OUT}")
        return Text(data, "utf-16", ["Read as UTF-16."])
    if b"\0" in data:
        raise Refused(f"The file has a NUL in it, so it is no text. {WAY_OUT}")
    if _is(data, "utf-8-sig"):
        return Text(data, "utf-8-sig", [])
    if CONTROLS.search(data) or not _is(data, "cp1252"):
        raise Refused(f"The file is no text that can be read: it is not UTF-8. {WAY_OUT}")
    note = "Read as Windows-1252, because it is not UTF-8. Look whether letters as é are right."
    return Text(data, "cp1252", [note])


def _is(data: bytes, encoding: str) -> bool:
    """Without a copy of all of it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(data), CHUNK):
            part = decoder.decode(data[at : at + CHUNK], at + CHUNK >= len(data))
            if "\0" in part:
                raise Refused(f"The file has a NUL in it, so it is no text. {WAY_OUT}")
    except UnicodeDecodeError:
        return False
    return True


def read(text: Text) -> Source:
    lines: Iterator[str] = text.opened()
    head = text.head
    if said := SEP.match(head):
        sign: str | None = said[1]
        if sign not in SPOKEN:
            raise Refused(f"The first line divides the cells by “{sign}”. Use , ; tab or |.")
        next(lines)
    else:
        sign = sign_of(head)
    notes = text.notes
    if sign is None:
        notes.append("There is one column, so commas and semicolons are part of its text.")
    else:
        notes.append(f"Columns are divided by {SPOKEN[sign]}.")
    return Source(_raws(lines, sign or "\t"), notes, about=text.data.count(b"\n"))


def sign_of(head: str) -> str | None:
    """What divides the header into most columns while most rows agree; None for one column."""
    found: tuple[bool, bool, int, str] = (False, False, 1, "")
    # The last line may be cut off.
    lines = list(StringIO(head, newline=""))
    lines = lines[:-1] if len(head) == HEAD and len(lines) > 1 else lines
    for sign in ("\t", ";", ",", "|"):
        rows, clean = _sample(lines, sign)
        if not rows:
            return ","
        width = len(rows[0])
        agree = sum(len(row) == width for row in rows[1:])
        if width > 1:
            tried = (clean, agree * 2 >= len(rows[1:]), width, sign)
            found = max(found, tried, key=lambda f: f[:3])
    return found[3] or None


def _sample(lines: list[str], sign: str) -> tuple[list[list[str]], bool]:
    """The first rows, and whether all of them can be read with this sign."""
    rows: list[list[str]] = []
    try:
        for row in islice(csv.reader(lines, delimiter=sign, strict=True), SAMPLE):
            if any(map(str.strip, row)):
                rows.append(row)
    except csv.Error:
        return rows or [["?"]], False
    # Half of a pair of quotes in a cell: the sign stood within them.
    return rows, not any(cell.count('"') % 2 for cell in rows[0]) if rows else True


def _raws(lines: Iterator[str], sign: str) -> Iterator[Raw]:
    try:
        for row in tables.records(lines, sign):
            yield Raw(row.number, row.cells)
    except tables.Broken as error:
        raise Refused(f"Row {error.number} (line {error.line} of the text) {error}") from None
