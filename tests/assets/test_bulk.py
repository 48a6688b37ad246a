"""Many at once: counted, done as a whole, and undone as far as it still stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from assets import services
from assets.models import Asset, BulkChange, Collection
from assets.services import bulk
from billing.models import Account, User

Bring = Callable[..., Asset]


@pytest.fixture
def three(bring: Bring) -> list[Asset]:
    return [bring(title=title) for title in ("Ant", "Bee", "Cat")]


def ids(assets: list[Asset]) -> list[Any]:
    return [asset.pk for asset in assets]


def state(account: Account) -> dict[Any, Any]:
    """All that bulk changes can change."""
    return {
        asset.pk: (
            asset.favorite,
            asset.rating,
            asset.flag,
            asset.trashed is not None,
            asset.stacked,
            sorted(asset.tags.values_list("name", flat=True)),
            sorted(asset.items.values_list("collection__name", "order")),
            len(asset.tag_ids.split()),
            asset.client_id,
        )
        for asset in Asset.objects.for_account(account)
    }


def test_it_is_counted_done_and_undone(account: Account, alice: User, three: list[Asset]) -> None:
    services.judge(three[0], rating=5)
    before = state(account)
    dry = bulk.preview(account, "rate", 5, ids(three))
    assert (dry.matched, dry.changed, dry.unchanged) == (3, 2, 1)
    assert state(account) == before
    done = bulk.apply(account, alice, "rate", "5", ids(three))
    assert done.words == "2 files are rated. 1 was so already."
    assert set(Asset.objects.values_list("rating", flat=True)) == {5}
    assert done.change is not None
    assert bulk.undo(done.change) == 2
    assert state(account) == before
    with pytest.raises(bulk.CannotUndo, match="already"):
        bulk.undo(done.change)


def test_what_was_changed_since_is_left_alone(
    account: Account, alice: User, three: list[Asset]
) -> None:
    done = bulk.apply(account, alice, "rate", 4, ids(three))
    services.judge(three[1], rating=1)
    assert done.change
    assert bulk.undo(done.change) == 2
    assert [Asset.objects.get(pk=a.pk).rating for a in three] == [0, 1, 0]


def test_tags_are_found_by_at_once_and_no_longer_after_the_undo(
    account: Account, alice: User, three: list[Asset]
) -> None:
    services.update(three[0], tags=["sea"])
    before = state(account)
    done = bulk.apply(account, alice, "tag", ["Sea", "night"], ids(three))
    found = bulk.chosen(account, params={"q": "night"})
    assert (done.changed, set(found)) == (3, set(ids(three)))
    assert done.change
    bulk.undo(done.change)
    assert state(account) == before
    assert bulk.chosen(account, params={"q": "night"}) == []


def test_a_stack_stands_as_before(account: Account, alice: User, bring: Bring) -> None:
    first = bring(title="First")
    newest = services.accept_version(bring(title="Second", parents=[first]), first)
    before = state(account)
    one = bulk.apply(account, alice, "trash", None, [newest.pk])
    assert [a.title for a in Asset.objects.live().shown()] == ["First"]
    two = bulk.apply(account, alice, "trash", None, [first.pk])
    for done in (two, one):
        assert done.change
        bulk.undo(done.change)
    assert state(account) == before
    both = bulk.apply(account, alice, "trash", None, [first.pk, newest.pk])
    assert both.changed == 2
    bulk.apply(account, alice, "restore", None, [first.pk, newest.pk])
    assert state(account) == before


def test_only_the_own_are_touched(
    account: Account, alice: User, charlie: User, three: list[Asset]
) -> None:
    theirs = charlie.accounts.get()
    assert bulk.chosen(theirs, ids=ids(three)) == []
    assert bulk.apply(theirs, charlie, "trash", None, ids(three)).changed == 0
    box = Collection.objects.create(account=theirs, name="Box", key="box")
    with pytest.raises(services.Refused, match="no collection"):
        bulk.apply(account, alice, "collect", str(box.pk), ids(three))
    assert bulk.chosen(account, params={"collection": str(box.pk)}) == []
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize(
    ("verb", "value", "words"),
    [
        ("explode", None, "cannot be done to many"),
        ("rate", 6, "from 0"),
        ("rate", "many", "whole number"),
        ("rate", None, "missing"),
        ("flag", "maybe", "pick, reject"),
        ("tag", "", "No tag"),
        ("tag", ["x" * 61], "limit is 60"),
        ("collect", "nowhere", "Choose one"),
        ("collect", str(UUID(int=7)), "no collection"),
    ],
)
def test_what_cannot_be_is_said(
    verb: str, value: Any, words: str, account: Account, alice: User, three: list[Asset]
) -> None:
    with pytest.raises(services.Refused, match=words):
        bulk.apply(account, alice, verb, value, ids(three))


def test_more_than_the_most_is_refused(account: Account, three: list[Asset]) -> None:
    for wanted in ({"ids": ids(three)}, {"params": {}}):
        with pytest.raises(services.Refused, match="more than 2 files"):
            bulk.chosen(account, **wanted, most=2)  # type: ignore[arg-type]
    for wrong in ({}, {"ids": [], "params": {}}):
        with pytest.raises(services.Refused, match="Say which"):
            bulk.chosen(account, **wrong)  # type: ignore[arg-type]


def test_too_many_tags_change_nothing(account: Account, alice: User, three: list[Asset]) -> None:
    services.update(three[2], tags=[f"t{n}" for n in range(50)])
    before = state(account)
    with pytest.raises(services.Refused, match="51 tags"):
        bulk.apply(account, alice, "tag", ["more"], ids(three))
    assert state(account) == before


def test_after_a_week_it_stays(account: Account, alice: User, three: list[Asset]) -> None:
    done = bulk.apply(account, alice, "favorite", None, ids(three))
    assert done.change
    done.change.created = timezone.now() - timedelta(days=8)
    done.change.save()
    with pytest.raises(bulk.CannotUndo, match="7 days"):
        bulk.undo(done.change)
    assert bulk.tidy_changes() == 1


def test_what_is_left_of_a_stack_is_never_hidden(
    account: Account, alice: User, bring: Bring
) -> None:
    """Undone after the newest is gone for good, or restored while the newest is in the trash."""
    first = bring(title="First")
    newest = services.accept_version(bring(title="Second", parents=[first]), first)
    done = bulk.apply(account, alice, "trash", None, [newest.pk])
    services.purge(Asset.objects.get(pk=newest.pk))
    assert done.change
    bulk.undo(done.change)
    assert [a.title for a in Asset.objects.live().shown()] == ["First"]


@pytest.mark.parametrize("many", [True, False])
def test_an_older_version_that_comes_back_alone_is_shown(
    account: Account, alice: User, bring: Bring, many: bool
) -> None:
    first = bring(title="First")
    newest = services.accept_version(bring(title="Second", parents=[first]), first)
    for asset in (Asset.objects.get(pk=first.pk), Asset.objects.get(pk=newest.pk)):
        services.trash(asset)
    if many:
        bulk.apply(account, alice, "restore", None, [first.pk])
    else:
        services.restore(Asset.objects.get(pk=first.pk))
    assert [a.title for a in Asset.objects.live().shown()] == ["First"]


def test_an_undone_restore_has_its_days_in_the_trash_again(
    account: Account, alice: User, three: list[Asset]
) -> None:
    long_ago = timezone.now() - timedelta(days=29)
    Asset.objects.filter(pk=three[0].pk).update(trashed=long_ago)
    done = bulk.apply(account, alice, "restore", None, [three[0].pk])
    assert done.change
    bulk.undo(done.change)
    trashed = Asset.objects.get(pk=three[0].pk).trashed
    assert trashed
    assert trashed > long_ago + timedelta(days=28)


def test_what_comes_back_without_the_version_that_was_shown_is_undone_whole(
    account: Account, alice: User, bring: Callable[..., Asset]
) -> None:
    first, second, third = (bring(title=name) for name in ("first", "second", "third"))
    for other in (second, third):
        other.parents.set([first])
        services.accept_version(other, first)
    bulk.apply(account, alice, "trash", None, ids([first, second, third]))
    before = state(account)
    done = bulk.apply(account, alice, "restore", None, ids([first, second]))
    shown = Asset.objects.for_account(account).live().shown()
    assert [asset.title for asset in shown] == ["second"]
    assert done.change
    bulk.undo(done.change)
    assert state(account) == before
