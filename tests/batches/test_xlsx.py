"""XLSX files as programs write them."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batches.sheet import read
from tests.batches.xlsx import (
    HEAD,
    MAIN,
    bytes_of,
    cells,
    packed,
    row,
    saved,
    text,
)

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
    assert "Hidden rows are read too: 1." in found.notes


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
    assert found.notes == (
        "Read from the sheet “Shown”.",
        "2 other sheets in the file are not read.",
    )


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
