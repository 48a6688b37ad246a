"""ZIPs into the library: what was packed here comes back whole, once, whatever dies meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import OrmQ

from assets import services
from assets.models import Asset, Collection, Import, ImportItem, Tag
from assets.search import filter_assets
from assets.services import bulk, collections, imports, uploads
from assets.services.imports import work
from assets.services.intake import Made
from assets.services.sidecars import Teller
from billing import clients
from billing.models import Account, User
from billing.scope import Scope
from tests.assets.zips import brought, counts, foreign, ours, packed, reasons

OLD = timezone.now() - timedelta(days=400)
CAN_DIFFER = {"id", "origin", "parents", "version_of", "recipe"}


@pytest.fixture
def theirs(charlie: User) -> Account:
    return charlie.accounts.get()


@pytest.fixture
def library(
    account: Account, alice: User, bring: Callable[..., Asset], picture: Callable[..., bytes]
) -> dict[str, Asset]:
    """A source, an edit that is its shown version, a film made of the edit, a copy of the source
    and a text: with everything that can be said of them."""
    sea = bring(picture((60, 40)), "Sea.png", title="The sea", tags=["nature/water", "blue"])
    recipe = {
        "operation": "crop",
        "offer": "local-crop",
        "provider": "local",
        "params": {"image": str(sea.pk), "prompt": "two\nlines", "strength": 0.5},
        "notes": ["A note"],
    }
    made = Made("local", "local-crop", 2**40, 1_500_000)
    edit = bring(
        picture((50, 40)), "Sea.png", parents=[sea], recipe=recipe, module="edit", made=made
    )
    services.accept_version(edit, sea)
    loop = bring(picture((30, 30), "GIF"), "loop.gif", parents=[edit, sea])
    copy = bring(picture((60, 40)), "copy of the sea.png")
    text = bring(b"Words, many words.", "words.txt")
    services.update(sea, alt="Waves at noon")
    services.judge(edit, rating=4, flag="pick", favorite=True)
    services.judge(copy, flag="reject")
    summer = collections.make(account, "Summer")
    berlin = collections.make(account, "Berlin", parent=summer)
    for box, asset in ((berlin, loop), (berlin, edit), (summer, text)):
        bulk.apply(account, alice, "collect", str(box.pk), [asset.pk])
    Asset.objects.filter(pk=sea.pk).update(created=OLD)
    return {"sea": sea, "edit": edit, "loop": loop, "copy": copy, "text": text}


def told(account: Account) -> dict[str, dict[str, Any]]:
    """What a manifest says of each file, with names in the place of ids."""
    teller = Teller(account)
    found = teller.load(Asset.objects.filter(account=account).values_list("pk", flat=True))
    names = {str(pk): f"{row.title} {row.version}" for pk, row in found.items()}
    text = json.dumps({names[str(pk)]: teller.tell(row) for pk, row in found.items()})
    for pk, name in names.items():
        text = text.replace(pk, name)
    said: dict[str, dict[str, Any]] = json.loads(text)
    for one in said.values():
        one["parents"].sort()
        one.pop("origin")
    return said


def test_a_library_comes_back_whole_in_another_account(
    account: Account, alice: User, theirs: Account, charlie: User, library: dict[str, Asset]
) -> None:
    row = brought(theirs, packed(account, alice), charlie)
    assert counts(row) == (5, 0, 0)
    assert row.ours
    assert reasons(row) == {}
    assert told(theirs) == told(account)
    came = {asset.title: asset for asset in Asset.objects.for_account(theirs)}
    assert len(came) == 4  # the edit has the title of what it was made from
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


def test_signed_files_are_the_same_to_the_byte(
    account: Account, alice: User, theirs: Account, bring: Callable[..., Asset], picture: Any
) -> None:
    """Also what carries a recipe of our own, which an upload would be cleaned of."""
    from assets.media import Mark, detect, mark

    plain = picture((70, 50))
    chunk = b"caBX" + b"signed by somebody"
    import struct
    import zlib

    signed = plain[:33] + struct.pack(">I", len(chunk) - 4) + chunk
    signed += struct.pack(">I", zlib.crc32(chunk)) + plain[33:]
    folder = Path(str(alice.pk)).parent / "x"
    first = bring(signed, "signed.png")
    assert first.file.read() == signed
    source, target = Path("/tmp") / f"{first.pk}.png", Path("/tmp") / f"{first.pk}-marked.png"
    try:
        source.write_bytes(plain)
        recipe = {"operation": "crop", "offer": "x", "provider": "local", "params": {"a": 1}}
        mark(source, detect(plain), target, Mark("algorithmicMedia", recipe))
        draft = services.prepare(target, account=account, filename="marked.png", strip=False)
        draft.save(user=alice, recipe=recipe)
    finally:
        source.unlink()
        target.unlink()
    assert folder
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
    from io import BytesIO

    from PIL import Image

    exif = Image.Exif()
    exif[0x9286] = "where I live"
    out = BytesIO()
    Image.open(BytesIO(picture((40, 40)))).save(out, "JPEG", exif=exif)
    content = foreign(("a.jpg", out.getvalue()))
    assert counts(brought(theirs, content)) == (1, 0, 0)
    assert b"where I live" not in Asset.objects.get().file.read()
    assert counts(brought(theirs, content)) == (0, 1, 0)


def test_unpacked_and_packed_again_in_a_folder_by_another_program(
    account: Account, alice: User, theirs: Account, library: dict[str, Asset]
) -> None:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(packed(account, alice))) as zip:
        files = [(f"my export/{name}", zip.read(name)) for name in zip.namelist()]
    again = foreign(*files, ("__MACOSX/x", b"x"), method=zipfile.ZIP_DEFLATED)
    assert counts(brought(theirs, again)) == (5, 0, 0)
    assert told(theirs) == told(account)


def test_a_zip_of_the_first_version_is_read(theirs: Account, picture: Any) -> None:
    about = {"id": "0" * 32, "title": "Old", "tags": ["a"], "rating": 3, "recipe": {}}
    content = ours(
        ("a.png", picture(), about), manifest={"format": None, "version": None, "made": "2026"}
    )
    content = content.replace(b'"format": null, "version": null,', b'"older": 1, "version1": null,')
    # The checksum of the entry does not fit any more; it is made anew.
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(ours(("a.png", picture(), about)))) as zip:
        told_ = json.loads(zip.read("manifest.json"))
        told_ = {"made": "2026", "files": told_["files"], "missing": 0}
        files = [(n, zip.read(n)) for n in zip.namelist() if n != "manifest.json"]
    content = foreign(*files, ("manifest.json", json.dumps(told_).encode()))
    row = brought(theirs, content)
    assert (row.ours, counts(row)) == (True, (1, 0, 0))
    assert Asset.objects.get().rating == 3


# --- whatever dies ------------------------------------------------------------------------------


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, "tie"])
def test_a_worker_that_dies_is_taken_over_without_doubles(
    account: Account,
    alice: User,
    theirs: Account,
    library: dict[str, Asset],
    monkeypatch: pytest.MonkeyPatch,
    at: int | str,
) -> None:
    row = imports.order(theirs, None, ContentFile(packed(account, alice)), "a.zip")
    keep = work.Unpacking._keep
    done: list[int] = []

    def once(self: Any, *args: Any, **more: Any) -> None:
        if at == len(done) + 1 and not self.row.tried > 1:
            raise Killed
        keep(self, *args, **more)
        done.append(1)

    with monkeypatch.context() as patch:
        patch.setattr(work.Unpacking, "_keep", once)
        if at == "tie":
            patch.setattr(work, "tie", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            imports.unpack(row.pk)
    stale = Import.objects.get(pk=row.pk)
    imports.unpack(row.pk)  # its lease is not over
    assert Import.objects.get(pk=row.pk).state == "working"
    Import.objects.update(lease=timezone.now() - timedelta(seconds=1))
    OrmQ.objects.all().delete()
    assert imports.rescue() == 1
    assert OrmQ.objects.count() == 1
    with pytest.raises(work.Lost):
        work._note(stale, starts=0)
    imports.unpack(row.pk)
    assert counts(Import.objects.get(pk=row.pk)) == (5, 0, 0)
    assert told(theirs) == told(account)


def test_what_the_worker_dies_on_is_left_out_the_third_time(
    theirs: Account, picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = foreign(("a.png", picture()), ("b.png", picture((9, 9))), ("c.png", picture((8, 9))))
    row = imports.order(theirs, None, ContentFile(content), "a.zip")
    copy = work.copy_out

    def deadly(zip: Any, entry: Any, path: Path) -> str:
        if entry.filename == "b.png":
            raise Killed
        return copy(zip, entry, path)

    monkeypatch.setattr(work, "copy_out", deadly)
    for _ in range(2):
        with pytest.raises(Killed):
            imports.unpack(row.pk)
        Import.objects.update(lease=timezone.now() - timedelta(seconds=1))
        imports.rescue()
    imports.unpack(row.pk)
    row.refresh_from_db()
    assert counts(row) == (2, 0, 1)
    assert "stopped while it looked at this file" in reasons(row)["b.png"]


def test_one_that_never_gets_anywhere_ends(
    theirs: Account, picture: Any, stored: Callable[[], list[str]]
) -> None:
    row = imports.order(theirs, None, ContentFile(foreign(("a.png", picture()))), "a.zip")
    late = timezone.now() - timedelta(seconds=1)
    Import.objects.update(state="working", starts=3, lease=late)
    imports.rescue()
    row.refresh_from_db()
    assert (row.state, "died" in row.error) == ("failed", True)


@pytest.mark.django_db(transaction=True)
def test_the_zip_goes_when_it_is_through_and_the_import_when_it_expires(
    theirs: Account, picture: Any, stored: Callable[[], list[str]]
) -> None:
    row = imports.order(theirs, None, ContentFile(foreign(("a.png", picture()))), "a.zip")
    assert [name for name in stored() if name.endswith(".zip")]
    imports.unpack(row.pk)
    assert not [name for name in stored() if name.endswith(".zip")]
    assert imports.tidy_imports() == 0
    Import.objects.update(expires=timezone.now())
    assert imports.tidy_imports() == 1
    assert not ImportItem.objects.exists()
    assert Asset.objects.count() == 1


def test_one_that_is_deleted_stops(
    theirs: Account, picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = foreign(("a.png", picture()), ("b.png", picture((9, 9))))
    row = imports.order(theirs, None, ContentFile(content), "a.zip")
    copy = work.copy_out

    def deleted(zip: Any, entry: Any, path: Path) -> str:
        if entry.filename == "b.png":
            imports.delete(Import.objects.get(pk=row.pk))
        return copy(zip, entry, path)

    monkeypatch.setattr(work, "copy_out", deleted)
    imports.unpack(row.pk)
    assert not Import.objects.exists()
    assert [asset.title for asset in Asset.objects.all()] == ["A"]


def test_a_full_account_stops_it_and_what_came_stays(
    theirs: Account, picture: Any, settings: Any
) -> None:
    content = foreign(("a.png", picture()), ("b.bmp", picture((90, 90), "BMP")))
    settings.ACCOUNT_STORAGE_BYTES = 10_000
    row = brought(theirs, content)
    assert row.state == "failed"
    assert "The library is full" in row.error
    settings.ACCOUNT_STORAGE_BYTES = None
    assert counts(brought(theirs, content)) == (1, 1, 0)


# --- in parts, and for whom ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_large_one_comes_in_parts(
    theirs: Account,
    picture: Any,
    monkeypatch: pytest.MonkeyPatch,
    stored: Callable[[], list[str]],
) -> None:
    import io

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
    with pytest.raises(services.Refused, match="is a ZIP. Begin its import"):
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
        imports.order(theirs.seen(Scope(None, frozenset([mine.pk]))), None, ContentFile(content), "")
