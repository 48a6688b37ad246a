"""Usage, holds, ledger, budgets and the plan for programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from billing import clients, days
from billing import services as billing
from billing.models import CREDIT, Account, Budget, Day, Membership, Role, Subscription, User
from billing.purpose import Purpose
from tests.api.conftest import patch, post, refused

DAYS, HOLDS, LEDGER = "/api/v1/usage/days/", "/api/v1/holds/", "/api/v1/ledger/"
BUDGETS, PLAN, PREVIEW = "/api/v1/budgets/", "/api/v1/plan/", "/api/v1/plan/preview/"
ClientOf = Callable[..., Client]


@pytest.fixture
def acme(account: Account) -> Any:
    return clients.make(account, "Acme")


@pytest.fixture
def lara(account: Account, acme: Any) -> User:
    user = User.objects.create_user("lara")
    clients.limit(Membership.objects.create(account=account, user=user, role=Role.MEMBER), [acme])
    return user


def test_who_is_limited_is_told_no_sums_of_other_clients(
    client_of: ClientOf, rich: Account, lara: User, acme: Any
) -> None:
    """The page of the account says the same."""
    for number, its in enumerate((acme.pk, clients.make(rich, "Zen").pk)):
        purpose = Purpose("wan", "transform", "videos", 1, its, lara.pk)
        billing.hold(rich, 3 * CREDIT, f"job:spent-{number}", purpose=purpose)
        billing.charge(rich, 3 * CREDIT, f"job:spent-{number}")
        billing.hold(rich, 5 * CREDIT, f"job:held-{number}", purpose=purpose)
    told = client_of(lara).get("/api/v1/money/").json()
    assert (told["spent_this_month"], told["held"]) == (3 * CREDIT, 5 * CREDIT)
    browser = Client()
    browser.force_login(lara)
    has = browser.get("/account/").context["usage"]
    assert (has["spent_this_month"], has["held"]) == (3 * CREDIT, 5 * CREDIT)


def test_days_are_told_by_what_is_asked(api: Client, rich: Account, alice: User, acme: Any) -> None:
    purpose = Purpose("wan", "transform", "videos", 1, acme.pk, alice.pk)
    billing.hold(rich, 3 * CREDIT, "job:1", purpose=purpose)
    billing.charge(rich, 3 * CREDIT, "job:1")
    today = days.day_of(rich)
    Day.objects.create(account=rich, day=today - timedelta(30), offer="old", spent=CREDIT)
    told = api.get(DAYS).json()
    one = {"day": str(today), "key": "wan", "name": "wan", "spent": 3 * CREDIT}
    assert told["results"] == [{**one, "jobs": 1, "failed": 0}]
    assert told["since"] == str(today - timedelta(29))
    more = api.get(DAYS, {"since": str(today - timedelta(30)), "by": "client"}).json()["results"]
    assert [(row["name"], row["spent"]) for row in more] == [
        ("No client", CREDIT),
        ("Acme", 3 * CREDIT),
    ]


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ({"since": "soon"}, "since", "“soon” is no day"),
        ({"until": "0001-01-01"}, "until", "is no day"),
        ({"since": "2026-02-01", "until": "2026-01-31"}, "since", "are not 1 to 366 days"),
        ({"since": "2025-01-01", "until": "2026-02-01"}, "since", "Ask for fewer"),
        ({"by": "account"}, "by", "is not known"),
    ],
    ids=["word", "early", "backwards", "long", "by"],
)
def test_days_that_are_none_are_refused(
    api: Client, query: dict[str, str], field: str, words: str
) -> None:
    refused(api.get(DAYS, query), field, words)


@pytest.mark.parametrize("by", ["user", "client"])
def test_who_spent_what_is_for_those_who_manage(client_of: ClientOf, bob: User, by: str) -> None:
    assert client_of(bob).get(DAYS, {"by": by}).status_code == 403


def test_who_is_limited_to_a_client_sees_days_and_holds_of_that(
    client_of: ClientOf, rich: Account, lara: User, acme: Any
) -> None:
    for n, whose in enumerate((None, acme.pk)):
        billing.hold(rich, CREDIT, f"job:open-{n}", f"Film {n}", Purpose("wan", client=whose))
        billing.hold(rich, CREDIT, f"job:{n}", purpose=Purpose(f"wan-{n}", client=whose))
        billing.charge(rich, CREDIT, f"job:{n}")
    client = client_of(lara)
    assert [row["key"] for row in client.get(DAYS).json()["results"]] == ["wan-1"]
    assert [row["note"] for row in client.get(HOLDS).json()["results"]] == ["Film 1"]
    assert "limited to some" in client.get(LEDGER).json()["message"]


def test_holds_and_ledger_go_on_from_page_to_page(api: Client, rich: Account) -> None:
    for n in range(3):
        billing.hold(rich, CREDIT, f"job:{n}", f"Film {n}")
    first = api.get(HOLDS, {"page_size": 2}).json()
    then = api.get(first["next"]).json()
    assert [row["note"] for row in first["results"] + then["results"]] == [
        f"Film {n}" for n in range(3)
    ]
    assert first["results"][0]["words"].startswith("The work is over")
    billing.charge(rich, CREDIT, "job:0")
    first = api.get(LEDGER, {"page_size": 2}).json()
    then = api.get(first["next"], {"page_size": 2}).json()
    told = [(row["kind"], row["moved"], row["note"]) for row in first["results"]]
    assert told == [("charge", -CREDIT, "Film 0"), ("hold", 0, "Film 2")]
    assert first["results"][0]["balance_after"] == 99 * CREDIT
    assert api.get(LEDGER, {"kind": "grant"}).json()["results"][0]["amount"] == 100 * CREDIT
    assert len(api.get(LEDGER, {"q": "FILM 1"}).json()["results"]) == 1
    refused(api.get(LEDGER, {"kind": "gift"}), "kind", "is not known")


def test_a_budget_is_set_changed_and_removed(api: Client, rich: Account, acme: Any) -> None:
    whose = {"of": "client", "whose": str(acme.pk)}
    made = post(api, BUDGETS, {**whose, "hard": 5 * CREDIT}).json()
    assert (made["name"], made["hard"], made["soft"]) == ("Acme", 5 * CREDIT, None)
    post(api, BUDGETS, {**whose, "soft": CREDIT, "hard": None})
    (row,) = api.get(BUDGETS).json()["results"]
    assert (row["id"], row["whose"], row["soft"], row["hard"]) == (
        *(made["id"], str(acme.pk)),
        *(CREDIT, None),
    )
    assert api.delete(f"{BUDGETS}{row['id']}/").status_code == 204
    assert api.get(BUDGETS).json() == {"results": []}


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"of": "account"}, "hard", "Say above how many"),
        ({"of": "plan", "hard": 1}, "of", "is not known"),
        ({"of": "client", "hard": 1}, "whose", "nobody like that"),
        ({"of": "member", "whose": "0", "hard": 1}, "whose", "nobody like that"),
        ({"of": "account", "whose": "1", "hard": 1}, "whose", "nobody's own"),
        ({"of": "account", "hard": -1}, "hard", "The least is 0"),
        ({"of": "account", "hard": 10**30}, "hard", "The most is"),
        ({"of": "account", "hard": "5"}, "hard", "not a whole number"),
        ({"of": "account", "soft": 2, "hard": 1}, "soft", "above the hard one"),
    ],
    ids=["nothing", "plan", "client", "member", "nobody", "negative", "huge", "text", "soft"],
)
def test_what_is_no_budget_is_refused_at_its_field(
    api: Client, sent: dict[str, Any], field: str, words: str
) -> None:
    refused(post(api, BUDGETS, sent), field, words)
    assert not Budget.objects.exists()


def test_a_plan_is_previewed_chosen_and_ended(api: Client, account: Account) -> None:
    assert api.get(PLAN).json()["subscription"] is None
    told = post(api, PREVIEW, {"plan": "pro"}).json()
    assert told["words"].startswith("Pro begins now")
    assert not Subscription.objects.exists()
    refused(patch(api, PLAN, {"plan": "pro", "agreed": "x"}), "agreed", "something else by now")
    answer = patch(api, PLAN, {"plan": "pro", "cycle": "month", "agreed": told["agreed"]})
    assert answer.json()["subscription"]["plan"] == "pro"
    assert patch(api, PLAN, {"renews": False}).json()["subscription"]["renews"] is False
    refused(patch(api, PLAN, {"plan": "none"}), "plan", "There is no plan “none”")
    refused(patch(api, PLAN, {}), "plan", "Nothing is to be changed")


def test_what_has_no_plan_cannot_end(api: Client) -> None:
    refused(patch(api, PLAN, {"renews": False}), "renews", "Choose one first")


def test_only_owners_choose_and_only_where_the_operator_lets_them(
    api: Client, client_of: ClientOf, bob: User, settings: Any
) -> None:
    answer = patch(client_of(bob), PLAN, {"plan": "pro"})
    assert answer.status_code == 403
    assert "Owners of" in answer.json()["message"]
    settings.PLANS_BY_OWNER = False
    assert "Ask the operator" in patch(api, PLAN, {"plan": "pro"}).json()["message"]
    assert api.get(PLAN).json()["may_choose"] is False
    assert not Subscription.objects.exists()
