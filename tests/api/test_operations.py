"""What can be asked, and what it costs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from jsonschema import Draft202012Validator

from assets.models import Asset
from assets.services import ingest
from billing.models import CREDIT, Account, Entry, User
from studio import catalogue, keys
from studio.models import Job
from tests.api.conftest import post

ESTIMATE = "/api/v1/estimate/"


def test_the_list_is_the_catalogue(api: Client, account: Account) -> None:
    told = api.get("/api/v1/operations/").json()["results"]
    assert [o["key"] for o in told] == list(catalogue.operations())
    for operation in told:
        offered = [offer.key for offer in catalogue.offers(operation["key"], keys.usable(account))]
        assert [offer["key"] for offer in operation["offers"]] == offered


def test_one_operation(api: Client, priced: str) -> None:
    told = api.get("/api/v1/operations/image-to-video/").json()
    assert (told["label"], told["module"], told["makes"]) == (
        "Image to video",
        "transform",
        "video",
    )
    local, dear = told["offers"]
    assert (local["provider"], local["local"]) == ("This computer", True)
    assert local["price"] == {"amount": 0, "credits": 0, "words": "drawn on this computer"}
    assert dear["price"] == {"amount": 50 * CREDIT, "credits": 50, "words": "5 s × $0.10"}


def test_the_schema_of_the_params_says_what_the_form_says(api: Client, cat: Asset) -> None:
    """What the schema accepts is accepted, and what it refuses is refused."""
    (offer, *_) = api.get("/api/v1/operations/image-to-video/").json()["offers"]
    Draft202012Validator.check_schema(offer["params"])
    schema = Draft202012Validator(offer["params"])
    for params in (
        {},
        {"motion": "zoom", "direction": "out"},
        {"motion": "zoom", "direction": "left"},
        {"motion": "pan", "direction": "left"},
        {"motion": "pan", "direction": "in"},
        {"duration": 30},
        {"duration": 30.5},
        {"duration": 0.5},
        {"strength": 1.5},
        {"width": 64},
        {"width": 5000},
        {"fps": 60},
        {"fps": 60, "format": "gif"},
        {"focus": [0, 1]},
        {"focus": [0, 2]},
        {"focus": [0]},
        {"mood": "glad"},
    ):
        body = {"operation": "image-to-video", "params": params}
        accepted = post(api, ESTIMATE, body).status_code == 200
        assert accepted == schema.is_valid({"image": str(cat.pk), **params}), params


def test_an_unknown_operation(api: Client) -> None:
    for key in ("bake", "%00", "image-to-video%20", "x" * 3000):
        answer = api.get(f"/api/v1/operations/{key}/")
        assert answer.status_code == 404
        assert "There is no operation" in answer.json()["message"]


def test_an_operation_that_nobody_can_do(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "offers", lambda key, usable: [])
    assert api.get("/api/v1/operations/image-to-video/").json()["offers"] == []
    answer = post(api, ESTIMATE, {"operation": "image-to-video"})
    assert answer.status_code == 400
    assert "Nobody" in answer.json()["message"]


def test_an_estimate_is_what_the_job_will_hold(
    api: Client, body: Any, rich: Account, priced: str
) -> None:
    told = post(api, ESTIMATE, body(priced, duration=3, width=101)).json()
    assert (told["amount"], told["credits"]) == (30 * CREDIT, 30)
    assert told["words"] == "3 s × $0.10"
    assert (told["available"], told["balance_after"]) == (100 * CREDIT, 70 * CREDIT)
    assert told["enough"] is True
    assert "101" in told["notes"][0]
    job = post(api, "/api/v1/jobs/", body(priced, duration=3, width=101)).json()
    assert job["price"]["estimate"] == told["amount"]
    assert post(api, ESTIMATE, body(priced)).json()["available"] == told["balance_after"]


def test_an_estimate_that_is_too_dear_is_an_answer(api: Client, rich: Account, priced: str) -> None:
    body = {"operation": "image-to-video", "offer": priced, "params": {"duration": 30}}
    told = post(api, ESTIMATE, body).json()
    assert told["balance_after"] == -200 * CREDIT
    assert told["enough"] is False


def test_an_estimate_needs_no_picture_and_leaves_nothing(api: Client, account: Account) -> None:
    for params in ({}, {"image": "https://127.0.0.1/x.png"}, {"image": "data:image/png;base64,x"}):
        answer = post(api, ESTIMATE, {"operation": "image-to-video", "params": params})
        assert answer.status_code == 200, answer.content
    assert api.post(ESTIMATE, {"operation": "image-to-video", "fps": "60"}).status_code == 200
    assert not Asset.objects.exists()
    assert not Job.objects.exists()
    assert not Entry.objects.exists()


def test_the_operations_that_take_some_assets_together(
    api: Client, cat: Asset, account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    file = ContentFile(picture((40, 80)))
    dog = ingest(file, account=account, user=alice, filename="dog.png")
    told = api.get("/api/v1/operations/", {"assets": f"{dog.pk},{cat.pk}"}).json()["results"]
    fits = {operation["key"]: operation["fits"] for operation in told}
    transfer = {"image": str(dog.pk), "style_image": str(cat.pk)}
    assert fits["style-transfer"] == {"offer": "local-transfer", "params": transfer}
    assert "upscale" not in fits
    for given in ("soup", str(uuid.uuid4()), ",".join([str(cat.pk)] * 25)):
        answer = api.get("/api/v1/operations/", {"assets": given})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "assets"
