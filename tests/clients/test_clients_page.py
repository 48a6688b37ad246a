"""The page of the clients: what there is of each, and who may work for whom."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from assets import services as assets
from assets.models import Asset, Board
from assets.services import boards
from billing import clients
from billing.models import CREDIT, Account, Client, Entry, Kind, Membership, Role, User
from studio import catalogue
from studio.client_sums import Sums, sums
from studio.models import Job
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.orders import OrderForm
from studio.stories import edit

SignIn = Callable[[User], Browser]
Bring = Callable[..., Asset]
PAGE = reverse("clients")


def words(answer: Any) -> str:
    """What is to be read on it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def member(user: User) -> Membership:
    return Membership.objects.get(user=user)


@pytest.fixture
def paid(account: Account, alice: User, bring: Bring) -> Callable[..., Job]:
    """paid(client, credits, back): a job that took these credits and gave some of them back."""

    def make(client: Client | None, spent: int, back: int = 0) -> Job:
        offer = catalogue.offers(IMAGE_TO_VIDEO.key, {"local"})[0]
        params = {"image": str(bring(client).pk)}
        form = OrderForm(IMAGE_TO_VIDEO, offer, params, account=account, user=alice, resolve=True)
        assert form.is_valid(), form.problems()
        job, _ = form.create_job()
        Job.objects.filter(pk=job.pk).update(quote=spent * CREDIT)
        for kind, amount in ((Kind.CHARGE, spent), (Kind.REFUND, back)):
            row = {"kind": kind, "amount": amount * CREDIT, "reference": job.origin}
            Entry.objects.create(account=account, balance_after=0, held_after=0, **row)
        return job

    return make


# --- what there is --------------------------------------------------------------------------------


def test_the_sums_of_each_client(
    account: Account,
    alice: User,
    seen: Callable[[Client | None], Account],
    bring: Bring,
    paid: Callable[..., Job],
    acme: Client,
    zen: Client,
    django_assert_num_queries: Any,
) -> None:
    paid(acme, 12)
    paid(acme, 30, back=10)
    paid(None, 400)
    assets.trash(bring(acme))
    edit.create(seen(acme), alice, {"title": "Launch film"}, [({}, [{}])])
    boards.make_board(seen(acme), alice, title="Open")
    boards.close_board(boards.make_board(seen(acme), alice, title="Closed"))
    with django_assert_num_queries(5):
        told = sums(account, [acme.pk, zen.pk], money=True)
    assert told == {acme.pk: Sums(2, 2, 1, 1, 32 * CREDIT), zen.pk: Sums()}
    with django_assert_num_queries(4):
        told = sums(seen(zen), [acme.pk], money=False)
    assert told == {acme.pk: Sums(2, 2, 1, 1)}


