"""Every page and every button: for the owner, a member, a viewer, a stranger and a visitor."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from billing.models import User
from studio.models import Job
from tests.studio.pages import NOBODY, OPERATION, PART, People, said

PAGES = ("home", "jobs", "library", "status")
THINGS = ("asset", "job", "job-card")
ASSET_ACTIONS = (
    *("asset-favorite", "asset-edit", "asset-trash", "asset-restore", "asset-purge"),
    *("asset-accept", "asset-withdraw", "asset-show-version"),
)
JOB_ACTIONS = ("job-cancel", "job-retry")


@pytest.fixture
def things(order: Callable[..., Job], cat: Asset) -> Callable[[str], str]:
    """The address by that name, of alice's picture or job."""
    job = order()
    return lambda name: reverse(name, args=[(cat if name.startswith("asset") else job).pk])


# --- who may see ---


@pytest.mark.parametrize("page", [*map(reverse, PAGES), OPERATION])
def test_members_and_viewers_see_every_page(
    page: str, sign_in: People, alice: User, bob: User, vera: User, charlie: User
) -> None:
    for person in (alice, bob, vera, charlie):
        assert sign_in(person).get(page).status_code == 200
    assert sign_in(alice).head(page).status_code == (405 if page.endswith("status/") else 200)


@pytest.mark.parametrize("name", THINGS)
def test_things_are_seen_by_their_account_alone(
    name: str, things: Callable[[str], str], sign_in: People, bob: User, vera: User, charlie: User
) -> None:
    address = things(name)
    assert sign_in(bob).get(address).status_code == 200
    assert sign_in(vera).get(address).status_code == 200
    assert sign_in(charlie).get(address).status_code == 404
    assert sign_in(bob).get(reverse(name, args=[NOBODY])).status_code == 404


@pytest.mark.parametrize("page", [*map(reverse, PAGES), OPERATION])
def test_a_visitor_signs_in_first(page: str, client: Client, db: None) -> None:
    response = client.get(page)
    assert response.status_code == 302
    assert response.headers["Location"] == f"{reverse('sign-in')}?next={page}"


@pytest.mark.parametrize("checked", [False, True], ids=["session over", "no cookies at all"])
def test_a_script_of_a_signed_out_page_is_told_where_to_go(checked: bool, db: None) -> None:
    client = Client(enforce_csrf_checks=checked)
    way_in = f"{reverse('sign-in')}?next=/library/%3Fq%3Da"
    here = "http://testserver/library/?q=a"
    part = client.post(OPERATION, headers={**PART, "HX-Current-URL": here})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, way_in)
    answer = client.post(reverse("upload"), headers={"Accept": "application/json", "Referer": here})
    assert answer.status_code == 401
    assert answer.json() == {
        "message": "Your session is over; sign in again.",
        "sign_in": way_in,
    }


@pytest.mark.parametrize("here", ["", "https://evil.example/library/", "//evil.example", "jav:a"])
def test_a_page_of_another_site_is_not_where_one_comes_back_to(
    here: str, client: Client, db: None
) -> None:
    part = client.post(OPERATION, headers={**PART, "HX-Current-URL": here})
    assert part.headers["HX-Redirect"] == reverse("sign-in")


@pytest.mark.parametrize("checked", [False, True], ids=["session over", "no cookies at all"])
@pytest.mark.parametrize("address", [reverse("status"), f"{OPERATION}quote/"])
def test_what_a_page_asks_by_itself_takes_nobody_away_from_it(
    address: str, checked: bool, db: None
) -> None:
    client = Client(enforce_csrf_checks=checked)
    ask = client.post if address.endswith("quote/") else client.get
    part = ask(address, headers=PART)
    assert (part.status_code, part.headers["HX-Reswap"], part.content) == (286, "none", b"")
    assert "HX-Redirect" not in part.headers


def test_a_form_sent_after_the_session_leads_back_to_its_page(client: Client, db: None) -> None:
    """The address that takes the form is no page."""
    here = {"Referer": f"http://testserver{reverse('jobs')}"}
    response = client.post(reverse("job-cancel", args=[NOBODY]), headers=here)
    assert response.headers["Location"] == f"{reverse('sign-in')}?next={reverse('jobs')}"


