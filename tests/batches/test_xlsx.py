"""XLSX files as programs write them, and as nobody should."""

from __future__ import annotations

import datetime as dt
import re
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


# --- what programs write ------------------------------------------------------------------------


def test_values_become_plain_text() -> None:
    data = saved(
        ["prompt", "n", "on", "day", "moment", "clock", "length"],
        ["a lake", 5.0, True, dt.date(2026, 1, 31), dt.datetime(2026, 1, 31, 22, 5), None, None],
        ["é\n– 東京", 0.1 + 0.2, False, None, None, dt.time(7, 30), dt.timedelta(hours=36)],
        ["007", 123456789012345, None, None, None, None, None],
        ["-1,5", -1e-7],
    )
    found = read(data)
    assert found.columns == ("prompt", "n", "on", "day", "moment", "clock", "length")
    assert cells(found) == [
        ("a lake", "5", "true", "2026-01-31", "2026-01-31T22:05:00"),
        ("é\n– 東京", "0.3", "false", "", "", "07:30:00", "36:00:00"),
        ("007", "123456789012345"),
        ("-1,5", "-1e-07"),
    ]
    assert [r.line for r in found.rows] == [2, 3, 4, 5]
    assert found.notes == ("Read from the sheet “Jobs”.",)


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(-(10**14), 10**14),
                st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=20),
                st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 1, 1)).map(
                    lambda d: d.replace(microsecond=0)
                ),
                st.dates(dt.date(1900, 3, 1)),
            ),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=60, deadline=None)
def test_what_openpyxl_writes_is_read(rows: list[list[Any]]) -> None:
    with suppress(openpyxl.utils.exceptions.IllegalCharacterError):
        data = saved(["a", "b", "c", "last"], *([*r, "x"] for r in rows))
        told = [[_told(v) for v in r] for r in rows]
        read_back = read(data)
        for given_row, found in zip(told, read_back.rows, strict=True):
            for wanted, got in zip(given_row, found.cells, strict=False):
                # openpyxl writes a text that begins with = as a formula without its result.
                assert (
                    got == wanted
                    or (wanted.startswith("=") and found.problem)
                    or wanted.startswith(("'", "#"))
                )


