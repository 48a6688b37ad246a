"""ZIPs into the library: what was packed here comes back whole, once, whatever dies meanwhile."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from assets import services
from assets.media import Mark, detect, mark
from assets.models import Asset, Collection, Tag
from assets.search import filter_assets
from assets.services import bulk, collections, imports, uploads
from assets.services.imports import work
from billing import clients
from billing.models import Account, User
from billing.scope import Scope
from tests.assets.whole import told
from tests.assets.zips import brought, counts, foreign, ours, packed, reasons


def test_a_library_comes_back_whole_in_another_account(
    account: Account, alice: User, theirs: Account, charlie: User, library: dict[str, Asset]
) -> None:
    row = brought(theirs, packed(account, alice), charlie)
    assert counts(row) == (5, 0, 0)
    assert row.ours
    assert reasons(row) == {}
    assert told(theirs) == told(account)
    ids = set(Asset.objects.for_account(theirs).values_list("pk", flat=True))
    assert not ids & {asset.pk for asset in library.values()}
    assert set(Asset.objects.for_account(theirs).values_list("user", flat=True)) == {charlie.pk}
    for asset in Asset.objects.for_account(theirs):
        content = asset.file.read()
        assert hashlib.sha256(content).hexdigest() == asset.sha256
    edit = Asset.objects.for_account(theirs).get(version=2)
    assert edit.recipe["params"]["image"] == str(edit.version_of_id)
    assert edit.stacked is False
    tree = {node.path: node.count for node in collections.tree(theirs)}
    assert tree == {"Summer": 1, "Summer / Berlin": 2}
    order = Collection.objects.get(account=theirs, name="Berlin").items.order_by("order")
    assert [item.asset.kind for item in order] == ["image", "image"]
    assert [item.asset.filename for item in order] == ["loop.gif", "Sea.png"]
    mine = Asset.objects.for_account(theirs)
    assert filter_assets(mine, {"q": "waves", "versions": "all"}).count() == 1
    assert filter_assets(mine, {"q": "rating:4 tag:nature OR prompt:lines"}).count() == 1


def test_twice_adds_nothing(
    account: Account, alice: User, theirs: Account, library: dict[str, Asset]
) -> None:
    content = packed(account, alice)
    brought(theirs, content)
    before = told(theirs), Tag.objects.count(), Collection.objects.count()
    moments = set(Asset.objects.values_list("pk", "updated"))
    assert counts(brought(theirs, content)) == (0, 5, 0)
    assert counts(brought(account, content)) == (0, 5, 0)
    assert (told(theirs), Tag.objects.count(), Collection.objects.count()) == before
    assert set(Asset.objects.values_list("pk", "updated")) == moments


def test_what_somebody_has_said_stays_and_the_rest_is_added(
    account: Account, alice: User, theirs: Account, library: dict[str, Asset], picture: Any
) -> None:
    mine = services.ingest(
        ContentFile(picture((50, 40))), account=theirs, user=None, filename="x.png"
    )
    services.update(mine, title="My own", tags=["own"], alt="Mine")
    services.judge(mine, rating=2)
    row = brought(theirs, packed(account, alice))
    assert counts(row) == (4, 1, 0)
    mine.refresh_from_db()
    assert (mine.title, mine.alt, mine.rating) == ("My own", "Mine", 2)
    assert (mine.flag, mine.favorite, mine.seed, mine.module) == ("pick", True, 2**40, "edit")
    assert {tag.name for tag in mine.tags.all()} == {"own"}
    assert mine.recipe["params"]["image"] == str(mine.parents.get().pk)
    assert mine.version == 2
    assert mine.version_of
    assert mine.version_of.title == "The sea"
    assert mine.version_of.stacked
    assert [box.name for box in mine.collections.all()] == ["Berlin"]
    assert mine.filename == "x.png"


def test_into_the_own_account_what_was_deleted_comes_back_and_finds_its_neighbors(
    account: Account, alice: User, library: dict[str, Asset]
) -> None:
    content, before = packed(account, alice), told(account)
    services.purge(Asset.objects.get(pk=library["edit"].pk))
    services.trash(Asset.objects.get(pk=library["text"].pk))
    row = brought(account, content, alice)
    assert counts(row) == (2, 3, 0)
    after = told(account)
    # The first of the stack was shown meanwhile, and that is left as it is.
    assert {n for n in after if after[n] != before[n]} == set()
    assert Asset.objects.get(pk=library["text"].pk).trashed is None


def test_what_was_deleted_for_good_has_its_id_again(
    account: Account, alice: User, library: dict[str, Asset]
) -> None:
    content, before = packed(account, alice), told(account)
    for name in ("loop", "edit", "sea"):
        services.purge(Asset.objects.get(pk=library[name].pk))
    row = brought(account, content, alice)
    assert (counts(row), reasons(row)) == ((3, 2, 0), {})
    assert told(account) == before
    for name in ("loop", "edit", "sea"):
        back = Asset.objects.get(pk=library[name].pk)
        assert back.sha256 == library[name].sha256
        assert str(back.pk) in str(back.file.name)
    loop, sea = (Asset.objects.get(pk=library[name].pk) for name in ("loop", "sea"))
    assert set(loop.parents.all()) == {sea, Asset.objects.get(pk=library["edit"].pk)}
    assert [one.pk for one in sea.versions.all()] == [library["edit"].pk]


def test_an_id_that_somebody_has_meanwhile_is_not_taken_away(
    account: Account, alice: User, theirs: Account, library: dict[str, Asset]
) -> None:
    content, old = packed(account, alice), library["loop"].pk
    services.purge(Asset.objects.get(pk=old))
    brought(theirs, content)
    assert Asset.objects.get(pk=old).account == theirs
    assert counts(brought(account, content, alice)) == (1, 4, 0)
    mine = Asset.objects.get(account=account, filename="loop.gif")
    assert mine.pk != old
    assert set(mine.parents.values_list("pk", flat=True)) == {library["sea"].pk, library["edit"].pk}
    assert Asset.objects.get(pk=old).account == theirs


def test_an_id_that_is_given_away_at_the_last_moment(
    account: Account,
    alice: User,
    theirs: Account,
    bring: Callable[..., Asset],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asset = bring(title="Mine")
    content = packed(account, alice)
    services.purge(Asset.objects.get(pk=asset.pk))
    prepare = work.intake.prepare

    def late(*args: Any, **kwargs: Any) -> Any:
        draft = prepare(*args, **kwargs)
        monkeypatch.setattr(work.intake, "prepare", prepare)
        brought(account, content)
        return draft

    monkeypatch.setattr(work.intake, "prepare", late)
    assert counts(brought(account, content)) == (0, 1, 0)
    there = Asset.objects.get(account=account)
    assert there.pk == asset.pk
    assert there.file.read() == asset_bytes(content)


def asset_bytes(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as zip:
        return zip.read(zip.namelist()[0])


def test_what_was_packed_here_may_be_larger_than_an_upload(
    account: Account, alice: User, theirs: Account, library: dict[str, Asset], settings: Any
) -> None:
    content = packed(account, alice)
    settings.UPLOAD_MAX_BYTES = settings.IMAGE_MAX_BYTES = 60
    settings.IMAGE_MAX_PIXELS = 100
    plain = foreign(("a.png", library["sea"].file.read()))
    assert counts(brought(theirs, plain)) == (0, 0, 1)
    settings.ACCOUNT_STORAGE_BYTES = 300
    assert "The library is full" in brought(theirs, content).error
    settings.ACCOUNT_STORAGE_BYTES = None
    row = brought(theirs, content)
    assert row.refused == 0
    assert told(theirs) == told(account)


def test_signed_files_are_the_same_to_the_byte(
    account: Account,
    alice: User,
    theirs: Account,
    bring: Callable[..., Asset],
    picture: Any,
    tmp_path: Path,
) -> None:
    """Also what carries a recipe of our own, which an upload would be cleaned of."""
    plain = picture((70, 50))
    chunk = b"caBX" + b"signed by somebody"
    signed = plain[:33] + struct.pack(">I", len(chunk) - 4) + chunk
    signed += struct.pack(">I", zlib.crc32(chunk)) + plain[33:]
    first = bring(signed, "signed.png")
    assert first.file.read() == signed
    source, target = tmp_path / "plain.png", tmp_path / "marked.png"
    source.write_bytes(plain)
    recipe = {"operation": "crop", "offer": "x", "provider": "local", "params": {"a": 1}}
    mark(source, detect(plain), target, Mark("algorithmicMedia", recipe))
    draft = services.prepare(target, account=account, filename="marked.png", strip=False)
    draft.save(user=alice, recipe=recipe)
    assert counts(brought(theirs, packed(account, alice))) == (2, 0, 0)
    same = {a.filename: a.sha256 for a in Asset.objects.filter(account=account)}
    assert {a.filename: a.sha256 for a in Asset.objects.filter(account=theirs)} == same
    assert hashlib.sha256(signed).hexdigest() in same.values()


def test_pictures_of_others_come_in_as_uploads_with_their_folders_as_tags(
    theirs: Account, picture: Any
) -> None:
    content = foreign(
        ("Trip/Rome/a.png", picture((20, 20))),
        ("Trip/b.png", picture((21, 20))),
        ("Trip/notes.pdf", b"%PDF-1.7"),
        ("Trip/.DS_Store", b"x"),
        ("__MACOSX/Trip/._a.png", b"x"),
        ("Trip/inner.zip", foreign(("c.png", picture()))),
    )
    row = brought(theirs, content)
    assert counts(row) == (2, 0, 2)
    assert not row.ours
    found = {
        asset.title: {tag.name for tag in asset.tags.all()}
        for asset in Asset.objects.for_account(theirs)
    }
    assert found == {"A": {"trip", "rome"}, "B": {"trip"}}
    assert "a PDF document" in reasons(row)["Trip/notes.pdf"]
    assert "a ZIP archive" in reasons(row)["Trip/inner.zip"]
    assert counts(brought(theirs, content)) == (0, 2, 2)


def test_a_picture_with_a_place_is_cleaned_when_it_is_nobodys_export(
    theirs: Account, picture: Any
) -> None:
    exif = Image.Exif()
    exif[0x9286] = "where I live"
    out = io.BytesIO()
    Image.open(io.BytesIO(picture((40, 40)))).save(out, "JPEG", exif=exif)
    content = foreign(("a.jpg", out.getvalue()))
    assert counts(brought(theirs, content)) == (1, 0, 0)
    assert b"where I live" not in Asset.objects.get().file.read()
    assert counts(brought(theirs, content)) == (0, 1, 0)


def test_unpacked_and_packed_again_in_a_folder_by_another_program(
    account: Account, alice: User, theirs: Account, library: dict[str, Asset]
) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(account, alice))) as zip:
        files = [(f"my export/{name}", zip.read(name)) for name in zip.namelist()]
    again = foreign(*files, ("__MACOSX/x", b"x"), method=zipfile.ZIP_DEFLATED)
    assert counts(brought(theirs, again)) == (5, 0, 0)
    assert told(theirs) == told(account)


def test_a_zip_of_the_first_version_is_read(theirs: Account, picture: Any) -> None:
    about = {"id": "0" * 32, "title": "Old", "tags": ["a"], "rating": 3, "recipe": {}}
    with zipfile.ZipFile(io.BytesIO(ours(("a.png", picture(), about)))) as zip:
        told_ = json.loads(zip.read("manifest.json"))
        told_ = {"made": "2026", "files": told_["files"], "missing": 0}
        files = [(n, zip.read(n)) for n in zip.namelist() if n != "manifest.json"]
    content = foreign(*files, ("manifest.json", json.dumps(told_).encode()))
    row = brought(theirs, content)
    assert (row.ours, counts(row)) == (True, (1, 0, 0))
    assert Asset.objects.get().rating == 3


# --- in parts, and for whom ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_large_one_comes_in_parts(
    theirs: Account,
    picture: Any,
    monkeypatch: pytest.MonkeyPatch,
    stored: Callable[[], list[str]],
) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 1000)
    content = foreign(("a.bmp", picture((40, 30), "BMP")))
    upload = services.begin_upload(
        account=theirs, user=None, name="a.zip", size=len(content), kind="zip"
    )
    with pytest.raises(services.Refused, match="not a ZIP"):
        services.take_part(upload, 1, io.BytesIO(b"x" * 1000))
    with pytest.raises(services.Refused, match="parts are missing: 1, 2"):
        imports.order_parts(theirs, None, upload)
    for number, start in enumerate(range(0, len(content), 1000), 1):
        services.take_part(upload, number, io.BytesIO(content[start : start + 1000]))
    with pytest.raises(services.Refused, match=r"is a ZIP\. Begin its import"):
        services.complete_upload(upload)
    row = imports.order_parts(theirs, None, upload)
    assert imports.order_parts(theirs, None, upload) == row
    upload.refresh_from_db()
    with pytest.raises(services.Busy):
        services.abort_upload(upload)
    assert services.forget_uploads(timezone.now() + timedelta(days=2)) == 0
    imports.unpack(row.pk)
    row.refresh_from_db()
    assert counts(row) == (1, 0, 0)
    assert not [name for name in stored() if name.startswith("uploads/")]
    assert row.upload is None


def test_it_belongs_to_whom_one_works_for(
    account: Account, alice: User, theirs: Account, bring: Any, picture: Any
) -> None:
    acme, zen = clients.make(account, "Acme"), clients.make(account, "Zen")
    for client, size in ((acme, 20), (zen, 21), (None, 22)):
        whose = account.seen(Scope(client.pk if client else None))
        asset = services.ingest(
            ContentFile(picture((size, 20))), account=whose, user=alice, filename="a.png"
        )
        name = client.name if client else "none"
        box = collections.make(whose, f"Box of {name}")
        bulk.apply(whose, alice, "collect", str(box.pk), [asset.pk])
    content = packed(account, alice)
    mine = clients.make(theirs, "ACME")
    row = brought(theirs, content)
    assert counts(row) == (3, 0, 0)
    found = {a.width: a.client for a in Asset.objects.for_account(theirs)}
    assert found == {20: mine, 21: None, 22: None}
    assert ["There is no client “Zen”" in why for why in reasons(row).values()] == [True]
    boxes = {c.name: c.client for c in Collection.objects.for_account(theirs)}
    assert boxes == {"Box of Acme": mine, "Box of Zen": None, "Box of none": None}
    # Who works for a client brings everything in for that one, and finds nothing of others.
    row = brought(theirs.seen(Scope(mine.pk)), content)
    assert counts(row) == (2, 1, 0)
    with pytest.raises(services.Refused, match="several clients"):
        imports.order(
            theirs.seen(Scope(None, frozenset([mine.pk]))), None, ContentFile(content), ""
        )
