"""Files in parts: nothing is lost, nothing comes in twice, nothing stays behind."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from assets import services
from assets.models import Asset, PartUpload, UploadedPart, UploadState
from assets.services import uploads
from assets.services.uploads import begin_upload, complete_upload, take_part
from billing.models import Account, User

PART = 1000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", PART)


@pytest.fixture
def whole(picture: Callable[..., bytes]) -> bytes:
    """A picture of more than three parts."""
    content = picture((200, 150), "BMP")[:]
    assert len(content) > 3 * PART
    return content


@pytest.fixture
def begin(account: Account, alice: User) -> Callable[..., PartUpload]:
    def make(size: int, **more: Any) -> PartUpload:
        fields = {"account": account, "user": alice, "name": "big.bmp", **more}
        return begin_upload(size=size, **fields)

    return make


def pieces(content: bytes) -> Iterator[tuple[int, io.BytesIO]]:
    for number, start in enumerate(range(0, len(content), PART), 1):
        yield number, io.BytesIO(content[start : start + PART])


def send(upload: PartUpload, content: bytes) -> None:
    for number, piece in pieces(content):
        take_part(upload, number, piece)


def parts_stored(stored: Callable[[], list[str]]) -> list[str]:
    return [name for name in stored() if name.startswith("uploads/")]


def test_parts_in_any_order_and_twice(
    begin: Callable[..., PartUpload], whole: bytes, stored: Callable[[], list[str]]
) -> None:
    upload = begin(len(whole), sha256=hashlib.sha256(whole).hexdigest(), tags=["Trip", "sea"])
    with pytest.raises(services.Refused, match="parts are missing: 1, 2, 3"):
        complete_upload(upload)
    for number, piece in reversed(list(pieces(whole))):
        take_part(upload, number, piece)
    take_part(upload, 2, io.BytesIO(whole[PART : 2 * PART]))
    assert services.missing_parts(upload) == []
    assert len(parts_stored(stored)) == upload.parts_wanted
    asset = complete_upload(PartUpload.objects.get(pk=upload.pk))
    with services.open_file(asset) as file:
        assert file.read() == whole
    assert asset.title == "Big"
    assert {tag.name for tag in asset.tags.all()} == {"trip", "sea"}
    assert asset.origin == "upload"


@pytest.mark.django_db(transaction=True)
def test_nothing_stays_behind(
    begin: Callable[..., PartUpload], whole: bytes, stored: Callable[[], list[str]]
) -> None:
    upload = begin(len(whole))
    send(upload, whole)
    take_part(upload, 1, io.BytesIO(whole[: PART - 1] + b"\1"))
    take_part(upload, 1, io.BytesIO(whole[:PART]))
    assert len(parts_stored(stored)) == upload.parts_wanted
    asset = complete_upload(upload)
    assert parts_stored(stored) == []
    assert not UploadedPart.objects.exists()
    again = PartUpload.objects.get(pk=upload.pk)
    assert complete_upload(again) == asset
    with pytest.raises(services.Busy, match="in the library"):
        take_part(again, 1, io.BytesIO(whole[:PART]))
    other = begin(len(whole))
    send(other, whole)
    services.abort_upload(other)
    assert parts_stored(stored) == []
    assert Asset.objects.count() == 1


@pytest.mark.parametrize("size", [PART - 1, PART + 1, 0])
def test_a_part_of_the_wrong_length(
    begin: Callable[..., PartUpload], whole: bytes, size: int
) -> None:
    upload = begin(len(whole))
    with pytest.raises(services.Refused, match="it must have exactly 1000"):
        take_part(upload, 1, io.BytesIO(whole[:size]))


@pytest.mark.parametrize("number", [0, -1, 100_000])
def test_a_part_that_is_none(begin: Callable[..., PartUpload], whole: bytes, number: int) -> None:
    with pytest.raises(services.Refused, match="There is no part"):
        take_part(begin(len(whole)), number, io.BytesIO(whole[:PART]))


def test_checksums(begin: Callable[..., PartUpload], whole: bytes) -> None:
    upload = begin(len(whole), sha256="0" * 64)
    right = hashlib.sha256(whole[:PART]).hexdigest()
    with pytest.raises(services.Refused, match="damaged on its way"):
        take_part(upload, 1, io.BytesIO(whole[:PART]), "1" * 64)
    take_part(upload, 1, io.BytesIO(whole[:PART]), right.upper())
    send(upload, whole)
    with pytest.raises(services.Refused, match="checksum of the whole file"):
        complete_upload(upload)
    assert PartUpload.objects.get().state == UploadState.OPEN
    with pytest.raises(services.Refused, match="sha256 is not a checksum"):
        begin(len(whole), sha256="abc")


def test_what_can_never_be_used_is_refused_at_its_first_part(
    begin: Callable[..., PartUpload], settings: Any, whole: bytes
) -> None:
    with pytest.raises(services.Refused, match="a PDF document"):
        take_part(begin(PART), 1, io.BytesIO(b"%PDF-1.7".ljust(PART)))
    with pytest.raises(services.Refused, match="Choose a sound"):
        take_part(begin(PART, kind="audio"), 1, io.BytesIO(b"%PDF-1.7".ljust(PART)))
    settings.IMAGE_MAX_BYTES = 2000
    with pytest.raises(services.Refused, match="the limit is 2 kB"):
        take_part(begin(len(whole)), 1, io.BytesIO(whole[:PART]))


def test_limits_at_the_beginning(
    begin: Callable[..., PartUpload], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (0, -1, settings.UPLOAD_MAX_BYTES + 1):
        with pytest.raises(services.Refused, match="at most 200 MB"):
            begin(size)
    with pytest.raises(services.Refused, match="kind “film” is unknown"):
        begin(10, kind="film")
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    begin(100)
    begin(100)
    with pytest.raises(services.Refused, match="2 uploads are under way"):
        begin(100)
    PartUpload.objects.all().delete()
    settings.ACCOUNT_STORAGE_BYTES = 150
    begin(100)
    with pytest.raises(services.Refused, match="library is full"):
        begin(100)


def test_a_full_disk(begin: Callable[..., PartUpload], settings: Any, media: Path) -> None:
    media.mkdir(exist_ok=True)
    settings.DISK_FLOOR_BYTES = 10**18
    with pytest.raises(services.Refused, match="nearly full"):
        begin(100)


def test_a_part_that_the_storage_lost(begin: Callable[..., PartUpload], whole: bytes) -> None:
    upload = begin(len(whole))
    send(upload, whole)
    default_storage.delete(upload.parts.get(number=2).key)
    with pytest.raises(services.Refused, match="Part 2 was lost"):
        complete_upload(upload)
    assert services.missing_parts(upload) == [2]
    take_part(upload, 2, io.BytesIO(whole[PART : 2 * PART]))
    assert complete_upload(upload).size == len(whole)


def test_a_server_that_died_over_it(begin: Callable[..., PartUpload], whole: bytes) -> None:
    upload = begin(len(whole))
    send(upload, whole)
    now = timezone.now()
    held = {"state": UploadState.JOINING, "joining": now}
    PartUpload.objects.filter(pk=upload.pk).update(**held)
    with pytest.raises(services.Busy, match="being put together"):
        complete_upload(upload)
    with pytest.raises(services.Busy, match="being put together"):
        services.abort_upload(upload)
    assert services.forget_uploads(now + timedelta(minutes=1)) == 0
    PartUpload.objects.filter(pk=upload.pk).update(joining=now - timedelta(minutes=11))
    assert complete_upload(PartUpload.objects.get(pk=upload.pk)).size == len(whole)


@pytest.mark.django_db(transaction=True)
def test_expired_ones_go(
    begin: Callable[..., PartUpload], whole: bytes, stored: Callable[[], list[str]]
) -> None:
    upload = begin(len(whole))
    take_part(upload, 1, io.BytesIO(whole[:PART]))
    assert services.forget_uploads(timezone.now()) == 0
    assert services.forget_uploads(timezone.now() + timedelta(hours=25)) == 1
    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_two_tabs_make_one_asset(begin: Callable[..., PartUpload], whole: bytes) -> None:
    upload = begin(len(whole))
    together, said = Barrier(4), []

    def tab() -> None:
        mine = PartUpload.objects.get(pk=upload.pk)
        together.wait()
        try:
            send(mine, whole)
            said.append(complete_upload(PartUpload.objects.get(pk=upload.pk)))
        except (services.Busy, services.Refused) as error:
            said.append(error)
        finally:
            connection.close()

    threads = [Thread(target=tab) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Asset.objects.count() == 1, said
    assert all(isinstance(one, services.Busy) or one == Asset.objects.get() for one in said)
    assert not Path(default_storage.path("uploads")).exists() or not any(
        Path(default_storage.path("uploads")).rglob("*-*")
    )
