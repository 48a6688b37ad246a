"""A studio that sells, and a Stripe of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from billing import services as billing
from billing.models import CREDIT, Account, Pack, Payment, Plan, User
from studio import pay
from tests.billing.plan_rows import plan
from tests.fakes.stripe import Data, FakeStripe

OLD_SECRET = "whsec_of_before"


@pytest.fixture
def stripe(db: None, settings: pytest.FixtureRequest) -> Iterator[FakeStripe]:
    with FakeStripe() as fake:
        settings.STRIPE_URL, settings.STRIPE_KEY = fake.url, fake.secret  # type: ignore[attr-defined]
        settings.STRIPE_WEBHOOK_SECRET = [fake.webhook_secret, OLD_SECRET]  # type: ignore[attr-defined]
        yield fake
    assert billing.verify_ledger() == []


@pytest.fixture
def pack(db: None) -> Pack:
    return Pack.objects.create(name="Thousand", credits=1000 * CREDIT, cents=1000)


@pytest.fixture
def basic(db: None) -> Plan:
    return plan("small", price_month=900, price_year=9000, credits=300 * CREDIT)


@pytest.fixture
def large(db: None) -> Plan:
    return plan("large", price_month=2900, price_year=29_000, credits=900 * CREDIT)


@pytest.fixture
def owner(alice: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(alice)


Choose = Callable[..., Payment]


@pytest.fixture
def choose(stripe: FakeStripe, owner: Client) -> Choose:
    """The owner chooses something to buy, and is led to Stripe: choose(pack=1)."""

    def chosen(**said: object) -> Payment:
        response = owner.post(reverse("pay"), {k: str(v) for k, v in said.items()})
        assert response.status_code == 302, response.content.decode()
        assert response.url.startswith(stripe.url)  # type: ignore[attr-defined]
        return Payment.objects.get(url=response.url)  # type: ignore[attr-defined]

    return chosen


def deliver(stripe: FakeStripe, *events: Data, **how: object) -> list[int]:
    """The events arrive, and what they are about is worked off: what each was answered."""
    answers = []
    for event in events:
        body, header = stripe.signed(event, **how)  # type: ignore[arg-type]
        answers.append(send(body, header))
    pay.work_off()
    return answers


def send(body: bytes, header: str) -> int:
    path, kind = reverse("pay-told"), "application/json"
    said = {"Stripe-Signature": header}
    return Client(enforce_csrf_checks=True).post(path, body, kind, headers=said).status_code


def available(account: Account) -> float:
    return billing.usage(account)["available"] / CREDIT
