"""That a budget is used up so far is told once: on the page, by e-mail, to addresses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail

from billing import budgets
from billing import services as billing
from billing.models import CREDIT, Account, ApiKey, BudgetAlert, Client, Membership, User
from studio import budget_alerts, hooks, notices
from studio.models import UserNotice, WebhookDelivery, WebhookTarget


@pytest.fixture
def acme(account: Account) -> Client:
    return Client.objects.create(account=account, name="Acme")


def spend(account: Account, credits: int, reference: str, **purpose: Any) -> None:
    its = billing.Purpose(**purpose)
    billing.grant(account, credits * CREDIT, f"grant:{reference}")
    billing.hold(account, credits * CREDIT, reference, purpose=its)
    billing.charge(account, credits * CREDIT, reference)


def told() -> list[tuple[str, str]]:
    rows = UserNotice.objects.filter(kind="budget.alert").order_by("id")
    return [(notice.user.username, notice.title) for notice in rows.select_related("user")]


def test_it_is_told_once_in_every_way(
    account: Account, alice: User, bob: User, target: WebhookTarget
) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    budgets.set_budget(account, "account", hard=10 * CREDIT)
    spend(account, 8, "job:1")
    assert budget_alerts.deliver() == 2
    assert budget_alerts.deliver() == 0
    assert told() == [
        ("alice", "The budget of the account has come to 50 %"),
        ("alice", "The budget of the account has come to 80 %"),
    ]
    assert not BudgetAlert.objects.filter(delivered=None).exists()
    notices.send_due()
    assert [m.to for m in mail.outbox] == [["alice@example.com"]] * 2
    assert "8 credits of 10 credits are spent this month" in mail.outbox[1].body
    sent = WebhookDelivery.objects.filter(type="budget.alert", target=target).order_by("id")
    bodies = [json.loads(one.body)["data"] for one in sent]
    assert [body["percent"] for body in bodies] == [50, 80]
    assert bodies[1]["spent"] == {"amount": 8 * CREDIT, "credits": 8.0}
    example = hooks.EVENTS["budget.alert"].example
    assert set(example) == set(bodies[0])
    assert set(example["budget"]) == set(bodies[0]["budget"])


def test_used_up_is_told_with_what_follows(account: Account, alice: User) -> None:
    budgets.set_budget(account, "account", hard=10 * CREDIT)
    spend(account, 10, "job:1")
    budget_alerts.deliver()
    last = UserNotice.objects.order_by("-id")[0]
    assert last.title == "The budget of the account is used up"
    assert "No more is spent from it" in last.text


def test_whose_budget_it_is_is_told_as_well(
    account: Account, alice: User, bob: User, vera: User, acme: Client
) -> None:
    """A member, who works for the client alone, and who has the key; nobody else."""
    key = ApiKey.objects.create(account=account, user=bob, name="Night", prefix="p", digest="d")
    limited = Membership.objects.get(user=vera)
    limited.limited = True
    limited.save()
    limited.clients.set([acme])
    budgets.set_budget(account, "member", user=bob, hard=100 * CREDIT)
    budgets.set_budget(account, "client", client=acme, hard=50 * CREDIT)
    budgets.set_budget(account, "key", api_key=key, hard=20 * CREDIT)
    spend(account, 50, "job:1", user=bob.pk)
    spend(account, 25, "job:2", client=acme.pk)
    spend(account, 10, "job:3", key=key.pk)
    assert budget_alerts.deliver() == 3
    assert sorted(told()) == [
        ("alice", "The budget of Acme has come to 50 %"),
        ("alice", "The budget of Night has come to 50 %"),
        ("alice", "The budget of bob has come to 50 %"),
        ("bob", "The budget of Night has come to 50 %"),
        ("bob", "The budget of bob has come to 50 %"),
        ("vera", "The budget of Acme has come to 50 %"),
    ]


def test_who_has_left_is_told_nothing(account: Account, alice: User, bob: User) -> None:
    budgets.set_budget(account, "member", user=bob, hard=10 * CREDIT)
    spend(account, 5, "job:1", user=bob.pk)
    Membership.objects.filter(user=bob).delete()
    budget_alerts.deliver()
    assert [name for name, _ in told()] == ["alice"]


def test_one_that_cannot_be_told_does_not_hold_up_the_others(
    account: Account, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is told later, when it can be."""
    budgets.set_budget(account, "account", hard=10 * CREDIT)
    spend(account, 8, "job:1")
    real = budget_alerts.alerts.alert

    def broken(account: Account, title: str, *args: Any, **more: Any) -> None:
        if "50" in title:
            raise RuntimeError("no")
        real(account, title, *args, **more)

    monkeypatch.setattr(budget_alerts.alerts, "alert", broken)
    assert budget_alerts.deliver() == 1
    monkeypatch.setattr(budget_alerts.alerts, "alert", real)
    assert budget_alerts.deliver() == 1
    assert len(told()) == 2
