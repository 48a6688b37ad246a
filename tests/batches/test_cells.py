"""What is written is no formula for any program, and is read as it was."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from studio.batches.cells import csv_lines
from studio.batches.sheet import ADDRESS, LONGEST_NAME, read
from studio.tables import guarded, unguarded

NASTY = st.text(alphabet="'=+-@ \t\r\n\"，,;|1.a＝＠\u00a0\ufeff", max_size=8)
TEXT = st.one_of(NASTY, st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8")))
PLAIN = re.compile(r"\s*[+-]?[\d.,]+([eE][+-]?\d+)?\s*", re.ASCII)


def written(columns: list[str], rows: list[list[str]]) -> bytes:
    return b"".join(csv_lines(columns, rows))


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=5))
@example([["=1+1", "' =x", "''@"], ["-1.5", "'-1.5", "\r"]])
def test_any_text_survives(rows: list[list[str]]) -> None:
    # The first cell says something, so that no row is empty.
    rows = [["x", *row] for row in rows]
    found = read(written(["one", "b;c;d", "-e", "f"], rows))
    assert found.columns == ("one", "b;c;d", "-e", "f")
    assert [[*r.cells, "", "", ""][:4] for r in found.rows] == rows


@given(st.lists(TEXT.filter(str.strip), min_size=1, max_size=5))
def test_one_column_survives(values: list[str]) -> None:
    found = read(written(["prompt"], [[value] for value in values]))
    assert [r.cells for r in found.rows] == [(value,) for value in values]


@given(st.lists(TEXT, min_size=2, max_size=4, unique=True))
def test_names_of_columns_survive(names: list[str]) -> None:
    kept = [" ".join(name.split()) for name in names]
    assume(all(0 < len(name) <= LONGEST_NAME and not ADDRESS.match(name) for name in kept))
    assume(any(c.isalpha() for name in kept for c in name))
    assume(len({name.casefold() for name in kept}) == len(kept))
    assert read(written(names, [["x"] * len(names)])).columns == tuple(kept)


@given(TEXT)
def test_no_program_sees_a_formula(text: str) -> None:
    """However a program divides the line, and whether it takes blanks off or not."""
    line = b"".join(csv_lines(["a"], [[text]])).decode("utf-8-sig").removeprefix("a\r\n")
    cell = next(csv.reader(StringIO(line, newline="")), [])
    cell = cell[0] if cell else ""
    for seen in (cell, cell.strip(), cell.strip("\u200b\ufeff \u00a0\n")):
        assert not seen.startswith(tuple("=+-@\t\r＝＋－＠")) or PLAIN.fullmatch(seen)


@given(TEXT)
def test_the_guard_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("number", ["-1.5", "+3", "-1,5", "-.5", "+1e5", "-1.5E-7", " -2 "])
def test_a_number_is_left_alone(number: str) -> None:
    assert guarded(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "  =1",
        "\u00a0@x",
        "-1+2",
        "+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "＝1",
        "--1",
    ],
)
def test_what_may_be_a_formula_has_a_sign_before_it(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_a_text_with_an_apostrophe_of_its_own_is_left_alone() -> None:
    assert guarded("'tis") == unguarded("'tis") == "'tis"


def test_excel_knows_what_it_is() -> None:
    lines = list(csv_lines(["a", "b"], [["é", None], [True, 0.5], [5.0, 7]]))
    assert lines == [b"\xef\xbb\xbfa,b\r\n", "é,\r\n".encode(), b"true,0.5\r\n", b"5,7\r\n"]


def test_rows_are_written_as_they_come() -> None:
    def rows() -> list[list[str]]:
        raise AssertionError("read before it was asked for")

    lines = csv_lines(["a"], (row for row in iter(lambda: rows(), None)))
    assert next(lines).startswith(b"\xef\xbb\xbf")


def test_a_nul_does_not_spoil_the_file() -> None:
    assert read(written(["a"], [["x\0y"]])).rows[0].cells == ("x\ufffdy",)
