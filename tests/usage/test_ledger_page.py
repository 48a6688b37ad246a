"""The ledger with its running balance, what is held and why, and what models were worth."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from assets.models import Asset
from billing import services as billing
from billing import spending, statement
from billing.models import CREDIT, Account, Client, Hold, Kind, Source, User
from studio.models import Job, State
from studio.usage.reasons import OVER, TURN, reasons
from studio.usage.worth import worths
from tests.studio.pages import said

SignIn = Callable[[User], Browser]
LEDGER, TABLE = "/account/usage/ledger/", "/account/usage/ledger.csv"


@pytest.fixture
def job(account: Account, alice: User) -> Callable[..., Job]:
    numbers = iter(range(1000))

    def one(state: str = State.RUNNING, took: float | None = None, **row: Any) -> Job:
        now = timezone.now()
        its = {"operation": "image-to-video", "offer": "wan", "provider": "acme", **row}
        made = Job.objects.create(
            account=account,
            user=alice,
            module="transform",
            title="A film",
            key=f"k{next(numbers)}",
            state=state,
            **its,
        )
        if took is not None:
            started = now - timedelta(seconds=took)
            Job.objects.filter(pk=made.pk).update(started=started, finished=now)
        return made

    return one


# --- the ledger -----------------------------------------------------------------------------------


def test_each_line_tells_what_moved_and_what_was_there_after(
    sign_in: SignIn, alice: User, spend: Callable[..., None]
) -> None:
    spend(30)
    page = sign_in(alice).get(LEDGER)
    told = [
        (
            *(line.entry.kind, line.moved // CREDIT, line.entry.balance_after // CREDIT),
            line.entry.held_after // CREDIT,
        )
        for line in page.context["rows"]
    ]
    assert told == [("charge", -30, 70, 0), ("hold", 0, 100, 30), ("grant", 100, 100, 0)]
    assert "−30" in said(page)
    assert "+100" in said(page)


def test_what_each_kind_of_line_moves_is_how_the_balance_changed(rich: Account) -> None:
    for number in range(3):
        billing.hold(rich, 9 * CREDIT, f"job:{number}")
    billing.charge(rich, 7 * CREDIT, "job:0")
    billing.release(rich, "job:1")
    billing.refund(rich, 2 * CREDIT, "job:0")
    billing.grant(rich, 5 * CREDIT, "pack", source=Source.BOUGHT)
    billing.take_back(rich, 3 * CREDIT, "back", "a refund", source=Source.BOUGHT, of="pack")
    soon = timezone.now() + timedelta(hours=1)
    billing.grant(rich, CREDIT, "promo", source=Source.PROMO, expires=soon)
    billing.expire(rich, soon)
    lines = list(reversed(statement.lines(rich)))
    assert {line.kind for line in lines} == set(Kind.values)
    before = 0
    for line in lines:
        assert (line.kind, statement.moved(line)) == (line.kind, line.balance_after - before)
        before = line.balance_after


def test_it_is_filtered_by_kind_and_text(
    sign_in: SignIn, alice: User, spend: Callable[..., None]
) -> None:
    spend(3, "wan")
    spend(4, "kling")
    browser = sign_in(alice)

    def found(**query: str) -> list[tuple[str, str]]:
        rows = browser.get(LEDGER, query).context["rows"]
        return [(line.entry.kind, line.note) for line in rows]

    assert found(kind="charge") == [("charge", "Film of kling"), ("charge", "Film of wan")]
    assert found(q="KLING") == [("hold", "Film of kling")]
    assert found(q="job:1", kind="charge") == [("charge", "Film of kling")]
    assert found(kind="nonsense", q="\0") == found()
    assert found(q="%") == []


def test_pages_of_it_meet_without_a_gap(
    sign_in: SignIn, alice: User, rich: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.views.usage.ledger.PAGE", 2)
    for n in range(4):
        billing.grant(rich, CREDIT, f"grant:more-{n}")
    browser, query, seen = sign_in(alice), "", []
    for _ in range(3):
        page = browser.get(f"{LEDGER}?{query}")
        seen += [line.entry.reference for line in page.context["rows"]]
        query = page.context["older"]
    assert seen == ["grant:more-3", "grant:more-2", "grant:more-1", "grant:more-0", "grant:1"]
    assert query == ""


def test_a_text_is_looked_for_in_so_many_lines_at_a_time(
    sign_in: SignIn, alice: User, rich: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is passed over on the way, on the page and in the API."""
    for n in range(6):
        billing.grant(rich, CREDIT, f"grant:{n}-more", "rare" if n in (0, 3) else "common")
    monkeypatch.setattr("billing.statement.LOOKED", 2)
    browser = sign_in(alice)
    seen, query = [], "q=rare"
    while query:
        page = browser.get(f"{LEDGER}?{query}")
        seen.append([line.entry.reference for line in page.context["rows"]])
        query = page.context["further"]
        assert ("Look through older ones" in said(page)) == bool(query)
    assert seen == [[], ["grant:3-more"], ["grant:0-more"], []]
    told, address = [], "/api/v1/ledger/?q=rare"
    while address:
        answer = browser.get(address).json()
        told.append([line["reference"] for line in answer["results"]])
        address = answer["next"]
    assert told == seen


