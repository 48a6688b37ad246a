"""The library as the operator sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assets import services
from assets.models import Asset, Board, SavedSearch, Tag
from assets.search import filter_assets
from assets.services import archives, boards, bulk, collections
from billing.models import Account, User

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
    assert reverse("admin:assets_asset_file", args=[boat.pk, "thumbnail"]) in page.content.decode()
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


LISTS = ("board", "collection", "savedsearch", "archive", "bulkchange", "partupload", "tag")


@pytest.fixture
def fill(bring: Bring, account: Account, alice: User, settings: Any) -> Callable[[int], Board]:
    """fill(n): a row in each of the lists, all with things that hang on them."""

    def make(n: int) -> Board:
        asset = bring(tags=[f"tag {n}"])
        box = collections.make(account, f"Box {n}")
        bulk.apply(account, alice, "collect", str(box.pk), [asset.pk])
        SavedSearch.objects.create(account=account, user=alice, name=f"Search {n}", q="sea")
        archives.order(account, alice, [asset.pk])
        upload = services.begin_upload(account=account, user=alice, name=f"{n}.mp4", size=30)
        assert upload.pk
        board = boards.make_board(account, alice, title=f"Board {n}", assets=[asset])
        return boards.change_board(board, password="tulips and tea")

    return make


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_the_library_costs_the_same_for_many(
    operator: Client, fill: Any, name: str
) -> None:
    address = reverse(f"admin:assets_{name}_changelist")
    fill(1)
    with CaptureQueriesContext(connection) as one:
        assert operator.get(address, {"q": "a"}).status_code == 200
    for n in (2, 3, 4):
        fill(n)
    with CaptureQueriesContext(connection) as many:
        page = operator.get(address)
    assert page.context["cl"].result_count == 4
    assert len(many) <= len(one) + 1


def test_what_keeps_a_board_closed_is_shown_nowhere(
    operator: Client, fill: Callable[[int], Board]
) -> None:
    board = fill(1)
    secrets = (board.salt, board.digest, board.password, boards.token_of(board))
    secrets += (board.items.get().key,)
    for address in (
        reverse("admin:assets_board_changelist"),
        reverse("admin:assets_board_change", args=[board.pk]),
    ):
        shown = operator.get(address).content.decode()
        assert "Board 1" in shown
        assert not [secret for secret in secrets if secret and secret in shown]


@pytest.mark.parametrize("name", LISTS[:-1])
def test_a_row_of_the_library_is_looked_at_and_not_changed(
    operator: Client, fill: Any, name: str
) -> None:
    fill(1)
    row = apps.get_model("assets", name)._default_manager.get()
    before = apps.get_model("assets", name)._default_manager.values().get()
    address = reverse(f"admin:assets_{name}_change", args=[row.pk])
    assert operator.get(address).status_code == 200
    assert operator.post(address, {"title": "x", "name": "x"}).status_code == 403
    assert operator.get(reverse(f"admin:assets_{name}_delete", args=[row.pk])).status_code == 403
    assert apps.get_model("assets", name)._default_manager.values().get() == before


def test_an_operator_closes_a_link(operator: Client, fill: Callable[[int], Board]) -> None:
    board = fill(1)
    form = {"action": "close_links", "_selected_action": [str(board.pk)]}
    operator.post(reverse("admin:assets_board_changelist"), form)
    board.refresh_from_db()
    assert not board.is_open
