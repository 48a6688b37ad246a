"""Beside the price stands what an order would run into, and which limit is nearly used up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing import plans
from billing import services as billing
from billing.budgets import set_budget
from billing.models import CREDIT, Account, Plan, User
from studio.models import Batch
from tests.batches.conftest import draft  # noqa: F401 - the fixture
from tests.studio.pages import People, said
from tests.studio.test_pages_models import KLING, quote


@pytest.fixture(autouse=True)
def fal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY", "only-for-tests")


def subscribe(account: Account, **row: object) -> None:
    plans.subscribe(account, Plan.objects.create(key="small", name="Small", **row))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"caps": {"videos": 0}}, "The plan Small has no videos. alice can choose a larger plan."),
        ({"offers": ["other"]}, "is not in the plan Small. Choose another model"),
        ({"cost_cap": 30 * CREDIT}, "Costs a month of Small: 30 credits a month"),
    ],
    ids=["cap", "model", "cost"],
)
def test_a_refusal_is_said_before_the_button_is_pressed(
    rich: Account, sign_in: People, alice: User, row: dict[str, object], words: str
) -> None:
    subscribe(rich, **row)
    answer = quote(sign_in(alice), KLING, duration="5")
    assert words in answer
    assert 'class="short"' in answer
    assert "leaves" not in answer


def test_a_limit_of_which_little_is_left_is_named(
    rich: Account, sign_in: People, alice: User
) -> None:
    subscribe(rich, caps={"videos": 10})
    client = sign_in(alice)
    assert 'class="tight"' not in quote(client, KLING, duration="5")
    Plan.objects.filter(key="small").update(caps={"videos": 1})
    answer = quote(client, KLING, duration="5")
    assert "Videos of Small: 1 of 1 video with this" in answer
    assert "leaves 65 of 100 cr" in answer


def test_the_budget_of_who_asks_counts(
    rich: Account, sign_in: People, alice: User, bob: User
) -> None:
    set_budget(rich, "member", user=bob, soft=10 * CREDIT)
    warned = "Budget of bob: with this 35 credits of 10 credits are spent or promised this month."
    assert warned in quote(sign_in(bob), KLING, duration="5")
    assert "Budget of bob" not in quote(sign_in(alice), KLING, duration="5")


def test_where_nothing_is_tight_there_is_no_more_to_read(
    rich: Account, sign_in: People, alice: User
) -> None:
    answer = quote(sign_in(alice), KLING, duration="5")
    assert 'class="tight"' not in answer
    assert 'class="short"' not in answer


def test_a_dry_run_names_the_tightest_limit_and_what_only_warns(
    draft: Callable[..., Batch],  # noqa: F811
    sign_in: People,
    alice: User,
    account: Account,
) -> None:
    billing.grant(account, 100 * CREDIT, "grant:1")
    batch, client = draft(3), sign_in(alice)
    address = f"/batch/{batch.pk}/plan/"
    assert "your credits, 100" in said(client.get(address))
    subscribe(account, caps={"videos": 4})
    set_budget(account, "account", soft=10 * CREDIT)
    page = said(client.get(address))
    assert "Videos of Small: 3 of 4 videos with this" in page
    assert "It only warns." in page
    Plan.objects.filter(key="small").update(caps={"videos": 2})
    assert "The plan Small has 2 videos a month; 0 are used" in said(client.get(address))
