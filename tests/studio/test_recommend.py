"""Which model is recommended, and what is said of those that cannot."""

from __future__ import annotations

import pytest

from billing.models import Account, User
from studio import catalogue
from studio.recommend import best, fits, reason
from tests.studio.pages import PART, People, said

pytestmark = pytest.mark.django_db
WORDS = "edit-by-words"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has these, and no others."""
    for name in ("WAVESPEED_API_KEY", "HF_TOKEN", "STABILITY_API_KEY"):
        monkeypatch.setenv(name, "only-for-tests")


def test_the_cheapest_first_and_the_finer_of_equals(account: Account) -> None:
    found = best(fits(catalogue.operations()[WORDS], {"prompt": "autumn"}, account))
    assert [f.amount for f in found] == sorted(f.amount for f in found)
    assert found[0].offer.key == "wavespeed-qwen-edit"
    assert reason(found[0], "cost").startswith("The cheapest that can do it.")


def test_the_finest_first_and_the_cheaper_of_equals(account: Account) -> None:
    found = best(fits(catalogue.operations()[WORDS], {}, account), "quality")
    assert found[0].offer.key == "wavespeed-flux-kontext-pro-edit"
    tiers = [f.offer.quality for f in found]
    assert tiers == sorted(tiers, key=["premium", "standard", "draft"].index)
    assert "(standard)" in reason(found[0], "quality")


def test_this_computer_is_cheapest_and_what_is_paid_is_finer(account: Account) -> None:
    found = fits(catalogue.operations()["erase"], {}, account)
    assert best(found)[0].offer.key == "local-erase"
    assert "Costs nothing" in reason(best(found)[0], "cost")
    assert best(found, "quality")[0].offer.key == "stability-erase"


def test_who_cannot_says_why(account: Account) -> None:
    operation = catalogue.operations()[WORDS]
    found = {f.offer.key: f for f in fits(operation, {"steps": 30, "guidance": 0.5}, account)}
    assert found["wavespeed-qwen-edit"].problem == "Does not take: guidance, steps."
    low = fits(operation, {"guidance": 0.5}, account)
    (kontext,) = (f for f in low if f.offer.key == "wavespeed-flux-kontext-pro-edit")
    assert "0.5" in kontext.problem
    assert "1" in kontext.problem
    assert all(not f.problem or f not in best(low) for f in low)


def test_who_does_not_answer_comes_last(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def delay(_: Account, offer: object) -> str:
        return "It is down." if getattr(offer, "provider", "") == "wavespeed" else ""

    monkeypatch.setattr("studio.recommend.keys.delay", delay)
    found = best(fits(catalogue.operations()[WORDS], {}, account))
    assert found[0].offer.provider == "huggingface"
    assert found[-1].slow


# --- where people and programs see it -----------------------------------------------------------


def test_the_menu_of_models_is_held_against_the_form(sign_in: People, bob: User) -> None:
    client = sign_in(bob)
    form = {"offer": "huggingface-flux-1-kontext-dev", "prompt": "autumn"}
    first = said(client.get(f"/edit/{WORDS}/?offer={form['offer']}"))
    assert "Does not take" not in first
    assert first.count(">Cheapest<") == first.count(">Finest<") == 1
    later = said(client.post(f"/edit/{WORDS}/quote/", {**form, "steps": "30"}, headers=PART))
    assert 'id="model-list" hx-swap-oob="true"' in later
    assert "Does not take: steps." in later


def test_a_form_with_mistakes_still_has_models(sign_in: People, bob: User) -> None:
    form = {"offer": "huggingface-flux-1-kontext-dev", "steps": "many"}
    answer = sign_in(bob).post(f"/edit/{WORDS}/quote/", form, headers=PART)
    assert "Qwen Image Edit" in said(answer)
