"""Clients as a facet of the library: how many files each has under all other filters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assets.models import Asset
from assets.search import Choice, facets
from billing.models import Account, Client
from tests.clients.test_scope import found

Seen = Callable[[Client | None], Account]
Bring = Callable[..., Asset]


@pytest.fixture(autouse=True)
def library(bring: Bring, acme: Client, zen: Client) -> None:
    for client, title in ((acme, "boat one"), (acme, "boat two"), (zen, "boat"), (None, "boat")):
        bring(client, title=title)
    bring(zen, title="tram")


def told(account: Account, q: str, name: str = "client") -> dict[str, Choice]:
    named = {facet.name: facet for facet in facets(account, {"q": q})}
    return {choice.label: choice for choice in named[name].choices}


def counts(account: Account, q: str, name: str = "client") -> dict[str, int]:
    return {label: choice.count for label, choice in told(account, q, name).items()}


def test_under_all_other_filters(seen: Seen) -> None:
    boats = {"Acme": 2, "No client": 1, "Zen": 1}
    assert counts(seen(None), "boat") == boats
    assert counts(seen(None), "boat client:acme type:image") == boats
    assert counts(seen(None), "") == {"Acme": 2, "Zen": 2, "No client": 1}
    assert counts(seen(None), "boat type:video") == dict.fromkeys(boats, 0)


def test_what_is_chosen_counts_for_the_others(seen: Seen) -> None:
    assert counts(seen(None), "client:acme", "type")["Picture"] == 2
    assert counts(seen(None), "client:acme,zen", "added")["Today"] == 4
    chosen = told(seen(None), "boat client:acme")
    assert {label for label, choice in chosen.items() if choice.on} == {"Acme"}
    assert chosen["Acme"].query == "boat"


def test_a_choice_finds_what_it_counts(seen: Seen) -> None:
    for choice in told(seen(None), "boat").values():
        assert len(found(seen(None), q=choice.query)) == (2 if choice.label == "Acme" else 1)


def test_one_client_in_sight_tells_of_no_other(seen: Seen, acme: Client) -> None:
    assert counts(seen(acme), "") == {"Acme": 2}