def test_more_clients_cost_no_more_queries(
    sign_in: SignIn, alice: User, account: Account, acme: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        clients.make(account, f"Brand {number:02}")
    browser = sign_in(alice)
    with django_assert_max_num_queries(20):
        shown = words(browser.get(PAGE))
    assert "1 to 50 of 61" in shown
    assert "51 to 61 of 61" in words(browser.get(PAGE, {"page": "2"}))
    assert "Brand 33" in words(browser.get(PAGE, {"q": "D 33"}))


def test_money_is_for_who_manages_the_account(
    sign_in: SignIn,
    alice: User,
    bob: User,
    lara: User,
    paid: Callable[..., Job],
    acme: Client,
    zen: Client,
) -> None:
    paid(acme, 777)
    assert "777" in words(sign_in(alice).get(PAGE))
    for person in (bob, lara):
        shown = words(sign_in(person).get(PAGE))
        assert "Acme" in shown
        assert "777" not in shown
        assert "Archive" not in shown
        assert "Add a client" not in shown
    assert "Zen" not in words(sign_in(lara).get(PAGE))
    assert "Members" not in shown


def test_without_clients_it_says_what_they_are_for(
    sign_in: SignIn, alice: User, bob: User, charlie: User, acme: Client
) -> None:
    assert "Add the people or brands that you work for" in words(sign_in(charlie).get(PAGE))
    acme.delete()
    assert "Owners and admins of" in words(sign_in(bob).get(PAGE))
    assert Browser().get(PAGE).status_code == 302


# --- managing -------------------------------------------------------------------------------------


def test_a_client_is_added_changed_archived_and_brought_back(
    sign_in: SignIn, alice: User, account: Account
) -> None:
    browser = sign_in(alice)
    browser.post(PAGE, {"name": "  Acme   Films ", "note": "Spring"})
    made = Client.objects.get()
    assert (made.account, made.name, made.note) == (account, "Acme Films", "Spring")
    browser.post(reverse("client-change", args=[made.pk]), {"name": "Acme", "note": ""})
    browser.post(reverse("client-choose"), {"client": made.pk})
    for _ in range(2):
        browser.post(reverse("client-archive", args=[made.pk]), {"archived": "1"})
    made.refresh_from_db()
    assert (made.name, made.note, bool(made.archived)) == ("Acme", "", True)
    assert 'name="client" content="all"' in browser.get(PAGE).content.decode()
    assert "Bring back" in words(browser.get(PAGE, {"archived": "1"}))
    browser.post(reverse("client-archive", args=[made.pk]), {"archived": "0"})
    made.refresh_from_db()
    assert made.archived is None


def test_who_archives_a_client_is_told_of_its_open_links(
    sign_in: SignIn,
    alice: User,
    acme: Client,
    zen: Client,
    seen: Callable[[Client | None], Account],
) -> None:
    browser, mine = sign_in(alice), [boards.make_board(seen(acme), alice, title=t) for t in "ab"]
    other = boards.make_board(seen(zen), alice, title="c")
    assert "Close its 2 open share links" in words(browser.get(PAGE))
    away = reverse("client-archive", args=[acme.pk])
    assert "2 share links stay open." in words(browser.post(away, {"archived": "1"}, follow=True))
    browser.post(away, {"archived": "0"})
    told = words(browser.post(away, {"archived": "1", "links": "close"}, follow=True))
    assert "2 share links are closed." in told
    assert not Board.objects.filter(pk__in=[one.pk for one in mine]).open().exists()
    other.refresh_from_db()
    assert other.is_open
    assert "Close its" not in words(browser.get(PAGE, {"archived": "1"}))


@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"name": ""}, "name", "has no name"),
        ({"name": "a\0b"}, "name", "cannot be shown"),
        ({"name": "*"}, "name", "neither a letter nor a digit"),
        ({"name": "ACME"}, "name", "is a client “ACME” already"),
        ({"name": "a" * 61}, "name", "61 letters; the limit is 60"),
        ({"name": "b", "note": "a" * 501}, "note", "501 letters; the limit is 500"),
        ({"name": "b", "note": "a\0b"}, "note", "cannot be stored"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(
    sign_in: SignIn,
    alice: User,
    acme: Client,
    zen: Client,
    sent: dict[str, str],
    field: str,
    told: str,
) -> None:
    browser = sign_in(alice)
    for address in (PAGE, reverse("client-change", args=[zen.pk])):
        answer = browser.post(address, sent)
        assert answer.status_code == 422
        shown = answer.content.decode()
        error = re.search(r'<p class="error" id="(\w+)-[^"]+-error" role="alert">([^<]+)', shown)
        assert error, shown
        assert (error[1], told in error[2]) == (field, True)
        assert shown.count('aria-invalid="true"') == 1
    assert set(Client.objects.values_list("name", flat=True)) == {"Acme", "Zen"}


ADDRESSES = ("client-change", "client-archive", "client-member")


@pytest.mark.parametrize("name", ["clients", *ADDRESSES])
def test_only_owners_and_admins_manage(
    name: str, sign_in: SignIn, bob: User, vera: User, lara: User, acme: Client
) -> None:
    args = {"clients": [], "client-member": [member(bob).pk]}.get(name, [acme.pk])
    for person in (bob, vera, lara):
        answer = sign_in(person).post(reverse(name, args=args), {"name": "New", "limited": "1"})
        assert answer.status_code == 403
        assert "Owners and admins" in words(answer)
    assert list(Client.objects.values_list("name", "archived")) == [("Acme", None)]
    assert not member(bob).limited


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_is_anothers_is_not_there(
    name: str, sign_in: SignIn, alice: User, charlie: User, acme: Client
) -> None:
    is_member = name == "client-member"
    for pk in (member(alice).pk if is_member else acme.pk, 0 if is_member else uuid.UUID(int=7)):
        answer = sign_in(charlie).post(reverse(name, args=[pk]), {"name": "Taken"})
        assert answer.status_code == 404


# --- members --------------------------------------------------------------------------------------


def test_a_member_is_limited_and_set_free_again(
    sign_in: SignIn, alice: User, bob: User, acme: Client, zen: Client
) -> None:
    browser, address = sign_in(alice), reverse("client-member", args=[member(bob).pk])
    assert browser.get(address).status_code == 200
    browser.post(address, {"limited": "1", "clients": [str(zen.pk)]})
    assert (member(bob).limited, list(member(bob).clients.all())) == (True, [zen])
    assert "bob Member Zen Change" in words(browser.get(PAGE))
    browser.post(address, {"limited": "0", "clients": [str(zen.pk)]})
    assert (member(bob).limited, list(member(bob).clients.all())) == (False, [])


def test_somebody_may_be_limited_to_nothing(
    sign_in: SignIn, alice: User, bob: User, acme: Client
) -> None:
    sign_in(alice).post(reverse("client-member", args=[member(bob).pk]), {"limited": "1"})
    assert (member(bob).limited, member(bob).clients.count()) == (True, 0)


def test_an_owner_or_admin_cannot_be_limited(
    sign_in: SignIn, alice: User, bob: User, acme: Client
) -> None:
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    for person in (alice, bob):
        address = reverse("client-member", args=[member(person).pk])
        answer = sign_in(alice).post(address, {"limited": "1", "clients": [str(acme.pk)]})
        assert answer.status_code == 422
        assert "Owners and admins see all clients. Make them a member first" in words(answer)
        assert not member(person).limited


def test_only_clients_of_the_account_that_are_not_archived_can_be_given(
    sign_in: SignIn, alice: User, bob: User, charlie: User, account: Account, acme: Client
) -> None:
    theirs = clients.make(charlie.accounts.get(), "Theirs")
    old = clients.archive(clients.make(account, "Old"))
    address = reverse("client-member", args=[member(bob).pk])
    told = {
        str(theirs.pk): "There is no client",
        str(uuid.UUID(int=7)): "There is no client",
        "\0nonsense": "There is no client “nonsense” here",
        str(old.pk): "“Old” is archived",
    }
    for wanted, message in told.items():
        answer = sign_in(alice).post(address, {"limited": "1", "clients": [str(acme.pk), wanted]})
        assert answer.status_code == 422
        assert message in words(answer)
        assert "Theirs" not in words(answer)
    assert not member(bob).limited
    clients.limit(member(bob), [old])
    answer = sign_in(alice).post(address, {"limited": "1", "clients": [str(acme.pk), str(old.pk)]})
    assert answer.status_code == 302
    assert member(bob).clients.count() == 2
