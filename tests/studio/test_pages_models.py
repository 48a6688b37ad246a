"""The page of an operation with several models: cards, prices, proposals, and what takes a key."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from assets.models import Asset
from billing.models import CREDIT, Account, User
from studio import catalogue, keys, secrets
from studio.models import Job, ProviderKey
from studio.spec import Offer
from tests.studio.pages import OPERATION, PART, People, params, said

TEXT = "/transform/text-to-video/"
REPLACE = "/edit/search-replace/"
KLING = "fal-kling-2.6-pro"


@pytest.fixture
def fal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has a key for fal.ai, and for nobody else."""
    monkeypatch.setenv("FAL_KEY", "only-for-tests")


def own_key(account: Account, provider: str = "fal") -> None:
    ProviderKey.objects.create(
        account=account, provider=provider, cipher=secrets.encrypt("mine"), tail="mine"
    )


def card(text: str, offer: str) -> str:
    """The part of the page that is the card of that offer."""
    found = re.search(rf'<a class="model" href="\?offer={re.escape(offer)}".*?</a>', text, re.S)
    assert found, offer
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def quote(client: Any, offer: str, **data: Any) -> str:
    answer = client.post(f"{OPERATION}quote/", {"offer": offer, **data})
    assert answer.status_code == 200
    return unescape(said(answer))


def derived(answer: str) -> Any:
    found = re.search(r'id="derived" data-derived="(.*?)" hidden', answer, re.S)
    assert found
    return json.loads(found[1])


def test_the_models_are_cards_with_price_and_limits(fal: None, sign_in: People, bob: User) -> None:
    text = said(sign_in(bob).get(OPERATION))
    told = card(text, KLING)
    for words in ("Kling 2.6 Pro", "fal.ai", "35 cr", "no seed"):
        assert words in told
    start = text.index('<summary class="model"')
    summary = text[start : text.index("</summary>", start)]
    assert "Motion engine" in summary
    assert "free" in summary


def test_what_takes_a_key_is_listed_with_the_way_to_one(
    fal: None, sign_in: People, bob: User
) -> None:
    text = said(sign_in(bob).get(OPERATION))
    account = reverse("account")
    assert f'href="{account}#own-key-wavespeed"' in text
    assert f'href="{account}#own-key-fal"' not in text
    assert "≈ $0.50" in text
    # A server of the operator's own takes an address, which no key replaces.
    assert "#own-key-comfyui" not in text


WITH_A_PAGE = [
    offer
    for offer in catalogue.declared_offers().values()
    if not catalogue.operations()[offer.operation].elsewhere
]


@pytest.mark.parametrize("offer", WITH_A_PAGE, ids=lambda o: o.key)
def test_every_offer_has_a_page_with_all_its_controls(
    offer: Offer, sign_in: People, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "is_configured", lambda provider: True)
    operation = catalogue.operations()[offer.operation]
    address = reverse("operation", args=[operation.module, operation.key])
    client = sign_in(bob)
    text = said(client.get(f"{address}?offer={offer.key}"))
    assert f'name="offer" value="{offer.key}"' in text
    for param in offer.params(operation):
        # What is measured is not asked for.
        assert (f'name="{param.name}"' in text) is not bool(param.measures), param.name
    assert "has to be corrected" not in text
    answer = said(client.post(f"{address}quote/", {"offer": offer.key}))
    assert "has to be corrected" not in answer


def test_the_price_is_on_the_button_with_its_rule(
    fal: None, rich: Account, sign_in: People, alice: User
) -> None:
    answer = quote(sign_in(alice), KLING, duration="10", make_audio="true")
    assert "Price</dt><dd" in answer
    assert "10 s × $0.14 with sound = $1.40" in answer
    assert "Not enough credits: 140 cr needed, 100 available" in answer
    answer = quote(sign_in(alice), KLING, duration="5")
    assert "· 35 cr" in answer
    assert "≈ $0.35" in answer
    assert "leaves 65 of 100 cr" in answer


def test_a_key_of_ones_own_costs_no_credits_and_says_who_bills(
    account: Account, sign_in: People, alice: User
) -> None:
    own_key(account)
    client = sign_in(alice)
    assert "your key" in card(said(client.get(OPERATION)), KLING)
    answer = quote(client, KLING, duration="5")
    assert "· your key" in answer
    assert "your key · fal.ai bills about $0.35" in answer
    assert "35 cr" not in answer


def test_somebody_elses_key_opens_nothing(account: Account, sign_in: People, charlie: User) -> None:
    own_key(account)
    text = said(sign_in(charlie).get(OPERATION))
    assert f"?offer={KLING}" not in text
    response = sign_in(charlie).get(f"{OPERATION}?offer={KLING}")
    assert 'name="offer" value="local-motion"' in said(response)


def test_the_proposal_comes_with_the_price_and_is_what_is_sent(
    fal: None, sign_in: People, alice: User
) -> None:
    said_so = {"prompt": "A cat yawns", "motion": "pan", "direction": "up", "strength": "90"}
    answer = quote(sign_in(alice), KLING, **said_so, motion_words="")
    assert derived(answer) == {"motion_words": "The camera dramatically pans up."}
    assert "A cat yawns. The camera dramatically pans up." in answer
    answer = quote(sign_in(alice), KLING, **said_so, motion_words="It rises.")
    assert derived(answer) == {}
    assert "A cat yawns. It rises." in answer
    assert "<dt>Strength" not in answer, "only the words are sent"


def test_a_picture_that_is_too_small_is_said_while_the_form_is_filled(
    fal: None, cat: Asset, sign_in: People, alice: User
) -> None:
    assert "needs 300 px" in quote(sign_in(alice), KLING, image=str(cat.pk))


