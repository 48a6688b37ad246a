"""The page of one collection in the order that was made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from assets import services
from assets.models import Asset, Collection
from assets.services import bulk, collections
from billing.models import Account, User
from tests.studio.pages import NOBODY, People, said

JSON = {"Accept": "application/json"}


@pytest.fixture
def box(
    cat: Asset, account: Account, alice: User, picture: Callable[..., bytes]
) -> tuple[Collection, list[str]]:
    """A collection with three files in the order in which they came."""
    box = collections.make(account, "Box")
    more = [
        services.ingest(
            ContentFile(picture((40 + n, 40))), account=account, user=alice, filename=f"{n}.png"
        )
        for n in range(2)
    ]
    ids = [cat.pk, *(asset.pk for asset in more)]
    for pk in ids:
        bulk.apply(account, alice, "collect", str(box.pk), [pk])
    return box, [str(pk) for pk in ids]


def order(client: Client, **query: str) -> list[str]:
    text = said(client.get(reverse("library"), {"sort": "manual", **query}))
    return re.findall(r'data-asset="([^"]+)"', text)


@pytest.mark.parametrize("view", ["grid", "list"])
def test_it_is_an_order_where_one_collection_is_open(
    view: str, box: tuple[Collection, list[str]], sign_in: People, alice: User, vera: User
) -> None:
    here, ids = str(box[0].pk), box[1]
    client = sign_in(alice)
    for query in ({"collection": here}, {"q": "in:box"}, {"q": f"in:{here} type:image"}):
        text = said(client.get(reverse("library"), {**query, "view": view}))
        assert '<option value="manual" >Manual</option>' in text
        assert "data-arrange" not in text
        text = said(client.get(reverse("library"), {**query, "view": view, "sort": "manual"}))
        assert '<option value="manual" selected>Manual</option>' in text
        assert f'data-arrange="{reverse("collection-order", args=[here])}"' in text
        assert text.count('name="step"') == 6
        assert re.findall(r'data-asset="([^"]+)"', text) == ids
    watched = said(sign_in(vera).get(reverse("library"), {"q": "in:box", "sort": "manual"}))
    assert "data-arrange" not in watched
    assert 'name="step"' not in watched


@pytest.mark.parametrize("query", [{}, {"q": "in:nothing"}, {"q": "in:box OR cat"}])
def test_elsewhere_the_newest_come_first(
    query: dict[str, str], box: tuple[Collection, list[str]], sign_in: People, alice: User
) -> None:
    text = said(sign_in(alice).get(reverse("library"), {**query, "sort": "manual"}))
    assert "manual" not in text.split('name="sort" aria-label="Order"')[1].split("</select>")[0]
    assert 'data-sort="newest"' in text
    assert "data-arrange" not in text


def test_files_are_moved_by_their_arrows_and_by_dragging(
    box: tuple[Collection, list[str]], sign_in: People, alice: User
) -> None:
    here, (a, b, c) = reverse("collection-order", args=[box[0].pk]), box[1]
    client = sign_in(alice)
    there = f"{reverse('library')}?q=in:box&sort=manual"
    answer = client.post(here, {"ids": a, "step": "1", "next": there})
    assert answer["Location"] == there
    assert order(client, q="in:box") == [b, a, c]
    client.post(here, {"ids": c, "step": "-1"})
    assert order(client, q="in:box") == [b, c, a]
    told = client.post(here, {"ids": f"{a},{c}", "before": b}, headers=JSON)
    assert told.json()["message"] == "2 files are moved."
    assert order(client, q="in:box") == [a, c, b]
    client.post(here, {"ids": a, "behind": b}, headers=JSON)
    assert order(client, collection=str(box[0].pk)) == [c, b, a]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "0 files were given"),
        ({"ids": "x"}, "“x” is not the id of a file"),
        ({"ids": str(NOBODY)}, "not in “Box” itself"),
        ({"ids": str(NOBODY), "step": "1"}, "not in “Box” itself"),
        ({"ids": "{a}", "before": "x"}, "“x” is not the id of a file"),
        ({"ids": "{a}", "before": str(NOBODY)}, "not in “Box” itself"),
        ({"ids": "{a}", "before": "{a}", "behind": "{a}"}, "Give one of them"),
    ],
)
def test_what_cannot_be_moved_is_explained(
    sent: dict[str, str],
    words: str,
    box: tuple[Collection, list[str]],
    sign_in: People,
    alice: User,
) -> None:
    client, here = sign_in(alice), reverse("collection-order", args=[box[0].pk])
    sent = {name: value.replace("{a}", box[1][0]) for name, value in sent.items()}
    refused = client.post(here, sent, headers=JSON)
    assert refused.status_code == 422
    assert words in refused.json()["message"]
    assert order(client, q="in:box") == box[1]


def test_writers_of_the_account_only(
    box: tuple[Collection, list[str]], sign_in: Any, alice: User, vera: User, charlie: User
) -> None:
    here, sent = reverse("collection-order", args=[box[0].pk]), {"ids": box[1][0], "step": "1"}
    assert sign_in(vera).post(here, sent).status_code == 403
    assert sign_in(charlie).post(here, sent).status_code == 404
    assert sign_in(alice).get(here).status_code == 405
    assert order(sign_in(alice), q="in:box") == box[1]


def test_a_search_is_saved_with_it(
    box: tuple[Collection, list[str]], sign_in: People, alice: User
) -> None:
    saved = sign_in(alice).post(
        reverse("searches"), {"name": "Mine", "q": "in:box", "sort": "manual"}
    )
    assert saved["Location"] == f"{reverse('library')}?q=in%3Abox&sort=manual"
