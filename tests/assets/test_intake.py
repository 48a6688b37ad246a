"""The way in: what is stored, what is left behind when it fails, and what happens twice."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.storage.filesystem import FileSystemStorage
from django.db import connection, transaction
from django.utils import timezone

from assets import services
from assets.models import Asset
from billing.models import Account, Plan, User
from tests.assets import make
from tests.billing.plan_rows import subscribed

Bring = Callable[..., Asset]
Stored = Callable[[], list[str]]


def test_a_picture_becomes_an_asset_with_all_that_is_known_of_it(
    bring: Bring, account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    asset = bring(picture((640, 480), "JPEG"), "My_holiday picture.PNG", tags=["Sea", "sun "])
    asset.refresh_from_db()
    assert (asset.account, asset.user) == (account, alice)
    assert (asset.kind, asset.mime, asset.status) == ("image", "image/jpeg", "ready")
    assert (asset.width, asset.height) == (640, 480)
    assert (asset.title, asset.filename) == ("My holiday picture", "My_holiday picture.jpg")
    assert {tag.name for tag in asset.tags.all()} == {"sea", "sun"}
    content = asset.file.read()
    assert (asset.size, asset.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert asset.file.name.startswith(f"accounts/{account.pk}/")
    assert str(asset.pk) in asset.file.name


def test_every_asset_has_its_stills(bring: Bring, work: Path) -> None:
    for content in (
        None,
        make.film(work / "a.mp4").read_bytes(),
        make.tone(work / "a.wav").read_bytes(),
    ):
        asset = bring(content, "x")
        for field in (asset.thumbnail, asset.poster):
            assert default_storage.size(field.name) > 0


@pytest.mark.parametrize(
    ("given", "filename", "title"),
    [
        ("../../etc/passwd", "passwd.png", "Passwd"),
        ("..\\..\\boot.ini", "boot.png", "Boot"),
        ("evil.html", "evil.png", "Evil"),
        ("a\r\nSet-Cookie: b=c.png", "a Set-Cookie_ b=c.png", "A Set-Cookie b=c"),
        ("nul\0byte.png", "nul byte.png", "Nul byte"),
        ("gpj.\u202egnp.exe", "gpj.gnp.png", "Gpj.gnp"),
        ("Käse 日本語 🎈.png", "Käse 日本語 🎈.png", "Käse 日本語 🎈"),
        ("", "untitled.png", "Untitled"),
        ("...", "untitled.png", "Untitled"),
        (".png", "png.png", "Png"),
        ("x" * 300 + ".png", "x" * 100 + ".png", "X" + "x" * 99),
    ],
)
def test_file_names_are_made_safe(bring: Bring, given: str, filename: str, title: str) -> None:
    asset = bring(filename=given)
    assert (asset.filename, asset.title) == (filename, title)


def test_a_refused_file_leaves_nothing_behind(bring: Bring, stored: Stored, settings: Any) -> None:
    for content in (b"", b"<svg></svg>", make.png_bomb(30000, 30000)):
        with pytest.raises(services.Refused):
            bring(content)
    assert stored() == []
    assert not Asset.objects.exists()
    assert list(settings.WORK_DIR.iterdir()) == []


def test_a_row_that_cannot_be_written_leaves_no_file(bring: Bring, stored: Stored) -> None:
    with pytest.raises(services.Refused, match="limit is 60"):
        bring(tags=["x" * 61])
    with pytest.raises(services.Refused, match="limit is 50"):
        bring(tags=[str(number) for number in range(51)])
    with pytest.raises(services.Refused, match="limit is 200"):
        bring(title="x" * 201)
    assert stored() == []


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_a_storage_that_fails_leaves_no_file(
    bring: Bring, stored: Stored, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    """The disk is full at the first, second or third of the files, in the middle of writing."""
    calls, save = [], FileSystemStorage._save

    def full(self: Any, name: str, content: Any) -> str:
        calls.append(name)
        saved = save(self, name, content)
        if len(calls) == fails:
            raise OSError(errno.ENOSPC, "No space left on device")
        return saved

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(services.NoRoom, match="disk of this server is full"):
        bring()
    assert stored() == []
    assert not Asset.objects.exists()


def test_the_storage_limit_of_an_account(bring: Bring, stored: Stored, settings: Any) -> None:
    first = bring()
    settings.ACCOUNT_STORAGE_BYTES = first.size * 2
    bring()
    with pytest.raises(services.NoRoom, match="The library is full"):
        bring()
    services.purge(first)
    assert bring()


def test_a_library_that_is_full_by_its_plan_says_so_and_who_can_choose_another(
    bring: Bring, account: Account, settings: Any
) -> None:
    own = subscribed(account, now=timezone.now(), storage_bytes=bring().size)
    words = r"of the plan Small are used and this file needs .* or alice can choose a larger plan"
    with pytest.raises(services.NoRoom, match=words):
        bring()
    settings.ACCOUNT_STORAGE_BYTES = 1
    with pytest.raises(services.NoRoom, match=r"Delete something for good and try again\.$"):
        bring()
    settings.ACCOUNT_STORAGE_BYTES = None
    Plan.objects.filter(pk=own.plan_id).update(storage_bytes=None)
    assert bring()


def test_what_a_job_made_is_never_refused_for_room(
    account: Account, picture: Callable[..., bytes], settings: Any
) -> None:
    settings.ACCOUNT_STORAGE_BYTES = settings.IMAGE_MAX_BYTES = settings.UPLOAD_MAX_BYTES = 1
    source = io.BytesIO(picture())
    with pytest.raises(services.Refused):
        services.prepare(source, account=account, filename="a.png")
    limits = services.result_limits()
    assert services.prepare(source, account=account, filename="a.png", limits=limits).size > 1


def test_the_uploaded_file_is_left_as_it_was(account: Account, alice: User, work: Path) -> None:
    path = work / "photo.jpg"
    content = make.with_exif(6)
    path.write_bytes(content)
    asset = services.ingest(path, account=account, user=alice, filename="photo.jpg")
    assert path.read_bytes() == content
    assert b"SecretCamera" not in asset.file.read()
    assert (asset.width, asset.height) == (40, 60)


def test_a_stream_that_never_ends_is_cut_off(account: Account, settings: Any) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"\x89PNG\r\n\x1a\n" + bytes(size - 8)

        def seekable(self) -> bool:
            return False

    settings.UPLOAD_MAX_BYTES = settings.IMAGE_MAX_BYTES = 3 * 1024 * 1024
    source: Any = Endless()
    with pytest.raises(services.Refused, match="more than 3 MB"):
        services.prepare(source, account=account, filename="a.png")
    assert source.given < 6 * 1024 * 1024


def test_data_urls(account: Account, alice: User, picture: Callable[..., bytes]) -> None:
    who: dict[str, Any] = {"account": account, "user": alice, "kinds": ("image",)}
    text = base64.b64encode(picture()).decode()
    for head in ("data:image/png;base64,", "data:text/html;charset=x;base64,", "data:;base64,"):
        assert services.from_data_url(head + text, **who).mime == "image/png"
    for bad in (
        "",
        "data:image/png," + text,
        "http://x/",
        "data:image/png;base64,%%%",
        "data:;base64,",
    ):
        with pytest.raises(services.Refused):
            services.from_data_url(bad, **who)


def test_a_draft_can_be_thrown_away(
    account: Account, picture: Callable[..., bytes], stored: Stored
) -> None:
    draft = services.prepare(ContentFile(picture()), account=account, filename="a.png")
    assert len(stored()) == 3
    draft.discard()
    draft.discard()
    assert stored() == []


def test_a_draft_that_became_an_asset_is_not_thrown_away(
    account: Account, alice: User, picture: Callable[..., bytes], stored: Stored
) -> None:
    draft = services.prepare(ContentFile(picture()), account=account, filename="a.png")
    draft.save(user=alice)
    draft.discard()
    assert len(stored()) == 3


def test_a_draft_whose_transaction_failed_can_be_saved_again(
    account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    draft = services.prepare(ContentFile(picture()), account=account, filename="a.png")
    with transaction.atomic():
        draft.save(user=alice)
        transaction.set_rollback(True)
    assert not Asset.objects.exists()
    assert draft.save(user=alice).pk == draft.id


def test_the_same_result_twice_is_one_asset(
    bring: Bring, stored: Stored, django_capture_on_commit_callbacks: Any
) -> None:
    first = bring(origin="job:1", slot=0, module="transform", recipe={"prompt": "a boat"})
    with django_capture_on_commit_callbacks(execute=True):
        again = bring(origin="job:1", slot=0, title="Another")
    other = bring(origin="job:1", slot=1)
    assert again.pk == first.pk != other.pk
    assert again.title == first.title
    assert len(stored()) == 6
    assert bring().pk != bring().pk, "two uploads are two assets"


def test_parents_and_recipe_are_kept(bring: Bring) -> None:
    source = bring()
    made = bring(origin="job:2", recipe={"params": {"image": str(source.pk)}}, parents=[source])
    assert list(made.parents.all()) == [source]
    assert list(source.children.all()) == [made]
    assert made.recipe == {"params": {"image": str(source.pk)}}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_the_same_result_make_one_asset(
    bring: Bring, account: Account, alice: User, picture: Callable[..., bytes], stored: Stored
) -> None:
    content, found, barrier = picture(), [], threading.Barrier(6)

    def collect() -> None:
        draft = services.prepare(ContentFile(content), account=account, filename="a.png")
        barrier.wait()
        try:
            found.append(draft.save(user=alice, origin="job:3").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=collect) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert Asset.objects.count() == 1
    assert len(stored()) == 3
