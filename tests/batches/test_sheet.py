"""What somebody brings as a table becomes columns and rows of text, or words of what is wrong."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.batches.sheet import Refused, Row, Sheet, prompts, read
from tests.steps import steps


def cells(data: bytes | str, name: str = "") -> list[tuple[str, ...]]:
    return [row.cells for row in sheet(data, name).rows]


def sheet(data: bytes | str, name: str = "") -> Sheet:
    return read(data.encode() if isinstance(data, str) else data, name)


def words(data: bytes | str, name: str = "") -> str:
    with pytest.raises(Refused) as error:
        sheet(data, name)
    return str(error.value)


# --- what divides the cells ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("prompt,size\na lake,16:9\n", "commas"),
        ("prompt;size\na lake;16:9\n", "semicolons"),
        ("prompt\tsize\r\na lake\t16:9\r\n", "tabs"),
        ("prompt\tsize\ra lake\t16:9\r", "tabs"),
        ("sep=;\r\nprompt;size\r\na lake;16:9\r\n", "semicolons"),
        ("SEP=|\nprompt|size\na lake|16:9", "“|”"),
        ("prompt|size\na lake|16:9\nb, c|1:1\n", "“|”"),
        ("prompt,size\na lake,16:9\nc|d,1:1\n", "commas"),
        # As many of each in the header: the rows say which it is.
        ('prompt, in English;size\n"a lake";16:9\nb;1:1', "semicolons"),
        ('"prompt;of it",size\na lake,16:9', "commas"),
        ('prompt,"size"\n"a lake",16:9', "commas"),
    ],
)
def test_the_sign_is_found(text: str, note: str) -> None:
    found = sheet(text)
    assert len(found.columns) == 2
    assert found.columns[1] == "size"
    assert found.rows[0].cells == ("a lake", "16:9")
    assert note in found.notes[-1]


def test_a_sign_within_quotes_divides_nothing() -> None:
    found = sheet('prompt,"size;shape"\nx,"16:9;wide"\ny,"1:1;square"\n')
    assert found.columns == ("prompt", "size;shape")
    assert found.rows[0].cells == ("x", "16:9;wide")


def test_one_column_may_hold_commas() -> None:
    found = sheet("prompt\na lake, at dawn; still\n")
    assert found.columns == ("prompt",)
    assert found.rows == [Row(2, ("a lake, at dawn; still",))]
    assert "one column" in found.notes[0]


def test_numbers_stay_as_they_are_written() -> None:
    assert cells("a;b\n1,5;007\n") == [("1,5", "007")]


# --- lines --------------------------------------------------------------------------------------


def test_a_row_has_the_number_that_a_spreadsheet_shows() -> None:
    text = '\nprompt,size\n"a lake\nat dawn",1\n\n,\nb,2\n'
    assert [(r.line, r.cells) for r in sheet(text).rows] == [
        (3, ("a lake\nat dawn", "1")),
        (6, ("b", "2")),
    ]


def test_the_line_that_says_the_sign_is_no_row() -> None:
    assert sheet("sep=;\na;b\n1;2\n").rows[0].line == 2


def test_empty_cells_at_the_end_are_dropped_and_those_between_stay() -> None:
    found = sheet("a,b,c,,\n1,,3,,\n4,,,,\n , ,\n")
    assert found.columns == ("a", "b", "c")
    assert [r.cells for r in found.rows] == [("1", "", "3"), ("4",)]
    assert found.said(found.rows[0]) == {"a": "1", "c": "3"}


def test_a_column_without_name_and_cells_is_left_out() -> None:
    assert sheet("a,,b\n1,,2\n3\n,,5,6").rows[0].cells == ("1", "2")
    found = sheet("a,,b\n1,,2\n3\n,,5,6")
    assert found.columns == ("a", "b")
    assert found.rows[2].cells == ("", "5", "6")
    assert "4 cells" in found.rows[2].problem


# --- problems of a row --------------------------------------------------------------------------


def test_too_many_cells_are_a_problem_of_their_row_and_nothing_is_lost() -> None:
    good, bad = sheet("a,b\n1,2\n3,4,five\n").rows
    assert good.problem == ""
    assert bad.cells == ("3", "4", "five")
    assert all(word in bad.problem for word in ("3 cells", "2 columns", "“five”", '"quotes"'))


def test_a_long_cell_is_a_problem_of_its_row() -> None:
    assert sheet(f"a,b\n1,{'x' * 20_000}\n").rows[0].problem == ""
    problem = sheet(f"a,b\n1,{'x' * 20_001}\n").rows[0].problem
    assert "“b” has 20,001 letters; the most is 20,000" in problem


# --- encodings ----------------------------------------------------------------------------------

TEXT = "prompt,place\nein See bei Öhringen – früh,東京\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read(encoding: str) -> None:
    found = read(TEXT.encode(encoding))
    assert found.columns == ("prompt", "place")
    assert found.rows[0].cells == ("ein See bei Öhringen – früh", "東京")


def test_utf_16_in_the_other_order() -> None:
    assert cells(b"\xfe\xff" + TEXT.encode("utf-16-be"))[0][1] == "東京"


def test_windows_1252_is_a_guess_that_is_told() -> None:
    found = read("prompt;size\nFrüh – “so” für 5 €;1\n".encode("cp1252"))
    assert found.rows[0].cells[0] == "Früh – “so” für 5 €"
    assert any("Windows-1252" in note for note in found.notes)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"a,b\n1,\x002\n", "NUL"),
        ("a,b\n1,\x00\n".encode("utf-16"), "NUL"),
        ("a,b\n1,2\n".encode("utf-16-le"), "NUL"),
        ("a,b\n1,2\n".encode("utf-32"), "NUL"),
        (b"\xff\xfea,b", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 50, "picture"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"a,b\n\x81\x8d,2", "not UTF-8"),
        (b"a,b\n\xe9\x07,2", "not UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, word: str) -> None:
    assert word in words(data)
    assert "CSV" in words(data)


@given(st.binary(max_size=300), st.sampled_from(["", "a.json", "a.xlsx"]))
def test_any_bytes_are_read_or_refused_in_words(data: bytes, name: str) -> None:
    with suppress(Refused):
        found = read(data, name)
        assert found.columns
        assert found.rows


@given(st.text(alphabet="ab,;\t\"\n\r'=é", max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(Refused):
        found = sheet(text)
        assert all(len(r.cells) <= len(found.columns) or r.problem for r in found.rows)
        assert [r.line for r in found.rows] == sorted({r.line for r in found.rows})


# --- what is refused as a whole -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ("empty", "names the columns")),
        ("\ufeff \n\n", ("empty",)),
        (",,\n", ("empty",)),
        ("prompt,size\n", ("header (row 1)", "no row below")),
        ("\nprompt,size\n,\n", ("header (row 2)",)),
        ("1,2\n3,4\n", ("Row 1", "does not name the columns", "above")),
        ("https://a.example/b.png,5\n", ("does not name",)),
        ("prompt,size,Prompt\n1,2,3", ("Columns A and C", "“Prompt”")),
        ("a b,A  B\n1,2", ("Columns A and B",)),
        ("a,,b\n1,lost,3", ("Column B has no name", "“lost”", "row 2")),
        (f"{'x' * 201},b\n1,2", ("column A", "201", "200")),
        (",".join(f"c{n}" for n in range(201)) + "\n1", ("201 columns", "200")),
        ("a,b\n1" + ",2" * 200, ("201 columns", "200")),
        ('a,b\n1,2\n3,"4\n5,6\n', ("Row 3 (line 3", '""')),
        ('a,b\n"x" y,2\n', ("Row 2", '""')),
        ("sep=x\naxb\n", ("“x”", "tab")),
        ("a,b\n1," + '"' + "x" * 140_000 + '"', ("Row 2", "131072")),
    ],
)
def test_a_sheet_that_cannot_be_used_is_refused_in_words(text: str, said: tuple[str, ...]) -> None:
    assert all(word in words(text) for word in said), words(text)


def test_the_most_rows_are_read_and_one_more_is_refused() -> None:
    most = "a,b\n" + "1,2\n" * 10_000
    assert len(sheet(most).rows) == 10_000
    refusal = words(most + "1,2\n")
    assert "10,000" in refusal
    assert "Divide" in refusal


@pytest.mark.parametrize(
    "data",
    [
        b"prompt,seed\n" + b"a cat,5\n" * 1_000_000,
        b"prompt\n" + b"\n" * 8_000_000,
        b"[" + b'{"prompt":"a"},' * 1_000_000 + b"{}]",
        b"a,b\n" + b"1" + b"," * 8_000_000,
        b"a,b\n" + b'"\n",' * 4_000_000,
        b"," * 8_000_000,
    ],
    ids=["rows", "lines", "objects", "cells", "cells over lines", "header"],
)
def test_a_million_of_anything_is_refused_without_reading_it(data: bytes) -> None:
    tracemalloc.start()
    refusal = words(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert any(limit in refusal for limit in ("10,000", "200", "1,000,000")), refusal
    assert most < 200 * 1024**2


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert "32 MB" in words(b"x" * (32 * 1024**2 + 1))
    assert "32.0 MB" in words(b"x" * (32 * 1024**2 + 1))


def test_no_row_is_dearer_for_those_before_it() -> None:
    head, line = "prompt,a,b,c,d,e,f,g\n", "a lake at dawn,1,2,3,4,5,6,7\n"
    assert len(sheet(head + line * 10_000).rows) == 10_000
    few = steps(lambda: sheet(head + line * 500))
    assert steps(lambda: sheet(head + line * 1000)) < 2.1 * few


# --- JSON ---------------------------------------------------------------------------------------


def test_json_is_a_list_of_objects() -> None:
    data = '[\n {"prompt": "a", "n": 5.0, "on": true, "at": [0.5, 1]},\n '
    data += '{"x": null, "n": 0.1, "at": [{"a": 1}]}\n]'
    found = sheet(data)
    assert found.columns == ("prompt", "n", "on", "at", "x")
    assert found.rows == [
        Row(2, ("a", "5", "true", "0.5, 1")),
        Row(3, ("", "0.1", "", '[{"a": 1}]')),
    ]


def test_objects_may_stand_one_on_each_line() -> None:
    assert cells('{"prompt": "a"}\n{"prompt": "b"}\n') == [("a",), ("b",)]


def test_objects_on_one_line_are_counted() -> None:
    found = sheet(json.dumps([{"a": "1"}, {"a": "2"}]))
    assert [r.line for r in found.rows] == [1, 2]
    assert "counted" in found.notes[-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", ("empty",)),
        ("[{}]", ("empty",)),
        ('[{"a": 1}', ("]",)),
        ('[{"a": 1} {"a": 2}]', ("comma", "line 1")),
        ('[{"a": 1},\n{"a": }]', ("Line 2", "good JSON")),
        ('[{"a": 1}] x', ("]",)),
        ('[{"a": 1, "a": 2}]', ("“a” twice",)),
        ('[{"a": 1e999}]', ("no number",)),
        ('[{"a": NaN}]', ("no number",)),
        ('[{"a": "\\u0000"}]', ("NUL",)),
        ('[{"a": "\\ud800"}]', ("half a letter",)),
        ('[{"": "x"}]', ("without a name",)),
        ("[[1, 2]]", ("no object",)),
        ("[" * 20_000, ("deeply",)),
        ('[{"a": ' + "9" * 5000 + "}]", ("line 1",)),
        (json.dumps([{f"c{n}": n for n in range(201)}]), ("201 columns",)),
    ],
)
def test_bad_json_is_refused_in_words(text: str, said: tuple[str, ...]) -> None:
    assert all(word in words(text) for word in said), words(text)


def test_the_name_says_json_too() -> None:
    assert "no object" in words("5", "rows.json")


# --- prompts ------------------------------------------------------------------------------------


def test_a_list_has_one_prompt_a_line() -> None:
    found = prompts("\ufeffA lake\r\n\r\n  2. October, at dawn  \r\n“x”, y; z\n")
    assert found.columns == ("prompt",)
    assert found.rows == [
        Row(1, ("A lake",)),
        Row(3, ("2. October, at dawn",)),
        Row(4, ("“x”, y; z",)),
    ]
    assert found.notes == ()


@pytest.mark.parametrize("mark", ["- ", "* ", "• ", "– ", "{}. ", "{}) "])
def test_the_marks_of_a_list_are_left_out(mark: str) -> None:
    found = prompts("\n".join(mark.format(n) + text for n, text in enumerate(["A", "3 cats"], 1)))
    assert [r.cells for r in found.rows] == [("A",), ("3 cats",)]
    assert "marks" in found.notes[0]


def test_a_list_of_nothing_or_too_much_is_refused() -> None:
    for text, word in [(" \n", "no prompt"), ("a\0", "NUL"), ("a\n" * 10_001, "10,000")]:
        with pytest.raises(Refused, match=word):
            prompts(text)
