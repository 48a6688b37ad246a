"""Writing a table that every spreadsheet opens and none takes for formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from studio.tables import guarded
from studio.wording import exact

BOM = "\ufeff"
# Also the signs of other tables, so that the reader cannot take one of them for the divider.
QUOTED = re.compile(r'[",;|\t\r\n]|^\s|\s$')


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The header and then each row as UTF-8, with a mark for Excel; `sheet.read` gives the same
    texts again. A NUL, which no text field can hold, becomes �."""
    header = _line(columns)
    if QUOTED.search(header.replace(",", "")[:-2]):
        # All of them then: no other sign can divide what begins with a quoted cell and a comma.
        header = ",".join(_quoted(guarded(name)) for name in columns) + "\r\n"
    yield (BOM + header).encode()
    for row in rows:
        yield _line(row).encode()


def _line(cells: Sequence[object]) -> str:
    return ",".join(_cell(cell) for cell in cells) + "\r\n"


def _cell(value: object) -> str:
    text = guarded(_text(value).replace("\0", "\ufffd"))
    return _quoted(text) if QUOTED.search(text) else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return exact(value) if isinstance(value, float) else str(value)
