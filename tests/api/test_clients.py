"""Clients and members for programs: what there is of each, and who may work for whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assets.models import Asset, Board, Collection
from assets.services import boards, collections
from billing import clients
from billing.models import CREDIT, Account, Entry, Kind, Membership, User
from billing.models import Client as Customer
from billing.scope import Scope
from studio.models import Job
from studio.stories import edit
from tests.api.conftest import post

HERE, MEMBERS = "/api/v1/clients/", "/api/v1/members/"


@pytest.fixture
def acme(account: Account) -> Customer:
    return clients.make(account, "Acme", "Spring")


@pytest.fixture
def zen(account: Account) -> Customer:
    return clients.make(account, "Zen")


def patch(api: Client, address: str, **said: Any) -> Any:
    return api.patch(address, said, content_type="application/json")


def of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def test_a_client_is_added_changed_and_archived(api: Client, account: Account) -> None:
    made = post(api, HERE, {"name": " Acme  Films ", "note": "Spring"})
    assert made.status_code == 201
    address = made.headers["Location"]
    told = made.json()
    assert (told["name"], told["note"], told["archived"]) == ("Acme Films", "Spring", False)
    assert told["spent"] == {"amount": 0, "credits": 0}
    assert patch(api, address, name="Acme").json()["note"] == "Spring"
    assert patch(api, address, archived=True).json()["archived"] is True
    assert patch(api, address).json()["archived"] is True
    names = [row["name"] for row in api.get(HERE, {"archived": "true"}).json()["results"]]
    assert names == ["Acme"]
    assert api.get(HERE, {"archived": "false"}).json()["results"] == []
    assert patch(api, address, archived=False).json()["archived"] is False
    assert Customer.objects.get().account == account


def test_its_open_links_are_closed_when_that_is_asked_for(
    api: Client, account: Account, alice: User, acme: Customer
) -> None:
    seen = account.seen(Scope(acme.pk))
    board = boards.make_board(seen, alice, title="Open")
    told = patch(api, f"{HERE}{acme.pk}/", archived=True).json()
    assert (told["archived"], told["links"]) == (True, 1)
    assert patch(api, f"{HERE}{acme.pk}/", close_links=True).json()["links"] == 0
    board.refresh_from_db()
    assert board.revoked is not None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "acme"}, "name"),
        ({"name": "ALL"}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a" * 61}, "name"),
        ({"name": 7}, "name"),
        ({"name": "New", "note": "a" * 501}, "note"),
        ({"name": "New", "note": "a\0b"}, "note"),
        ({"name": "New", "color": "red"}, "color"),
    ],
)
def test_what_cannot_be_is_said_of_its_field(
    api: Client, acme: Customer, sent: dict[str, Any], field: str
) -> None:
    answer = post(api, HERE, sent)
    assert answer.status_code == 400
    assert [wrong["field"] for wrong in answer.json()["errors"]] == [field]
    assert Customer.objects.count() == 1


def test_archived_is_true_or_false(api: Client, acme: Customer) -> None:
    answer = patch(api, f"{HERE}{acme.pk}/", archived="yes")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "archived")
    assert api.get(HERE, {"archived": "yes"}).status_code == 400


def test_the_list_is_by_name_in_pages_and_asks_little(
    api: Client, account: Account, django_assert_max_num_queries: Any
) -> None:
    for name in ("Zen", "acme", "Brand", "Éclair", "Delta"):
        clients.make(account, name)
    found, address = [], f"{HERE}?page_size=2"
    while address:
        with django_assert_max_num_queries(12):
            told = api.get(address).json()
        found += [row["name"] for row in told["results"]]
        address = told["next"]
    assert found[:4] == ["acme", "Brand", "Delta", "Zen"]
    assert len(found) == 5


def test_what_there_is_and_what_was_spent_is_told_to_managers(
    api: Client,
    account: Account,
    bob: User,
    body: Callable[..., dict[str, Any]],
    client_of: Any,
    cat: Asset,
    acme: Customer,
    zen: Customer,
) -> None:
    Asset.objects.filter(pk=cat.pk).update(client=acme)
    job = Job.objects.get(pk=post(api, "/api/v1/jobs/", body()).json()["id"])
    assert job.client == acme
    Job.objects.filter(pk=job.pk).update(quote=30 * CREDIT)
    for kind, amount in ((Kind.CHARGE, 30), (Kind.REFUND, 5)):
        row = {"reference": job.origin, "balance_after": 0, "held_after": 0}
        Entry.objects.create(account=account, kind=kind, amount=amount * CREDIT, **row)
    told = {row["name"]: row for row in api.get(HERE).json()["results"]}
    assert (told["Acme"]["files"], told["Acme"]["jobs"], told["Acme"]["stories"]) == (1, 1, 0)
    assert told["Acme"]["spent"] == {"amount": 25 * CREDIT, "credits": 25.0}
    assert told["Zen"]["spent"]["amount"] == 0
    told = client_of(bob).get(f"{HERE}{acme.pk}/").json()
    assert (told["jobs"], told["spent"]) == (1, None)


def test_who_is_limited_sees_their_own_alone(
    account: Account, bob: User, client_of: Any, acme: Customer, zen: Customer
) -> None:
    clients.limit(of(bob), [acme])
    program = client_of(bob)
    assert [row["name"] for row in program.get(HERE).json()["results"]] == ["Acme"]
    assert program.get(f"{HERE}{zen.pk}/").status_code == 404
    assert post(program, HERE, {"name": "New"}).status_code == 403


def test_everything_says_whose_it_is(
    api: Client,
    account: Account,
    alice: User,
    body: Callable[..., dict[str, Any]],
    cat: Asset,
    acme: Customer,
) -> None:
    Asset.objects.filter(pk=cat.pk).update(client=acme)
    cat.refresh_from_db()
    theirs = account.seen(Scope(acme.pk))
    boards.make_board(theirs, alice, title="For review", assets=[cat])
    collections.make(theirs, "Launch")
    edit.create(theirs, alice, {"title": "Film"}, [({}, [{}])])
    post(api, "/api/v1/jobs/", body())
    wanted = {"ids": [str(cat.pk)]}
    kind = {"content_type": "application/json", "headers": {"X-Client": "acme"}}
    assert api.post("/api/v1/archives/", wanted, **kind).status_code == 201
    for name in ("assets", "jobs", "boards", "collections", "stories", "archives"):
        (row,) = api.get(f"/api/v1/{name}/").json()["results"]
        assert row["client"] == str(acme.pk), name
    story = api.get("/api/v1/stories/").json()["results"][0]["links"]["self"]
    assert api.get(story).json()["client"] == str(acme.pk)
    collections.make(account, "Nobody's")
    free = Collection.objects.get(name="Nobody's")
    assert api.get(f"/api/v1/collections/{free.pk}/").json()["client"] is None
    assert Board.objects.get().client == acme


# --- members --------------------------------------------------------------------------------------


def test_a_member_is_limited_and_set_free(
    api: Client, bob: User, acme: Customer, zen: Customer
) -> None:
    rows = {row["user"]: row for row in api.get(MEMBERS).json()["results"]}
    assert (rows["alice"]["role"], rows["bob"]["limited"]) == ("owner", False)
    address = f"{MEMBERS}{rows['bob']['id']}/"
    told = patch(api, address, limited=True, clients=[str(acme.pk)]).json()
    assert (told["limited"], told["clients"]) == (True, [str(acme.pk)])
    assert patch(api, address, clients=[str(zen.pk)]).json()["clients"] == [str(zen.pk)]
    assert patch(api, address).json()["limited"] is True
    told = patch(api, address, limited=False).json()
    assert (told["limited"], told["clients"]) == (False, [])
    assert not of(bob).limited


def test_a_limit_that_cannot_be_is_said_of_its_field(
    api: Client, alice: User, bob: User, charlie: User, account: Account, acme: Customer
) -> None:
    theirs = clients.make(charlie.accounts.get(), "Theirs")
    old = clients.archive(clients.make(account, "Old"))
    mine, address = f"{MEMBERS}{of(alice).pk}/", f"{MEMBERS}{of(bob).pk}/"
    for where, said, field, words in (
        (mine, {"limited": True}, "limited", "Owners and admins see all clients"),
        (address, {"limited": True, "clients": [str(theirs.pk)]}, "clients", "There is no client"),
        (address, {"limited": True, "clients": [str(uuid.UUID(int=3))]}, "clients", "no client"),
        (address, {"limited": True, "clients": [str(old.pk)]}, "clients", "“Old” is archived"),
        (address, {"limited": True, "clients": ["Acme"]}, "clients", "UUID"),
        (address, {"limited": True, "clients": "Acme"}, "clients", "list"),
        (address, {"limited": "yes"}, "limited", "true or false"),
        (address, {"clients": [str(acme.pk)]}, "clients", "Send “limited”: true"),
        (address, {"role": "king"}, "role", "king"),
    ):
        answer = patch(api, where, **said)
        assert answer.status_code == 400, said
        assert answer.json()["errors"][0]["field"] == field, said
        assert words in answer.json()["message"], said
    assert not Membership.objects.filter(limited=True).exists()
    assert api.get(f"{MEMBERS}{of(charlie).pk}/").status_code == 404
