"""XLSX files to read: as a program writes them, and put together by hand."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from studio.batches.sheet import Refused, Sheet, read

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(*rows: list[Any], more: dict[str, list[list[Any]]] | None = None) -> bytes:
    """As openpyxl writes it."""
    book = openpyxl.Workbook()
    book.active.title = "Jobs"
    for row in rows:
        book.active.append(row)
    for name, others in (more or {}).items():
        added = book.create_sheet(name)
        for row in others:
            added.append(row)
    return bytes_of(book)


def bytes_of(book: Any) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def packed(
    cells: str | bytes,
    texts: str | bytes = "<sst/>",
    styles: str = "<styleSheet/>",
    method: int = ZIP_DEFLATED,
    sheet: str = "worksheets/sheet1.xml",
    **parts: str,
) -> bytes:
    """A file of the parts that are given: what stands in the sheet is between <sheetData>."""
    if isinstance(cells, str):
        cells = f"<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>".encode()
    sheets = '<sheets><sheet name="S" r:id="r1"/></sheets>'
    main = f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"'
    files: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships {RELS}><Relationship Id="a" {main}/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{DOCUMENT}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships {RELS}>"
        f'<Relationship Id="r1" Type="{DOCUMENT}/worksheet" Target="{sheet}"/>'
        f'<Relationship Id="r2" Type="{DOCUMENT}/sharedStrings" Target="/xl/texts.xml"/>'
        f'<Relationship Id="r3" Type="{DOCUMENT}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": cells,
        "xl/texts.xml": texts,
        "xl/styles.xml": styles,
        **parts,
    }
    out = BytesIO()
    with ZipFile(out, "w", method) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return out.getvalue()


def row(line: int, *cells: str) -> str:
    return f'<row r="{line}">{"".join(cells)}</row>'


def text(ref: str, value: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{value}</t></is></c>'


HEAD = row(1, text("A1", "prompt"), text("B1", "size"))


def words(data: bytes) -> str:
    with pytest.raises(Refused) as error:
        read(data)
    return str(error.value)


def cells(found: Sheet) -> list[tuple[str, ...]]:
    return [r.cells for r in found.rows]
