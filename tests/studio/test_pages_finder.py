"""The library's page: views, facets, suggestions, months, help and saved searches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from assets import services
from assets.models import Asset, SavedSearch
from billing.models import Account, User
from tests.studio.pages import NOBODY, PART, People, said

PAGES = ("library-facets", "library-months", "library-suggest", "search-help", "searches")


@pytest.fixture
def kept(account: Account, alice: User, cat: Asset) -> SavedSearch:
    return SavedSearch.objects.create(account=account, user=alice, name="Cats", q="cat")


@pytest.mark.parametrize("name", PAGES)
def test_members_only(name: str, cat: Asset, sign_in: People, vera: User) -> None:
    assert Client().get(reverse(name)).status_code == 302
    assert sign_in(vera).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("view", ["grid", "list", "timeline", "nonsense"])
def test_every_view_has_one_tile_of_an_asset(
    view: str, cat: Asset, sign_in: People, alice: User
) -> None:
    page = said(sign_in(alice).get(f"{reverse('library')}?view={view}"))
    assert page.count(f'data-asset="{cat.pk}"') == 1


@pytest.mark.parametrize("query", ["q=(", "q=modle:x", "sort=odd", "view=timeline&at=9999-12"])
def test_no_view_fails_on_what_cannot_be(
    query: str, cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    for name in ("library", "library-facets", "library-months", "library-suggest"):
        assert client.get(f"{reverse(name)}?{query}").status_code == 200


def test_what_is_wrong_with_a_search_is_pointed_at(
    cat: Asset, sign_in: People, alice: User
) -> None:
    page = said(sign_in(alice).get(f"{reverse('library')}?q=cat modle:x"))
    assert "<mark>modle" in page
    assert 'data-start="4"' in page


def test_the_help_tells_all_that_joins_words(cat: Asset, sign_in: People, alice: User) -> None:
    page = said(sign_in(alice).get(reverse("search-help")))
    for word in ("AND", "OR", "NOT"):
        assert f"<code>{word}</code>" in page
    assert "<code>harbor AND NOT (boat OR crane)</code>" in page


def test_a_character_of_code_0_is_refused_in_words(
    cat: Asset, sign_in: People, alice: User
) -> None:
    page = said(sign_in(alice).get(f"{reverse('library')}?q=cat%00"))
    assert "<mark>␀</mark>" in page
    assert "Take it out" in page
    client = sign_in(alice)
    for name in ("library-facets", "library-months", "library-suggest", "search-help"):
        assert client.get(f"{reverse(name)}?q=%00").status_code == 200


def test_facets_of_another_account_count_nothing(
    cat: Asset, sign_in: People, alice: User, charlie: User
) -> None:
    services.update(cat, tags=["secret"])
    assert "secret" in said(sign_in(alice).get(reverse("library-facets"), headers=PART))
    assert "secret" not in said(sign_in(charlie).get(reverse("library-facets"), headers=PART))
    theirs = sign_in(charlie).get(f"{reverse('library-suggest')}?q=tag:sec&at=7")
    assert theirs.json() == {"suggestions": []}


def test_a_vanished_choice_stays_and_can_be_taken_off(
    cat: Asset, sign_in: People, alice: User
) -> None:
    asked = {"q": "type:video zebra"}
    part = said(sign_in(alice).get(reverse("library-facets"), asked, headers=PART))
    row = part[part.index('href="/library/?q=zebra"') :].split("</a>")[0]
    assert 'aria-current="true"' in row
    assert "gone" in part[: part.index('href="/library/?q=zebra"')].rsplit("<a ", 1)[1]


def test_the_timeline_jumps_to_a_month(cat: Asset, sign_in: People, alice: User) -> None:
    Asset.objects.filter(pk=cat.pk).update(created=datetime(2026, 3, 31, 12, tzinfo=UTC))
    client = sign_in(alice)
    months = said(client.get(reverse("library-months"), headers=PART))
    assert "March 2026" in months
    assert "at=2026-03" in months
    for at, there in (("2026-03", True), ("2026-02", False), ("2026-12", True)):
        page = said(client.get(f"{reverse('library')}?view=timeline&at={at}"))
        assert (str(cat.pk) in page) == there


def test_columns_are_remembered(cat: Asset, sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    client.get(f"{reverse('library')}?view=list&columns=&columns=model&columns=bogus")
    page = said(client.get(f"{reverse('library')}?view=list"))
    assert 'class="cell model' in page
    assert 'class="cell size' not in page


def test_a_search_is_saved_pinned_renamed_and_deleted(
    cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    sent = {"name": "Cats", "q": "cat", "sort": "title", "view": "list", "pinned": "1"}
    saved = client.post(reverse("searches"), sent)
    assert saved["Location"] == f"{reverse('library')}?q=cat&sort=title&view=list"
    row = SavedSearch.objects.get()
    home = said(client.get(reverse("home")))
    assert "Cats" in home
    assert "?q=cat&amp;sort=title&amp;view=list" in home
    change = reverse("search-change", args=[row.pk])
    client.post(change, {"name": "Pets"})
    client.post(change, {"pinned": "0"})
    row.refresh_from_db()
    assert (row.name, row.pinned) == ("Pets", False)
    client.get(reverse("home"))  # says that it is changed
    assert "Pets" not in said(client.get(reverse("home")))
    client.post(reverse("search-delete", args=[row.pk]))
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": ""}, "no name"),
        ({"name": "x" * 61}, "limit is 60"),
        ({"name": "Cats"}, "already"),
        ({"name": "a", "q": "modle:x"}, "modle"),
        ({"name": "a", "q": "x" * 1001}, "limit is 1000"),
        ({"name": "a", "sort": "odd"}, "no order"),
        ({"name": "a", "view": "odd"}, "no view"),
    ],
)
def test_what_cannot_be_saved_is_explained(
    sent: dict[str, str], words: str, kept: SavedSearch, sign_in: People, alice: User
) -> None:
    refused = sign_in(alice).post(reverse("searches"), sent)
    assert refused.status_code == 422
    assert words in said(refused)
    assert SavedSearch.objects.count() == 1


def test_a_search_is_its_owners_alone(
    kept: SavedSearch, sign_in: People, bob: User, charlie: User, vera: User
) -> None:
    for name in ("search-change", "search-delete"):
        for stranger in (bob, charlie):
            post = sign_in(stranger).post
            assert post(reverse(name, args=[kept.pk])).status_code == 404
            assert post(reverse(name, args=[NOBODY])).status_code == 404
        assert sign_in(vera).post(reverse(name, args=[kept.pk])).status_code == 403
        assert sign_in(bob).get(reverse(name, args=[kept.pk])).status_code == 405
    assert sign_in(vera).post(reverse("searches"), {"name": "x"}).status_code == 403
    assert "Cats" not in said(sign_in(bob).get(reverse("searches")))
