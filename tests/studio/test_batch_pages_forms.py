"""What hurried and hostile people send to the pages of batches, and how much those pages ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from billing import services as billing
from billing.models import CREDIT, Account, User
from studio import batches, jobs
from studio.models import Batch, BatchRow, BatchState, Job
from studio.views.batch import sheet, when
from tests.batches.conftest import draft  # noqa: F401 - the fixture
from tests.batches.sheets import states
from tests.studio.pages import PART, People, said

Draft = Callable[..., Batch]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


def words(answer: Any) -> str:
    """What was said at the edge of the page."""
    return str(json.loads(answer.headers["HX-Trigger"])["toast"]["text"])


# --- when -----------------------------------------------------------------------------------------


@pytest.fixture
def options(draft: Draft, sign_in: People, alice: User) -> Callable[..., tuple[Batch, str]]:  # noqa: F811
    """options(at_once="3") → the batch afterwards, and what the page says."""
    batch, client = draft(2), sign_in(alice)

    def send(**fields: Any) -> tuple[Batch, str]:
        answer = client.post(f"/batch/{batch.pk}/options/", fields, headers=PART)
        assert answer.status_code == 200
        batch.refresh_from_db()
        return batch, said(answer)

    return send


def test_clocks_are_those_of_the_account(
    options: Callable[..., tuple[Batch, str]], account: Account
) -> None:
    Account.objects.filter(pk=account.pk).update(zone="Europe/Amsterdam")
    with time_machine.travel(NOON, tick=False):
        batch, page = options(when="at", at="2026-03-28T22:30", hours="nights", weekly="on")
        assert batch.starts_at == datetime(2026, 3, 28, 21, 30, tzinfo=UTC)
        assert (batch.zone, batch.repeats) == ("Europe/Amsterdam", "weekly")
        assert "Begins Sat 28 Mar, 22:30, works every day from 22:00 to 06:00" in page
        assert "Europe/Amsterdam time" in page
        # In the hour that is skipped it is the moment after it.
        batch, _ = options(when="at", at="2026-03-29T02:30")
        assert batch.starts_at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
        assert (batch.window, batch.repeats) == (None, "")
        batch, page = options(when="now", hours="own", days=["sat"], **{"from": "9:00", "to": "12"})
        assert "to is “12”, which is no time of day" in page
        assert batch.starts_at is not None, "nothing of it was changed"
        batch, page = options(
            when="now", hours="own", days=["sat", "sun"], **{"from": "9:00", "to": "12:00"}
        )
        assert "Begins at once, works Sat, Sun from 09:00 to 12:00" in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"at_once": "0"}, "At once is “0”. Give a whole number from 1 to 50."),
        ({"at_once": "two"}, "At once is “two”. Give a whole number from 1 to 50."),
        ({"stop_failures": "-1"}, "Failures is “-1”"),
        ({"stop_credits": "0"}, "Stop before is “0”. Give a number of credits above 0"),
        ({"stop_credits": "NaN"}, "Stop before is “NaN”"),
        ({"stop_credits": "1e99"}, "Stop before is “1e99”"),
        ({"email": "me"}, "“me” is no e-mail address"),
        ({"webhook": "http://127.0.0.1/"}, ""),
        ({"when": "at", "at": ""}, "Choose the day and the time."),
        ({"when": "at", "at": "soon"}, "The time is “soon”"),
        ({"when": "at", "at": "2020-01-01T10:00"}, "The time is 01 Jan 2020 10:00, which is over"),
        ({"when": "at", "at": "2099-01-01T10:00"}, "the furthest is 90 days from now"),
        ({"when": "now", "hours": "own", "from": "9:00", "to": "12:00"}, "Name at least one of"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_changed(
    options: Callable[..., tuple[Batch, str]], fields: dict[str, str], wrong: str
) -> None:
    names = ("at_once", "stop_failures", "stop_units", "email", "webhook", "starts_at", "window")
    before = {name: getattr(Batch.objects.get(), name) for name in names}
    batch, page = options(**fields)
    assert 'class="error"' in page
    assert wrong in page
    assert {name: getattr(batch, name) for name in names} == before


def test_limits_are_kept_and_signed_for(options: Callable[..., tuple[Batch, str]]) -> None:
    batch, page = options(
        at_once="3", stop_failures="5", stop_credits="2,5", webhook="https://example.com/hook"
    )
    assert (batch.at_once, batch.stop_failures, batch.stop_units) == (3, 5, int(2.5 * CREDIT))
    assert "3 at once with each provider, stops after 5 that fail, stops before 2.5 cr" in page
    assert batches.secret_of(batch) in page
    batch, page = options(stop_failures="", stop_credits="", webhook="")
    assert (batch.stop_failures, batch.stop_units, batch.webhook) == (None, None, "")


def test_what_stands_in_the_form_counts_when_it_starts(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
) -> None:
    batch, client = draft(2), sign_in(alice)
    fields = {"shown": batches.plan(batch).shown, "key": "k", "when": "at", "at": ""}
    answer = client.post(f"/batch/{batch.pk}/start/", fields, headers=PART)
    assert (answer.status_code, "Choose the day" in said(answer)) == (422, True)
    batch.refresh_from_db()
    assert batch.state == BatchState.DRAFT
    client.post(f"/batch/{batch.pk}/start/", {**fields, "when": "now", "at_once": "7"})
    batch.refresh_from_db()
    assert (batch.state, batch.at_once) == (BatchState.RUNNING, 7)


@given(st.text(max_size=12))
def test_any_amount_is_read_or_refused(text: str) -> None:
    try:
        units = when._credits(text.strip())
    except batches.Wrong:
        return
    assert units is None or units >= 1


# --- cells and rows -------------------------------------------------------------------------------


CHANGE = st.one_of(st.integers(-2, 6), st.text(max_size=4), st.none(), st.booleans(), st.floats())


@given(st.lists(st.lists(CHANGE, max_size=4), max_size=4))
def test_any_change_is_understood_or_refused(said: list[list[Any]]) -> None:
    batch = Batch(columns=["a", "b"])
    found = sheet._changes(batch, json.dumps(said))
    if isinstance(found, str):
        assert found.endswith("try again.")
    else:
        assert all(
            isinstance(row, int) and cells.keys() <= {"a", "b"} for row, cells in found.items()
        )


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '[["1", 0, "x"]]', "[[1, 9, 2]]", "[" * 5000])
def test_changes_that_cannot_be_read_change_nothing(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    text: str,
) -> None:
    batch = draft(2)
    answer = sign_in(alice).post(f"/batch/{batch.pk}/cells/", {"changes": text}, headers=PART)
    assert (answer.status_code, words(answer)[:16]) == (422, "What was changed")
    assert states(batch) == ["ready", "ready"]


def test_a_row_that_is_gone_or_begun_is_said_to_be(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
) -> None:
    batch, client = draft(2), sign_in(alice)
    where = f"/batch/{batch.pk}/cells/"
    answer = client.post(where, {"changes": '[[9, 0, "x"]]'}, headers=PART)
    assert words(answer) == "There is no row 9 in this batch."
    long = json.dumps([[1, 0, "x" * 20_001]])
    assert "the most is 20,000" in words(client.post(where, {"changes": long}, headers=PART))
    many = json.dumps([[1, 0, "x"]] * 2001)
    assert "the most at once is 2,000" in words(client.post(where, {"changes": many}, headers=PART))
    batches.start(batch, alice)
    answer = client.post(where, {"changes": '[[1, 0, "x"]]'}, headers=PART)
    assert "is running; its rows stay as they are" in words(answer)
    for do in ("skip:1", "delete:1", "add", "recheck"):
        answer = client.post(f"/batch/{batch.pk}/rows/", {"do": do}, headers=PART)
        assert answer.status_code == 422, do


def test_rows_are_left_out_taken_in_added_and_deleted(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
) -> None:
    rows = [("", "1"), ("", "2")]
    batch, client = draft(2, rows=rows), sign_in(alice)

    def do(what: str) -> list[str]:
        answer = client.post(f"/batch/{batch.pk}/rows/", {"do": what}, headers=PART)
        assert answer.status_code == 204, what
        return states(batch)

    assert do("skip:wrong") == ["skipped", "skipped"]
    assert do("take:1") == ["wrong", "skipped"]
    assert do("add") == ["wrong", "skipped", "wrong"]
    assert do("delete:2") == ["wrong", "wrong"]
    assert list(BatchRow.objects.values_list("number", flat=True)) == [1, 3]


def test_what_a_cell_says_is_no_html_and_no_formula(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
) -> None:
    evil = "=cmd|'/c calc'!A1\"><script>alert(1)</script>"
    batch, client = draft(1, rows=[(evil, "1")], columns=("image", "<b>strength")), sign_in(alice)
    page = said(client.get(f"/batch/{batch.pk}/"))
    assert "<script>alert" not in page
    assert "<b>strength" not in page
    bad = b"".join(client.get(f"/batch/{batch.pk}/bad.csv").streaming_content).decode()
    assert "'=cmd" in bad


# --- how much it asks -----------------------------------------------------------------------------


def test_a_larger_sheet_asks_no_more(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
) -> None:
    client = sign_in(alice)
    asked: dict[str, list[int]] = {}

    def count(name: str, where: str) -> None:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(where).status_code == 200
        asked.setdefault(name, []).append(len(found))

    billing.grant(rich, 10_000 * CREDIT, "grant:more")
    for many in (2, 45):
        batch = draft(many)
        for part in ("", "plan/", "sheet/"):
            count(f"draft {part}", f"/batch/{batch.pk}/{part}")
        Job.objects.all().delete()
        jobs.dispatch()
        Batch.objects.filter(pk=batch.pk).update(state=BatchState.PAUSED)
        BatchRow.objects.filter(batch=batch).update(state="open")
        for part in ("", "live/", "rest/"):
            count(f"begun {part}", f"/batch/{batch.pk}/{part}")
        count("list", "/batch/")
    assert {name: few - more for name, (few, more) in asked.items() if more > few + 1} == {}


def test_not_all_jobs_of_a_batch_are_counted_for_the_badge(
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    rich: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batches.start(draft(4), alice)
    client = sign_in(alice)
    assert '<span class="badge" id="rail-jobs">4</span>' in said(client.get("/batch/"))
    monkeypatch.setattr("studio.views.shell.COUNTED", 3)
    assert '<span class="badge" id="rail-jobs">3+</span>' in said(client.get("/batch/"))


@pytest.mark.parametrize("text", ["1,000", "1.000", "12,000,000"])
def test_credits_that_may_mean_two_numbers_are_refused(
    options: Callable[..., tuple[Batch, str]], text: str
) -> None:
    batch, page = options(stop_credits=text)
    assert batch.stop_units is None
    assert "may mean two numbers" in page


@pytest.mark.parametrize(("name", "text"), [("email", "nope"), ("webhook", "example.com/hook")])
def test_an_address_that_is_none_is_told_and_left_to_the_server(
    options: Callable[..., tuple[Batch, str]],
    draft: Draft,  # noqa: F811
    sign_in: People,
    alice: User,
    name: str,
    text: str,
) -> None:
    batch, page = options(**{name: text})
    assert getattr(batch, name) == ""
    assert text in page
    form = sign_in(alice).get(f"/batch/{draft(1).pk}/").content.decode()
    # A browser that refuses it by itself would send nothing at all, and say nothing.
    assert 'type="email"' not in form
    assert 'type="url"' not in form


def test_what_is_wrong_is_told_at_its_field(options: Callable[..., tuple[Batch, str]]) -> None:
    _, page = options(webhook="example.com/hook", stop_failures="5")
    assert re.search(r'id="webhook-error"[^>]+hx-swap-oob="true">[^<]+', page)
    assert re.search(r'id="stop_failures-error"[^>]+hx-swap-oob="true"></p>', page)
    _, page = options(webhook="")
    assert re.search(r'id="webhook-error"[^>]+hx-swap-oob="true"></p>', page), "and taken back"


def test_a_weekly_one_says_when_it_comes_again(
    options: Callable[..., tuple[Batch, str]], account: Account
) -> None:
    Account.objects.filter(pk=account.pk).update(zone="Europe/Amsterdam")
    with time_machine.travel(NOON, tick=False):
        _, page = options(when="now", weekly="on")
        assert "again every week, next Mon 09 Mar, 13:00" in page
        assert "(Europe/Amsterdam time)" in page
        _, page = options(when="at", at="2026-03-04T22:30", weekly="on")
        assert "again every week, next Wed 11 Mar, 22:30" in page
