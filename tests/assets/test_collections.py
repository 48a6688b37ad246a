"""Collections: a tree without circles, whose files are in the library whatever happens to it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets import services
from assets.models import Asset, Collection
from assets.search import BadFilter, filter_assets
from assets.search.collections import in_collection
from assets.services import bulk, collections
from billing.models import Account, User


def test_names_are_their_own_among_siblings(account: Account) -> None:
    box = collections.make(account, " Summer/2026 ")
    assert box.name == "Summer 2026"
    collections.make(account, "Summer 2026", parent=box)
    for call in (
        lambda: collections.make(account, "SUMMER 2026"),
        lambda: collections.change(collections.make(account, "Other"), name="summer 2026"),
        lambda: collections.move(Collection.objects.get(parent=box), None),
    ):
        with pytest.raises(services.Refused, match="already"):
            call()
    assert collections.change(box, name="summer 2026", note="Sea").note == "Sea"


def test_what_somebody_else_changes_meanwhile_stays(account: Account) -> None:
    box, top = collections.make(account, "Box"), collections.make(account, "Top")
    stale = [Collection.objects.get(pk=box.pk) for _ in range(3)]
    collections.move(box, top)
    assert collections.change(stale[0], name="Case").name == "Case"
    collections.change(stale[1], note="Sea")
    collections.step(stale[2], 1)  # among those where it is now
    box.refresh_from_db()
    assert (box.name, box.note, box.parent) == ("Case", "Sea", top)


def test_what_is_deleted_meanwhile_is_said_to_be_gone(account: Account) -> None:
    box = collections.make(account, "Box")
    Collection.objects.all().delete()
    for call in (
        lambda: collections.change(box, name="Case"),
        lambda: collections.step(box, 1),
        lambda: collections.move(box, None),
    ):
        with pytest.raises(services.Refused, match=r"“(Box|Case)” is gone"):
            call()
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    ("name", "note", "words"),
    [(" / ", "", "no name"), ("x" * 81, "", "limit is 80"), ("x", "n" * 501, "limit is 500")],
)
def test_what_cannot_be_is_said(name: str, note: str, words: str, account: Account) -> None:
    with pytest.raises(services.Refused, match=words):
        collections.make(account, name, note=note)


def test_deleting_leaves_the_files(account: Account, alice: User, bring: Any) -> None:
    top = collections.make(account, "Top")
    inner = collections.make(account, "Inner", parent=top)
    asset = bring()
    bulk.apply(account, alice, "collect", str(inner.pk), [asset.pk])
    assert [(n.depth, n.count, n.nested) for n in collections.tree(account)] == [
        (0, 0, 1),
        (1, 1, 1),
    ]
    assert collections.delete(top) == 2
    assert Asset.objects.get().trashed is None


def test_it_is_found_by_collection_with_what_is_nested(
    account: Account, alice: User, charlie: User, bring: Any
) -> None:
    top = collections.make(account, "Top")
    inner = collections.make(account, "Inner", parent=top)
    one, two, three = (bring(title=title) for title in ("One", "Two", "Three"))
    bulk.apply(account, alice, "collect", str(top.pk), [one.pk])
    bulk.apply(account, alice, "collect", str(inner.pk), [one.pk, two.pk])
    mine = Asset.objects.for_account(account)

    def found(condition: Q) -> set[str]:
        return set(mine.filter(condition).values_list("title", flat=True))

    for name in ("top", str(top.pk)):
        assert found(in_collection(account.pk, name)) == {"One", "Two"}
    assert found(in_collection(account.pk, "TOP/inner")) == {"One", "Two"}
    assert found(in_collection(account.pk, "inner/top")) == set()
    assert found(in_collection(charlie.accounts.get(), str(top.pk))) == set()
    assert [a.pk for a in filter_assets(mine, {"collection": "none"})] == [three.pk]
    assert len(filter_assets(mine, {"collection": str(top.pk)})) == 2
    with pytest.raises(BadFilter, match="not an id"):
        filter_assets(mine, {"collection": "top"})


def test_a_tag_finds_what_is_nested_in_it(account: Account, bring: Any) -> None:
    cat, _ = bring(tags=["animal/cat"]), bring(tags=["animals"])
    mine = Asset.objects.for_account(account)
    assert list(filter_assets(mine, {"q": "tag:Animal"})) == [cat]
    assert list(filter_assets(mine, {"tag": "animal"})) == [cat]


@given(moves=st.lists(st.tuples(st.integers(0, 11), st.integers(-1, 11)), max_size=25))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_moved_it_stays_a_tree(account: Account, moves: list[tuple[int, int]]) -> None:
    Collection.objects.all().delete()
    made = [collections.make(account, f"c{n}") for n in range(12)]
    for what, where in moves:
        with contextlib.suppress(services.Refused):
            collections.move(made[what], made[where] if where >= 0 else None)
    parents: Callable[[Any], Any] = dict(Collection.objects.values_list("pk", "parent")).get
    for one in made:
        steps, at = 0, one.pk
        while at := parents(at):
            steps += 1
            assert steps < collections.DEEPEST
    assert len(collections.tree(account)) == 12
