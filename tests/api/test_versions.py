"""Accepting a version over the API."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.test import Client

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User


def another(account: Account, user: User, picture: Callable[..., bytes], name: str) -> Asset:
    from django.core.files.base import ContentFile

    return ingest(ContentFile(picture()), account=account, user=user, filename=name)


def patch(api: Client, asset: Asset, of: object) -> object:
    path = f"/api/v1/assets/{asset.pk}/"
    return api.patch(path, {"version_of": str(of)}, content_type="application/json")


def test_the_newest_version_is_shown_and_the_others_are_kept(
    api: Client, cat: Asset, account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    better = another(account, alice, picture, "better.png")
    better.parents.add(cat)
    for _ in range(2):
        answer = patch(api, better, cat.pk)
        assert answer.status_code == 200, answer.content
        told = answer.json()
        assert (told["version_of"], told["version"], told["stacked"]) == (str(cat.pk), 2, False)
    shown = api.get("/api/v1/assets/").json()["results"]
    assert [a["id"] for a in shown] == [str(better.pk)]
    assert len(api.get("/api/v1/assets/?versions=all").json()["results"]) == 2


def test_what_cannot_be_a_version(
    api: Client,
    cat: Asset,
    account: Account,
    alice: User,
    charlie: User,
    picture: Callable[..., bytes],
) -> None:
    unrelated = another(account, alice, picture, "coffee.png")
    for of in (cat, unrelated):
        answer = patch(api, cat, of.pk)
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["field"], error["value"]) == ("version_of", str(of.pk))
    assert "was not made from “Coffee”" in error["message"]
    theirs = another(charlie.accounts.get(), charlie, picture, "theirs.png")
    for of in (uuid4(), theirs.pk):
        answer = patch(api, cat, of)
        assert answer.status_code == 404
        assert "in your library" in answer.json()["message"]


def test_a_change_is_made_as_a_whole_or_not_at_all(
    api: Client, cat: Asset, account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    better = another(account, alice, picture, "better.png")
    better.parents.add(cat)
    said = {"version_of": str(cat.pk), "rating": 5, "title": "\u200e"}
    path = f"/api/v1/assets/{better.pk}/"
    answer = api.patch(path, said, content_type="application/json")
    assert answer.status_code == 400
    better.refresh_from_db(), cat.refresh_from_db()
    assert (better.version_of, better.rating, cat.stacked) == (None, 0, False)
