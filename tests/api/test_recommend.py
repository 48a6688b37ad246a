"""A program asks which model to take."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from billing.models import Entry
from tests.api.conftest import post, refused

AT = "/api/v1/recommend/"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "only-for-tests")


def asked(api: Client, **body: Any) -> Any:
    answer = post(api, AT, body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_who_can_and_who_cannot(api: Client) -> None:
    told = asked(api, operation="face-swap", params={"face_number": 2})
    assert [row["offer"] for row in told["results"]] == [
        "wavespeed-face-swap",
        "wavespeed-face-swap-pro",
    ]
    assert told["results"][0]["credits"] == 1
    assert "cheapest" in told["reason"]
    refused_ = {row["offer"]: row["problem"] for row in told["cannot"]}
    assert refused_["wavespeed-head-swap"] == "Does not take: which face goes."
    assert not Entry.objects.filter(kind="hold").exists()


def test_the_finest(api: Client) -> None:
    told = asked(api, operation="face-swap", prefer="quality")
    assert told["results"][0]["quality"] == "premium"


def test_nobody(api: Client) -> None:
    told = asked(api, operation="face-swap", params={"face_number": 99})
    assert (told["results"], told["reason"]) == ([], "")
    assert any("10" in row["problem"] for row in told["cannot"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"operation": "fly"}, "operation"),
        ({}, "operation"),
        ({"operation": "erase", "prefer": "speed"}, "prefer"),
        ({"operation": "erase", "prefer": ["cost"]}, "prefer"),
        ({"operation": "erase", "params": 3}, "params"),
        ({"operation": "erase", "count": 3}, "count"),
    ],
)
def test_bad_requests(api: Client, body: dict[str, Any], field: str) -> None:
    refused(post(api, AT, body), field)
