"""The rows of a batch over the API: mended at the cell, added, left out, taken away and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from billing.models import User
from studio.batches.sheet import read
from studio.models import Batch, BatchRow, Job
from tests.api.conftest import patch, post, refused

V1 = "/api/v1/batches/"
ROWS = [
    {"pattern": "mesh", "seed": "1"},
    {"pattern": "tartan!", "seed": "2"},
    {"pattern": "waves", "seed": "three"},
]


@pytest.fixture
def sheet(api: Client) -> dict[str, Any]:
    """Three rows, of which the last two are wrong."""
    said = {"operation": "background", "params": {"width": 64, "height": 64}, "rows": ROWS}
    answer = post(api, V1, said)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def rows(api: Client, batch: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"{V1}{batch['id']}/rows/{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def numbers(api: Client, batch: dict[str, Any], query: str = "") -> list[int]:
    return [row["number"] for row in rows(api, batch, query)]


def test_what_is_wrong_is_told_at_its_cell_and_mended_there(
    api: Client, sheet: dict[str, Any]
) -> None:
    assert sheet["rows"]["wrong"] == 2
    found = {row["number"]: row for row in rows(api, sheet)}
    assert found[1]["problems"] == []
    assert [p["column"] for p in found[2]["problems"]] == ["pattern"]
    assert "“tartan!”" in found[2]["problems"][0]["message"]
    assert [p["column"] for p in found[3]["problems"]] == ["seed"]
    answer = patch(api, f"{V1}{sheet['id']}/rows/2/", {"cells": {"pattern": "blobs"}})
    assert answer.status_code == 200
    mended = answer.json()
    assert mended["cells"] == {"pattern": "blobs", "seed": "2"}
    assert (mended["state"], mended["problems"]) == ("ready", [])
    assert mended == api.get(f"{V1}{sheet['id']}/rows/2/").json()


def test_the_filters_and_pages(api: Client, sheet: dict[str, Any]) -> None:
    assert numbers(api, sheet) == [1, 2, 3]
    assert numbers(api, sheet, "?bad=true") == [2, 3]
    assert numbers(api, sheet, "?bad=false") == [1]
    assert numbers(api, sheet, "?state=ready") == [1]
    assert numbers(api, sheet, "?duplicates=true") == []
    assert numbers(api, sheet, "?duplicates=false") == [1, 2, 3]
    first = api.get(f"{V1}{sheet['id']}/rows/?page_size=2").json()
    assert [row["number"] for row in first["results"]] == [1, 2]
    second = api.get(first["next"]).json()
    assert ([row["number"] for row in second["results"]], second["next"]) == ([3], None)
    for query, field in (("?bad=yes", "bad"), ("?state=odd", "state"), ("?wrong=1", "wrong")):
        refused(api.get(f"{V1}{sheet['id']}/rows/{query}"), field)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({}, "", ["Nothing is to be changed"]),
        ({"cells": {"colour": "red"}}, "cells.colour", ["no column “colour”", "pattern"]),
        ({"cells": {"seed": 5}}, "cells", ["not text"]),
        ({"cells": {"seed": "x" * 20_001}}, "cells", ["20000"]),
        ({"cells": {"seed": "a\0"}}, "cells", []),
        ({"cells": []}, "cells", []),
        ({"skipped": "yes"}, "skipped", ["true or false"]),
        ({"state": "ready"}, "state", ["not known"]),
    ],
)
def test_a_bad_change(
    api: Client, sheet: dict[str, Any], said: dict[str, Any], field: str, words: list[str]
) -> None:
    before = rows(api, sheet)
    refused(patch(api, f"{V1}{sheet['id']}/rows/1/", said), field, *words)
    assert rows(api, sheet) == before


def test_a_row_that_is_not_there(api: Client, sheet: dict[str, Any]) -> None:
    for number in (0, 4, 2**31, 10**30):
        for method in ("get", "delete"):
            answer = getattr(api, method)(f"{V1}{sheet['id']}/rows/{number}/")
            assert answer.status_code == 404
            assert f"no row {number} in the batch" in answer.json()["message"]


def test_rows_are_added_all_or_none(api: Client, sheet: dict[str, Any]) -> None:
    address = f"{V1}{sheet['id']}/rows/"
    answer = post(api, address, {"rows": [{"pattern": "mesh"}, {"seed": 9}]})
    assert (answer.status_code, answer.json()) == (201, {"rows": [4, 5]})
    four, five = rows(api, sheet)[3:]
    assert (four["line"], four["state"]) == (None, "ready")
    assert five["cells"] == {"pattern": "", "seed": "9"}
    for said, field, words in (
        ([{"pattern": "mesh"}, {"colour": "red"}], "rows.colour", "no column"),
        ([], "rows", "no row"),
        ([5], "rows", "no object"),
        ([{"pattern": "x" * 20_001}], "rows", "20,000"),
        ([{"pattern": "mesh"}] * 9_996, "rows", "10,000"),
    ):
        refused(post(api, address, {"rows": said}), field, words)
    assert numbers(api, sheet) == [1, 2, 3, 4, 5]


def test_rows_are_deleted_and_left_out(api: Client, sheet: dict[str, Any]) -> None:
    one = f"{V1}{sheet['id']}/"
    assert api.delete(f"{one}rows/2/").status_code == 204
    assert numbers(api, sheet) == [1, 3]
    assert patch(api, f"{one}rows/3/", {"skipped": True}).json()["state"] == "skipped"
    assert api.get(one).json()["rows"]["skipped"] == 1
    assert patch(api, f"{one}rows/3/", {"skipped": False}).json()["state"] == "wrong"
    assert post(api, f"{one}skip/", {"which": "wrong"}).json() == {"changed": 1}
    assert post(api, f"{one}skip/", {"which": "skipped", "skipped": False}).json()["changed"] == 1
    assert post(api, f"{one}skip/", {"rows": [1, 77]}).json() == {"changed": 1}
    both = {"rows": [1], "which": "wrong"}
    refused(post(api, f"{one}skip/", both), "rows", "either")
    refused(post(api, f"{one}skip/", {}), "rows", "either")
    refused(post(api, f"{one}skip/", {"rows": ["1"]}), "rows", "whole number")
    refused(post(api, f"{one}skip/", {"which": "all"}), "which", "duplicates")


def test_duplicates_of_earlier_work_are_flagged_and_left_out(
    api: Client, sheet: dict[str, Any], alice: User
) -> None:
    row = BatchRow.objects.get(batch=sheet["id"], number=1)
    job = post(
        api,
        "/api/v1/jobs/",
        {"operation": "background", "params": row.work[0]["doers"][0]["params"]},
    ).json()
    Job.objects.filter(pk=job["id"]).update(state="succeeded", fingerprint=row.print)
    again = post(api, f"{V1}{sheet['id']}/check/", None)
    assert again.status_code == 200, again.content
    assert rows(api, sheet, "?duplicates=true")[0]["duplicate_of"] == job["id"]
    assert api.get(f"{V1}{sheet['id']}/plan/").json()["duplicates"] == 1
    assert post(api, f"{V1}{sheet['id']}/skip/", {"which": "duplicates"}).json()["changed"] == 1


def test_the_bad_rows_go_out_and_come_back(api: Client, sheet: dict[str, Any]) -> None:
    answer = api.get(f"{V1}{sheet['id']}/bad-rows.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="background-bad-rows.csv"' in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content)
    table = read(content)
    assert table.columns == ("pattern", "seed", "problem")
    assert [row.cells[:2] for row in table.rows] == [("tartan!", "2"), ("waves", "three")]
    assert "“tartan!”" in table.rows[0].cells[2]
    # Corrected by a person, and what is wrong the second time is told once.
    mended = content.replace(b"tartan!", b"mesh")
    file = SimpleUploadedFile("bad.csv", mended)
    answer = api.post(V1, {"file": file, "operation": "background"})
    assert answer.status_code == 201, answer.content
    second = answer.json()
    assert second["mapping"] == {"pattern": "pattern", "seed": "seed"}
    assert (second["rows"]["ready"], second["rows"]["wrong"]) == (1, 1)
    answer = api.get(f"{V1}{second['id']}/bad-rows.csv")
    table = read(b"".join(answer.streaming_content))
    assert table.columns == ("pattern", "seed", "problem")
    assert len(table.rows) == 1


NASTY = ["=1+1", "+49 30", "-1.5", "@SUM(A1)", "\tx", "a;b", 'say "a"', "line\nbreak", "'=2", "ü😀"]


def test_no_cell_that_leaves_is_a_formula_and_each_comes_back(api: Client, cat: Asset) -> None:
    said = [{"words": text, "image": str(cat.pk), "size": "odd"} for text in NASTY]
    mapping = {"words": "text", "image": "image", "size": "size"}
    body = {"operation": "watermark", "rows": said, "mapping": mapping}
    batch = post(api, V1, body).json()
    for name in ("results", "bad-rows"):
        answer = api.get(f"{V1}{batch['id']}/{name}.csv")
        content = b"".join(answer.streaming_content)
        back = read(content)
        at = back.columns.index("words")
        assert [row.cells[at] for row in back.rows] == [one["words"] for one in said]
        for cell in (c.lstrip(b'"') for c in content.replace(b"\r\n", b",").split(b",")):
            assert not cell.startswith((b"=", b"@", b"\t")), cell


def test_the_rows_of_what_has_begun_stay(api: Client, sheet: dict[str, Any]) -> None:
    Batch.objects.filter(pk=sheet["id"]).update(state="running")
    one = f"{V1}{sheet['id']}/"
    asks: list[Callable[[], Any]] = [
        lambda: patch(api, f"{one}rows/1/", {"cells": {"seed": "5"}}),
        lambda: api.delete(f"{one}rows/1/"),
        lambda: post(api, f"{one}rows/", {"rows": [{"seed": "5"}]}),
        lambda: post(api, f"{one}skip/", {"rows": [1]}),
        lambda: post(api, f"{one}check/", None),
        lambda: patch(api, one, {"mapping": {}}),
        lambda: patch(api, one, {"steps": [{"operation": "background"}]}),
        lambda: patch(api, one, {"repeats": "weekly"}),
        lambda: api.delete(one),
        lambda: api.get(f"{one}plan/"),
    ]
    for ask in asks:
        answer = ask()
        assert answer.status_code == 409, answer.content
        assert "This batch is running" in answer.json()["message"]
    assert patch(api, one, {"title": "New", "at_once": 5}).json()["at_once"] == 5


def test_a_change_is_all_or_nothing(api: Client, sheet: dict[str, Any]) -> None:
    one = f"{V1}{sheet['id']}/"
    bad = {"title": "New", "at_once": 7, "mapping": {"pattern": "nonsense"}}
    refused(patch(api, one, bad), "mapping.pattern", "no param")
    refused(patch(api, one, {"title": "New", "steps": [{"operation": "x"}]}), "steps", "“x”")
    refused(patch(api, one, {"title": "New", "window": "noon"}), "window", "nights")
    batch = api.get(one).json()
    assert (batch["title"], batch["at_once"]) == ("Background", 2)
    assert batch["mapping"] == sheet["mapping"]
    said = {"title": "New", "mapping": {"seed": "seed"}, "window": "nights", "stop_failures": 3}
    answer = patch(api, one, said)
    assert answer.status_code == 200, answer.content
    batch = answer.json()
    assert (batch["title"], batch["window"]["from"], batch["stop_failures"]) == ("New", "22:00", 3)
    assert (batch["rows"]["ready"], batch["rows"]["wrong"]) == (2, 1)
    assert patch(api, one, {"window": None, "stop_failures": None}).json()["window"] is None
