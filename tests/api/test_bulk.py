"""Many at once over the API: what is misspelled never means everything."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from assets.models import Asset
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