def test_a_refused_order_keeps_model_and_words(
    fal: None, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    Asset.objects.filter(pk=cat.pk).update(width=640, height=480)
    sent = {"offer": KLING, "image": cat.pk, "prompt": "A cat yawns", "duration": "7", "key": "k"}
    response = sign_in(alice).post(OPERATION, sent, headers=PART)
    assert response.status_code == 422
    text = said(response)
    assert "Choose 5 or 10" in text
    assert ">A cat yawns</textarea>" in text
    assert f'name="offer" value="{KLING}"' in text
    assert not Job.objects.exists()
    response = sign_in(alice).post(OPERATION, {**sent, "duration": "5"}, headers=PART)
    job = Job.objects.get()
    assert response.status_code == 200
    assert (job.offer, job.quote, job.title) == (KLING, 35 * CREDIT, "Cat · A cat yawns")
    assert "strength" not in job.params


def test_without_money_a_paid_model_is_refused_in_place(
    fal: None, cat: Asset, sign_in: People, alice: User
) -> None:
    Asset.objects.filter(pk=cat.pk).update(width=640, height=480)
    sent = {"offer": KLING, "image": cat.pk, "prompt": "A cat yawns"}
    response = sign_in(alice).post(OPERATION, sent, headers=PART)
    assert response.status_code == 422
    assert not Job.objects.exists()


def test_run_again_opens_the_same_model_and_its_words_follow_again(
    fal: None, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    Asset.objects.filter(pk=cat.pk).update(width=640, height=480)
    client = sign_in(alice)
    sent = {"offer": KLING, "image": cat.pk, "prompt": "A cat yawns", "motion": "pan"}
    client.post(OPERATION, sent)
    job = Job.objects.get()
    assert job.params["motion_words"] == "The camera steadily pans to the left."
    text = said(client.get(f"{OPERATION}?job={job.pk}"))
    assert f'name="offer" value="{KLING}"' in text
    assert ">A cat yawns</textarea>" in text
    assert ">The camera" not in text, "it is a proposal, not something that was written"
    assert "The camera steadily pans to the left." in text
    Job.objects.update(params={**job.params, "motion_words": "It glides."})
    assert ">It glides.</textarea>" in said(client.get(f"{OPERATION}?job={job.pk}"))
    assert "Motion in words" in said(client.get(reverse("job", args=[job.pk])))


def test_a_model_that_is_gone_is_said(
    fal: None, rich: Account, cat: Asset, sign_in: People, alice: User
) -> None:
    text = said(sign_in(alice).get(f"{OPERATION}?offer=wavespeed-wan-2.5"))
    assert "“wavespeed-wan-2.5” cannot be used here now. Motion engine is chosen instead" in text


# --- text to video ------------------------------------------------------------------------------


def test_a_title_card_is_called_one(sign_in: People, bob: User) -> None:
    text = said(sign_in(bob).get(TEXT))
    assert "this is no AI video" in text
    assert "a title card, drawn on this computer" in text
    assert 'maxlength="200"' in text


def test_an_empty_page_is_no_mistake_but_an_empty_order_is(sign_in: People, bob: User) -> None:
    client = sign_in(bob)
    assert "is missing" not in said(client.get(TEXT))
    response = client.post(TEXT, {"offer": "local-title-card"})
    assert response.status_code == 422
    assert "Words is missing" in said(response)


def test_a_title_card_is_ordered_with_its_words(sign_in: People, bob: User) -> None:
    sent = {"offer": "local-title-card", "prompt": "One\r\ntwo", "width": "64", "height": "64"}
    assert sign_in(bob).post(TEXT, sent).status_code == 302
    job = Job.objects.get()
    assert job.params["prompt"].split() == ["One", "two"]
    assert (job.title, job.params["style"], job.quote) == ("One two", "aurora", 0)


@pytest.mark.parametrize("headers", [{}, PART])
def test_what_a_title_card_cannot_draw_is_said_before_the_order(
    headers: dict[str, str], sign_in: People, bob: User
) -> None:
    sent = {"offer": "local-title-card", "prompt": "Hi 🎬", "key": "k1"}
    client = sign_in(bob)
    for address, status in ((TEXT, 422), (f"{TEXT}quote/", 200)):
        answer = client.post(address, sent, headers=headers)
        assert answer.status_code == status
        assert "has no “🎬” (U+1F3AC)" in said(answer)
    assert "Hi 🎬</textarea>" in said(client.post(TEXT, sent)), "what was written stays"
    assert not Job.objects.exists()


def test_the_operations_of_a_module_lead_to_each_other(sign_in: People, bob: User) -> None:
    for here, there in ((OPERATION, TEXT), (TEXT, OPERATION)):
        text = said(sign_in(bob).get(here))
        assert f'<a href="{there}" >' in text
        assert f'<a href="{here}" aria-current="page">' in text


# --- nobody can do it yet -----------------------------------------------------------------------


def test_what_nobody_can_do_yet_says_what_it_takes(sign_in: People, bob: User) -> None:
    client = sign_in(bob)
    response = client.get(REPLACE)
    assert response.status_code == 200
    assert "It takes one of these models, and a key of yours" in said(response)
    assert "#own-key-stability" in said(response)
    assert client.post(REPLACE, params(Asset(), image="")).status_code == 200
    assert not Job.objects.exists()


def test_with_a_key_it_is_there(account: Account, sign_in: People, alice: User) -> None:
    own_key(account, "stability")
    assert 'name="offer" value="stability-search-replace"' in said(sign_in(alice).get(REPLACE))
