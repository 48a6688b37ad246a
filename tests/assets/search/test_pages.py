"""Pages in every order: each asset once, whatever is added meanwhile; and facets, suggestions and
the filling of an older library."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets import services
from assets.models import Asset, Tag
from assets.search import (
    SORTS,
    BadFilter,
    facets,
    filter_assets,
    help,
    keys,
    marks,
    page,
    sorts,
    suggest,
)
from assets.search.filling import fill
from billing.models import Account
from tests.assets.search import corpus
from tests.in_turn import in_turn


@pytest.fixture
def library(account: Account) -> list[Asset]:
    corpus.make(Account.objects.create(name="Somebody else"), slot=1)
    return corpus.make(account)


@in_turn("sort", SORTS)
@in_turn("q", ["", "boat OR sun OR flux", "-flux"])
def test_every_asset_is_on_one_page(
    account: Account, library: list[Asset], monkeypatch: pytest.MonkeyPatch, sort: str, q: str
) -> None:
    monkeypatch.setattr(sorts, "WINDOW", 4)
    mine = filter_assets(Asset.objects.for_account(account), {"q": q})
    wanted = set(mine.values_list("pk", flat=True))
    seen, after = [], ""
    for turn in range(40):
        rows, after = page(mine, sort, after, 3)
        seen += [asset.pk for asset in rows]
        if not after:
            break
        if turn == 1:
            corpus.make(account, slot=10)
    assert set(seen) >= wanted
    assert max(Counter(seen).values()) == 1


@in_turn("sort", SORTS)
@in_turn("q", ["", "boat", "sun", "zzz", "-boat type:image", "boat OR rating:5"])
def test_what_is_rare_is_found_beyond_the_first_rows(
    account: Account, library: list[Asset], monkeypatch: pytest.MonkeyPatch, sort: str, q: str
) -> None:
    mine = filter_assets(Asset.objects.for_account(account), {"q": q})
    whole, _ = page(mine, sort, "", 50)
    for size in (1, 3, 6):
        monkeypatch.setattr(sorts, "WINDOW", size)
        rows, after = page(mine, sort, "", 2)
        more, _ = page(mine, sort, after, 50) if after else ([], "")
        assert [*rows, *more] == whole


# PostgreSQL reads and sorts a small table, whatever indexes there are.
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("sort", SORTS)
def test_a_page_is_read_from_an_index(account: Account, library: list[Asset], sort: str) -> None:
    mine = filter_assets(Asset.objects.for_account(account), {"q": "type:image"})
    _, after = page(mine, sort, "", 2)
    with CaptureQueriesContext(connection) as seen, connection.cursor() as cursor:
        page(mine, sort, after, 2)
        made = [query["sql"] for query in seen.captured_queries]
        for sql in [sql for sql in made if '"_by"' in sql]:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
            assert len(plan) == 1, plan
            assert plan[0].startswith("SEARCH assets_asset USING"), plan
            assert "<" in plan[0] or ">" in plan[0], plan


# PostgreSQL knows how rare a word is.
@pytest.mark.only_on("sqlite")
def test_rare_words_are_read_from_their_index(
    account: Account, library: list[Asset], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorts, "WINDOW", 1)
    mine = filter_assets(Asset.objects.for_account(account), {"q": "sunflower"})
    with CaptureQueriesContext(connection) as seen, connection.cursor() as cursor:
        assert page(mine, "title", "", 5)[0]
        made = [query["sql"] for query in seen.captured_queries]
        last = [sql for sql in made if '"_by"' in sql][-1]
        cursor.execute(f"EXPLAIN QUERY PLAN {last}")
        assert any("asset_number" in row[3] for row in cursor.fetchall())


def test_what_is_said_in_the_title_comes_first(account: Account, library: list[Asset]) -> None:
    mine = filter_assets(Asset.objects.for_account(account), {"q": "sun"})
    rows, _ = page(mine, "relevance", "", 10)
    assert [asset.title for asset in rows] == ["Sun", "Red boat at sunset", "Sunflower field"]


@pytest.mark.parametrize(("sort", "after"), [("newest", "x"), ("best", ""), ("title", "a:b:c")])
def test_a_place_that_is_none(account: Account, sort: str, after: str) -> None:
    with pytest.raises(BadFilter):
        page(Asset.objects.for_account(account), sort, after, 3)


def test_a_place_of_another_order(account: Account, library: list[Asset]) -> None:
    mine = Asset.objects.for_account(account)
    _, after = page(mine, "newest", "", 3)
    with pytest.raises(BadFilter, match="not one of this list"):
        page(mine, "oldest", after, 3)


# --- facets -------------------------------------------------------------------------------------


@in_turn(
    "q",
    [
        *("", "boat", "type:image", "type:image,video rating:none", "tag:sea"),
        *("model:flux-dev sun", "is:favorite color:blue", "ratio:square type:image"),
        *("-type:image", "tag:sea flag:reject", "added:today boat", "(boat OR added:7d) sunset"),
    ],
)
def test_facets_count_what_their_choice_would_find(
    account: Account, library: list[Asset], q: str
) -> None:
    mine = Asset.objects.for_account(account)
    found = facets(account, {"q": q})
    assert [f.name for f in found] == [
        "type", "added", "module", "provider", "model", "rating", "flag", "is", "color", "ratio",
        "tag",
    ]  # fmt: skip
    for facet in found:
        rest = q
        for choice in facet.choices:
            if choice.on:
                rest = next(f for f in facets(account, {"q": rest}) if f.name == facet.name)
                rest = next(c for c in rest.choices if c.value == choice.value).query
        for choice in facet.choices:
            value = choice.value.replace('"', "")
            alone = filter_assets(mine, {"q": f'{rest} {facet.name}:"{value}"'})
            assert alone.count() == choice.count, (facet.name, choice)
            assert filter_assets(mine, {"q": choice.query}) is not None


def test_a_choice_that_vanished_stays(account: Account, library: list[Asset]) -> None:
    by_name = {facet.name: facet for facet in facets(account, {"q": "interview"})}
    models = {choice.value: choice.count for choice in by_name["model"].choices}
    assert models == {"flux-dev": 0, "flux-pro": 0}
    assert "sea" in {choice.value for choice in by_name["tag"].choices}


def test_filters_of_the_form_are_choices_too(account: Account, library: list[Asset]) -> None:
    by_name = {f.name: f for f in facets(account, {"q": "boat", "kind": "video", "tag": "sea"})}
    on = {c.value for c in by_name["type"].choices if c.on}
    assert on == {"video"}
    assert {c.value for c in by_name["tag"].choices if c.on} == {"sea"}
    with pytest.raises(BadFilter):
        facets(account, {"kind": "folder"})


# --- suggestions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "inserts"),
    [
        ("ty", {"type:"}),
        ("boat -col", {"color:", "in:"}),
        ("type:vi", {"video"}),
        ("type:image,vi", {"video"}),
        ("tag:re", {'"red car"'}),
        ("se", {"seed:", "tag:sea", "tag:sea/cliff"}),
        ("sunf", {"sunflower"}),
        ("(boat OR model:flux", {"flux-dev", "flux-pro"}),
        ("added:this-w", {"this-week"}),
        ("zzz", set()),
    ],
)
def test_suggestions(account: Account, library: list[Asset], text: str, inserts: set[str]) -> None:
    found = suggest(account, text, len(text))
    assert {row.insert for row in found} == inserts
    for row in found:
        filter_assets(Asset.objects.for_account(account), {})
        assert 0 <= row.start <= row.end == len(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("boat A", ["AND"]),
        ("boat O", ["OR"]),
        ("boat or", ["OR"]),
        ("(boat) an", []),
        ("AN", []),
        ("boat (AN", []),
        ("NO", ["NOT"]),
        ("boat (not", ["NOT"]),
        ("boat AND N", ["NOT"]),
    ],
)
def test_what_joins_is_suggested_where_it_can_stand(
    account: Account, library: list[Asset], text: str, words: list[str]
) -> None:
    found = [row for row in suggest(account, text, len(text)) if row.insert in ("AND", "OR", "NOT")]
    assert [row.insert for row in found] == words
    for row in found:
        whole = f"{text[: row.start]}{row.insert} red{')' if '(' in text else ''}"
        assert list(filter_assets(Asset.objects.for_account(account), {"q": whole})) is not None


def test_suggestions_are_those_of_the_account(account: Account, charlie: object) -> None:
    other = Account.objects.exclude(pk=account.pk).get()
    Tag.objects.create(account=other, name="secret plan")
    assert suggest(account, "tag:se", 6) == []


def test_the_table_of_keys_is_told(account: Account) -> None:
    rows = help()
    assert {row.name for row in rows} >= {"type", "tag", "rating", "model", "added"}
    for row in rows:
        if "…" not in row.example:
            filter_assets(Asset.objects.for_account(account), {"q": row.example})
    assert len(rows) == len({id(kind) for kind in keys.KEYS.values()})
    assert [part.kind for part in marks("a AND NOT b")] == ["word", "and", "not", "word"]
    assert [part.kind for part in marks("sun OR -(type:image no:x)")] == [
        "word", "or", "not", "paren", "key", "unknown", "paren"
    ]  # fmt: skip


# --- what is kept -------------------------------------------------------------------------------


def test_an_older_library_is_filled(account: Account, library: list[Asset]) -> None:
    boat = next(asset for asset in library if asset.title == "Red boat at sunset")
    recipe = {"provider": "fal", "offer": "fal-flux", "params": {"seed": 77, "prompt": "a gull"}}
    odd = [[], "text", {"params": [1]}, {"provider": 5, "params": {"seed": "x"}}]
    for asset, strange in zip(library[4:8], odd, strict=True):
        Asset.objects.filter(pk=asset.pk).update(recipe=strange)
    Asset.objects.filter(pk=boat.pk).update(
        recipe=recipe, title_key="", tint="", ratio=None, tag_ids=""
    )
    assert fill(Asset, connection) == 2 * len(library)
    assert fill(Asset, connection) == 2 * len(library)
    found = filter_assets(
        Asset.objects.for_account(account),
        {"q": "gull model:fal-flux provider:fal seed:77 tag:sea color:red ratio:16:9"},
    )
    assert found.get() == boat
    assert found.get().title_key == "red boat at sunset"


def test_what_is_deleted_for_good_is_forgotten(account: Account, library: list[Asset]) -> None:
    old = next(asset for asset in library if asset.title == "Old boat")
    services.purge(old)
    found = filter_assets(Asset.objects.for_account(account), {"q": "is:trashed fog"})
    assert not found.exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM assets_words WHERE rowid = %s", [old.number])
            assert cursor.fetchone() is None
