"""Work elsewhere over the API: who does it, and what is decided when nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from billing.models import CREDIT, Account, User
from billing.pricing import units
from studio import catalogue, secrets
from studio.models import Job, ProviderKey
from tests.api.conftest import post
from tests.studio.acme import PROVIDER, Acme

Told = dict[str, Any]
WAYS = ("cancel", "retry", "send_again", "give_up")


@pytest.fixture
def review(
    api: Client, body: Any, rich: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Told]]:
    """review(state="review", **fields) → what is told of a job for Acme that holds 12 credits."""
    settings.EXTRA_PROVIDERS = ["tests.studio.acme"]
    monkeypatch.setenv("ACME_API_KEY", "acme-key-of-the-operator")
    catalogue.clear()

    def make(state: str = "review", **fields: Any) -> Told:
        told = post(api, "/api/v1/jobs/", body("acme-motion"))
        assert told.status_code == 201, told.content
        Job.objects.filter(pk=told.json()["id"]).update(state=state, **fields)
        return dict(api.get(told["Location"]).json())

    yield make
    catalogue.clear()


def possible(told: Told) -> set[str]:
    return {way for way in WAYS if told["links"][way]}


@pytest.mark.parametrize(
    ("state", "ref", "stops", "ways"),
    [
        ("queued", "", False, {"cancel"}),
        ("running", "ref", False, set()),
        ("running", "ref", True, {"cancel"}),
        ("unknown", "", True, {"give_up"}),
        ("fetching", "ref", True, set()),
        ("review", "", True, {"send_again", "give_up"}),
        ("review", "ref", True, {"cancel", "give_up"}),
        ("failed", "ref", True, {"retry"}),
    ],
)
def test_links_are_what_can_be_done(
    state: str,
    ref: str,
    stops: bool,
    ways: set[str],
    api: Client,
    review: Callable[..., Told],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Acme, "cancels", stops)
    told = review(state, provider_ref=ref)
    assert possible(told) == ways
    for way in set(WAYS) - {"retry"}:
        address = f"/api/v1/jobs/{told['id']}/{way.replace('_', '-')}/"
        if way not in ways:
            assert post(api, address, None).status_code == 409, way


def test_send_again(api: Client, review: Callable[..., Told], rich: Account) -> None:
    told = review()
    answer = post(api, told["links"]["send_again"], None)
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["id"]) == ("queued", told["id"])
    rich.refresh_from_db()
    assert rich.held == 12 * CREDIT
    again = post(api, told["links"]["send_again"], None)
    assert again.status_code == 409
    assert "unknown outcome" in again.json()["message"]


@pytest.mark.parametrize(("state", "ref"), [("review", "far too late"), ("unknown", "")])
def test_give_up(
    state: str, ref: str, api: Client, review: Callable[..., Told], rich: Account
) -> None:
    told = review(state, provider_ref=ref)
    answer = post(api, told["links"]["give_up"], None)
    assert answer.status_code == 200
    assert answer.json()["error"]["kind"] == "possibly_charged"
    rich.refresh_from_db()
    assert (rich.held, rich.balance) == (0, 100 * CREDIT)
    assert post(api, told["links"]["give_up"], None).status_code == 409


def test_who_did_it_and_what_they_took(
    review: Callable[..., Told], account: Account, alice: User
) -> None:
    told = review("running")
    assert (told["provider"], told["own_key"], told["provider_cost"]) == ("acme", False, None)
    assert review("running", provider_cost=0)["provider_cost"] == 0
    cipher = secrets.encrypt("k" * 20)
    own = ProviderKey.objects.create(account=account, user=alice, provider="acme", cipher=cipher)
    told = review("running", own_key=own, provider_cost=units("0.25"))
    assert (told["own_key"], told["provider_cost"]) == (True, 25 * CREDIT)
    assert told["price"]["estimate"] == 0


def test_nothing_of_a_providers_addresses_or_of_the_hook_is_told(
    api: Client, review: Callable[..., Told]
) -> None:
    hidden = f"{PROVIDER.home}/hush?sig=1"
    told = review(
        "fetching",
        stage=hidden[:60],
        provider_ref=hidden,
        links={"status": hidden},
        results=[{"url": hidden, "own": True}],
    )
    job = Job.objects.get(pk=told["id"])
    for address in (told["links"]["self"], "/api/v1/jobs/"):
        text = api.get(address).content.decode()
        assert "hush" not in text
        assert PROVIDER.home not in text
        assert job.hook not in text
