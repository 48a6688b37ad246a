"""Setting budgets: who may, what is refused at which field, and that they count."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from billing import access
from billing import services as billing
from billing.budgets import set_budget
from billing.models import (
    CREDIT,
    Account,
    AuditEvent,
    Budget,
    BudgetAlert,
    Client,
    User,
)
from billing.purpose import Purpose
from tests.studio.pages import said

SignIn = Callable[[User], Browser]
BUDGETS = "/account/budgets/"


def figures() -> list[tuple[str, str, int | None, int | None]]:
    def whole(units: int | None) -> int | None:
        return None if units is None else units // CREDIT

    return [(b.of, b.name, whole(b.soft), whole(b.hard)) for b in Budget.objects.all()]


@pytest.mark.parametrize("who", ["alice", "ada"], ids=["owner", "admin"])
def test_a_budget_is_set_changed_and_removed(
    request: pytest.FixtureRequest, sign_in: SignIn, rich: Account, who: str
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    assert browser.post(BUDGETS, {"whose": "account", "soft": "", "hard": "12.5"}).url == BUDGETS
    assert [(b.soft, b.hard) for b in Budget.objects.all()] == [(None, CREDIT * 25 // 2)]
    billing.hold(rich, 12 * CREDIT, "job:1")
    with pytest.raises(billing.BudgetReached):
        billing.hold(rich, CREDIT, "job:2")
    browser.post(BUDGETS, {"whose": "account", "soft": "1,000", "hard": "2000"})
    assert figures() == [("account", "the account", 1000, 2000)]
    billing.hold(rich, CREDIT, "job:2")
    browser.post(BUDGETS, {"action": "remove", "budget": str(Budget.objects.get().pk)})
    assert figures() == []
    told = AuditEvent.objects.filter(action="settings.budget").order_by("pk")
    assert [event.details["change"] for event in told] == ["set", "set", "removed"]


def test_clients_members_and_keys_have_budgets_of_their_own(
    sign_in: SignIn, alice: User, bob: User, rich: Account, acme: Client
) -> None:
    key, _ = access.create_key(rich, bob, "Nightly")
    browser = sign_in(alice)
    for whose in (f"client:{acme.pk}", f"member:{bob.pk}", f"key:{key.pk}"):
        assert browser.post(BUDGETS, {"whose": whose, "hard": "5"}).status_code == 302, whose
    assert figures() == [
        ("client", "Acme", None, 5),
        ("key", "Nightly", None, 5),
        ("member", "bob", None, 5),
    ]
    with pytest.raises(billing.BudgetReached, match="Budget of Nightly"):
        billing.hold(rich, 6 * CREDIT, "job:1", purpose=Purpose(key=key.pk))
    page = browser.get("/account/usage/")
    assert [(k.name, cap.hard // CREDIT) for k, cap in page.context["keys"]] == [("Nightly", 5)]
    form = browser.get(BUDGETS, {"of": "key", "whose": str(key.pk)})
    assert form.context["said"].hard == "5"


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({}, "hard", "Say above how many credits it warns"),
        ({"hard": "much"}, "hard", "“much” is no amount of credits from 0 to 1,000,000,000"),
        ({"soft": "-1"}, "soft", "“-1” is no amount"),
        ({"soft": "nan"}, "soft", "“nan” is no amount"),
        ({"hard": "1e99"}, "hard", "“1e99” is no amount"),
        ({"hard": "9" * 50}, "hard", "is no amount"),
        ({"soft": "6", "hard": "5"}, "soft", "the soft limit is above the hard one"),
        ({"hard": "5", "whose": "client:x"}, "whose", "nobody like that"),
        ({"hard": "5", "whose": "member:" + "9" * 30}, "whose", "nobody like that"),
        ({"hard": "5", "whose": "plan"}, "whose", "nobody like that"),
        ({"hard": "5", "whose": "key:"}, "whose", "nobody like that"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, dict) else None,
)
def test_what_is_no_budget_is_refused_at_its_field(
    sign_in: SignIn, alice: User, account: Account, sent: dict[str, str], field: str, words: str
) -> None:
    page = sign_in(alice).post(BUDGETS, {"whose": "account", "soft": "", "hard": "", **sent})
    assert page.status_code == 422
    assert page.context["refused"].field == field
    assert words in said(page)
    assert said(page).count('aria-invalid="true"') == 1
    assert figures() == []


def test_what_was_refused_is_still_in_the_form(sign_in: SignIn, alice: User, bob: User) -> None:
    sent = {"whose": f"member:{bob.pk}", "soft": "much", "hard": "7"}
    page = sign_in(alice).post(BUDGETS, sent)
    assert (page.context["said"].soft, page.context["said"].hard) == ("much", "7")
    assert f'value="member:{bob.pk}" selected' in said(page)


@pytest.mark.parametrize("who", ["bob", "vera", "lara"], ids=["member", "viewer", "limited"])
def test_others_look_and_do_not_set(
    request: pytest.FixtureRequest, sign_in: SignIn, alice: User, rich: Account, who: str
) -> None:
    mine = set_budget(rich, "account", hard=9 * CREDIT)
    set_budget(rich, "member", user=alice, hard=9 * CREDIT)
    browser = sign_in(request.getfixturevalue(who))
    page = browser.get(BUDGETS)
    assert [one.name for one in page.context["budgets"]] == ["the account"]
    assert 'name="whose"' not in said(page)
    assert browser.post(BUDGETS, {"whose": "account", "hard": "1"}).status_code == 403
    remove = {"action": "remove", "budget": str(mine.pk)}
    assert browser.post(BUDGETS, remove).status_code == 403
    assert len(figures()) == 2


def test_a_budget_of_another_account_is_not_there(
    sign_in: SignIn, charlie: User, rich: Account, acme: Client
) -> None:
    mine = set_budget(rich, "account", hard=CREDIT)
    browser = sign_in(charlie)
    remove = {"action": "remove", "budget": str(mine.pk)}
    assert browser.post(BUDGETS, remove).status_code == 404
    whose = {"whose": f"client:{acme.pk}", "hard": "5"}
    assert browser.post(BUDGETS, whose).status_code == 422
    assert len(figures()) == 1


def test_alerts_are_listed_for_who_manages(
    sign_in: SignIn, alice: User, bob: User, rich: Account, spend: Callable[..., None]
) -> None:
    set_budget(rich, "account", hard=20 * CREDIT)
    spend(11)
    assert BudgetAlert.objects.count() == 1
    words = "The budget of the account has come to 50 %: 11 credits of 20 credits are spent"
    assert words in said(sign_in(alice).get(BUDGETS))
    assert words not in said(sign_in(bob).get(BUDGETS))
