"""XLSX files as nobody should write them, and very large ones."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_BZIP2, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batches.sheet import Refused, read
from tests.batches.xlsx import (
    DOCUMENT,
    HEAD,
    RELS,
    packed,
    row,
    saved,
    text,
    words,
)
from tests.steps import steps

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
    # A ZIP holds the moment at which it was made, which names no test.
    ids=lambda value: "" if isinstance(value, bytes) else "-".join(value),
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
def test_a_bomb_is_refused_in_little_memory(
    build: Callable[[], bytes], said: tuple[str, ...]
) -> None:
    data = build()
    tracemalloc.start()
    refusal = words(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(word in refusal for word in said), refusal
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


# Made once: the clock is in it.
GOOD = saved(["prompt", "size"], ["a", 1.5])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_with_a_wrong_byte_is_read_or_refused_in_words(data: st.DataObject) -> None:
    whole = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(2, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        read(bytes(whole))


# --- size ---------------------------------------------------------------------------------------


def test_a_million_rows_are_refused_without_reading_them() -> None:
    rows = [row(n, f'<c r="A{n}"><v>{n}</v></c>') for n in range(2, 300_000)]
    few, many = packed(HEAD + "".join(rows[:20_000])), packed(HEAD + "".join(rows))
    tracemalloc.start()
    refusal = words(many)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than 10,000 rows" in refusal
    assert most < 20 * 1024**2
    assert steps(lambda: words(many)) < 1.01 * steps(lambda: words(few))


def test_one_long_text_said_a_million_times_is_refused() -> None:
    rows = "".join(row(n, '<c t="s"><v>0</v></c>' * 2) for n in range(2, 10_000))
    assert "32 MB" in words(packed(HEAD + rows, f"<sst><si><t>{'x' * 30_000}</t></si></sst>"))


def test_no_row_is_dearer_for_those_before_it() -> None:
    header, line = [f"c{n}" for n in range(8)], ["A lake at dawn", 1, 2.5, "still", 3, 4, "x", "y"]
    rows = [[f"{n}", *line[1:]] for n in range(10_000)]
    assert len(read(saved(header, *rows)).rows) == 10_000
    few, twice = saved(header, *rows[:500]), saved(header, *rows[:1000])
    assert steps(lambda: read(twice)) < 2.1 * steps(lambda: read(few))
