"""Saved settings: kept under a name, taken back, deleted; each account sees its own."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assets import services
from assets.models import Asset
from billing import access
from billing.models import Account, User
from studio import saved
from studio.models import SavedSettings
from tests.studio.pages import NOBODY, PART, People, said

PAGE = "/edit/watermark/"
SAVE = reverse("settings-save", args=["watermark"])
REMOVE = reverse("settings-remove", args=["watermark"])
API = "/api/v1/settings/"
FIELDS = {"offer": "local-watermark", "text": "© North", "position": "smart", "opacity": "55"}


@pytest.fixture
def logo(account: Account, alice: User, picture: Callable[..., bytes]) -> Asset:
    upload = SimpleUploadedFile("logo.png", picture(mode="RGBA"))
    return services.ingest(upload, account=account, user=alice, filename="logo.png")


@pytest.fixture
def api(alice: User, account: Account) -> Client:
    _, secret = access.create_key(account, alice, "test")
    return Client(headers={"Authorization": f"Bearer {secret}"})


def save(client: Client, name: str = "Shop", **fields: Any) -> Any:
    return client.post(SAVE, {**FIELDS, "settings_name": name, **fields}, headers=PART)


def told(page: str) -> list[dict[str, Any]]:
    return [json.loads(html.unescape(t)) for t in re.findall(r'data-settings="([^"]*)"', page)]


def send(client: Client, **body: Any) -> Any:
    return client.post(API, json.dumps(body), content_type="application/json")


# --- on the page ----------------------------------------------------------------------------------


def test_they_are_saved_without_the_source(
    sign_in: People, alice: User, account: Account, cat: Asset, logo: Asset
) -> None:
    answer = save(sign_in(alice), image=cat.pk, logo=logo.pk, key="k1", shown="0")
    assert "is saved" in answer.headers["HX-Trigger"]
    row = SavedSettings.objects.get()
    assert (row.account, row.user, row.operation, row.offer) == (
        account,
        alice,
        "watermark",
        "local-watermark",
    )
    assert "image" not in row.params
    assert row.params["logo"] == str(logo.pk)
    assert (row.params["position"], row.params["opacity"]) == ("smart", 55)


def test_the_page_offers_them_with_their_files(
    sign_in: People, alice: User, bob: User, logo: Asset
) -> None:
    save(sign_in(alice), logo=logo.pk)
    (row,) = told(said(sign_in(bob).get(PAGE)))
    assert (row["name"], row["values"]["text"], row["gone"]) == ("Shop", "© North", [])
    assert row["assets"]["logo"]["id"] == str(logo.pk)
    assert row["values"]["size"] == "20", "what was not said goes back to its default"
    services.trash(logo)
    (row,) = told(said(sign_in(bob).get(PAGE)))
    assert (row["assets"]["logo"], row["gone"]) == (None, ["Logo"])


def test_they_belong_to_one_operation(sign_in: People, alice: User) -> None:
    save(sign_in(alice))
    assert told(said(sign_in(alice).get("/edit/crop/"))) == []


def test_they_are_deleted(sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    save(client)
    answer = client.post(REMOVE, {"saved": SavedSettings.objects.get().pk}, headers=PART)
    assert told(said(answer)) == []
    assert not SavedSettings.objects.exists()
    assert client.post(REMOVE, {"saved": "me"}, headers=PART).status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "  "}, "The settings have no name"),
        ({"name": "x" * 61}, "has 61 characters; the most is 60"),
        ({"opacity": "500"}, "Opacity is 500 %; the most is 100 %"),
        ({"position": "attic"}, "Place is “attic”"),
        ({"logo": str(NOBODY)}, "there is no asset"),
    ],
)
def test_what_cannot_be_saved_says_why(
    sign_in: People, alice: User, fields: dict[str, Any], words: str
) -> None:
    answer = save(sign_in(alice), **fields)
    assert answer.status_code == 422
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert words in toast["text"]
    assert toast["bad"]
    assert not SavedSettings.objects.exists()


def test_a_name_is_taken_once(sign_in: People, alice: User, charlie: User) -> None:
    assert save(sign_in(alice)).status_code == 200
    assert save(sign_in(alice), name=" Shop ").status_code == 422
    assert save(sign_in(charlie)).status_code == 200, "another account"


def test_there_is_an_end(sign_in: People, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    save(sign_in(alice))
    assert "Delete one first" in save(sign_in(alice), name="Two").headers["HX-Trigger"]


def test_strangers_and_viewers(
    sign_in: People, alice: User, vera: User, charlie: User, client: Client
) -> None:
    save(sign_in(alice))
    row = SavedSettings.objects.get()
    assert told(said(sign_in(charlie).get(PAGE))) == []
    assert sign_in(charlie).post(REMOVE, {"saved": row.pk}).status_code == 404
    page = said(sign_in(vera).get(PAGE))
    assert len(told(page)) == 1
    assert "Save these settings" not in page
    for address, body in ((SAVE, FIELDS), (REMOVE, {"saved": row.pk})):
        assert sign_in(vera).post(address, body).status_code == 403
        assert sign_in(alice).get(address).status_code == 405
        assert client.post(address, body).status_code in (302, 401, 403)
    assert sign_in(alice).post(reverse("settings-save", args=["nothing"])).status_code == 404
    assert SavedSettings.objects.count() == 1


# --- for programs ---------------------------------------------------------------------------------


def test_a_program_saves_lists_reads_and_deletes(api: Client, logo: Asset) -> None:
    params = {"text": "North", "logo": str(logo.pk), "position": "custom", "spot": [0.2, 0.9]}
    made = send(api, name="Shop", operation="watermark", params=params)
    assert made.status_code == 201, made.json()
    row = made.json()
    assert row["params"] | params == row["params"]
    assert row["offer"] == "local-watermark"
    address = made.headers["Location"].removeprefix("http://testserver")
    assert api.get(address).json() == row
    assert api.get(API, {"operation": "watermark"}).json()["results"] == [row]
    assert api.get(API, {"operation": "crop"}).json()["results"] == []
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "words", "status"),
    [
        ({"name": ""}, "name", "empty", 400),
        ({"name": "x" * 61}, "name", "60", 400),
        ({"operation": "juggle"}, "operation", "is not an operation", 400),
        ({"offer": "me"}, "offer", "is not an offer", 400),
        ({"params": {"opacity": 0}}, "opacity", "is 0 %; the least is 1 %", 400),
        ({"params": {"glow": 1}}, "glow", "is not a parameter", 400),
        ({"params": {"image": str(NOBODY)}}, "image", "settings go with any picture", 400),
        ({"params": {"logo": str(NOBODY)}}, "logo", "no asset", 404),
        ({"params": {"logo": "data:image/png;base64,AAAA"}}, "logo", "Upload it first", 400),
        ({"params": []}, "params", "", 400),
        ({"colour": 1}, "colour", "is not known", 400),
    ],
)
def test_what_a_program_got_wrong_is_named(
    api: Client, body: dict[str, Any], field: str, words: str, status: int
) -> None:
    answer = send(api, **{"name": "Shop", "operation": "watermark", "params": {}, **body})
    assert answer.status_code == status
    (problem,) = answer.json()["errors"]
    assert problem["field"] == field
    assert words in problem["message"]
    assert not SavedSettings.objects.exists()


def test_a_name_twice_is_refused(api: Client) -> None:
    body = {"name": "Shop", "operation": "watermark", "params": {}}
    assert send(api, **body).status_code == 201
    again = send(api, **body)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (400, "name")
    assert send(api, **{**body, "operation": "crop"}).status_code == 201


def test_a_stranger_finds_nothing(api: Client, charlie: User) -> None:
    theirs = charlie.accounts.get().saved_settings.create(
        operation="crop", offer="a", name="Secret"
    )
    assert api.get(API).json()["results"] == []
    assert api.get(f"{API}{theirs.pk}/").status_code == 404
    assert api.delete(f"{API}{theirs.pk}/").status_code == 404
    assert SavedSettings.objects.filter(pk=theirs.pk).exists()


def test_a_wish_for_an_unknown_operation_is_named(api: Client) -> None:
    answer = api.get(API, {"operation": "juggle"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "operation"
