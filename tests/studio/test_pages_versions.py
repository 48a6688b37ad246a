"""Pages around versions: accept, show another, take back, compare."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from assets.services import ingest
from billing.models import User

People = Callable[[User], Client]
JSON = {"Accept": "application/json"}


@pytest.fixture
def edited(cat: Asset, alice: User, picture: Callable[..., bytes]) -> Asset:
    """A picture made from the cat."""
    upload = SimpleUploadedFile("edit.png", picture())
    made = ingest(upload, account=cat.account, user=alice, filename="edit.png")
    made.parents.add(cat)
    made.recipe = {"operation": "erase", "params": {"image": str(cat.pk)}}
    made.save()
    return made


def test_accepting_shows_it_and_can_be_undone(
    cat: Asset, edited: Asset, sign_in: People, bob: User
) -> None:
    client = sign_in(bob)
    address = reverse("asset-accept", args=[edited.pk])
    answer = client.post(address, headers=JSON).json()
    assert answer["version"] == 2
    assert client.post(address, headers=JSON).json()["version"] == 2
    page = client.get(reverse("library")).content.decode()
    assert (str(edited.pk) in page, f"/library/{cat.pk}/" in page) == (True, False)
    assert f"/library/{cat.pk}/" in client.get("/library/?versions=all").content.decode()
    assert str(cat.pk) not in client.get("/library/?pick=image").content.decode()
    client.post(answer["undo"])
    assert f"/library/{cat.pk}/" in client.get(reverse("library")).content.decode()
    edited.refresh_from_db()
    assert (edited.version_of, edited.version) == (None, 1)


def test_the_page_of_an_asset_lists_its_versions(
    cat: Asset, edited: Asset, sign_in: People, bob: User, vera: User
) -> None:
    client = sign_in(bob)
    client.post(reverse("asset-accept", args=[edited.pk]), {"source": str(cat.pk)})
    address = reverse("asset-show-version", args=[cat.pk])
    page = client.get(reverse("asset", args=[edited.pk])).content.decode()
    assert f'action="{address}"' in page
    assert "Show version 1 instead" in page
    assert "Compare version 1 with this one" in page
    assert "stands for it" in client.get(reverse("asset", args=[cat.pk])).content.decode()
    said = client.post(address, follow=True).content.decode()
    assert "Version 1 is shown now." in said
    cat.refresh_from_db()
    assert not cat.stacked
    seen = sign_in(vera).get(reverse("asset", args=[edited.pk])).content.decode()
    assert "asset-show-version" not in seen
    assert f'action="{address}"' not in seen


def test_what_cannot_be_accepted_is_said(cat: Asset, sign_in: People, bob: User) -> None:
    client, address = sign_in(bob), reverse("asset-accept", args=[cat.pk])
    answer = client.post(address, headers=JSON)
    assert answer.status_code == 422
    assert "was not made from anything" in answer.json()["message"]
    assert "was not made from anything" in client.post(address, follow=True).content.decode()
    Asset.objects.filter(pk=cat.pk).update(kind="video")
    other = Asset.objects.create(account=cat.account, kind="image", title="B", size=1, mime="x/y")
    refused = client.post(address, {"source": str(other.pk)}, headers=JSON)
    assert "Versions are of one kind" in refused.json()["message"]


def test_the_source_of_a_stranger_is_not_there(
    cat: Asset, edited: Asset, sign_in: People, bob: User, charlie: User
) -> None:
    theirs = Asset.objects.create(
        account=charlie.accounts.get(), kind="image", title="C", size=1, mime="image/png"
    )
    client, address = sign_in(bob), reverse("asset-accept", args=[edited.pk])
    for source in (str(theirs.pk), "nonsense"):
        assert client.post(address, {"source": source}).status_code == 404
    withdraw = reverse("asset-withdraw", args=[edited.pk])
    assert client.post(f"{withdraw}?shown={theirs.pk}").status_code == 404


def test_two_pictures_of_the_account_are_compared(
    cat: Asset, edited: Asset, sign_in: People, vera: User, charlie: User
) -> None:
    client, address = sign_in(vera), reverse("compare")
    pair = f"{address}?a={cat.pk}&b={edited.pk}"
    page = client.get(pair).content.decode()
    assert "<picture-compare" in page
    assert f"/files/{cat.pk}/original/" in page
    link = client.get(reverse("asset", args=[edited.pk])).content.decode()
    assert pair.replace("&", "&amp;") in link
    assert sign_in(charlie).get(pair).status_code == 404
    for broken in (address, f"{address}?a={cat.pk}", f"{address}?a=1&b=2"):
        assert client.get(broken).status_code == 404
    Asset.objects.filter(pk=cat.pk).update(kind="video")
    assert client.get(pair).status_code == 404
    assert Client().get(pair).status_code == 302
