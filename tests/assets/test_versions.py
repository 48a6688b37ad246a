"""Versions: one of a stack is shown, the others are kept, and no file ever changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from assets import services
from assets.models import Asset
from assets.search import filter_assets
from billing.models import Account, User

Bring = Callable[..., Asset]


def fresh(asset: Asset) -> Asset:
    return Asset.objects.get(pk=asset.pk)


def shown(*assets: Asset) -> list[bool]:
    return [not fresh(asset).stacked for asset in assets]


@pytest.fixture
def three(bring: Bring) -> tuple[Asset, Asset, Asset]:
    """A picture, an edit of it, and an edit of that."""
    first, second, third = (bring(title=title) for title in ("Original", "Erased", "Brighter"))
    second.parents.add(first)
    third.parents.add(second)
    return first, second, third


def test_the_accepted_one_stands_for_its_source_and_numbers_count_up(
    three: tuple[Asset, Asset, Asset],
) -> None:
    first, second, third = three
    before = Path(first.file.path).read_bytes(), fresh(first).sha256
    services.accept_version(second, first)
    services.accept_version(third, second)
    assert [fresh(a).version for a in three] == [1, 2, 3]
    assert [fresh(a).version_of for a in three] == [None, first, first]
    assert shown(*three) == [False, False, True]
    assert list(services.stack_of(fresh(second))) == list(three)
    assert (Path(first.file.path).read_bytes(), fresh(first).sha256) == before


def test_accepting_again_changes_no_number_and_shows_it_again(
    three: tuple[Asset, Asset, Asset],
) -> None:
    first, second, third = three
    services.accept_version(second, first)
    services.accept_version(third, first)
    services.accept_version(second, first)
    assert [fresh(a).version for a in three] == [1, 2, 3]
    assert shown(*three) == [False, True, False]
    with pytest.raises(services.Refused, match="not the other way round"):
        services.accept_version(first, second)
    assert shown(*three) == [False, True, False]


def test_only_what_was_made_from_it_becomes_its_version(
    three: tuple[Asset, Asset, Asset], bring: Bring
) -> None:
    first, _, third = three
    stranger = bring(title="Coffee")
    for result, source in ((stranger, first), (first, third), (first, stranger)):
        with pytest.raises(services.Refused, match="was not made from"):
            services.accept_version(result, source)
    services.accept_version(third, first)  # by way of the second
    assert fresh(third).version == 2


def test_a_ring_of_parents_ends(three: tuple[Asset, Asset, Asset], bring: Bring) -> None:
    first, _, third = three
    first.parents.add(third)
    with pytest.raises(services.Refused, match="was not made from"):
        services.accept_version(third, bring(title="Coffee"))


def test_the_library_shows_one_of_each_stack_unless_all_are_wanted(
    account: Account,
    three: tuple[Asset, Asset, Asset],
) -> None:
    first, second, third = three
    services.accept_version(second, first)
    mine = Asset.objects.for_account(account)
    found = lambda **params: set(filter_assets(mine, params))  # noqa: E731
    assert found() == {second, third} == found(versions="shown")
    assert found(versions="all") == set(three)
    assert found(q="original") == set()
    with pytest.raises(ValueError, match="shown, all"):
        found(versions="some")
    services.trash(fresh(first))
    assert found(status="trashed") == {first}


def test_another_version_can_be_shown_instead(three: tuple[Asset, Asset, Asset]) -> None:
    first, second, third = three
    services.accept_version(second, first)
    services.show_version(fresh(first))
    services.show_version(fresh(first))
    assert shown(first, second) == [True, False]
    services.show_version(third)
    assert shown(first, second, third) == [True, False, True]


def test_accepting_can_be_taken_back(three: tuple[Asset, Asset, Asset]) -> None:
    first, second, third = three
    services.accept_version(second, first)
    services.accept_version(third, first)
    services.withdraw_version(fresh(third), fresh(second))
    assert shown(*three) == [False, True, True]
    assert (fresh(third).version_of, fresh(third).version) == (None, 1)
    services.withdraw_version(fresh(second))
    assert shown(*three) == [True, True, True]
    assert services.withdraw_version(fresh(first)) == first


@pytest.mark.parametrize("case", ["itself", "kind", "trash", "elsewhere", "stranger"])
def test_what_cannot_be_a_version_is_refused_with_the_way_out(
    case: str, three: tuple[Asset, Asset, Asset], bring: Bring, charlie: User, picture: Any
) -> None:
    first, second, _ = three
    match case:
        case "itself":
            second, words = first, "made from"
        case "kind":
            Asset.objects.filter(pk=second.pk).update(kind="video")
            second, words = fresh(second), "is a video, “Original” a picture"
        case "trash":
            services.trash(second)
            words = "Restore it first"
        case "elsewhere":
            other = bring(title="Other")
            second.parents.add(other)
            services.accept_version(second, other)
            words = "something else already"
        case _:
            theirs = charlie.accounts.get()
            second = services.ingest(
                ContentFile(picture()), account=theirs, user=charlie, filename="x.png"
            )
            words = "different accounts"
    before = list(Asset.objects.order_by("pk").values())
    with pytest.raises(services.Refused, match=words):
        services.accept_version(second, first)
    assert list(Asset.objects.order_by("pk").values()) == before


def test_when_the_shown_one_is_thrown_away_the_newest_left_stands_there(
    three: tuple[Asset, Asset, Asset],
) -> None:
    first, second, third = three
    services.accept_version(second, first)
    services.accept_version(third, first)
    services.trash(fresh(third))
    assert shown(first, second) == [False, True]
    services.restore(fresh(third))
    assert shown(*three) == [False, False, True]
    services.trash(fresh(second))
    services.restore(fresh(second))
    assert shown(*three) == [False, False, True]


def test_the_first_one_deleted_for_good_leaves_the_others_together(
    three: tuple[Asset, Asset, Asset],
) -> None:
    first, second, third = three
    services.accept_version(second, first)
    services.accept_version(third, first)
    services.trash(fresh(first))
    services.purge(fresh(first))
    assert shown(second, third) == [False, True]
    assert list(services.stack_of(fresh(third))) == [second, third]
    assert [fresh(a).version for a in (second, third)] == [2, 3]
