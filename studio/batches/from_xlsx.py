"""The first visible sheet of an XLSX file as raw rows: values only, read as it is unpacked.

A reader of our own: openpyxl makes an object for each text (0.57 s for 10,000 rows of 8 cells, here
0.23), and leaves out in silence a formula whose result was not saved. Links to other files, macros
and pictures are never looked at.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from studio.batches.limits import Refused
from studio.batches.raw import Raw, Source
from studio.batches.xlsx_cells import Cells, Damaged
from studio.batches.xlsx_parts import (
    Packed,
    Styles,
    chunks,
    read_book,
    read_styles,
    read_texts,
)
from studio.wording import shown

CHUNK = 64 * 1024
BROKEN = (
    *(BadZipFile, zlib.error, ExpatError, EOFError, struct.error, Damaged),
    *(NotImplementedError, UnicodeDecodeError, OSError),
)
WAY_OUT = "Open it in your program and save it as XLSX again, or as CSV (UTF-8)."


def is_packed(data: bytes) -> bool:
    return data.startswith(b"PK")


def read(data: bytes) -> Source:
    try:
        return _read(data)
    except BROKEN as error:
        raise _damaged(error) from None


def _damaged(error: Exception) -> Refused:
    return Refused(f"The file is damaged: {shown(error)}. {WAY_OUT}")


def _read(data: bytes) -> Source:
    packed = Packed(data)
    main = next((x.target for x in packed.links("") if x.kind == "officeDocument"), "")
    if not main.endswith("workbook.xml"):
        raise Refused("The file is packed, but it is no XLSX. Save the sheet as XLSX or CSV.")
    sheets, from_1904 = read_book(packed.part(main))
    links = packed.links(main)
    targets = {link.key: link.target for link in links if link.kind == "worksheet"}
    first = next((s for s in sheets if s.visible and s.key in targets), None)
    if first is None:
        raise Refused("The file has no visible sheet with cells. Show the one that is meant.")
    notes = [f"Read from the sheet “{shown(first.name)}”."]
    if left := len(sheets) - 1:
        notes.append(
            f"{left} other sheets in the file are not read."
            if left > 1
            else "The other sheet in the file is not read."
        )
    texts = next((x.target for x in links if x.kind == "sharedStrings"), "")
    styles = next((x.target for x in links if x.kind == "styles"), "")
    cells = Cells(
        read_texts(packed.part(texts)) if packed.has(texts) else [],
        read_styles(packed.part(styles)) if packed.has(styles) else Styles(),
        from_1904,
    )
    return Source(_rows(packed, targets[first.key], cells, notes), notes)


def _rows(packed: Packed, name: str, cells: Cells, notes: list[str]) -> Iterator[Raw]:
    try:
        with packed.opened(name) as file:
            yield from cells.rows(chunks(file, CHUNK))
    except BROKEN as error:
        raise _damaged(error) from None
    if cells.hidden:
        notes.append(f"Hidden rows are read too: {cells.hidden:,}.")