def _told(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def test_rows_are_numbered_as_they_are_shown() -> None:
    book = openpyxl.Workbook()
    book.active["B3"], book.active["C3"] = "prompt", "size"
    book.active["B7"], book.active["C9"] = "a", "b"
    book.active.row_dimensions[7].hidden = True
    found = read(bytes_of(book))
    assert found.columns == ("prompt", "size")
    assert [(r.line, r.cells) for r in found.rows] == [(7, ("a",)), (9, ("", "b"))]
    assert "1 hidden row read too." in found.notes


def test_the_first_sheet_that_is_seen_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.append(["secret"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("Shown")
    shown.append(["prompt"])
    shown.append(["a"])
    book.create_sheet("Other").append(["x"])
    found = read(bytes_of(book))
    assert found.columns == ("prompt",)
    assert found.notes == ("Read from the sheet “Shown”.", "2 other sheets in the file not read.")


def test_days_from_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["day"])
    book.active.append([dt.date(2026, 1, 31)])
    assert cells(read(bytes_of(book))) == [("2026-01-31",)]


def test_dates_by_their_format() -> None:
    formats = ['d"d"', "[$-409]mmm yy", "[h]:mm", '0 "days"', "[Red]0.0", "General", "0.00E+00"]
    numbers = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{f}"/>'.replace('""', '"')
        for n, f in enumerate(f.replace('"', "&quot;") for f in formats)
    )
    used = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    styles = (
        f"<styleSheet {MAIN}><numFmts>{numbers}</numFmts><cellStyleXfs><xf numFmtId='14'/>"
        f"</cellStyleXfs><cellXfs>{used}<xf numFmtId='14'/></cellXfs></styleSheet>"
    )
    values = "".join(f'<c s="{n}"><v>59.5</v></c>' for n in range(len(formats) + 1))
    head = row(1, *(f'<c t="inlineStr"><is><t>c{n}</t></is></c>' for n in range(8)))
    found = read(packed(head + row(2, values), styles=styles))
    moment = "1900-02-28T12:00:00"
    assert found.rows[0].cells == (
        *(moment, moment, "1428:00:00", "59.5", "59.5", "59.5", "59.5", moment),
    )


def test_texts_in_pieces_with_readings_and_letters_that_xml_has_no_place_for() -> None:
    space = f"xmlns:x='{MAIN[7:-1]}'"
    texts = (
        f"<x:sst {space}><x:si><x:t>prompt</x:t></x:si><x:si><x:r><x:t>a </x:t></x:r>"
        "<x:r><x:t>b_x000D_c_x0000_</x:t></x:r><x:rPh><x:t>reading</x:t></x:rPh></x:si></x:sst>"
    )
    sheet = (
        f"<x:worksheet {space}><x:sheetData><x:row><x:c t='s'><x:v>0</x:v></x:c></x:row>"
        "<x:row><x:c t='s'><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    assert cells(read(packed(sheet.encode(), texts))) == [("a b\rc_x0000_",)]


def test_our_guard_comes_off_here_too() -> None:
    assert cells(read(saved(["a"], ["'=1+1"], ["'tis"]))) == [("=1+1",), ("'tis",)]


# --- problems of a row --------------------------------------------------------------------------


def test_a_formula_without_its_result_is_not_lost_in_silence() -> None:
    found = read(saved(["prompt", "n"], ["a", "=1+1"], ["b", 2]))
    assert found.rows[0].cells == ("a",)
    assert "Cell B2 is a formula without a result" in found.rows[0].problem
    assert "save" in found.rows[0].problem
    assert found.rows[1].problem == ""


def test_the_result_of_a_formula_is_read() -> None:
    body = row(2, '<c r="A2" t="str"><f>X1</f><v>a</v></c><c r="B2"><f>1+1</f><v>2</v></c>')
    body += row(3, '<c r="A3" t="str"><f>X2</f><v></v></c><c r="B3"><v>4</v></c>')
    found = read(packed(HEAD + body))
    assert cells(found) == [("a", "2"), ("", "4")]
    assert not any(r.problem for r in found.rows)


def test_an_error_of_the_spreadsheet_is_a_problem_of_its_row() -> None:
    found = read(packed(HEAD + row(2, '<c r="AA2" t="e"><v>#REF!</v></c>')))
    assert "Cell AA2 is #REF!" in found.rows[0].problem


def test_a_cell_beside_the_columns_is_a_problem_of_its_row() -> None:
    found = read(packed(HEAD + row(2, text("A2", "a"), text("D2", "lost"))))
    assert found.rows[0].cells == ("a", "", "", "lost")
    assert "“lost”" in found.rows[0].problem


# --- what nobody should write -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 and no more", ("damaged", "CSV")),
        (packed("")[:-300], ("damaged",)),
        (packed(""), ("empty",)),
        (packed(HEAD), ("no row below",)),
        (packed("<row><c></row>"), ("damaged",)),
        (packed(HEAD + row(2, '<c r="A2" t="s"><v>7</v></c>')), ("text 7",)),
        (packed(row(2) + row(1)), ("row 1 comes after row 2",)),
        (packed(row(1, text("ABCD1", "x"))), ("ABCD1",)),
        (packed(row(1, text("XFE1", "x"))), ("XFE1",)),
        (packed('<row r="-1"/>'), ("-1",)),
        (packed(HEAD + '<row r="99999999"/>'), ("10,000",)),
        (packed(HEAD + row(2, text("XFD2", "x"))), ("16,384 columns", "200")),
        (packed(HEAD, method=ZIP_BZIP2), ("unusual",)),
        (packed(HEAD, sheet="../../../etc/passwd"), ("missing",)),
        (packed(HEAD, **{"_rels/.rels": f"<Relationships {RELS}/>"}), ("no XLSX",)),
        (
            packed(b'<!DOCTYPE x [<!ENTITY e "boom">]><worksheet>&e;</worksheet>'),
            ("document type",),
        ),
        (
            packed(HEAD, '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst>&e;</sst>'),
            ("document type",),
        ),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_words(data: bytes, said: tuple[str, ...]) -> None:
    assert all(word in words(data) for word in said), words(data)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: packed(HEAD, b"<sst>" + b" " * (64 * 1024**2) + b"</sst>"), ("64 MB", "unpacked")),
        (lambda: packed("<row r='1'>" + "<c/>" * 9_000_000 + "</row>"), ("too large", "row 1")),
        (lambda: packed("<row/>" * 1_100_000), ("10,000",)),
        (lambda: packed(HEAD + row(2, text("A2", "x" * 40_000_000))), ("too large",)),
    ],
    ids=["texts", "cells", "rows", "letters"],
)
def test_a_bomb_is_refused_in_little_time_and_memory(
    build: Callable[[], bytes], said: tuple[str, ...]
) -> None:
    data = build()
    tracemalloc.start()
    began = time.process_time()
    refusal = words(data)
    took, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(word in refusal for word in said), refusal
    assert took < 20  # with tracemalloc, which slows it
    assert most < 150 * 1024**2


