"""What can be done with an asset that is there, and what happens when its file is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from assets import services
from assets.models import Asset, Tag
from assets.search import filter_assets
from billing.models import User

Bring = Callable[..., Asset]


def found(asset: Asset, text: str) -> bool:
    mine = Asset.objects.for_account(asset.account)
    return filter_assets(mine, {"q": text}).filter(pk=asset.pk).exists()


def test_a_change_of_title_and_tags_is_found_at_once(bring: Bring) -> None:
    asset = bring(tags=["one"])
    services.update(asset, title=" A  new\ntitle ", tags=["Zwei", "zwei", " ", "drei,vier"])
    asset.refresh_from_db()
    assert asset.title == "A new title"
    assert [tag.name for tag in asset.tags.all()] == ["drei vier", "zwei"]
    assert found(asset, '"a new title" zwei')
    assert not found(asset, "one")
    services.update(asset, alt="A boat on the sea")
    asset.refresh_from_db()
    assert asset.title == "A new title"
    assert asset.tags.count() == 2
    assert found(asset, '"boat on the sea" zwei')


def test_what_is_too_long_or_empty_is_refused_and_nothing_changes(bring: Bring) -> None:
    asset = bring(title="Before", tags=["kept"])
    for change in (
        {"title": "  "},
        {"title": "x" * 201},
        {"title": "After", "tags": ["x" * 61]},
        {"title": "After", "alt": "x" * 301},
    ):
        with pytest.raises(services.Refused):
            services.update(asset, **change)
        asset = Asset.objects.get(pk=asset.pk)
        assert asset.title == "Before"
        assert [tag.name for tag in asset.tags.all()] == ["kept"]


def test_tags_belong_to_an_account(bring: Bring, charlie: User) -> None:
    theirs = Tag.objects.create(account=charlie.accounts.get(), name="sea")
    asset = bring(tags=["sea"])
    assert asset.tags.get() != theirs
    assert asset.tags.get().account == asset.account


def test_trash_and_restore_keep_everything(bring: Bring, stored: Callable[[], list[str]]) -> None:
    asset = bring(tags=["sea"], title="Boat")
    services.set_favorite(asset, True)
    before, files = Asset.objects.filter(pk=asset.pk).values().get(), stored()
    services.trash(asset)
    first = asset.trashed
    services.trash(asset)
    assert asset.trashed == first is not None
    assert not Asset.objects.live().exists()
    services.restore(asset)
    after = Asset.objects.live().filter(pk=asset.pk).values().get()
    assert {**after, "updated": None} == {**before, "updated": None}
    assert [tag.name for tag in asset.tags.all()] == ["sea"]
    assert stored() == files


def test_purge_removes_the_files_once_it_is_certain(
    bring: Bring, stored: Callable[[], list[str]], django_capture_on_commit_callbacks: Any
) -> None:
    asset, kept = bring(), bring()
    with django_capture_on_commit_callbacks(execute=True):
        services.purge(asset)
        assert len(stored()) == 6, "not before the commit"
    assert {Path(name).parent.name for name in stored()} == {str(kept.pk)}
    assert not Asset.objects.filter(pk=asset.pk).exists()


def test_what_was_made_from_a_purged_asset_stays(bring: Bring) -> None:
    source = bring()
    made = bring(parents=[source])
    services.purge(source)
    assert Asset.objects.get() == made


def test_a_local_copy_is_the_file_itself(bring: Bring, work: Path) -> None:
    asset = bring()
    path = services.local_copy(asset, work)
    assert path.read_bytes() == asset.file.read()
    assert path == Path(default_storage.path(asset.file.name))


def test_a_missing_file_is_noted_and_noted_again_when_it_is_back(bring: Bring, work: Path) -> None:
    asset = bring(title="Boat")
    path = Path(default_storage.path(asset.file.name))
    path.rename(work / "away")
    with pytest.raises(services.Gone, match="“Boat” is missing"):
        services.local_copy(asset, work)
    asset.refresh_from_db()
    assert asset.status == "damaged"
    (work / "away").rename(path)
    assert services.local_copy(asset, work) == path
    asset.refresh_from_db()
    assert asset.status == "ready"


def test_a_storage_that_is_not_on_this_machine(
    bring: Bring, work: Path, settings: Any, picture: Callable[..., bytes]
) -> None:
    """Django's storage in memory has no paths, like S3."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    asset = bring()
    copy = services.local_copy(asset, work)
    assert copy.parent == work
    assert copy.suffix == ".png"
    assert copy.read_bytes() == asset.file.read()
    services.purge(asset)
