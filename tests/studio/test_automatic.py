"""The automatic choice: all that its form lists can be ordered with the models that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from studio import catalogue, keys
from studio.orders import OrderForm
from studio.spec import Offer

KEYS = {
    "wavespeed": "WAVESPEED_API_KEY",
    "stability": "STABILITY_API_KEY",
    "huggingface": "HF_TOKEN",
    "gemini": "GEMINI_API_KEY",
}
SOME = [*((one,) for one in KEYS), tuple(KEYS)]


@pytest.fixture
def small(account: Account, alice: User, picture: Callable[..., bytes]) -> Asset:
    upload = SimpleUploadedFile("small.png", picture((512, 384)))
    return ingest(upload, account=account, user=alice, filename="small.png")


def automatic(account: Account) -> list[Offer]:
    found = []
    for key in catalogue.operations():
        offers = catalogue.offers(key, keys.usable(account))
        found += [o for o in offers if o.provider == "automatic"]
    return found


def order(offer: Offer, account: Account, user: User, said: dict[str, Any]) -> OrderForm:
    operation = catalogue.operations()[offer.operation]
    return OrderForm(operation, offer, said, account=account, user=user)


def listed(offer: Offer) -> Iterator[dict[str, Any]]:
    """Each choice of the form by itself, in each quality."""
    params = {p.name: p for p in offer.params(catalogue.operations()[offer.operation])}
    for quality in params["quality"].choices:
        yield {"quality": quality}
        for param in params.values():
            several = param.choices if len(param.choices) < 12 else param.choices[::20]
            if param.name != "quality":
                yield from ({"quality": quality, param.name: choice} for choice in several)


@pytest.mark.parametrize("configured", SOME, ids="+".join)
def test_what_it_lists_can_be_ordered(
    configured: tuple[str, ...],
    account: Account,
    alice: User,
    small: Asset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in configured:
        monkeypatch.setenv(KEYS[name], "only-for-tests")
    offers = automatic(account)
    assert offers
    for offer in offers:
        operation = catalogue.operations()[offer.operation]
        needed: dict[str, Any] = {
            p.name: str(small.pk) if p.is_asset else "A boat"
            for p in offer.params(operation)
            if p.required
        }
        for said in listed(offer):
            form = order(offer, account, alice, needed | said)
            assert form.is_valid(), (offer.key, said, form.problems())
            assert form.chosen.quality == said["quality"]


@pytest.fixture
def upscale(account: Account, monkeypatch: pytest.MonkeyPatch) -> Offer:
    monkeypatch.setenv("STABILITY_API_KEY", "only-for-tests")
    (found,) = [o for o in automatic(account) if o.operation == "upscale"]
    return found


def test_an_upscale_needs_no_words(
    upscale: Offer, account: Account, alice: User, small: Asset
) -> None:
    prompts = set()
    for quality in ("standard", "premium"):
        form = order(upscale, account, alice, {"image": str(small.pk), "quality": quality})
        assert form.is_valid(), form.problems()
        prompts.add(form.wanted[0].doers[0].params["prompt"])
    assert len(prompts) == 2
    assert all("sharp" in prompt for prompt in prompts)


def test_words_that_no_model_of_that_quality_takes_are_left_out_with_a_note(
    upscale: Offer, account: Account, alice: User, small: Asset
) -> None:
    said = {"image": str(small.pk), "quality": "draft", "prompt": "A boat"}
    form = order(upscale, account, alice, said)
    assert form.is_valid(), form.problems()
    doer = form.wanted[0].doers[0]
    assert "prompt" not in doer.params
    assert "Prompt is left out: no model of quality “draft” takes it." in doer.notes


def test_an_unknown_size_is_refused_by_the_form_itself(
    upscale: Offer, account: Account, alice: User, small: Asset
) -> None:
    form = order(upscale, account, alice, {"image": str(small.pk), "size": "4x"})
    assert not form.is_valid()
    assert [p["field"] for p in form.problems()] == ["size"]


def test_what_all_stumble_over_is_said_beside_the_control(
    upscale: Offer, account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    upload = SimpleUploadedFile("large.png", picture((1400, 1000)))
    large = ingest(upload, account=account, user=alice, filename="large.png")
    form = order(upscale, account, alice, {"image": str(large.pk), "quality": "premium"})
    assert not form.is_valid()
    (problem,) = form.problems()
    assert problem["field"] == "image"
    assert form.ways_out == {problem["message"]: "shrink"}
