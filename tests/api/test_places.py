"""The order of a collection that is made by hand, over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from assets import services
from assets.models import Asset
from assets.services import bulk, collections
from billing.ids import uuid7
from billing.models import Account, User
from tests.api.conftest import post


@pytest.fixture
def box(cat: Asset, account: Account, alice: User, picture: Any) -> tuple[str, list[str]]:
    """A collection of three, in the order in which they came."""
    made = collections.make(account, "Box")
    ids = [cat.pk]
    for n in range(2):
        content = ContentFile(picture((40 + n, 40)))
        ids.append(services.ingest(content, account=account, user=alice, filename="a.png").pk)
    for pk in ids:
        bulk.apply(account, alice, "collect", str(made.pk), [pk])
    return str(made.pk), [str(pk) for pk in ids]


def listed(api: Client, query: str) -> list[str]:
    ids, page = [], api.get(f"/api/v1/assets/?ordering=manual&page_size=2&{query}").json()
    while True:
        ids += [row["id"] for row in page["results"]]
        if not page["next"]:
            return ids
        page = api.get(page["next"]).json()


def test_assets_are_put_in_an_order(api: Client, box: tuple[str, list[str]]) -> None:
    pk, (a, b, c) = box
    assert listed(api, f"collection={pk}") == [a, b, c]
    here = f"/api/v1/collections/{pk}/order/"
    assert post(api, here, {"assets": [c], "before": a}).json()["id"] == pk
    assert listed(api, f"collection={pk}") == [c, a, b]
    assert post(api, here, {"assets": [c, b], "behind": a, "before": None}).status_code == 200
    assert listed(api, "q=in:box") == [a, c, b]
    assert post(api, here, {"assets": [a]}).status_code == 200
    assert listed(api, "q=in:box type:image") == [c, b, a]


def test_it_is_an_order_of_one_collection_only(api: Client, box: tuple[str, list[str]]) -> None:
    answer = api.get("/api/v1/assets/?ordering=manual")
    assert answer.status_code == 400
    [told] = answer.json()["errors"]
    assert told["field"] == "ordering"
    assert "“manual” is the order that one collection has" in told["message"]


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({}, "assets", "required"),
        ({"assets": []}, "assets", ""),
        ({"assets": ["x"]}, "assets", ""),
        ({"assets": [str(uuid7())]}, "assets", "not in “Box” itself"),
        ({"assets": ["{a}"], "before": str(uuid7())}, "assets", "not in “Box” itself"),
        ({"assets": ["{a}"], "before": "{a}", "behind": "{a}"}, "assets", "Give one of them"),
        ({"assets": ["{a}"], "place": 1}, "place", ""),
    ],
)
def test_what_cannot_be_is_explained(
    api: Client, box: tuple[str, list[str]], said: dict[str, Any], field: str, words: str
) -> None:
    pk, ids = box

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(one) for one in value]
        return value.replace("{a}", ids[0]) if isinstance(value, str) else value

    sent = {name: named(value) for name, value in said.items()}
    answer = post(api, f"/api/v1/collections/{pk}/order/", sent)
    assert answer.status_code == 400
    told = answer.json()["errors"][0]
    assert told["field"].startswith(field), told
    assert words in told["message"]
    assert listed(api, f"collection={pk}") == ids
