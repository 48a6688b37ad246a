"""The page of usage: whose figures it tells to whom, and that they are right."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from billing import days, plans, spending
from billing import services as billing
from billing.budgets import set_budget
from billing.models import CREDIT, Account, Client, Day, Lot, Plan, Source, User
from billing.purpose import Purpose
from tests.studio.pages import said

SignIn = Callable[[User], Browser]
Spend = Callable[..., None]
USAGE, TABLE = "/account/usage/", "/account/usage/days.csv"


def rows(page: Any) -> dict[str, int]:
    """Credits by the name in the table."""
    return {row.name: row.units // CREDIT for row in page.context["usage"].rows}


def test_it_tells_what_there_is_what_is_held_and_what_was_spent(
    sign_in: SignIn, alice: User, rich: Account, spend: Spend
) -> None:
    spend(30)
    billing.hold(rich, 20 * CREDIT, "job:open", "A long film")
    page = sign_in(alice).get(USAGE)
    told = page.context
    assert (told["has"]["available"], told["has"]["held"]) == (50 * CREDIT, 20 * CREDIT)
    assert told["spent"] == 30 * CREDIT
    assert [one.hold.reference for one in told["reasons"]] == ["job:open"]
    assert "A long film" in said(page)
    assert [lot.left for lot in told["grants"]] == [70 * CREDIT]


@pytest.mark.parametrize("role", ["bob", "vera"], ids=["member", "viewer"])
def test_who_does_not_manage_sees_models_but_not_who_spent(
    request: pytest.FixtureRequest,
    sign_in: SignIn,
    alice: User,
    acme: Client,
    spend: Spend,
    role: str,
) -> None:
    spend(30, user=alice.pk, client=acme.pk)
    browser = sign_in(request.getfixturevalue(role))
    for way in ("user", "client"):
        page = browser.get(USAGE, {"by": way})
        assert (page.context["asked"].way, list(page.context["ways"])) == (
            "offer",
            ["offer", "module"],
        )
        assert "alice" not in browser.get(TABLE, {"by": way}).getvalue().decode()


def test_it_is_stacked_by_member_and_client_for_who_manages(
    sign_in: SignIn, alice: User, bob: User, acme: Client, spend: Spend
) -> None:
    spend(30, user=alice.pk, client=acme.pk)
    spend(10, user=bob.pk)
    browser = sign_in(alice)
    assert rows(browser.get(USAGE, {"by": "user"})) == {"alice": 30, "bob": 10}
    assert rows(browser.get(USAGE, {"by": "client"})) == {"Acme": 30, "No client": 10}
    assert rows(browser.get(USAGE, {"by": "module"})) == {"Transform": 40}


def test_who_is_limited_to_a_client_sees_what_was_spent_for_that(
    sign_in: SignIn, lara: User, rich: Account, acme: Client, zen: Client, spend: Spend
) -> None:
    spend(30, "for-zen", client=zen.pk)
    spend(5, "for-acme", client=acme.pk)
    billing.hold(rich, CREDIT, "job:zen", "Secret of Zen", Purpose(client=zen.pk))
    billing.hold(rich, CREDIT, "job:acme", "Film of Acme", Purpose(client=acme.pk))
    set_budget(rich, "client", client=zen, hard=50 * CREDIT)
    page = sign_in(lara).get(USAGE)
    assert rows(page) == {"for-acme": 5}
    assert page.context["spent"] == 5 * CREDIT
    assert [one.hold.note for one in page.context["reasons"]] == ["Film of Acme"]
    assert page.context["holds"] == page.context["has"]["held"] == CREDIT
    assert (page.context["grants"], page.context["budgets"]) == ([], [])
    assert "Zen" not in said(page)
    assert "Zen" not in said(sign_in(lara).get("/account/usage/holds/"))
    assert "zen" not in sign_in(lara).get(TABLE).getvalue().decode()


def test_who_works_for_a_client_sees_that_one(
    sign_in: SignIn, alice: User, acme: Client, zen: Client, spend: Spend
) -> None:
    spend(30, "for-zen", client=zen.pk)
    spend(5, "for-acme", client=acme.pk)
    browser = sign_in(alice)
    assert rows(browser.get(USAGE, headers={"X-Client": str(acme.pk)})) == {"for-acme": 5}


def test_another_account_is_not_in_it(
    sign_in: SignIn, charlie: User, spend: Spend, rich: Account
) -> None:
    spend(30)
    billing.hold(rich, CREDIT, "job:open", "Film of alice")
    page = sign_in(charlie).get(USAGE)
    assert (rows(page), page.context["reasons"], page.context["grants"]) == ({}, [], [])


def test_periods_are_days_of_the_account(
    sign_in: SignIn, alice: User, account: Account, day: Callable[..., Day]
) -> None:
    today = days.day_of(account)
    month = today.replace(day=1)
    for ago in (0, 29, 30, 89, 90, (today - month).days, (today - month).days + 1):
        day(ago, 1, f"ago-{ago}")
    browser = sign_in(alice)
    for period in spending.periods(account):
        expected = {
            f"ago-{ago}"
            for ago in (0, 29, 30, 89, 90, (today - month).days, (today - month).days + 1)
            if period.first <= today - timedelta(ago) <= period.last
        }
        page = browser.get(USAGE, {"period": period.key})
        assert set(rows(page)) == expected, period.key
        assert len(page.context["usage"].chart.columns) == len(period.days)


@pytest.mark.parametrize("query", [{"period": "1e9"}, {"by": "params"}, {"period": "", "by": ""}])
def test_what_cannot_be_asked_is_what_is_usual(
    sign_in: SignIn, alice: User, query: dict[str, str]
) -> None:
    asked = sign_in(alice).get(USAGE, query).context["asked"]
    assert (asked.period.key, asked.way) == ("month", "offer")


def test_days_as_csv_start_no_formula(
    sign_in: SignIn, alice: User, account: Account, spend: Spend
) -> None:
    User.objects.filter(pk=alice.pk).update(username="=1+1")
    spend(3, user=alice.pk)
    answer = sign_in(alice).get(TABLE, {"by": "user"})
    assert "attachment" in answer["Content-Disposition"]
    head, line = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert head == ["day", "key", "name", "credits", "jobs", "failed"]
    today = str(days.day_of(account))
    assert line == [today, str(alice.pk), "'=1+1", "3.000000", "1", "0"]


def test_a_name_with_markup_is_text_in_chart_and_table(
    sign_in: SignIn, alice: User, spend: Spend
) -> None:
    User.objects.filter(pk=alice.pk).update(username="<script>x")
    spend(3, user=alice.pk)
    page = said(sign_in(alice).get(USAGE, {"by": "user"}))
    assert "<script>x" not in page
    assert "&lt;script&gt;x 3)</title>" in page


# --- forecast -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "spent", "available", "units", "until", "gone"),
    [
        (date(2027, 2, 14), 140, 100, 280, date(2027, 2, 28), date(2027, 2, 24)),
        (date(2028, 2, 1), 1, 1000, 29, date(2028, 2, 29), None),
        (date(2026, 12, 31), 62, 0, 62, date(2026, 12, 31), date(2026, 12, 31)),
    ],
    ids=["half", "first-day", "last-day"],
)
def test_a_forecast_goes_on_as_the_days_so_far(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    today: date,
    spent: int,
    available: int,
    units: int,
    until: date,
    gone: date | None,
) -> None:
    monkeypatch.setattr(days, "day_of", lambda account, moment=None: today)
    Day.objects.create(account=account, day=today, spent=spent * CREDIT)
    Day.objects.create(account=account, day=today.replace(day=1) - timedelta(1), spent=CREDIT)
    told = spending.forecast(account, available * CREDIT)
    assert told is not None
    assert (told.units, told.until, told.gone) == (units * CREDIT, until, gone)
    assert told.days == today.day


def test_without_spending_nothing_is_foretold(account: Account) -> None:
    assert spending.forecast(account, CREDIT) is None


# --- grants, limits, keys -------------------------------------------------------------------------


def test_grants_are_told_in_the_order_of_use(sign_in: SignIn, alice: User, rich: Account) -> None:
    soon = timezone.now() + timedelta(days=3)
    billing.grant(rich, CREDIT, "grant:soon", source=Source.PROMO, expires=soon)
    billing.grant(rich, CREDIT, "grant:gone", source=Source.PROMO, expires=soon)
    Lot.objects.filter(reference="grant:gone").update(expires=timezone.now() - timedelta(days=1))
    page = sign_in(alice).get(USAGE)
    assert [lot.reference for lot in page.context["grants"]] == ["grant:soon", "grant:1"]
    assert "Used first." in said(page)


def test_limits_of_the_plan_and_budgets_have_bars(
    sign_in: SignIn, alice: User, rich: Account, spend: Spend
) -> None:
    plan = Plan.objects.create(key="small", name="Small", caps={"videos": 2, "images": None})
    plans.subscribe(rich, plan)
    set_budget(rich, "account", soft=10 * CREDIT, hard=40 * CREDIT)
    spend(30)
    page = said(sign_in(alice).get(USAGE))
    assert ">1 of 2</span>" in page
    assert '<rect width="50" height="4"/>' in page
    assert "30 of 40 cr" in page
    assert '<rect width="75" height="4"/>' in page
