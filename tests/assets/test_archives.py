"""ZIPs: what is in them, what they are called, and what happens when a worker dies."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from assets import services
from assets.models import Archive, Asset
from assets.services import archives, files, keeper
from billing.models import Account, User


@pytest.fixture
def two(bring: Any) -> list[Asset]:
    first = bring(filename="Sea.png", title="The sea", tags=["blue"])
    return [first, bring(filename="sea.png", parents=[first], recipe={"operation": "crop"})]


def opened(archive: Archive) -> zipfile.ZipFile:
    archive.refresh_from_db()
    assert archive.state == "ready", archive.error
    return zipfile.ZipFile(default_storage.open(str(archive.file.name), "rb"))


def test_it_holds_files_and_what_is_known_of_them(
    account: Account, alice: User, two: list[Asset]
) -> None:
    services.judge(two[0], rating=5)
    archive = archives.order(account, alice, [asset.pk for asset in two])
    assert OrmQ.objects.count() == 1
    archives.pack(archive.pk)
    with opened(archive) as zip:
        assert zip.testzip() is None
        assert {i.compress_type for i in zip.infolist()} == {zipfile.ZIP_STORED}
        names = ["Sea.png", "Sea.png.json", "sea-2.png", "sea-2.png.json", "manifest.json"]
        assert zip.namelist() == names
        assert zip.read("Sea.png") == two[0].file.read()
        told = json.loads(zip.read("Sea.png.json"))
        assert (told["title"], told["tags"], told["rating"]) == ("The sea", ["blue"], 5)
        other = json.loads(zip.read("sea-2.png.json"))
        assert (other["parents"], other["recipe"]) == ([told["id"]], {"operation": "crop"})
        manifest = json.loads(zip.read("manifest.json"))
        assert [f["file"] for f in manifest["files"]] == ["Sea.png", "sea-2.png"]
    archives.pack(archive.pk)  # a second hint changes nothing
    assert Archive.objects.get().starts == 1


def test_a_plain_one_holds_the_files_alone(account: Account, alice: User, two: list[Asset]) -> None:
    archive = archives.order(account, alice, [asset.pk for asset in two], plain=True)
    archives.pack(archive.pk)
    with opened(archive) as zip:
        assert zip.namelist() == ["Sea.png", "sea-2.png"]


def test_a_plain_one_says_what_is_missing_all_the_same(
    account: Account, alice: User, two: list[Asset]
) -> None:
    files.remove([str(two[0].file.name)])
    archive = archives.order(account, alice, [asset.pk for asset in two], plain=True)
    archives.pack(archive.pk)
    with opened(archive) as zip:
        assert zip.namelist() == ["sea-2.png", "manifest.json"]


def test_what_is_missing_is_named(account: Account, alice: User, two: list[Asset]) -> None:
    archive = archives.order(account, alice, [asset.pk for asset in two])
    default_storage.delete(str(two[0].file.name))
    services.purge(two[1])
    archives.pack(archive.pk)
    with opened(archive) as zip:
        entries = json.loads(zip.read("manifest.json"))["files"]
    assert [(e["file"], e["why"]) for e in entries] == [
        (None, "missing from the storage"),
        (None, "deleted"),
    ]
    assert archive.missing == 2


def test_a_dead_worker_is_replaced_and_a_slow_one_not_counted(
    account: Account, alice: User, two: list[Asset], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archives.order(account, alice, [two[0].pk])
    late = timezone.now() - timedelta(seconds=1)
    Archive.objects.update(state="working", starts=1, fence=1, lease=late)
    stale = Archive.objects.get()
    assert archives.rescue() == 1
    assert archives.rescue() == 0
    archives.pack(archive.pk)
    with pytest.raises(archives.Lost):
        archives._note(stale, done=1)
    assert opened(archive).namelist()
    Archive.objects.update(state="working", starts=3, lease=late)
    archives.rescue()
    archive.refresh_from_db()
    assert archive.state == "failed"
    assert "died" in archive.error


def test_the_limits_are_said(
    account: Account, alice: User, two: list[Asset], settings: Any
) -> None:
    with pytest.raises(services.Refused, match="Nothing was chosen"):
        archives.order(account, alice, [])
    settings.ARCHIVE_MAX_BYTES = 10
    with pytest.raises(services.Refused, match="limit of a ZIP"):
        archives.order(account, alice, [two[0].pk])
    settings.ARCHIVE_MAX_BYTES = 10**9
    for _ in range(5):
        archives.order(account, alice, [two[0].pk])
    with pytest.raises(services.Refused, match="5 ZIPs"):
        archives.order(account, alice, [two[0].pk])


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_kept_while_a_large_one_is_copied_to_the_storage(
    account: Account, alice: User, two: list[Asset], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else begins anew meanwhile, however long it takes."""
    monkeypatch.setattr(keeper, "EVERY", 0.05)
    archive = archives.order(account, alice, [two[0].pk])
    store = files.store

    def slow(name: str, content: Any) -> str:
        late = timezone.now() - timedelta(seconds=1)
        Archive.objects.update(lease=late)
        for _ in range(100):
            time.sleep(0.05)
            if Archive.objects.get().lease > late:
                break
        assert archives.rescue() == 0
        return store(name, content)

    monkeypatch.setattr(files, "store", slow)
    archives.pack(archive.pk)
    assert opened(archive).namelist()
    assert archive.starts == 1


@pytest.mark.django_db(transaction=True)
def test_finished_ones_have_a_limit_of_room_and_the_oldest_go_first(
    account: Account,
    alice: User,
    two: list[Asset],
    settings: Any,
    stored: Callable[[], list[str]],
) -> None:
    first = archives.order(account, alice, [two[0].pk])
    archives.pack(first.pk)
    first.refresh_from_db()
    settings.ARCHIVE_ROOM_BYTES = 2 * first.size + 10
    later = [archives.order(account, alice, [two[0].pk]) for _ in range(2)]
    archives.pack(later[0].pk)
    assert Archive.objects.count() == 3
    archives.pack(later[1].pk)
    assert set(Archive.objects.values_list("pk", flat=True)) == {one.pk for one in later}
    assert len([name for name in stored() if name.endswith(".zip")]) == 2
    settings.ARCHIVE_ROOM_BYTES = 1
    last = archives.order(account, alice, [two[0].pk])
    archives.pack(last.pk)
    assert Archive.objects.get().pk == last.pk


@pytest.mark.django_db(transaction=True)
def test_the_expired_go_with_their_files(
    account: Account, alice: User, two: list[Asset], stored: Callable[[], list[str]]
) -> None:
    archive = archives.order(account, alice, [two[0].pk])
    archives.pack(archive.pk)
    assert any(name.endswith(".zip") for name in stored())
    Archive.objects.update(expires=timezone.now())
    assert archives.tidy_archives() == 1
    assert not any(name.endswith(".zip") for name in stored())


def test_only_the_own_account_fetches_it(
    account: Account, alice: User, vera: User, charlie: User, two: list[Asset], sign_in: Any
) -> None:
    archive = archives.order(account, alice, [two[0].pk])
    address = reverse("archive", args=[archive.pk])
    assert sign_in(alice).get(address).status_code == 404
    archives.pack(archive.pk)
    for person in (alice, vera):
        answer = sign_in(person).get(address)
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert b"".join(answer.streaming_content)[:2] == b"PK"
    part = sign_in(alice).get(address, headers={"Range": "bytes=0-1"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"PK")
    assert sign_in(charlie).get(address).status_code == 404
    assert Client().get(address).status_code == 302
