"""The plan: who may choose another, and that what is done is what was shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from billing import plans
from billing.models import CREDIT, Account, AuditEvent, Plan, Role, Subscription, User
from tests.studio.pages import said

SignIn = Callable[[User], Browser]
PLAN = "/account/plan/"


@pytest.fixture(autouse=True)
def small(account: Account, settings: Any) -> Plan:
    """The account has Small; Large costs more, and people may choose."""
    settings.PLANS_BY_OWNER = True
    Plan.objects.all().delete()
    small = Plan.objects.create(key="small", name="Small", price_month=500, credits=10 * CREDIT)
    Plan.objects.create(
        key="large", name="Large", price_month=2000, price_year=20000, credits=100 * CREDIT
    )
    Plan.objects.create(key="secret", name="Secret", hidden=True)
    plans.subscribe(account, small)
    return small


def choose(browser: Browser, plan: str, cycle: str = "month") -> Any:
    """Look at what it would do, and do that."""
    page = browser.get(PLAN, {"plan": plan, "cycle": cycle})
    sent = {"plan": plan, "cycle": cycle, "agreed": page.context["agreed"]}
    return browser.post(PLAN, {"action": "choose", **sent})


def test_what_a_larger_plan_does_is_said_and_then_done(
    sign_in: SignIn, alice: User, account: Account
) -> None:
    browser = sign_in(alice)
    page = browser.get(PLAN, {"plan": "large", "cycle": "month"})
    told = page.context["change"]
    assert (told.at_once, told.credits, told.cents) == (True, 90 * CREDIT, 1500)
    assert "Large counts at once and brings 90 credits." in said(page)
    assert "$15" in said(page)
    assert Subscription.objects.get().plan.key == "small"
    assert choose(browser, "large").url == PLAN
    assert Subscription.objects.get().plan.key == "large"
    account.refresh_from_db()
    assert account.balance == 100 * CREDIT
    event = AuditEvent.objects.get(action="plan.changed")
    assert (event.of, event.user, event.details["before"]) == ("Large", alice, "Small")


def test_a_smaller_one_waits_for_the_end_of_the_period(
    sign_in: SignIn, alice: User, account: Account
) -> None:
    browser = sign_in(alice)
    choose(browser, "large")
    choose(browser, "small")
    own = Subscription.objects.get()
    assert (own.plan.key, own.next_plan and own.next_plan.key) == ("large", "small")
    page = said(browser.get(PLAN))
    assert "After it</dt><dd>Small" in page


def test_what_is_something_else_by_now_is_shown_again(
    sign_in: SignIn, alice: User, small: Plan
) -> None:
    browser = sign_in(alice)
    agreed = browser.get(PLAN, {"plan": "large"}).context["agreed"]
    Plan.objects.filter(key="large").update(price_month=9000)
    sent = {"action": "choose", "plan": "large", "cycle": "month", "agreed": agreed}
    page = browser.post(PLAN, sent)
    assert page.status_code == 422
    assert "It is something else by now." in said(page)
    assert Subscription.objects.get().plan == small
    again = {**sent, "agreed": page.context["agreed"]}
    assert browser.post(PLAN, again).status_code == 302
    assert Subscription.objects.get().plan.key == "large"


def test_it_ends_with_its_period_or_goes_on_after_all(sign_in: SignIn, alice: User) -> None:
    browser = sign_in(alice)
    browser.post(PLAN, {"action": "cancel"})
    assert Subscription.objects.get().renews is False
    assert "Ends with its period" in said(browser.get(PLAN))
    browser.post(PLAN, {"action": "resume"})
    assert Subscription.objects.get().renews is True


def test_what_has_ended_cannot_be_let_go_on(sign_in: SignIn, alice: User, account: Account) -> None:
    own = Subscription.objects.get()
    plans.cancel(account)
    plans.renew_due(own.period_end + timedelta(days=1))
    page = sign_in(alice).post(PLAN, {"action": "resume"})
    assert (page.status_code, "Choose one first." in said(page)) == (422, True)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"plan": "none"}, "There is no plan “none”. Choose small or large."),
        ({"plan": "secret"}, "There is no plan “secret”."),
        ({"plan": "large", "cycle": "day"}, "“day” is no cycle. Choose month or year."),
        ({"plan": "large", "agreed": "x"}, "It is something else by now."),
    ],
    ids=["unknown", "hidden", "cycle", "agreed"],
)
def test_what_cannot_be_chosen_is_refused(
    sign_in: SignIn, alice: User, small: Plan, sent: dict[str, str], words: str
) -> None:
    page = sign_in(alice).post(PLAN, {"action": "choose", **sent})
    assert page.status_code == 422
    assert words in said(page)
    assert Subscription.objects.get().plan == small


@pytest.mark.parametrize("who", ["ada", "bob", "vera"], ids=["admin", "member", "viewer"])
def test_only_an_owner_chooses(
    request: pytest.FixtureRequest, sign_in: SignIn, small: Plan, who: str
) -> None:
    browser = sign_in(request.getfixturevalue(who))
    page = browser.get(PLAN, {"plan": "large"})
    assert page.context["change"] is None
    assert "Owners of alice&#x27;s studio choose its plan." in said(page)
    sent = {"action": "choose", "plan": "large", "cycle": "month", "agreed": ""}
    assert browser.post(PLAN, sent).status_code == 403
    assert browser.post(PLAN, {"action": "cancel"}).status_code == 403
    own = Subscription.objects.get()
    assert (own.plan, own.renews) == (small, True)


@pytest.mark.parametrize(
    ("by_owner", "external", "words"),
    [(False, "", "Ask the operator"), (True, "sub_1", "is changed where it is paid")],
    ids=["by-operator", "paid-elsewhere"],
)
def test_where_it_is_not_chosen_here_the_page_says_by_whom(
    sign_in: SignIn, alice: User, settings: Any, by_owner: bool, external: str, words: str
) -> None:
    settings.PLANS_BY_OWNER = by_owner
    Subscription.objects.update(external=external)
    browser = sign_in(alice)
    assert words in said(browser.get(PLAN))
    answer = browser.post(PLAN, {"action": "cancel"})
    assert (answer.status_code, words in said(answer)) == (403, True)


def test_without_a_plan_the_page_says_what_that_means(
    sign_in: SignIn, charlie: User, settings: Any
) -> None:
    assert charlie.membership_set.get().role == Role.OWNER
    page = said(sign_in(charlie).get(PLAN))
    assert "Without a plan nothing is limited but by the credits and the budgets." in page
    assert choose(sign_in(charlie), "large", "year").status_code == 302
    own = Subscription.objects.get(account__members=charlie)
    assert (own.plan.key, own.cycle) == ("large", "year")
