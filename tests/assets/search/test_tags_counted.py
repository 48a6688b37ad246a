"""Tags as a facet: the most frequent ones, however many an account has."""

from __future__ import annotations

import pytest

from assets.models import Asset
from assets.search import apart, facets
from assets.services.library import set_tags
from billing.models import Account
from tests.assets.search import corpus


@pytest.fixture
def library(account: Account) -> list[Asset]:
    files = corpus.make(account)
    for asset in files:
        set_tags(asset, ["aaa", "zoo/lion"])
    set_tags(files[0], ["aaa", "bbb", "rare", "zoo", "zoo/ape"])
    return files


def counted(account: Account, q: str = "") -> dict[str, tuple[int, bool]]:
    told = next(facet for facet in facets(account, {"q": q}) if facet.name == "tag")
    return {choice.label: (choice.count, choice.on) for choice in told.choices}


def test_a_tag_counts_what_is_inside_it(account: Account, library: list[Asset]) -> None:
    found = counted(account)
    assert found["zoo"] == found["aaa"]
    assert found["zoo/lion"][0] == found["aaa"][0] - 1 > 1


def test_of_very_many_the_most_frequent_are_told(
    account: Account, library: list[Asset], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = counted(account)
    monkeypatch.setattr(apart, "MOST_READ", 6)
    monkeypatch.setattr(apart, "MOST_TAGS", 3)
    some = counted(account)
    assert [*some] == ["aaa", "zoo", "zoo/lion"], "as often as any, in the order of their names"
    assert {name: every[name] for name in some} == some
    assert counted(account, "tag:rare")["rare"] == (1, True)
