"""Tags of a whole account, and what the trash lets go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets import services
from assets.models import Asset, Tag
from assets.services import bin, bulk, tags
from billing.models import Account, User
from tests.assets.test_bulk import state


def tag(account: Account, name: str) -> Tag:
    return Tag.objects.get(account=account, name=name)


def test_a_tag_moves_with_what_is_nested_in_it_and_back(
    account: Account, alice: User, bring: Any
) -> None:
    one, two = bring(tags=["cat", "cat/tabby"]), bring(tags=["animal/cat", "cats"])
    before = state(account)
    change = tags.rename(account, alice, tag(account, "cat"), "Animal/Cat")
    names = [sorted(a.tags.values_list("name", flat=True)) for a in (one, two)]
    assert names == [["animal/cat", "animal/cat/tabby"], ["animal/cat", "cats"]]
    assert not Tag.objects.filter(name="cat").exists()
    rows = [(row.depth, row.last) for row in tags.listed(account)]
    assert rows == [(0, "animal/cat"), (1, "tabby"), (0, "cats")]
    assert change
    assert bulk.undo(change) == 1
    assert state(account) == before


def test_a_nested_tag_moves_up_and_what_is_below_it_takes_its_name(
    account: Account, alice: User, bring: Any
) -> None:
    both, deep, up = bring(tags=["a/a", "a/a/a"]), bring(tags=["a/a/a"]), bring(tags=["a", "a/a"])
    Tag.objects.create(account=account, name="a/a/a/a")  # without files
    before = state(account)
    change = tags.rename(account, alice, tag(account, "a/a"), "a")
    names = [sorted(x.tags.values_list("name", flat=True)) for x in (both, deep, up)]
    assert names == [["a", "a/a"], ["a/a"], ["a"]]
    assert set(Tag.objects.values_list("name", flat=True)) == {"a", "a/a", "a/a/a"}
    assert change
    assert bulk.undo(change) == 3
    assert state(account) == before


def test_merging_and_deleting_are_undone(account: Account, alice: User, bring: Any) -> None:
    bring(tags=["ocean", "sea"]), bring(tags=["ocean"])
    before = state(account)
    merged = tags.rename(account, alice, tag(account, "ocean"), "sea")
    deleted = tags.delete(account, alice, tag(account, "sea"))
    assert not Tag.objects.exists()
    for change in (deleted, merged):
        assert change
        bulk.undo(change)
    assert state(account) == before


@pytest.mark.parametrize(
    ("name", "words"), [("", "no name"), ("sea/deep", "into itself"), ("x" * 61, "limit is 60")]
)
def test_a_name_that_cannot_be_is_said(
    name: str, words: str, account: Account, alice: User, bring: Any
) -> None:
    bring(tags=["sea"])
    with pytest.raises(services.Refused, match=words):
        tags.rename(account, alice, tag(account, "sea"), name)
    assert tags.rename(account, alice, tag(account, "sea"), "Sea") is None


def test_the_trash_lets_go_what_is_old_and_not_needed(
    account: Account, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, needed, new = (services.trash(bring(title=t)) for t in ("Old", "Needed", "New"))
    long_ago = timezone.now() - timedelta(days=31)
    Asset.objects.filter(pk__in=[old.pk, needed.pk]).update(trashed=long_ago)
    assert (bin.days_left(new), bin.days_left(Asset.objects.get(pk=old.pk))) == (30, 0)
    monkeypatch.setattr(bin, "HOLDERS", [lambda ids: {needed.pk: "the job “A” needs it"}])
    assert bin.empty_old() == 1
    assert set(Asset.objects.values_list("title", flat=True)) == {"Needed", "New"}
    with pytest.raises(services.Refused, match="the job “A” needs it"):
        bin.purge_one(needed)
    assert bin.empty(account) == bin.Emptied(1, 1)
