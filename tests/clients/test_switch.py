"""The choice in the bar of the page, and that each page stays with the client it was made for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from assets.models import Asset, Board
from assets.services import boards
from billing import access, clients
from billing.models import Account, Client, Membership, User

SignIn = Callable[[User], Browser]
Bring = Callable[..., Asset]
CHOOSE = reverse("client-choose")


def bar(browser: Browser, page: str = "/library/") -> str:
    """The switch of a page, as text; empty where there is none."""
    text = browser.get(page).content.decode()
    found = re.search(
        r'<(?:details|a) class="(?:pill )?switch".*?(?=<div class="status")', text, re.S
    )
    return found[0] if found else ""


def choose(browser: Browser, client: object, page: str = "/library/", **more: Any) -> Any:
    wanted = str(client.pk if isinstance(client, Client) else client)
    return browser.post(CHOOSE, {"client": wanted, "next": page, **more})


def chosen(browser: Browser) -> str:
    text = browser.get("/library/").content.decode()
    found = re.search(r'<meta name="client" content="([^"]*)">', text)
    assert found
    return found[1]


# --- what is shown --------------------------------------------------------------------------------


def test_without_clients_there_is_no_switch(sign_in: SignIn, alice: User, bob: User) -> None:
    assert bar(sign_in(alice)) == bar(sign_in(bob)) == ""


def test_the_owner_chooses_among_all_and_manages_them(
    sign_in: SignIn, alice: User, bob: User, acme: Client, zen: Client
) -> None:
    shown = bar(sign_in(alice))
    for words in ("All clients", "Acme", "Zen", "Manage clients"):
        assert words in shown
    assert "Manage clients" not in bar(sign_in(bob))
    assert "Zen" in bar(sign_in(bob))


def test_who_is_limited_to_one_reads_its_name_and_has_no_menu(
    sign_in: SignIn, lara: User, zen: Client
) -> None:
    shown = bar(sign_in(lara))
    assert "Acme" in shown
    assert "<details" not in shown
    assert "All clients" not in shown
    assert "Zen" not in shown


def test_who_is_limited_to_some_chooses_among_these_alone(
    sign_in: SignIn, lara: User, account: Account, acme: Client, zen: Client
) -> None:
    clients.make(account, "Third")
    clients.limit(Membership.objects.get(user=lara), [acme, zen])
    shown = bar(sign_in(lara))
    assert "<details" in shown
    assert "Acme" in shown
    assert "Zen" in shown
    assert "All clients" not in shown
    assert "Third" not in shown


def test_who_is_limited_to_none_is_told(sign_in: SignIn, lara: User) -> None:
    clients.limit(Membership.objects.get(user=lara), [])
    assert "No client yet" in bar(sign_in(lara))


def test_an_archived_client_is_not_offered_any_more(
    sign_in: SignIn, alice: User, acme: Client, zen: Client
) -> None:
    clients.archive(acme)
    assert "Acme" not in bar(sign_in(alice))


def test_many_clients_are_searched(
    sign_in: SignIn, alice: User, account: Account, acme: Client
) -> None:
    browser = sign_in(alice)
    assert "Search the clients" not in bar(browser)
    for number in range(40):
        clients.make(account, f"Brand {number:02}")
    assert "Search the clients" in bar(browser)
    assert "There are more" in bar(browser)
    options = reverse("client-options")
    found = browser.get(options, {"q": " brand  3"}).content.decode()
    assert found.count("<button") == 10
    assert "Acme" not in found
    assert "No client has this" in browser.get(options, {"q": "\0%_" * 90}).content.decode()


def test_the_search_finds_nobody_elses(
    sign_in: SignIn, lara: User, charlie: User, zen: Client
) -> None:
    assert b"Zen" not in sign_in(lara).get(reverse("client-options")).content
    assert b"Zen" not in sign_in(charlie).get(reverse("client-options"), {"q": "z"}).content


# --- choosing -------------------------------------------------------------------------------------


def test_a_choice_holds_for_the_pages_that_follow(
    sign_in: SignIn, alice: User, bring: Bring, acme: Client, zen: Client
) -> None:
    bring(acme, title="for acme")
    browser = sign_in(alice)
    assert chosen(browser) == "all"
    answer = choose(browser, zen, "/library/?q=acme")
    assert answer.headers["Location"] == "/library/?q=acme"
    assert chosen(browser) == str(zen.pk)
    assert b"For acme" not in browser.get("/library/").content
    choose(browser, "all")
    assert chosen(browser) == "all"
    assert b"For acme" in browser.get("/library/").content


@pytest.mark.parametrize("wanted", ["", "nonsense", "\0", "x" * 5000, "all"])
def test_a_choice_that_cannot_be_changes_nothing(
    sign_in: SignIn, lara: User, acme: Client, wanted: str
) -> None:
    browser = sign_in(lara)
    choose(browser, wanted)
    shown = browser.get("/library/").content.decode()
    assert re.search(r"Choose one (of yours|from the menu)", shown)
    assert access.CLIENT_KEY not in browser.session


def test_a_client_that_is_not_for_them_cannot_be_chosen(
    sign_in: SignIn, lara: User, alice: User, charlie: User, acme: Client, zen: Client
) -> None:
    theirs = clients.make(charlie.accounts.get(), "Theirs")
    for person, wanted in ((lara, zen), (alice, theirs)):
        browser = sign_in(person)
        choose(browser, wanted)
        shown = browser.get("/library/").content.decode()
        assert "There is no client" in shown
        assert "Theirs" not in shown
    clients.archive(zen)
    browser = sign_in(alice)
    choose(browser, zen)
    assert "“Zen” is archived" in browser.get("/library/").content.decode()


def test_choosing_is_a_post(sign_in: SignIn, alice: User, acme: Client) -> None:
    assert sign_in(alice).get(CHOOSE).status_code == 405
    assert Browser().post(CHOOSE).headers["Location"].startswith(reverse("sign-in"))


def test_one_comes_back_to_the_same_page_unless_it_is_anothers(
    sign_in: SignIn, alice: User, bring: Bring, acme: Client, zen: Client
) -> None:
    mine = bring(acme)
    browser = sign_in(alice)
    page = reverse("asset", args=[mine.pk])
    assert choose(browser, acme, page).headers["Location"] == page
    assert choose(browser, zen, page).headers["Location"] == reverse("library")
    where = {
        "/jobs/?state=failed&page=3": "/jobs/?state=failed",
        f"/library/?collection={mine.pk}&q=a&after=xyz": "/library/?q=a",
        f"/library/compare/?a={mine.pk}&b={mine.pk}": "/library/",
        f"/transform/image-to-video/?image={mine.pk}": "/transform/image-to-video/",
        f"/library/{mine.pk}/edit/": "/",
        "/clients/": "/clients/",
        "https://evil.example/library/": "/",
        "//evil.example": "/",
        "/nowhere/at/all/": "/",
        "/api/v1/assets/": "/",
        "": "/",
        "\0": "/",
    }
    for asked, back in where.items():
        assert choose(browser, zen, asked).headers["Location"] == back, asked


# --- two windows ----------------------------------------------------------------------------------


def field_of(browser: Browser, page: str) -> str:
    """What the forms of a page say of its client."""
    found = set(re.findall(r'name="x-client" value="([^"]+)"', browser.get(page).content.decode()))
    assert len(found) == 1
    return found.pop()


def test_a_form_of_a_page_is_for_its_client_whatever_was_chosen_since(
    sign_in: SignIn, alice: User, acme: Client, zen: Client
) -> None:
    browser = sign_in(alice)
    choose(browser, acme)
    said = {"x-client": field_of(browser, reverse("collections"))}
    assert said == {"x-client": str(acme.pk)}
    choose(browser, zen)
    browser.post(reverse("collections"), {"name": "Launch", **said})
    from assets.models import Collection

    assert Collection.objects.get().client == acme
    browser.post(reverse("collections"), {"name": "Other", "x-client": "all"})
    assert Collection.objects.get(name="Other").client is None


def test_a_board_that_is_made_in_an_old_window_takes_its_files(
    sign_in: SignIn, alice: User, bring: Bring, acme: Client, zen: Client
) -> None:
    mine = bring(acme)
    browser = sign_in(alice)
    choose(browser, acme)
    said = field_of(browser, f"{reverse('board-new')}?ids={mine.pk}")
    choose(browser, zen)
    sent = {"title": "For review", "ids": str(mine.pk)}
    assert browser.post(reverse("board-new"), sent).status_code == 422
    assert browser.post(reverse("board-new"), {**sent, "x-client": said}).status_code == 302
    assert Board.objects.get().client == acme


def test_the_form_of_an_operation_takes_the_field_for_its_own(
    sign_in: SignIn, alice: User, bring: Bring, acme: Client
) -> None:
    from studio.models import Job

    fields = {"offer": "local-motion", "image": bring(acme).pk, "motion": "zoom", "key": "k1"}
    sent = {**fields, "direction": "in", "duration": 1, "width": 64, "height": 64}
    answer = sign_in(alice).post("/transform/image-to-video/", {**sent, "x-client": str(acme.pk)})
    assert answer.status_code in (200, 302), answer.content.decode()[:2000]
    assert Job.objects.get().client == acme


@pytest.mark.parametrize("said", ["nonsense", "zen", "\0", "all "])
def test_a_form_for_a_client_that_is_not_theirs_any_more_does_nothing(
    sign_in: SignIn, lara: User, zen: Client, said: str
) -> None:
    from assets.models import Collection

    browser = sign_in(lara)
    answer = browser.post(reverse("collections"), {"name": "Launch", "x-client": said})
    assert answer.status_code == 403
    assert "Go back and reload the page" in answer.content.decode()
    assert not Collection.objects.exists()


def test_the_pictures_of_a_page_stay_when_another_window_works_for_somebody_else(
    sign_in: SignIn, alice: User, lara: User, bring: Bring, acme: Client, zen: Client
) -> None:
    mine, theirs = bring(acme), bring(zen)
    browser = sign_in(alice)
    choose(browser, zen)
    assert browser.get(reverse("asset-file", args=[mine.pk, "thumbnail"])).status_code == 200
    limited = sign_in(lara)
    assert limited.get(reverse("asset-file", args=[mine.pk, "thumbnail"])).status_code == 200
    assert limited.get(reverse("asset-file", args=[theirs.pk, "thumbnail"])).status_code == 404


def test_the_key_of_somebody_limited_fetches_no_other_files(
    account: Account, lara: User, bring: Bring, acme: Client, zen: Client
) -> None:
    mine, theirs = bring(acme), bring(zen)
    _, secret = access.create_key(account, lara, "a program")
    browser = Browser(headers={"Authorization": f"Bearer {secret}"})
    assert browser.get(reverse("asset-file", args=[mine.pk, "original"])).status_code == 200
    assert browser.get(reverse("asset-file", args=[theirs.pk, "original"])).status_code == 404


def test_a_board_of_another_client_is_left_for_the_list(
    sign_in: SignIn, alice: User, account: Account, acme: Client, zen: Client, seen: Any
) -> None:
    board = boards.make_board(seen(acme), alice, title="For review", assets=[])
    page = reverse("board", args=[board.pk])
    browser = sign_in(alice)
    assert choose(browser, zen, page).headers["Location"] == reverse("boards")
    assert choose(browser, acme, page).headers["Location"] == page


# --- the library --------------------------------------------------------------------------------


def test_files_are_moved_from_the_bar_of_the_library(
    sign_in: SignIn, alice: User, lara: User, bring: Bring, acme: Client, zen: Client
) -> None:
    mine = bring(acme, title="mine")
    browser = sign_in(alice)
    page = browser.get("/library/").content.decode()
    for value in (acme.pk, zen.pk, "none"):
        assert f'value="move:{value}"' in page
    sent = {"verb": f"move:{zen.pk}", "ids": str(mine.pk)}
    assert browser.post(reverse("bulk"), {**sent, "dry": "1"}).status_code == 302
    mine.refresh_from_db()
    assert mine.client == acme
    browser.post(reverse("bulk"), sent)
    mine.refresh_from_db()
    assert mine.client == zen
    assert "move:" not in sign_in(lara).get("/library/").content.decode()


def test_without_clients_nothing_of_them_is_in_the_library(
    sign_in: SignIn, alice: User, bring: Bring
) -> None:
    mine = bring(None)
    browser = sign_in(alice)
    for page in ("/library/?view=list", reverse("asset", args=[mine.pk])):
        shown = browser.get(page).content.decode()
        assert "move:" not in shown
        assert ">Client<" not in shown
        assert 'value="client"' not in shown


def test_the_list_has_a_column_for_the_client_in_one_question(
    sign_in: SignIn,
    alice: User,
    bring: Bring,
    acme: Client,
    zen: Client,
    django_assert_max_num_queries: Any,
) -> None:
    browser = sign_in(alice)
    browser.cookies["columns"] = "client"
    for client in (acme, zen, None):
        bring(client)

    def cells() -> list[str]:
        shown = browser.get("/library/?view=list").content.decode()
        return re.findall(r'<span class="cell client cut" role="cell">([^<]*)</span>', shown)

    assert cells() == ["", "Zen", "Acme"]
    for _ in range(4):
        bring(acme)
        bring(zen)
    with django_assert_max_num_queries(30):
        assert len(cells()) == 11


def test_the_page_of_a_file_names_its_client_and_leads_to_all_of_it(
    sign_in: SignIn, alice: User, account: Account, bring: Bring
) -> None:
    odd = clients.make(account, 'A "b", & Sons')
    mine = bring(odd, title="theirs")
    bring(None, title="free")
    browser = sign_in(alice)
    page = browser.get(reverse("asset", args=[mine.pk])).content.decode()
    link = re.search(r'<dt>Client</dt><dd><a href="([^"]+)">', page)
    assert link
    found = browser.get(link[1].replace("&amp;", "&")).content.decode()
    assert ">Theirs<" in found
    assert ">Free<" not in found
