"""Whatever is done to many, in whatever order: undone in turn, everything is as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets import services
from assets.models import Asset, BulkChange, Collection
from assets.services import bulk
from billing.models import Account, Client, User
from tests.assets.test_bulk import state

HOW_MANY = 5
values: dict[str, st.SearchStrategy[Any]] = {
    "": st.none(),
    "rating": st.integers(0, 5),
    "flag": st.sampled_from(["pick", "reject", ""]),
    "tags": st.lists(st.sampled_from(["a", "a/b", "c"]), min_size=1, max_size=2),
    "collection": st.integers(0, 1),
    "client": st.sampled_from(["Acme", "Zen", "none"]),
}
steps = st.lists(
    st.sampled_from(sorted(bulk.VERBS)).flatmap(
        lambda key: st.tuples(
            st.just(key),
            values[bulk.VERBS[key].takes],
            st.sets(st.integers(0, HOW_MANY - 1), min_size=1),
        )
    ),
    max_size=8,
)


@pytest.fixture
def shelf(bring: Callable[..., Asset], account: Account) -> tuple[list[Asset], list[Collection]]:
    """Five, of which three are versions of one thing."""
    first, *others = (bring(title=f"File {n}") for n in range(HOW_MANY))
    for other in others[:2]:
        other.parents.set([first])
        services.accept_version(other, first)
    make = Collection.objects.create
    boxes = [make(account=account, name=name, key=name) for name in ("left", "right")]
    return [first, *others], boxes


@given(steps=steps)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_undone_in_turn_everything_is_as_it_was(
    shelf: tuple[list[Asset], list[Collection]], account: Account, alice: User, steps: list[Any]
) -> None:
    assets, boxes = shelf
    start, done = state(account), []
    for key, value, places in steps:
        if bulk.VERBS[key].takes == "collection":
            value = str(boxes[value].pk)
        if bulk.VERBS[key].takes == "client" and value != "none":
            value = str(Client.objects.get_or_create(account=account, name=value)[0].pk)
        ids = [assets[place].pk for place in sorted(places)]
        before = state(account)
        counted = bulk.preview(account, key, value, ids)
        assert state(account) == before
        outcome = bulk.apply(account, alice, key, value, ids)
        assert (outcome.matched, outcome.changed) == (counted.matched, counted.changed)
        if outcome.change:
            done.append((outcome.change, before))
        live = Asset.objects.for_account(account).live()
        assert bulk.preview(account, key, value, ids).changed == 0
        assert live.shown().count() <= live.count()
    for change, before in reversed(done):
        assert bulk.undo(change) == change.changed
        assert state(account) == before
    assert state(account) == start
    BulkChange.objects.all().delete()