@pytest.mark.parametrize("page", [*map(reverse, PAGES), OPERATION])
def test_somebody_without_an_account_is_told_whom_to_ask(
    page: str, sign_in: People, db: None
) -> None:
    response = sign_in(User.objects.create_user("loner")).get(page)
    assert response.status_code == 403
    assert "Ask its owner" in said(response)


def test_a_stranger_finds_nothing_of_ours_in_the_lists(
    things: Callable[[str], str], sign_in: People, charlie: User
) -> None:
    job, asset = Job.objects.get(), Asset.objects.get()
    for page in (*map(reverse, PAGES), OPERATION, f"{reverse('library')}?pick=image"):
        text = said(sign_in(charlie).get(page))
        assert str(job.pk) not in text
        assert str(asset.pk) not in text


# --- who may change ---


@pytest.mark.parametrize("name", [*ASSET_ACTIONS, *JOB_ACTIONS])
def test_only_writers_of_the_account_change_things(
    name: str, things: Callable[[str], str], sign_in: People, vera: User, charlie: User
) -> None:
    address = things(name)
    before = list(Asset.objects.values()), list(Job.objects.values())
    assert sign_in(vera).post(address).status_code == 403
    assert sign_in(charlie).post(address).status_code == 404
    assert Client().post(address).status_code == 302
    assert (list(Asset.objects.values()), list(Job.objects.values())) == before


@pytest.mark.parametrize("name", [*ASSET_ACTIONS, *JOB_ACTIONS])
def test_a_change_is_a_post(
    name: str, things: Callable[[str], str], sign_in: People, bob: User
) -> None:
    assert sign_in(bob).get(things(name)).status_code == 405
    assert sign_in(bob).post(reverse(name, args=[NOBODY])).status_code == 404


@pytest.mark.parametrize("name", ["home", "jobs", "library"])
def test_pages_take_no_post(name: str, sign_in: People, bob: User) -> None:
    assert sign_in(bob).post(reverse(name)).status_code == 405


def test_a_viewer_sees_no_button_that_would_refuse(
    things: Callable[[str], str], sign_in: People, vera: User
) -> None:
    pages = [*map(reverse, PAGES), OPERATION, *map(things, THINGS)]
    for page in pages:
        actions = re.findall(
            r'<form[^>]+method="post"[^>]+action="([^"]*)"', said(sign_in(vera).get(page))
        )
        assert [a for a in actions if a != OPERATION] == []
    for page in (reverse("home"), OPERATION):
        assert "data-sample" not in said(sign_in(vera).get(page))
    assert ">Generate" not in said(sign_in(vera).get(OPERATION))
    assert sign_in(vera).post(OPERATION, {}).status_code == 403
    refused = sign_in(vera).post(reverse("upload"), headers={"Accept": "application/json"})
    assert refused.status_code == 403
    assert "viewer" in refused.json()["message"]


def test_forms_carry_a_token_against_forgery(cat: Asset, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for address in (OPERATION, reverse("upload"), reverse("asset-trash", args=[cat.pk])):
        response = client.post(address)
        assert response.status_code == 403
        assert "Please try that again" in said(response)


def test_a_script_without_the_token_is_told_to_reload(cat: Asset, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    part = client.post(OPERATION, headers=PART)
    assert part.status_code == 403
    assert "Reload it" in json.loads(part.headers["HX-Trigger"])["toast"]["text"]
    answer = client.post(reverse("upload"), headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert "Reload it" in answer.json()["message"]


def test_a_visitor_without_the_token_gets_no_further_than_the_sign_in_page(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("sign-in"))
    assert response.status_code == 403
    assert "Please try that again" in said(response)


# --- what every page keeps to ---


def test_pages_need_nothing_that_the_policy_forbids(
    things: Callable[[str], str], sign_in: People, alice: User
) -> None:
    addresses = [*map(reverse, PAGES), OPERATION, reverse("account"), *map(things, THINGS)]
    for page in addresses:
        text = said(sign_in(alice).get(page))
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:|hx-on|hx-vars", text), page
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), page


@pytest.mark.parametrize(
    "address", ["/nope/", "/transform/nope/", "/library/nope/", "/create/image-to-video/"]
)
def test_what_is_not_there_is_said_in_our_words(address: str, sign_in: People, alice: User) -> None:
    response = sign_in(alice).get(address)
    assert response.status_code == 404
    assert "This is not here" in said(response)
