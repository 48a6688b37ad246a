"""A search for a name that nothing has finds nothing, and the page says why."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from assets import services
from assets.models import Asset, Tag
from assets.search import filter_assets
from assets.search.ask import Ask
from assets.search.unknown import unknown_names
from assets.services import collections
from billing import clients
from billing.models import Account, Membership, Role, User
from billing.scope import Scope
from tests.studio.pages import People, said


@pytest.fixture
def named(account: Account) -> Account:
    for name in ("Acme", "Zen Garden"):
        clients.make(account, name)
    collections.make(account, "Summer")
    Tag.objects.create(account=account, name="sea")
    other = Account.objects.create(name="Somebody else")
    clients.make(other, "Secret")
    collections.make(other, "Secret")
    return account


def told(account: Account, q: str) -> list[str]:
    found = filter_assets(Asset.objects.for_account(account), {"q": q})
    rows = unknown_names(found.search, Ask(account.pk, account.scope))
    assert all(q[row.start : row.end] for row in rows)
    return [row.words for row in rows]


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("client:acme", []),
        ("client:zen -in:summer tag:sea", []),
        ("client:none", []),
        ("boat", []),
        ("client:quark", ["No client is named “quark”. Yours are: “Acme”, “Zen Garden”."]),
        (
            "boat OR client:acne",
            ["No client is named “acne”. Did you mean “Acme”? Yours are: “Acme”, “Zen Garden”."],
        ),
        ("client:acme,quark", ["No client is named “quark”. Yours are: “Acme”, “Zen Garden”."]),
        ("in:winter", ["No collection is named “winter”. Yours are: “Summer”."]),
        ("in:summer/beach", ["No collection is named “summer/beach”. Yours are: “Summer”."]),
        ("-tag:land", ["No tag is named “land”. Yours are: “sea”."]),
    ],
)
def test_a_name_that_nothing_has(named: Account, q: str, words: list[str]) -> None:
    said = told(named, q)
    assert [one.replace("Did you mean “Summer”? ", "") for one in said] == words


def test_of_many_the_nearest_and_a_few_are_told(account: Account) -> None:
    assert told(account, "in:x") == ["No collection is named “x”. You have none yet."]
    for at in range(9):
        collections.make(account, f"Shelf {at}")
    assert told(account, 'in:"Shelf 8."') == [
        "No collection is named “Shelf 8.”. Did you mean “Shelf 8”? Yours are: “Shelf 8”, "
        "“Shelf 0”, “Shelf 1”, “Shelf 2”, “Shelf 3” and 4 more."
    ]


def test_an_id_that_nothing_has(account: Account, cat: Asset) -> None:
    other = str(uuid4())
    assert told(account, f"like:{cat.pk}") == []
    assert told(account, f"like:{other}") == [
        f"No file that you see has the id “{other}”. Copy one from the address of its page."
    ]


def test_who_is_limited_to_a_client_hears_of_no_other(named: Account) -> None:
    acme, zen = named.clients.order_by("name")
    collections.make(named.seen(Scope(zen.pk)), "Bonsai")
    lara = User.objects.create_user("lara", password="a long password")
    membership = Membership.objects.create(account=named, user=lara, role=Role.MEMBER)
    clients.limit(membership, [acme])
    seen = named.seen(clients.scope_for(membership))
    for q in ("client:zen", "client:gardn", "in:bonsai", "in:bonsay", "tag:see"):
        (words,) = told(seen, q)
        assert "Zen" not in words
        assert "Bonsai" not in words
        assert "sea" not in words
    assert "Yours are: “Acme”. You work for “Acme” now" in told(seen, "client:zen")[0]


def test_the_page_says_it(named: Account, cat: Asset, sign_in: People, alice: User) -> None:
    services.update(cat, tags=["sea"])
    page = said(sign_in(alice).get(reverse("library"), {"q": "cat OR client:acne"}))
    assert "No client is named “acne”. Did you mean “Acme”?" in page
    assert str(cat.pk) in page
