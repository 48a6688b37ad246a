"""Imports whose worker dies, that are stopped or find no room: nothing is lost or there twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import OrmQ

from assets.models import Asset, Import, ImportItem
from assets.services import imports
from assets.services.imports import work
from billing.models import Account, User
from tests.assets.whole import told
from tests.assets.zips import brought, counts, foreign, packed, reasons


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

    def deadly(zip: Any, entry: Any, path: Path, most: int) -> str:
        if entry.filename == "b.png":
            raise Killed
        return copy(zip, entry, path, most)

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

    def deleted(zip: Any, entry: Any, path: Path, most: int) -> str:
        if entry.filename == "b.png":
            imports.delete(Import.objects.get(pk=row.pk))
        return copy(zip, entry, path, most)

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
