"""A batch against the caps of a plan and against budgets: told before, and nothing is begun."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from billing import budgets, plans
from billing import services as billing
from billing.models import CREDIT, Account, Plan, User
from studio import batches
from studio.models import Batch, Job
from tests.batches.sheets import fail, states

Draft = Callable[..., Batch]
PRICE = 12 * CREDIT

pytestmark = pytest.mark.usefixtures("rich", "adds_up")


@pytest.fixture
def two_videos(account: Account) -> Plan:
    """The account has a plan with two videos a month."""
    plan = Plan.objects.create(key="two", name="Two", caps={"videos": 2})
    plans.subscribe(account, plan)
    return plan


def refused(batch: Batch, alice: User, match: str, count: int) -> None:
    with pytest.raises(billing.MoneyRefused, match=match) as error:
        batches.start(batch, alice)
    assert "Nothing was begun" in str(error.value)
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == ("draft", ["ready"] * count)
    assert not Job.objects.exists()
    assert Account.objects.get(pk=batch.account_id).held == 0


def test_more_than_the_plan_has(draft: Draft, alice: User, two_videos: Plan) -> None:
    batch = draft(3)
    plan = batches.plan(batch)
    assert (
        "The plan Two has 2 videos a month; 0 are used, and this is 3 videos more" in plan.blocked
    )
    assert plan.tightest
    assert (plan.tightest.what, plan.tightest.used, plan.tightest.cap) == ("videos", 0, 2)
    refused(batch, alice, "The plan Two has 2 videos a month", 3)
    batches.skip_rows(batch, [1])
    assert batches.plan(batch).blocked == ""
    batches.start(batch, alice)
    assert {limit.what: limit.used for limit in billing.limits_of(batch.account)}["videos"] == 2
    batches.cancel_rest(batch)
    assert {limit.what: limit.used for limit in billing.limits_of(batch.account)}["videos"] == 0


@pytest.mark.parametrize("of", ["account", "member"])
def test_more_than_a_budget_has(of: str, draft: Draft, alice: User, account: Account) -> None:
    whose: dict[str, Any] = {"user": alice} if of == "member" else {}
    budgets.set_budget(account, of, hard=3 * PRICE - 1, soft=PRICE, **whose)
    batch = draft(3)
    plan = batches.plan(batch)
    assert "35.999999 credits a month" in plan.blocked
    assert plan.tightest
    assert (plan.tightest.what, plan.tightest.asked) == ("budget", 3 * PRICE)
    refused(batch, alice, "35.999999 credits a month", 3)
    budgets.set_budget(account, of, hard=3 * PRICE, soft=PRICE, **whose)
    plan = batches.plan(batch)
    assert plan.blocked == ""
    (warning,) = plan.warnings
    assert "36 credits of 12 credits" in warning
    batches.start(batch, alice)
    (figure,) = budgets.budgets_of(account)
    assert (figure.spent, figure.held) == (0, 3 * PRICE)


def test_trying_again_is_judged_by_the_budget_of_who_asks(
    begun: Draft, alice: User, bob: User, account: Account
) -> None:
    """As it is told beforehand, so it is when it is done."""
    batch = begun(2, at_once=2)
    fail(batch, 1)
    fail(batch, 2)
    budgets.set_budget(account, "member", user=bob, hard=2 * PRICE - 1)
    told = batches.plan_retry(batch, bob).blocked
    assert "Budget of bob: 23.999999 credits a month" in told
    with pytest.raises(billing.BudgetReached, match="Budget of bob"):
        batches.retry_failed(batch, bob)
    assert batches.plan_retry(batch, alice).blocked == ""
    assert batches.retry_failed(batch, alice).rows == 2


def test_the_page_names_what_is_tightest(
    draft: Draft, alice: User, two_videos: Plan, sign_in: Callable[[User], Client]
) -> None:
    batch = draft(2)
    budgets.set_budget(batch.account, "account", soft=PRICE)
    page = sign_in(alice).get(f"/batch/{batch.pk}/plan/").content.decode()
    assert "Videos of Two: 2 of 2 videos with this" in page
    assert "It only warns." in page
    first = batch.rows.get(number=1)
    batches.add_rows(batch, [dict(zip(batch.columns, first.cells, strict=True))])
    batches.check(batch)
    page = sign_in(alice).get(f"/batch/{batch.pk}/plan/").content.decode()
    assert "The plan Two has 2 videos a month" in page
    assert 'id="start"' not in page
