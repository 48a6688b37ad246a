"""Programs instead of people: a client with a key, and small orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from assets.services import ingest
from billing import access, services
from billing.models import CREDIT, Account, Entry, User
from billing.pricing import PerSecond
from studio import catalogue
from studio.models import Job
from studio.providers.local import Local
from studio.providers.local.video import MOTION

SMALL = {"width": 64, "height": 64, "duration": 1, "fps": 24}


@pytest.fixture(autouse=True)
def no_history_of_requests() -> None:
    """The throttles count in the cache, which outlives a test."""
    caches["local"].clear()


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """client_of(user, read_only=False) → a client that sends a key of that user."""

    def make(user: User, read_only: bool = False) -> Client:
        _, secret = access.create_key(user.accounts.get(), user, "test", read_only=read_only)
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        client.person = user  # type: ignore[attr-defined]
        return client

    return make


@pytest.fixture
def api(alice: User, client_of: Callable[..., Client]) -> Client:
    """Alice's program."""
    return client_of(alice)


@pytest.fixture
def cat(account: Account, alice: User, picture: Callable[..., bytes]) -> Asset:
    upload = SimpleUploadedFile("cat.png", picture())
    return ingest(upload, account=account, user=alice, filename="cat.png", title="The cat")


@pytest.fixture
def body(cat: Asset) -> Callable[..., dict[str, Any]]:
    """body(**params) → a small order for a video of the cat."""

    def make(offer: str | None = None, **params: Any) -> dict[str, Any]:
        said: dict[str, Any] = {"operation": "image-to-video"}
        if offer:
            said["offer"] = offer
        return said | {"params": {"image": str(cat.pk), **SMALL, **params}}

    return make


@pytest.fixture
def story(api: Client, cat: Asset) -> dict[str, Any]:
    """A story as the API tells it: the first of its two shots has the cat as its picture, the
    second goes on from it."""
    shots = [{"title": "Wall", "description": "A cat sleeps", "seconds": 1}, {"seconds": 1}]
    told = {"title": "The cat", "scenes": [{"title": "Morning", "shots": shots}]}
    made = post(api, "/api/v1/stories/", {"story": told})
    assert made.status_code == 201, made.content
    first, second = made.json()["scenes"][0]["shots"]
    for shot, said in ((first, {"still": str(cat.pk)}), (second, {"linked": True})):
        answer = patch(api, f"/api/v1/shots/{shot['id']}/", said)
        assert answer.status_code == 200, answer.content
    return dict(api.get(f"/api/v1/stories/{made.json()['id']}/").json())


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An offer that costs 10 credits a second, done by the same renderer."""
    offer = replace(MOTION, key="priced-motion", price=PerSecond("0.10"))
    monkeypatch.setattr(Local, "offers", (*Local.offers, offer))
    catalogue.clear()
    yield offer.key
    monkeypatch.undo()
    catalogue.clear()


@pytest.fixture
def rich(account: Account) -> Account:
    services.grant(account, 100 * CREDIT, "grant:test")
    account.refresh_from_db()
    return account


def post(client: Client, address: str, data: Any, **headers: str) -> Any:
    return client.post(address, data, content_type="application/json", headers=headers)


def patch(client: Client, address: str, data: Any) -> Any:
    return client.patch(address, data, content_type="application/json")


def shots_of(story: dict[str, Any]) -> list[dict[str, Any]]:
    return [shot for scene in story["scenes"] for shot in scene["shots"]]


@pytest.fixture
def accepted() -> None:
    """For the few requests here that are in order."""


@pytest.fixture
def nothing_left(request: pytest.FixtureRequest, db: None) -> Iterator[None]:
    """After a refusal there is no job, no entry, no file and no asset but the ones before it."""
    before = {request.getfixturevalue("cat").pk} if "cat" in request.fixturenames else set()
    yield
    if "accepted" in request.fixturenames:
        return
    assert not Job.objects.exists()
    assert not Entry.objects.exists()
    assert set(Asset.objects.values_list("pk", flat=True)) == before


def refused(answer: Any, field: str, *words: str, status: int = 400) -> dict[str, Any]:
    """The one problem of a refusal that names the field and says these words."""
    assert answer.status_code == status, answer.content
    assert set(answer.json()) == {"message", "errors"}
    (wrong,) = answer.json()["errors"]
    assert wrong["field"] == field
    for word in words:
        assert word.lower() in wrong["message"].lower(), wrong["message"]
    assert answer.json()["message"] == wrong["message"]
    return dict(wrong)
