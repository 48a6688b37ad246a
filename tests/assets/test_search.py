"""Finding assets by words, ids and filters; what cannot be asked is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from assets import services
from assets.models import Asset, AssetQuerySet
from assets.search import BadFilter, filter_assets
from billing.models import Account
from tests.in_turn import in_turn

Bring = Callable[..., Asset]
JOB = UUID("f10f4d42-ecec-4816-942e-22f64754a434")


@pytest.fixture
def three(bring: Bring) -> dict[str, Asset]:
    boat = bring(title="Red boat", tags=["sea", "holiday"])
    cliff = bring(title="Weiße Klippe am Meer ÄÖ 100%", filename="cliff_1.png", tags=["sea"])
    film = bring(
        filename="sound.png",
        title="Zoom in",
        origin=f"job:{JOB}",
        module="transform",
        recipe={"params": {"prompt": "A slow boat", "image": str(boat.pk), "seed": 7}},
    )
    Asset.objects.filter(pk=film.pk).update(kind="audio")
    return {"boat": boat, "cliff": cliff, "film": film}


@in_turn(
    ("text", "found"),
    [
        ("", {"boat", "cliff", "film"}),
        ("boat", {"boat", "film"}),
        ("BOAT red", {"boat"}),
        ("boat -red", {"film"}),
        ("-boat", {"cliff"}),
        ('"slow boat"', {"film"}),
        ('"boat slow"', set()),
        ('-"slow boat" boat', {"boat"}),
        ("sea", {"boat", "cliff"}),
        ("äö", {"cliff"}),
        ("WEISSE", {"cliff"}),
        ("cliff_1", {"cliff"}),
        ("cliff%1", {"cliff"}),
        ("100%", {"cliff"}),
        ("'; DROP TABLE assets_asset; --", set()),
        ('"" - "" boat', {"boat", "film"}),
        (str(JOB), {"film"}),
        (f"job:{JOB}", {"film"}),
        (JOB.hex.upper(), {"film"}),
        ("8b97be31-ea1a-4a4e-87a0-c51338c1b85c", set()),
    ],
)
def test_words(account: Account, three: dict[str, Asset], text: str, found: set[str]) -> None:
    ids = set(search(account, text).values_list("pk", flat=True))
    assert ids == {three[name].pk for name in found}


@pytest.mark.parametrize("name", ["q", "tag", "kind", "collection", "added_after"])
def test_a_character_of_code_0_is_refused(account: Account, name: str) -> None:
    with pytest.raises(BadFilter, match="character of code 0 in it") as told:
        filter_assets(Asset.objects.for_account(account), {name: "ab\0"})
    assert told.value.name == name
    assert (told.value.start, told.value.end) == ((2, 3) if name == "q" else (None, None))


def search(account: Account, text: str) -> AssetQuerySet:
    return filter_assets(Asset.objects.for_account(account), {"q": text})


def test_the_id_of_an_asset_finds_that_one(account: Account, three: dict[str, Asset]) -> None:
    assert search(account, str(three["boat"].pk)).get() == three["boat"]


@pytest.mark.parametrize("text", ["x" * 10_000, "a " * 41, '"a" ' * 250])
def test_too_much_is_refused(account: Account, text: str) -> None:
    with pytest.raises(BadFilter, match="limit is"):
        search(account, text)


def test_a_change_is_found_by_its_new_words_only(account: Account, three: dict[str, Asset]) -> None:
    services.update(three["boat"], title="Blue ship", tags=["lake"])
    assert not search(account, "red").exists()
    assert search(account, "ship lake").get() == three["boat"]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, {"boat", "film"}),
        ({"kind": "audio"}, {"film"}),
        ({"kind": "", "q": "", "page": "2", "sort": "x"}, {"boat", "film"}),
        ({"module": "transform"}, {"film"}),
        ({"module": "unheard-of"}, set()),
        ({"origin": f"job:{JOB}"}, {"film"}),
        ({"favorite": "1"}, {"boat"}),
        ({"favorite": "false"}, {"film"}),
        ({"tag": "SEA"}, {"boat"}),
        ({"tag": "sea,holiday"}, {"boat"}),
        ({"tag": "sea, nowhere"}, set()),
        ({"status": "ready"}, {"boat"}),
        ({"status": "damaged"}, {"film"}),
        ({"status": "trashed"}, {"cliff"}),
        ({"status": "trashed", "q": "boat"}, set()),
        ({"q": "boat", "kind": "image"}, {"boat"}),
    ],
)
def test_filters(
    account: Account, three: dict[str, Asset], params: dict[str, str], found: set[str]
) -> None:
    services.trash(three["cliff"])
    services.set_favorite(three["boat"], True)
    Asset.objects.filter(pk=three["film"].pk).update(status="damaged")
    ids = set(
        filter_assets(Asset.objects.for_account(account), params).values_list("pk", flat=True)
    )
    assert ids == {three[name].pk for name in found}


@pytest.mark.parametrize(
    ("params", "there"),
    [
        ({"added_after": "2026-03-10"}, True),
        ({"added_after": "2026-03-11"}, False),
        ({"added_before": "2026-03-10"}, True),
        ({"added_before": "2026-03-09"}, False),
        ({"added_after": "2026-03-10T12:00:00Z"}, True),
        ({"added_after": "2026-03-10T12:00:01+00:00"}, False),
        ({"added_after": "2026-03-10T13:30:00 02:00"}, True),
        ({"added_after": "0001-01-01", "added_before": "9999-12-30"}, True),
    ],
)
def test_dates_count_whole_days(
    account: Account, bring: Bring, params: dict[str, str], there: bool
) -> None:
    asset = bring()
    Asset.objects.update(created=datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert (
        filter_assets(Asset.objects.for_account(account), params).filter(pk=asset.pk).exists()
        == there
    )


@pytest.mark.parametrize(
    "params",
    [
        {"kind": "folder"},
        {"status": "lost"},
        {"favorite": "perhaps"},
        {"added_after": "yesterday"},
        {"added_before": "2026-02-30"},
        {"added_before": "9999-12-31"},
        {"added_before": "9999-12-31T23:59:59-23:00"},
        {"added_after": "2026-03-10T25:00"},
        {"module": "x" * 300},
        {"q": "x" * 10_000},
    ],
)
def test_a_value_that_cannot_be_is_said(account: Account, params: dict[str, str]) -> None:
    with pytest.raises(ValueError) as problem:
        list(filter_assets(Asset.objects.for_account(account), params))
    assert len(str(problem.value)) < 200
