"""Where plans and packs are sold: the page of the plan leads to the till, and settings by which
they could be had without paying stop the start."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Pack, Plan
from studio import checks
from tests.fakes.stripe import FakeStripe


def test_the_page_of_the_plan_sells_it(
    stripe: FakeStripe,
    owner: Client,
    basic: Plan,
    pack: Pack,
    settings: pytest.FixtureRequest,
) -> None:
    settings.PLANS_BY_OWNER = False  # type: ignore[attr-defined]
    page = owner.get(reverse("plan")).content.decode()
    assert "Buy for $10" in page
    assert "$9 a month" in page
    assert f'action="{reverse("pay")}"' in page
    assert 'value="choose"' not in page
    assert "The operator of this studio sets the plan" not in page
    settings.STRIPE_KEY = ""  # type: ignore[attr-defined]
    page = owner.get(reverse("plan")).content.decode()
    assert "Buy for" not in page
    assert "The operator of this studio sets the plan" in page


@pytest.mark.parametrize(
    ("by_owner", "secrets", "said"),
    [
        (True, ["whsec_x"], "without paying"),
        (False, [], "STRIPE_WEBHOOK_SECRET is empty"),
        (False, ["whsec_x"], ""),
    ],
)
def test_a_till_that_gives_away_or_hears_nothing_does_not_start(
    by_owner: bool, secrets: list[str], said: str, settings: pytest.FixtureRequest
) -> None:
    settings.STRIPE_KEY = "sk_test_x"  # type: ignore[attr-defined]
    settings.PLANS_BY_OWNER = by_owner  # type: ignore[attr-defined]
    settings.STRIPE_WEBHOOK_SECRET = secrets  # type: ignore[attr-defined]
    found = checks.check_sale(None)
    assert [said in str(each.msg) for each in found] == ([True] if said else [])
    settings.STRIPE_KEY = ""  # type: ignore[attr-defined]
    assert checks.check_sale(None) == []
