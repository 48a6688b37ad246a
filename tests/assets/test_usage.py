"""How often assets are used, and what an account stores."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse

from assets import search, services
from assets.models import Asset, Board
from assets.services import boards
from billing.models import Account, User
from tests.assets.sharing import key, link


def uses(asset: Asset) -> tuple[int, int]:
    asset.refresh_from_db()
    return asset.opens, asset.downloads


def test_opens_and_downloads(
    bring: Callable[..., Asset], sign_in: Callable[[User], Client], alice: User, charlie: User
) -> None:
    asset, client = bring(), sign_in(alice)
    before = asset.updated
    page, file = f"/library/{asset.pk}/", f"/files/{asset.pk}/original/"
    for _ in range(2):
        client.get(page)
    client.head(page)
    client.get(page, headers={"Sec-Purpose": "prefetch"})
    sign_in(charlie).get(page)
    assert uses(asset) == (2, 0)
    client.get(file)
    client.get(f"{file}?download=1")
    client.get(f"{file}?download=1", headers={"Range": "bytes=0-9"})
    client.get(f"{file}?download=1", headers={"Range": "bytes=10-19"})
    client.head(f"{file}?download=1")
    sign_in(charlie).get(f"{file}?download=1")
    assert uses(asset) == (2, 2)
    assert asset.updated == before
    assert "opened 2 times, downloaded 2" in client.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_no_count_is_lost(bring: Callable[..., Asset]) -> None:
    asset = bring()

    def use() -> None:
        for _ in range(10):
            services.count(asset.pk, "opens")
        connection.close()

    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert uses(asset) == (40, 0)


def test_storage_by_kind(
    bring: Callable[..., Asset],
    account: Account,
    charlie: User,
    settings: Any,
    sign_in: Callable[[User], Client],
    alice: User,
) -> None:
    caches["local"].clear()
    settings.ACCOUNT_STORAGE_BYTES = 10_000
    picture, text, gone = bring(), bring(b"twelve bytes", "a.txt"), bring(b"seven b", "b.txt")
    services.trash(gone)
    Asset.objects.filter(pk=picture.pk).update(stacked=True)
    told = services.storage(account)
    assert [(room.name, room.files, room.size) for room in told.kinds] == [
        ("image", 1, picture.size),
        ("text", 1, text.size),
    ]
    assert (told.versions.files, told.versions.size) == (1, picture.size)
    assert (told.trash.files, told.trash.size) == (1, 7)
    assert (told.files, told.used) == (3, picture.size + 19)
    assert told.share == told.used / 10_000
    assert services.storage(charlie.accounts.get()).files == 0
    client = sign_in(alice)
    assert "What takes how much" in client.get("/library/").content.decode()
    account_page = client.get("/account/").content.decode()
    assert "of 9.8\xa0KB used" in account_page


def test_openings_by_a_link_count_once_a_visit(
    board: Board, cat: Asset, sign_in: Callable[[User], Client], alice: User, charlie: User
) -> None:
    boards.change_board(board, downloads=True)
    page, file = (
        link(board, "share-item", key(board)),
        link(board, "share-file", key(board), "download"),
    )
    zoe = Client()
    zoe.head(page)
    zoe.get(page, headers={"Sec-Purpose": "prefetch"})
    sign_in(alice).get(page)
    cat.refresh_from_db()
    assert cat.shares == 0
    before = cat.updated
    for visitor in (zoe, zoe, sign_in(charlie), Client()):
        visitor.get(link(board))
        visitor.get(page)
    zoe.get(file)
    for begin in (0, 10):
        zoe.get(file, headers={"Range": f"bytes={begin}-{begin + 9}"})
    sign_in(alice).get(file)
    cat.refresh_from_db()
    assert (cat.shares, cat.downloads, cat.opens, cat.updated) == (3, 2, 0, before)
    owner = sign_in(alice)
    told = owner.get(reverse("asset", args=[cat.pk])).content.decode()
    assert "by a link opened 3 times" in told
    shown = owner.get(reverse("board", args=[board.pk])).content.decode()
    assert "Opened 3 times by a link" in shown


def test_every_file_of_a_board_counts_by_itself(
    bring: Callable[..., Asset], picture: Callable[..., bytes], board: Board, cat: Asset
) -> None:
    dog, zoe = bring(picture((40, 40))), Client()
    boards.add_items(board, [dog])
    for item in board.items.all():
        for _ in range(2):
            zoe.get(link(board, "share-item", item.key))
    assert set(Asset.objects.values_list("shares", flat=True)) == {1}
    zoe.cookies["seen"] = "forged"
    zoe.get(link(board, "share-item", board.items.get(asset=cat).key))
    cat.refresh_from_db()
    assert cat.shares == 2


def test_the_most_shared_come_first(bring: Callable[..., Asset], account: Account) -> None:
    few, many = bring(), bring()
    for asset in (few, many, many):
        services.count(asset.pk, "shares")
    found, _ = search.page(Asset.objects.for_account(account), "shared", "", 10)
    assert [asset.pk for asset in found] == [many.pk, few.pk]
