"""The files of one collection in an order made by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets import services
from assets.models import Asset, AssetQuerySet, Collection, CollectionItem
from assets.search import BadFilter, filter_assets, page
from assets.search.manual import open_collection
from assets.services import bulk, collections, places
from billing.models import Account, User

Bring = Callable[..., Asset]


@pytest.fixture
def box(account: Account) -> Collection:
    return collections.make(account, "Box")


@pytest.fixture
def rows(account: Account, alice: User, box: Collection) -> list[Asset]:
    """A to F, collected at once."""
    facts = {"kind": "image", "file": "none", "mime": "image/png", "size": 1, "sha256": "0" * 64}
    made = [
        Asset.objects.create(
            id=uuid.UUID(int=at), account=account, title=title, filename=title, slot=at, **facts
        )
        for at, title in enumerate("ABCDEF")
    ]
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=box, asset=asset, order=1) for asset in made
    )
    return made


def wanted(account: Account, **params: str) -> AssetQuerySet:
    return filter_assets(Asset.objects.for_account(account), params)


def seen(found: AssetQuerySet, size: int = 50) -> str:
    """The titles in the order by hand, read in pages."""
    titles, after = "", ""
    for _ in range(40):
        some, after = page(found, "manual", after, size)
        titles += "".join(asset.title for asset in some)
        if not after:
            break
    return titles


def test_what_is_moved_is_there(account: Account, box: Collection, rows: list[Asset]) -> None:
    a, b, c, _, e, f = (asset.pk for asset in rows)
    found = wanted(account, collection=str(box.pk))
    assert seen(found) == "ABCDEF"
    places.put(box, [e], before=a)
    assert seen(found) == "EABCDF"
    places.put(box, [f, b], behind=e)
    assert seen(found) == "EFBACD"
    places.put(box, [e])
    assert seen(found) == "FBACDE"
    places.put(box, [b, c], before=c)
    assert seen(found) == "FABCDE"
    places.put(box, [a, a], behind=a)
    assert seen(found) == "FABCDE"
    assert seen(found, size=2) == "FABCDE"
    Asset.objects.filter(pk=a).update(rating=5)
    assert seen(wanted(account, q="in:box -rating:5"), size=2) == "FBCDE"


def test_one_step_goes_past_what_is_not_seen(
    account: Account, box: Collection, rows: list[Asset]
) -> None:
    services.trash(rows[1])
    found = wanted(account, collection=str(box.pk))
    assert places.step(box, rows[0].pk, 1)
    assert seen(found) == "CADEF"
    assert places.step(box, rows[5].pk, -1)
    assert seen(found) == "CADFE"
    assert not places.step(box, rows[4].pk, 1)
    assert not places.step(box, rows[2].pk, -1)
    services.restore(rows[1])
    assert sorted(seen(found)) == list("ABCDEF")


def test_the_order_is_that_of_one_collection(
    account: Account, box: Collection, rows: list[Asset]
) -> None:
    other = collections.make(account, "Other")
    for asset in rows[:3]:
        CollectionItem.objects.create(collection=other, asset=asset)
    places.put(other, [rows[2].pk], before=rows[0].pk)
    assert seen(wanted(account, q="in:other")) == "CAB"
    assert seen(wanted(account, q="in:box")) == "ABCDEF"


def test_what_is_only_further_inside_comes_last(
    account: Account, box: Collection, rows: list[Asset], bring: Bring
) -> None:
    inner = collections.make(account, "Inner", parent=box)
    x, y = bring(title="X"), bring(title="Y")
    for asset in (y, x, rows[0]):
        CollectionItem.objects.create(collection=inner, asset=asset)
    places.put(box, [rows[0].pk])
    found = wanted(account, collection=str(box.pk))
    for size in (1, 2, 5, 50):
        assert seen(found, size) == "BCDEFAXY"
    with pytest.raises(services.Refused, match="One of the files is not in “Box” itself"):
        places.put(box, [x.pk])
    with pytest.raises(services.Refused, match="Collect it here first"):
        places.put(box, [rows[0].pk], before=x.pk)
    assert seen(found) == "BCDEFAXY"


def test_what_cannot_be_moved_is_said(account: Account, box: Collection, rows: list[Asset]) -> None:
    a = rows[0].pk
    for ids, beside, words in (
        ([], {}, "0 files were given"),
        ([uuid.uuid4() for _ in range(501)], {}, "500 at most"),
        ([a, uuid.uuid4()], {}, "One of the files is not in"),
        ([uuid.uuid4(), uuid.uuid4()], {}, "2 of the files are not in"),
        ([a], {"before": a, "behind": a}, "Give one of them"),
    ):
        with pytest.raises(services.Refused, match=words):
            places.put(box, ids, **beside)  # type: ignore[arg-type]
    with pytest.raises(services.Refused, match="not in “Box”"):
        places.step(box, uuid.uuid4(), 1)
    collections.delete(box)
    with pytest.raises(services.Refused, match="“Box” is gone"):
        places.put(box, [a])


def test_places_that_ran_high_are_counted_anew(
    account: Account, box: Collection, rows: list[Asset]
) -> None:
    CollectionItem.objects.filter(asset=rows[0]).update(order=2**31 - 10)
    places.put(box, [rows[1].pk])
    assert seen(wanted(account, collection=str(box.pk))) == "CDEFAB"
    assert max(CollectionItem.objects.values_list("order", flat=True)) < 20


@given(
    moves=st.lists(
        st.tuples(
            st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True),
            st.integers(0, 5),
            st.sampled_from(("before", "behind", "")),
        ),
        max_size=8,
    ),
    size=st.integers(1, 7),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_is_as_in_a_list(
    account: Account,
    box: Collection,
    rows: list[Asset],
    moves: list[tuple[list[int], int, str]],
    size: int,
) -> None:
    CollectionItem.objects.filter(collection=box).update(order=3)
    plain = [0, 1, 2, 3, 4, 5]
    for moved, other, side in moves:
        places.put(box, [rows[n].pk for n in moved], **({side: rows[other].pk} if side else {}))
        at = plain.index(other) + (side == "behind") if side else len(plain)
        left, right = plain[:at], plain[at:]
        plain = [
            *(n for n in left if n not in moved),
            *moved,
            *(n for n in right if n not in moved),
        ]
    found = wanted(account, collection=str(box.pk))
    assert seen(found, size) == "".join("ABCDEF"[n] for n in plain)


def test_what_was_collected_is_taken_out_again_whatever_its_place(
    account: Account, alice: User, box: Collection, rows: list[Asset], bring: Bring
) -> None:
    new = bring(title="N")
    change = bulk.apply(account, alice, "collect", str(box.pk), [new.pk]).change
    assert change
    places.put(box, [new.pk], before=rows[0].pk)
    assert seen(wanted(account, q="in:box")) == "NABCDEF"
    assert bulk.undo(change) == 1
    assert seen(wanted(account, q="in:box")) == "ABCDEF"


# --- where it is an order -----------------------------------------------------------------------


def test_one_collection_must_be_open(
    account: Account, box: Collection, rows: list[Asset], charlie: User
) -> None:
    other = collections.make(account, "Other")
    collections.make(account, "Box", parent=other)
    theirs = collections.make(charlie.accounts.get(), "Theirs")
    one = {"q": f"in:{box.pk}"}, {"collection": str(box.pk)}, {"q": "in:other/box type:image"}
    several = [
        *({}, {"collection": "none"}, {"q": "in:box"}, {"q": "in:other,box"}),
        *({"q": f"-in:{box.pk}"}, {"q": f"in:{box.pk} OR red"}, {"q": "in:nothing"}),
        *({"q": f"in:{box.pk} in:other"}, {"q": "in:other", "collection": str(box.pk)}),
        *({"q": "in:theirs"}, {"collection": str(theirs.pk)}),
    ]
    for params in one:
        assert open_collection(wanted(account, **params)), params
    for params in several:
        found = wanted(account, **params)
        assert open_collection(found) is None, params
        with pytest.raises(BadFilter, match="order that one collection has"):
            page(found, "manual", "", 5)


def test_a_place_of_another_collection(
    account: Account, box: Collection, rows: list[Asset]
) -> None:
    other = collections.make(account, "Other")
    _, after = page(wanted(account, collection=str(box.pk)), "manual", "", 2)
    _, newest = page(wanted(account, collection=str(box.pk)), "newest", "", 2)
    for sort, params, place in (
        ("manual", {"collection": str(other.pk)}, after),
        ("manual", {"collection": str(box.pk)}, newest),
        ("manual", {"collection": str(box.pk)}, "x"),
        ("newest", {"collection": str(box.pk)}, after),
    ):
        with pytest.raises(BadFilter, match="not one of this list"):
            page(wanted(account, **params), sort, place, 2)


# PostgreSQL reads and sorts a small table, whatever indexes there are.
@pytest.mark.only_on("sqlite")
def test_a_page_is_read_from_an_index(account: Account, box: Collection, rows: list[Asset]) -> None:
    found = wanted(account, collection=str(box.pk))
    _, after = page(found, "manual", "", 2)
    with CaptureQueriesContext(connection) as made, connection.cursor() as cursor:
        page(found, "manual", after, 2)
        (sql,) = [q["sql"] for q in made.captured_queries if "LIMIT 3" in q["sql"]]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = [row[3] for row in cursor.fetchall()]
    assert "collected_by_hand" in plan[0], plan
    assert ">" in plan[0], plan
    assert not any("TEMP B-TREE" in line for line in plan), plan