def test_a_link_to_the_outside_is_not_followed() -> None:
    links = (
        f'<Relationships {RELS}><Relationship Id="r1" Type="{DOCUMENT}/worksheet" '
        'TargetMode="External" Target="https://a.example/sheet1.xml"/></Relationships>'
    )
    assert "no visible sheet" in words(packed(HEAD, **{"xl/_rels/workbook.xml.rels": links}))


def test_a_file_of_too_many_parts_is_refused() -> None:
    many = {f"xl/media/{n}.png": "" for n in range(5001)}
    assert "5,000 parts" in words(packed(HEAD, **many))


def test_a_file_with_a_password_is_told() -> None:
    data = bytearray(packed(HEAD))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(mark), bytes(data)):
            data[found.start() + at] |= 1
    assert "password" in words(bytes(data))


def test_other_packed_files_are_no_sheets() -> None:
    out = BytesIO()
    with ZipFile(out, "w") as zipped:
        zipped.writestr("content.xml", "<office/>")
    assert "no XLSX" in words(out.getvalue())


@given(st.binary(max_size=200), st.binary(max_size=200))
@settings(deadline=None)
def test_any_parts_are_read_or_refused_in_words(sheet: bytes, texts: bytes) -> None:
    for data in (packed(sheet, texts), packed(f"<row>{sheet!r}</row>", texts)):
        with suppress(Refused):
            read(data)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_with_a_wrong_byte_is_read_or_refused_in_words(data: st.DataObject) -> None:
    whole = bytearray(saved(["prompt", "size"], ["a", 1.5]))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(2, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        read(bytes(whole))


# --- size ---------------------------------------------------------------------------------------


def test_a_million_rows_are_refused_without_reading_them() -> None:
    rows = "".join(row(n, f'<c r="A{n}"><v>{n}</v></c>') for n in range(2, 300_000))
    data = packed(HEAD + rows)
    tracemalloc.start()
    began = time.process_time()
    refusal = words(data)
    took, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than 10,000 rows" in refusal
    assert took < 3
    assert most < 20 * 1024**2


def test_one_long_text_said_a_million_times_is_refused() -> None:
    rows = "".join(row(n, '<c t="s"><v>0</v></c>' * 2) for n in range(2, 10_000))
    assert "32 MB" in words(packed(HEAD + rows, f"<sst><si><t>{'x' * 30_000}</t></si></sst>"))


def test_ten_thousand_rows_are_read_in_under_a_second() -> None:
    header, line = [f"c{n}" for n in range(8)], ["A lake at dawn", 1, 2.5, "still", 3, 4, "x", "y"]
    data = saved(header, *([[f"{n}", *line[1:]] for n in range(10_000)]))
    began = time.process_time()
    assert len(read(data).rows) == 10_000
    assert time.process_time() - began < 1
