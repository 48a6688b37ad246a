"""Many at once over the API: what is misspelled never means everything."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from assets.models import Asset
from assets.services import bulk
from billing.ids import uuid7
from tests.api.conftest import post


@pytest.mark.parametrize("address", ["bulk", "archives"])
def test_a_filter_that_is_not_known_is_refused(api: Client, cat: Asset, address: str) -> None:
    said: dict[str, Any] = {"filter": {"flga": "reject"}}
    if address == "bulk":
        said["verb"] = "trash"
    answer = post(api, f"/api/v1/{address}/", said)
    assert answer.status_code == 400
    [told] = answer.json()["errors"]
    assert told["field"] == "filter"
    assert "“flga” is no filter. Use one of: " in told["message"]
    cat.refresh_from_db()
    assert cat.trashed is None


def test_a_filter_finds_what_the_list_finds(api: Client, cat: Asset) -> None:
    said = {"verb": "rate", "rating": 3, "filter": {"q": "cat", "kind": "image"}}
    assert post(api, "/api/v1/bulk/", said).json()["changed"] == 1
    assert post(api, "/api/v1/bulk/", said | {"filter": {"kind": "video"}}).json()["matched"] == 0


@pytest.mark.parametrize("address", ["bulk", "archives"])
def test_as_many_ids_as_the_limit_says(api: Client, cat: Asset, address: str) -> None:
    ids = [str(cat.pk), *(str(uuid7()) for _ in range(bulk.MOST - 1))]
    more = {"verb": "rate", "rating": 3} if address == "bulk" else {}
    answer = post(api, f"/api/v1/{address}/", {**more, "ids": ids})
    assert answer.status_code in (200, 201), answer.json()
    ids.append(str(uuid7()))
    answer = post(api, f"/api/v1/{address}/", {**more, "ids": ids})
    assert answer.status_code == 400
    [told] = answer.json()["errors"]
    assert told["field"] == "ids"
    assert told["message"] == "ids: There are more than 10,000, the most at once. Send fewer."


def test_elsewhere_so_many_values_are_refused_unread(api: Client) -> None:
    for address, most in (("jobs", "10,000"), ("bulk", "11,000")):
        answer = post(
            api, f"/api/v1/{address}/", {"x": [0] * (11_001 if address == "bulk" else 10_000)}
        )
        assert answer.status_code == 400
        assert f"too many values; the most is {most}" in answer.json()["message"]
