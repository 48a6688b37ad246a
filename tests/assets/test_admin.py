"""The library as the operator sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Asset, Tag
from assets.search import filter_assets
from billing.models import User

Bring = Callable[..., Asset]
LIST = "admin:assets_asset_changelist"


@pytest.fixture
def operator(sign_in: Callable[[User], Client], alice: User) -> Client:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    return sign_in(alice)


def test_the_list_can_be_searched_and_filtered(operator: Client, bring: Bring) -> None:
    boat, _ = bring(title="Boat"), bring(title="Cliff")
    page = operator.get(reverse(LIST), {"q": "boat", "kind__exact": "image"})
    assert page.status_code == 200
    assert [asset.pk for asset in page.context["cl"].result_list] == [boat.pk]
    assert reverse("asset-file", args=[boat.pk, "thumbnail"]) in page.content.decode()
    assert operator.get(reverse(LIST), {"q": str(boat.pk)}).context["cl"].result_count == 1


def test_title_tags_and_favorite_can_be_changed_and_nothing_else(
    operator: Client, bring: Bring, charlie: User
) -> None:
    asset = bring(tags=["sea"])
    tag = Tag.objects.create(account=asset.account, name="lake")
    theirs = Tag.objects.create(account=charlie.accounts.get(), name="theirs")
    address = reverse("admin:assets_asset_change", args=[asset.pk])
    change = {"title": "Changed", "tags": [tag.pk], "favorite": "on", "mime": "text/html"}
    assert operator.get(address).status_code == 200
    assert operator.post(address, change).status_code == 302
    asset.refresh_from_db()
    assert (asset.title, asset.favorite, asset.mime) == ("Changed", True, "image/png")
    assert asset.tags.get() == tag
    mine = Asset.objects.for_account(asset.account)
    assert filter_assets(mine, {"q": "changed tag:lake"}).get() == asset
    refused = operator.post(address, {**change, "tags": [theirs.pk]})
    assert refused.status_code == 200
    assert asset.tags.get() == tag


def test_trash_and_restore_from_the_list(operator: Client, bring: Bring) -> None:
    asset = bring()
    for action, live in (("move_to_trash", False), ("restore", True)):
        form = {"action": action, "_selected_action": [asset.pk]}
        assert operator.post(reverse(LIST), form).status_code == 302
        assert Asset.objects.live().exists() == live


def test_nothing_is_added_or_deleted_here(operator: Client, bring: Bring) -> None:
    asset = bring(tags=["sea"])
    tag = asset.tags.get()
    for name, args in (
        ("asset_add", []),
        ("asset_delete", [asset.pk]),
        ("tag_add", []),
    ):
        assert operator.get(reverse(f"admin:assets_{name}", args=args)).status_code == 403
    page = operator.get(reverse("admin:assets_tag_change", args=[tag.pk]))
    assert page.status_code == 200
    assert operator.get(reverse("admin:assets_tag_changelist")).status_code == 200
