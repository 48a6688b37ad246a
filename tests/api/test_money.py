"""What the API tells of limits, before an order and when it refuses one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from billing import plans
from billing import services as billing
from billing.budgets import set_budget
from billing.models import CREDIT, Account, ApiKey, Hold, Plan, User
from studio.models import Job
from tests.api.conftest import post

ESTIMATE, JOBS, MONEY = "/api/v1/estimate/", "/api/v1/jobs/", "/api/v1/money/"


def subscribe(account: Account, **said: Any) -> None:
    plan = Plan.objects.create(**{"key": "small", "name": "Small", "caps": {"videos": 1}, **said})
    plans.subscribe(account, plan)


def test_an_estimate_names_the_tightest_limit(
    api: Client, body: Any, rich: Account, priced: str
) -> None:
    subscribe(rich, caps={"videos": 4}, cost_cap=90 * CREDIT)
    told = post(api, ESTIMATE, body(priced, duration=3)).json()
    assert (told["allowed"], told["refusal"], told["likely"]) == (True, "", 30 * CREDIT)
    assert [limit["what"] for limit in told["limits"]] == ["credits", "videos", "plan"]
    assert told["tightest"]["what"] == "plan"
    assert (told["tightest"]["after"], told["tightest"]["left"]) == (30 * CREDIT, 60 * CREDIT)


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"caps": {"videos": 0}}, 403, "The plan Small has no videos. alice can choose"),
        ({"offers": ["other"]}, 403, "“priced-motion” is not in the plan Small"),
        ({"cost_cap": CREDIT}, 402, "Costs a month of Small: 1 credit a month"),
    ],
    ids=["cap", "model", "cost"],
)
def test_what_an_estimate_refuses_the_order_refuses_with_the_same_words(
    api: Client, body: Any, rich: Account, priced: str, said: Any, status: int, words: str
) -> None:
    subscribe(rich, **said)
    told = post(api, ESTIMATE, body(priced, duration=3)).json()
    assert told["allowed"] is False
    assert words in told["refusal"]
    answer = post(api, JOBS, body(priced, duration=3))
    assert (answer.status_code, answer.json()["message"]) == (status, told["refusal"])
    assert not Job.objects.exists()


def test_a_key_has_a_budget_of_its_own(
    api: Client, body: Any, rich: Account, alice: User, priced: str
) -> None:
    key = ApiKey.objects.get(user=alice)
    set_budget(rich, "key", api_key=key, hard=40 * CREDIT)
    assert post(api, JOBS, body(priced, duration=3)).status_code == 201
    hold = Hold.objects.get()
    assert (hold.api_key, hold.user, hold.kind, hold.count) == (key, alice, "videos", 1)
    assert Job.objects.get().api_key == key
    answer = post(api, JOBS, body(priced, duration=3))
    assert answer.status_code == 402
    assert f"Budget of {key.name}: 40 credits a month" in answer.json()["message"]


def test_how_an_account_stands(api: Client, rich: Account) -> None:
    told = api.get(MONEY).json()
    assert (told["available"], told["subscription"]) == (100 * CREDIT, None)
    subscribe(rich, credits=5 * CREDIT)
    billing.hold(rich, 4 * CREDIT, "job:1", purpose=billing.Purpose(kind="videos", count=1))
    told = api.get(MONEY).json()
    assert (told["available"], told["held"]) == (101 * CREDIT, 4 * CREDIT)
    assert (told["subscription"]["plan"], told["subscription"]["ended"]) == ("small", False)
    videos = told["limits"][1]
    assert (videos["what"], videos["used"], videos["cap"]) == ("videos", 1, 1)
    assert videos["words"] == "Videos of Small: 1 of 1 video used"
    assert told["raised_by"] == "alice"


def test_a_member_sees_their_own_budget_and_that_of_all(
    client_of: Callable[..., Client], rich: Account, alice: User, bob: User
) -> None:
    set_budget(rich, "account", soft=CREDIT)
    set_budget(rich, "member", user=alice, hard=CREDIT)
    set_budget(rich, "member", user=bob, hard=CREDIT)
    seen = {
        user: [budget["name"] for budget in client_of(user).get(MONEY).json()["budgets"]]
        for user in (alice, bob)
    }
    assert seen == {alice: ["the account", "alice", "bob"], bob: ["the account", "bob"]}