def test_a_full_page_of_what_was_found_comes_before_older_lines(
    sign_in: SignIn, alice: User, rich: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        billing.grant(rich, CREDIT, f"grant:{n}-more", "rare")
    monkeypatch.setattr("billing.statement.LOOKED", 3)
    monkeypatch.setattr("studio.views.usage.ledger.PAGE", 2)
    browser, query, seen = sign_in(alice), "q=rare", []
    while query:
        context = browser.get(f"{LEDGER}?{query}").context
        seen += [line.entry.reference for line in context["rows"]]
        query = context["older"] or context["further"]
    assert seen == [f"grant:{n}-more" for n in (5, 4, 3, 2, 1, 0)]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣"])
def test_an_impossible_page_is_the_first(
    sign_in: SignIn, alice: User, rich: Account, before: str
) -> None:
    assert sign_in(alice).get(LEDGER, {"before": before}).status_code == 200


def test_as_csv_it_starts_no_formula(sign_in: SignIn, alice: User, rich: Account) -> None:
    billing.grant(rich, CREDIT // 2, "grant:2", "=cmd|' /C calc'!A0")
    answer = sign_in(alice).get(TABLE, {"kind": "grant"})
    head, last, first = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert head[1:4] == ["kind", "amount", "balance_after"]
    assert last[1:] == [
        *("grant", "0.500000", "100.500000", "0.000000"),
        "'=cmd|' /C calc'!A0",
        "grant:2",
    ]
    assert first[-1] == "grant:1"


@pytest.mark.parametrize("address", [LEDGER, TABLE], ids=["page", "csv"])
def test_who_is_limited_to_clients_has_no_ledger(
    sign_in: SignIn, lara: User, rich: Account, address: str
) -> None:
    answer = sign_in(lara).get(address)
    assert answer.status_code == 403
    assert "limited to some" in said(answer)
    assert LEDGER not in said(sign_in(lara).get("/account/usage/"))


# --- what is held ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"state": State.RUNNING}, "Is being worked on"),
        ({"state": State.QUEUED}, "Waits to be started"),
        ({"state": State.QUEUED, "waits": True}, TURN),
        ({"state": State.REVIEW}, "Needs a decision"),
        ({"state": State.FAILED}, OVER),
    ],
    ids=["running", "queued", "turn", "review", "over"],
)
def test_a_hold_says_why_it_is_held(
    sign_in: SignIn,
    alice: User,
    rich: Account,
    job: Callable[..., Job],
    row: dict[str, Any],
    words: str,
) -> None:
    made = job(**row)
    billing.hold(rich, CREDIT, made.origin, made.title)
    page = said(sign_in(alice).get("/account/usage/holds/"))
    assert words in page
    assert f"/jobs/{made.pk}/" in page


@pytest.mark.parametrize("reference", ["job:0", "batch:7", "job:" + "0" * 32])
def test_a_hold_whose_job_is_gone_says_so(rich: Account, reference: str) -> None:
    billing.hold(rich, CREDIT, reference, "What it was")
    told = reasons(rich, list(Hold.objects.all()))
    assert [(one.job, one.words) for one in told] == [(None, OVER)]


# --- worth ----------------------------------------------------------------------------------------


def test_worth_is_the_cost_of_what_was_kept(
    account: Account,
    rich: Account,
    job: Callable[..., Job],
    spend: Callable[..., None],
    acme: Client,
) -> None:
    for n in range(1, 11):
        job(State.SUCCEEDED, took=n)
    job(State.FAILED)
    job(State.RUNNING)
    spend(60, "wan")
    for n, row in enumerate(
        [{"favorite": True}, {}, {"trashed": timezone.now()}, {"model": "other"}]
    ):
        Asset.objects.create(
            account=account,
            kind="video",
            title="a",
            filename="a.mp4",
            mime="video/mp4",
            size=1,
            sha256="0",
            origin=f"job:{n}",
            **{"model": "wan", **row},
        )
    month = spending.periods(account)[0]
    (one,) = worths(account, month)
    assert (one.done, one.failed, one.kept, one.favorites) == (10, 1, 2, 1)
    assert one.each == 30 * CREDIT
    assert one.failing == pytest.approx(1 / 11)
    assert (one.usual, one.slow) == (pytest.approx(5), pytest.approx(9))
    zen = account.seen(type(account.scope)(acme.pk))
    assert worths(zen, month) == []


def test_what_nothing_is_kept_of_has_no_price_each(
    rich: Account, spend: Callable[..., None]
) -> None:
    spend(60, "wan")
    (one,) = worths(rich, spending.periods(rich)[0])
    assert (one.each, one.failing, one.usual) == (None, None, None)
