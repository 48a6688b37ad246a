"""Who is in an account: roles, going, and that an owner always stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from assets.services import ingest
from billing import access, clients, members
from billing.clients import NotKept
from billing.models import Account, AuditEvent, Invitation, Membership, Role, User

SignIn = Callable[[User], Browser]


def of(user: User) -> Membership:
    return Membership.objects.select_related("account", "user").get(user=user)


@pytest.fixture
def ada(account: Account) -> User:
    user = User.objects.create_user("ada")
    Membership.objects.create(account=account, user=user, role=Role.ADMIN)
    return user


# --- roles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["owner", "admin", "viewer"])
def test_an_owner_gives_every_role(alice: User, bob: User, role: str) -> None:
    members.change_role(of(bob), role, of(alice))
    assert of(bob).role == role
    line = AuditEvent.objects.get(action="members.role")
    assert (line.of, line.details) == ("bob", {"before": "member", "after": role})


def test_an_admin_decides_of_everybody_but_owners(alice: User, ada: User, bob: User) -> None:
    members.change_role(of(bob), "admin", of(ada))
    with pytest.raises(PermissionDenied, match="Only an owner"):
        members.change_role(of(bob), "owner", of(ada))
    with pytest.raises(PermissionDenied, match="Only an owner"):
        members.change_role(of(alice), "member", of(ada))
    with pytest.raises(PermissionDenied, match="Only an owner"):
        members.remove(of(alice), of(ada))
    assert of(alice).role == Role.OWNER


def test_members_and_viewers_decide_of_nobody(alice: User, bob: User, vera: User) -> None:
    for by in (bob, vera):
        with pytest.raises(PermissionDenied, match="Owners and admins"):
            members.change_role(of(bob), "admin", of(by))
        with pytest.raises(PermissionDenied, match="Owners and admins"):
            members.remove(of(alice), of(by))
    assert Membership.objects.count() == 3


def test_the_role_that_counts_is_the_one_of_now(alice: User, ada: User, bob: User) -> None:
    before = of(ada)
    members.change_role(of(ada), "viewer", of(alice))
    with pytest.raises(PermissionDenied):
        members.change_role(of(bob), "viewer", before)
    assert of(bob).role == Role.MEMBER


def test_no_such_role(alice: User, bob: User) -> None:
    with pytest.raises(NotKept, match="“king” is no role"):
        members.change_role(of(bob), "king", of(alice))


def test_who_sees_everything_is_limited_no_more(alice: User, bob: User, account: Account) -> None:
    clients.limit(of(bob), [clients.make(account, "Acme")])
    members.change_role(of(bob), "admin", of(alice))
    found = of(bob)
    assert (found.limited, found.clients.count()) == (False, 0)


# --- going ----------------------------------------------------------------------------------------


def test_who_goes_loses_their_keys_and_leaves_their_files(
    alice: User, bob: User, account: Account, sign_in: SignIn, picture: Callable[..., bytes]
) -> None:
    _, secret = access.create_key(account, bob, "script")
    _, other = access.create_key(account, alice, "script")
    asset = ingest(ContentFile(picture()), account=account, user=bob, filename="cat.png")
    browser = sign_in(bob)
    members.remove(of(bob), of(alice))
    assert access.find_key(secret) is None
    assert access.find_key(other) is not None
    asset.refresh_from_db()
    assert (asset.account, asset.user) == (account, bob)
    assert browser.get(reverse("library")).status_code == 403
    # Coming back does not bring the keys back.
    Membership.objects.create(account=account, user=bob)
    assert access.find_key(secret) is None


def test_the_invitations_of_who_goes_go_with_them(alice: User, ada: User, account: Account) -> None:
    from billing import invitations

    _, token = invitations.invite(account, of(ada), email="z@example.com", role="member")
    members.remove(of(ada), of(alice))
    with pytest.raises(invitations.Gone, match="taken back"):
        invitations.find(token)
    assert Invitation.objects.get().revoked


def test_one_goes_oneself(bob: User, account: Account) -> None:
    members.leave(of(bob))
    assert not account.members.contains(bob)
    assert AuditEvent.objects.get(action="members.left").of == "bob"


def test_the_last_owner_stays(alice: User, bob: User) -> None:
    with pytest.raises(NotKept, match="the only owner of alice's studio"):
        members.leave(of(alice))
    with pytest.raises(NotKept, match="Make somebody else an owner"):
        members.change_role(of(alice), "member", of(alice))
    with pytest.raises(NotKept):
        members.remove(of(alice), None)
    members.change_role(of(bob), "owner", of(alice))
    members.leave(of(alice))
    assert of(bob).role == Role.OWNER


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays(alice: User, bob: User) -> None:
    members.change_role(of(bob), "owner", of(alice))
    start = threading.Barrier(2)
    refused: list[str] = []

    def go(member: Membership) -> None:
        try:
            start.wait()
            members.leave(member)
        except NotKept as error:
            refused.append(error.field)
        finally:
            connection.close()

    both = [threading.Thread(target=go, args=[of(user)]) for user in (alice, bob)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert refused == ["member"]
    assert list(Membership.objects.values_list("role", flat=True)) == ["owner"]


# --- the page -------------------------------------------------------------------------------------


def test_the_page_gives_a_role_and_takes_somebody_out(
    alice: User, bob: User, sign_in: SignIn
) -> None:
    browser, pk = sign_in(alice), of(bob).pk
    address = reverse("member", args=[pk])
    assert browser.post(address, {"action": "role", "role": "viewer"}).status_code == 302
    assert of(bob).role == Role.VIEWER
    assert "bob is viewer now." in browser.get(reverse("members")).content.decode()
    assert browser.post(address, {"action": "remove"}).status_code == 302
    assert not Membership.objects.filter(pk=pk).exists()
    assert browser.post(address, {"action": "remove"}).status_code == 404


def test_what_is_wrong_is_told_at_the_person(alice: User, sign_in: SignIn) -> None:
    browser, pk = sign_in(alice), of(alice).pk
    for address, data in (
        (reverse("member-leave"), {}),
        (reverse("member", args=[pk]), {"action": "role", "role": "member"}),
    ):
        page = browser.post(address, data)
        assert page.status_code == 422
        told = page.content.decode()
        assert f'id="refused-{pk}"' in told
        assert "the only owner" in told
    assert browser.post(reverse("member", args=[pk]), {"action": "fly"}).status_code == 400


def test_a_member_sees_who_is_there_and_manages_nothing(
    alice: User, bob: User, charlie: User, sign_in: SignIn
) -> None:
    User.objects.update(email="secret@example.com")
    page = sign_in(bob).get(reverse("members"))
    told = page.content.decode()
    assert page.status_code == 200
    assert "alice" in told
    assert "secret@example.com" not in told
    assert "Invite" not in told
    assert "charlie" not in told


def test_who_leaves_works_elsewhere(bob: User, sign_in: SignIn) -> None:
    own = members.open_account(bob)
    browser = sign_in(bob)
    assert browser.post(reverse("member-leave")).status_code == 302
    page: Any = browser.get(reverse("account"))
    assert page.context["account"] == own


def test_a_stranger_finds_no_member_here(alice: User, charlie: User, sign_in: SignIn) -> None:
    browser = sign_in(charlie)
    address = reverse("member", args=[of(alice).pk])
    for data in ({"action": "remove"}, {"action": "role", "role": "viewer"}):
        assert browser.post(address, data).status_code == 404
    assert of(alice).role == Role.OWNER
