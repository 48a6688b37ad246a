"""Run again, remix, and on another model: the form is filled in, and nothing is ordered yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from billing.models import User
from studio.models import Job
from studio.templatetags.remake import ways_to_remake
from tests.studio.pages import People, said


@pytest.fixture
def made(cat: Asset) -> Asset:
    params = {"prompt": "A poster", "width": 640, "height": 480, "seed": 77}
    cat.recipe = {"operation": "text-to-image", "offer": "local-card", "params": params}
    cat.save()
    return cat


def test_each_way_leads_to_a_form_that_is_filled_in(
    made: Asset, sign_in: People, alice: User
) -> None:
    client: Client = sign_in(alice)
    ways = ways_to_remake(made)
    assert ways
    assert ways.again in said(client.get(reverse("asset", args=[made.pk])))
    again = said(client.get(ways.again))
    assert 'value="77"' in again
    remix = said(client.get(ways.remix))
    assert 'value="77"' not in remix
    assert "A poster" in remix
    for other in ways.others:
        assert client.get(other.url).status_code == 200
    assert not Job.objects.exists()


def test_a_priced_model_that_can_do_it_is_offered_with_its_price(
    made: Asset, order: Callable[..., Job]
) -> None:
    ways = ways_to_remake(made)
    assert ways
    assert all(other.price.endswith(" cr") or other.price == "free" for other in ways.others)
    assert "local-card" not in " ".join(other.url.split("offer=")[1] for other in ways.others)


@pytest.mark.parametrize("recipe", [{}, {"operation": "gone", "params": {}}])
def test_what_cannot_be_made_again_has_no_buttons(
    made: Asset, recipe: dict[str, object], sign_in: People, alice: User
) -> None:
    Asset.objects.for_account(made.account).update(recipe=recipe)
    made.refresh_from_db()
    assert ways_to_remake(made) is None
    assert "Run again" not in said(sign_in(alice).get(reverse("asset", args=[made.pk])))
