"""A page orders at the price, and from the payer, that stood on its button."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from billing import services
from billing.models import CREDIT, Account, Entry, Kind, User
from studio import jobs, keys
from studio.models import Job
from tests.studio.acme import PROVIDER, FakeAcme
from tests.studio.keyring import GOOD, Order
from tests.studio.pages import OPERATION, PART, People, params, said

OFFER = "acme-motion"
PRICE = "12000000:credits"
OWN = "0:own"
NONSENSE = ("", "nonsense", "9" * 5000 + ":credits", "1:own:credits", "٣:own")


@pytest.fixture
def everybodys(acme: FakeAcme, monkeypatch: pytest.MonkeyPatch) -> FakeAcme:
    """The operator has a key for Acme."""
    monkeypatch.setenv("ACME_API_KEY", GOOD)
    return acme


def carried(text: str) -> str:
    """The terms that the page would send along."""
    found = re.findall(r'<input type="hidden" name="shown" id="shown" value="([^"]*)"', text)
    assert len(found) == 1, found
    return str(found[0])


def press(client: Client, cat: Asset, shown: str, **changed: Any) -> Any:
    fields = params(cat, offer=OFFER, shown=shown, **changed)
    return client.post(OPERATION, fields, headers=PART)


def nothing_was_held(account: Account) -> bool:
    account.refresh_from_db()
    ours = Entry.objects.filter(account=account).exclude(kind=Kind.GRANT)
    return account.held == 0 and not ours.exists() and not Job.objects.exists()


def test_the_page_and_each_quote_carry_what_the_button_shows(
    everybodys: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    assert carried(said(client.get(OPERATION))) == "0:credits"
    assert carried(said(client.get(f"{OPERATION}?offer={OFFER}"))) == PRICE
    answer = said(client.post(f"{OPERATION}quote/", params(cat, offer=OFFER, shown=OWN)))
    assert carried(answer) == PRICE
    assert f'value="{PRICE}" hx-swap-oob="true"' in answer
    keys.save(rich, alice, PROVIDER, GOOD)
    assert carried(said(client.post(f"{OPERATION}quote/", params(cat, offer=OFFER)))) == OWN
    wrong = params(cat, offer=OFFER, duration="abc")
    assert carried(said(client.post(f"{OPERATION}quote/", wrong))) == ""


@pytest.mark.parametrize("part", [True, False], ids=["part", "page"])
def test_a_key_that_was_removed_meanwhile_does_not_become_a_price(
    part: bool, everybodys: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    keys.save(rich, alice, PROVIDER, GOOD)
    shown = carried(said(client.get(f"{OPERATION}?offer={OFFER}")))
    keys.remove(rich, PROVIDER)
    fields = params(cat, offer=OFFER, shown=shown)
    refused = client.post(OPERATION, fields, headers=PART if part else {})
    assert refused.status_code == 422
    assert "The price has changed: 12 cr instead of your key. Press again" in said(refused)
    assert "· 12 cr</span>" in said(refused)
    assert nothing_was_held(rich)
    again = press(client, cat, carried(said(refused)))
    assert again.status_code == 200
    rich.refresh_from_db()
    assert rich.held == 12 * CREDIT
    assert services.verify_ledger() == []


def test_a_key_that_was_brought_meanwhile_is_not_used_unasked(
    everybodys: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    keys.save(rich, alice, PROVIDER, GOOD)
    refused = press(client, cat, PRICE)
    assert refused.status_code == 422
    assert "The price has changed: your key instead of 12 cr." in said(refused)
    assert nothing_was_held(rich)
    assert press(client, cat, carried(said(refused))).status_code == 200
    assert Job.objects.get().own_key is not None


def test_a_model_that_went_away_with_its_key_is_not_replaced_unasked(
    acme: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    refused = press(sign_in(alice), cat, OWN)
    assert refused.status_code == 422
    assert "free instead of your key" in said(refused)
    assert "“acme-motion” cannot be used here now" in said(refused)
    assert nothing_was_held(rich)


@pytest.mark.parametrize("shown", NONSENSE, ids=range(len(NONSENSE)))
def test_a_price_that_was_never_shown_is_shown_first(
    shown: str, everybodys: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    refused = press(sign_in(alice), cat, shown)
    assert refused.status_code == 422
    assert "It is: 12 cr. Press again to order." in said(refused)
    assert nothing_was_held(rich)


def test_a_page_that_carries_nothing_orders_as_ever(
    everybodys: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    assert sign_in(alice).post(OPERATION, params(cat, offer=OFFER)).status_code == 302
    assert Job.objects.get().quote == 12 * CREDIT


@pytest.mark.parametrize("shown", ["", "0:credits"])
def test_what_is_free_needs_no_second_press(
    shown: str, cat: Asset, sign_in: People, alice: User
) -> None:
    assert sign_in(alice).post(OPERATION, params(cat, shown=shown)).status_code == 302
    assert "shown" not in Job.objects.get().params


def test_a_repeat_finds_its_order_whatever_it_would_cost_now(
    everybodys: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    keys.save(rich, alice, PROVIDER, GOOD)
    assert press(client, cat, OWN).status_code == 200
    keys.remove(rich, PROVIDER)
    assert f"job-{Job.objects.get().pk}" in said(press(client, cat, OWN))
    assert Job.objects.count() == 1


def test_a_refused_order_leaves_no_upload_behind(
    everybodys: FakeAcme, rich: Account, cat: Asset, sign_in: People, alice: User, picture: Any
) -> None:
    dog = SimpleUploadedFile("dog.png", picture(), content_type="image/png")
    assert press(sign_in(alice), cat, OWN, image=dog).status_code == 422
    assert list(Asset.objects.all()) == [cat]


def test_price_and_payer_come_from_one_look(
    everybodys: FakeAcme, rich: Account, alice: User, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key goes away right after the first look."""
    keys.save(rich, alice, PROVIDER, GOOD)
    look = keys.own_key

    def once(*args: Any) -> Any:
        monkeypatch.setattr(keys, "own_key", lambda *args: None)
        return look(*args)

    monkeypatch.setattr(keys, "own_key", once)
    job = order(OFFER)
    assert (job.quote, job.own_key is not None) == (0, True)
    assert jobs.quote(PROVIDER.offers[0], job.params, rich).amount == 12 * CREDIT
