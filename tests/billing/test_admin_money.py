"""What the operator does with plans, budgets and prices: always through the services."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from billing import prices
from billing import services as billing
from billing.models import CREDIT, Account, Plan, Price, Subscription, User
from studio import catalogue, price_list
from tests.billing.plan_rows import plan


@pytest.fixture
def operator(db: None, client: Client) -> Iterator[Client]:
    client.force_login(User.objects.create_superuser("root"))
    price_list.forget()
    yield client
    price_list.forget()


def send(client: Client, name: str, said: dict[str, object], *args: object) -> str:
    page = client.post(reverse(f"admin:billing_{name}", args=args), said, follow=True)
    assert page.status_code == 200
    return page.content.decode()


def test_a_subscription_that_is_added_brings_its_credits(
    operator: Client, account: Account
) -> None:
    small = plan(credits=5 * CREDIT)
    said = {"account": account.pk, "plan": small.pk, "cycle": "month", "renews": "on"}
    send(operator, "subscription_add", said)
    assert billing.usage(account)["available"] == 5 * CREDIT
    large = plan("large", price_month=100, credits=9 * CREDIT)
    own = Subscription.objects.get()
    said = {"plan": large.pk, "cycle": "month", "renews": "on"}
    assert "counts at once" in send(operator, "subscription_change", said, own.pk)
    assert billing.usage(account)["available"] == 9 * CREDIT
    send(operator, "subscription_change", {"plan": large.pk, "cycle": "month"}, own.pk)
    own.refresh_from_db()
    assert (own.plan, own.renews) == (large, False)
    assert billing.verify_ledger() == []


def test_caps_of_a_plan_are_looked_at(operator: Client) -> None:
    free = Plan.objects.get(key="free")
    said = {
        "name": "Free", "price_month": 0, "price_year": 0, "credits": 0, "position": 0,
        "caps": '{"pictures": 3}', "offers": "null",
    }  # fmt: skip
    assert "is not counted" in send(operator, "plan_change", said, free.pk)
    send(operator, "plan_change", said | {"caps": '{"images": 3}'}, free.pk)
    free.refresh_from_db()
    assert (free.caps, free.offers) == ({"images": 3}, None)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ('{"prices": {"720p": "0"}}', "gives it away"),
        ('{"pounds": "1"}', "no figure"),
        ('"0.05"', "Write the figures as"),
    ],
    ids=["nought", "unknown", "no object"],
)
def test_a_price_by_mistake_is_refused(operator: Client, figures: str, words: str) -> None:
    assert words in send(operator, "price_add", price(figures))
    assert not Price.objects.exists()


def price(figures: str) -> dict[str, object]:
    when = {"valid_from_0": "2100-01-01", "valid_from_1": "00:00"}
    return {"offer": "wavespeed-wan-2.5", "figures": figures, "source": "their page", **when}


def test_a_price_is_added_and_never_changed(operator: Client) -> None:
    send(operator, "price_add", price(json.dumps({"prices": {"720p": "0.11"}})))
    row = Price.objects.get()
    assert row.user
    assert (row.user.username, row.source) == ("root", "their page")
    address = reverse("admin:billing_price_change", args=[row.pk])
    assert operator.post(address, price('{"prices": {"720p": "0.2"}}')).status_code == 403


def test_the_list_of_models_tells_the_price_that_counts(operator: Client) -> None:
    offer = catalogue.all_offers()["wavespeed-hunyuan-1.5-text"]
    prices.set_price(offer.key, offer.price, {"prices": {"720p": "0.77"}}, source="their page")
    price_list.forget()
    page = operator.get(reverse("admin:studio_offerswitch_changelist")).content.decode()
    assert "5 s × $0.77 at 720p" in page
    assert "5 s × $0.04 at 720p" not in page


@pytest.mark.parametrize("name", ["plan", "subscription", "budget", "lot", "hold", "price"])
def test_every_list_opens(operator: Client, account: Account, name: str) -> None:
    billing.grant(account, CREDIT, "grant:1")
    billing.hold(account, CREDIT, "job:1")
    assert operator.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
