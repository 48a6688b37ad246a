"""Invitations: by a link that works once, for a week, for whom it is meant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing import clients, invitations
from billing.clients import NotKept
from billing.models import Account, AuditEvent, Invitation, Membership, Plan, Role, User
from tests.billing.plan_rows import subscribed

SignIn = Callable[[User], Browser]
ZOE = "zoe@example.com"


def of(user: User) -> Membership:
    return Membership.objects.select_related("account", "user").get(user=user)


@pytest.fixture
def zoe(db: None) -> User:
    return User.objects.create_user("zoe", email=ZOE, password="a long password")


@pytest.fixture
def invite(alice: User, account: Account) -> Callable[..., str]:
    """invite(role="member", **more) → the token of an invitation for Zoe."""

    def make(role: str = "member", **more: Any) -> str:
        return invitations.invite(account, of(alice), **{"email": ZOE, "role": role, **more})[1]

    return make


Invite = Callable[..., str]


def join(token: str, user: User) -> Membership:
    return invitations.accept(invitations.find(token), user)


def test_it_is_accepted_once(invite: Invite, zoe: User, bob: User, account: Account) -> None:
    token = invite("viewer")
    made = join(token, zoe)
    assert (made.account, made.role, made.limited) == (account, Role.VIEWER, False)
    with pytest.raises(invitations.Gone, match="accepted already"):
        invitations.find(token)
    assert AuditEvent.objects.filter(action="members.joined", account=account).count() == 1


def test_only_a_digest_of_the_link_is_kept(invite: Invite) -> None:
    token = invite()
    kept = str(list(Invitation.objects.values())) + str(list(AuditEvent.objects.values()))
    assert token not in kept


def test_the_clients_come_with_it(invite: Invite, zoe: User, account: Account) -> None:
    acme, _ = clients.make(account, "Acme"), clients.make(account, "Zen")
    made = join(invite(clients=[acme]), zoe)
    assert (made.limited, list(made.clients.all())) == (True, [acme])


def test_nobody_is_limited_to_anothers_client(invite: Invite, charlie: User) -> None:
    theirs = clients.make(charlie.accounts.get(), "Theirs")
    with pytest.raises(ValueError, match="another account"):
        invite(clients=[theirs])


def test_it_ends_after_seven_days(invite: Invite, zoe: User) -> None:
    token = invite()
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        found = invitations.find(token)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        with pytest.raises(invitations.Gone, match="was good until"):
            invitations.find(token)
        with pytest.raises(invitations.Gone):  # found before, accepted after
            invitations.accept(found, zoe)
    assert not Membership.objects.filter(user=zoe).exists()


def test_it_is_taken_back(invite: Invite, zoe: User, alice: User) -> None:
    token = invite()
    found = invitations.find(token)
    invitations.revoke(found, of(alice))
    invitations.revoke(found, of(alice))
    with pytest.raises(invitations.Gone, match="taken back"):
        invitations.find(token)
    with pytest.raises(invitations.Gone):
        invitations.accept(found, zoe)
    assert AuditEvent.objects.filter(action="members.uninvited").count() == 1


def test_a_new_one_for_the_same_address_outdates_the_first(invite: Invite) -> None:
    first, second = invite(), invite(email=ZOE.upper())
    with pytest.raises(invitations.Gone, match="taken back"):
        invitations.find(first)
    assert invitations.find(second).email == ZOE.upper()


def test_it_is_for_nobody_else(invite: Invite, charlie: User, account: Account) -> None:
    User.objects.filter(pk=charlie.pk).update(email="charlie@example.com")
    charlie.refresh_from_db()
    token = invite()
    with pytest.raises(PermissionDenied, match=r"z•••@example\.com") as refused:
        join(token, charlie)
    assert ZOE not in str(refused.value)
    assert not account.members.contains(charlie)
    assert invitations.find(token)


def test_who_is_there_already_does_not_use_it_up(
    invite: Invite, zoe: User, account: Account
) -> None:
    token = invite("viewer")
    Membership.objects.create(account=account, user=zoe, role=Role.ADMIN)
    with pytest.raises(NotKept, match="already"):
        join(token, zoe)
    assert of(zoe).role == Role.ADMIN
    assert invitations.find(token)


@pytest.mark.parametrize(
    "email", ["", "zoe", "zoe@", "a b@example.com", "z@example.com\nBcc: all@example.com"]
)
def test_what_is_no_address_is_told(invite: Invite, email: str) -> None:
    with pytest.raises(NotKept, match="is no e-mail address") as refused:
        invite(email=email)
    assert refused.value.field == "email"
    assert not Invitation.objects.exists()


def test_a_member_is_not_invited_again(invite: Invite, zoe: User, account: Account) -> None:
    join(invite(), zoe)
    with pytest.raises(NotKept, match="a member of alice's studio already"):
        invite(email=ZOE.upper())


def test_an_admin_invites_no_owner(account: Account) -> None:
    ada = User.objects.create_user("ada")
    by = Membership.objects.create(account=account, user=ada, role=Role.ADMIN)
    with pytest.raises(PermissionDenied, match="Only an owner"):
        invitations.invite(account, by, email=ZOE, role="owner")
    acme = clients.make(account, "Acme")
    with pytest.raises(NotKept, match="see all clients"):
        invitations.invite(account, by, email=ZOE, role="admin", clients=[acme])


def test_not_more_than_the_limit_are_open(invite: Invite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MOST_OPEN", 2)
    invite(email="a@example.com")
    invite(email="b@example.com")
    with pytest.raises(NotKept, match="2 invitations are open, which is the limit"):
        invite(email="c@example.com")
    invite(email="b@example.com")  # in place of the earlier one


def test_a_plan_may_have_room_for_so_many(
    invite: Invite, account: Account, zoe: User, bob: User
) -> None:
    """Asked when somebody is invited, and again when they come."""
    token = invite()
    own = subscribed(account, now=timezone.now(), members=2)
    asked = "The plan Small of .* has room for 2 members; 2 are used and 1 invited.* or alice can"
    with pytest.raises(NotKept, match=asked):
        invite(email="b@example.com")
    with pytest.raises(NotKept, match="has room for 2 members; 2 are used"):
        join(token, zoe)
    Plan.objects.filter(pk=own.plan_id).update(members=3)
    join(token, zoe)


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_are_one(invite: Invite, account: Account, alice: User) -> None:
    found = invitations.find(invite())
    people = [User.objects.create_user(name) for name in ("yan", "yara")]
    start, came = threading.Barrier(2), []

    def accept(user: User) -> None:
        try:
            start.wait()
            came.append(invitations.accept(found, user).user)
        except invitations.Gone:
            pass
        finally:
            connection.close()

    both = [threading.Thread(target=accept, args=[user]) for user in people]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(came) == 1
    assert set(account.members.all()) == {alice, *came}


# --- the pages ------------------------------------------------------------------------------------


def send(browser: Browser, **data: str) -> Any:
    return browser.post(reverse("members"), {"email": ZOE, "role": "member", **data})


def test_without_a_mail_server_the_link_is_shown_once(alice: User, sign_in: SignIn) -> None:
    browser = sign_in(alice)
    page = send(browser)
    link = page.context["link"]
    assert link in page.content.decode()
    assert link not in browser.get(reverse("members")).content.decode()
    assert mail.outbox == []
    assert Browser().get(link).status_code == 200


def test_with_one_it_goes_to_the_address_alone(alice: User, sign_in: SignIn, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    page = send(sign_in(alice))
    assert page.status_code == 302
    (letter,) = mail.outbox
    assert letter.to == [ZOE]
    assert letter.subject == "Invitation to alice's studio"
    assert "http://testserver/invitation/" in letter.body
    link = next(word for word in letter.body.split() if word.startswith("http"))
    assert Browser().get(link).status_code == 200


def test_a_mail_server_that_fails_leaves_the_link(
    alice: User, sign_in: SignIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ConnectionRefusedError

    settings.EMAIL_HOST = "mail.example.com"
    monkeypatch.setattr(invitations, "send_mail", broken)
    assert "/invitation/" in send(sign_in(alice)).context["link"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"email": "zoe"}, "“zoe” is no e-mail address"),
        ({"role": "king"}, "“king” is no role"),
        ({"limited": "1"}, "With no client chosen"),
        ({"limited": "1", "clients": "x"}, "is not there"),
    ],
    ids=["address", "role", "no client", "unknown client"],
)
def test_what_is_wrong_is_told_at_the_field(
    alice: User, account: Account, sign_in: SignIn, data: dict[str, str], words: str
) -> None:
    clients.make(account, "Acme")
    page = send(sign_in(alice), **data)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Invitation.objects.exists()


def test_the_link_leads_who_is_signed_in_into_the_account(
    invite: Invite, zoe: User, account: Account, sign_in: SignIn
) -> None:
    browser, address = sign_in(zoe), reverse("invitation", args=[invite()])
    page = browser.get(address)
    assert "Accept as zoe" in page.content.decode()
    assert not account.members.contains(zoe)  # looking changes nothing
    assert browser.post(address).status_code == 302
    shown: Any = browser.get(reverse("account"))
    assert shown.context["account"] == account
    assert browser.get(address).status_code == 410


def test_a_visitor_signs_in_first_and_comes_back(invite: Invite, zoe: User) -> None:
    browser, address = Browser(), reverse("invitation", args=[invite()])
    page = browser.get(address).content.decode()
    assert f"{reverse('sign-in')}?next={address}" in page
    assert browser.post(address).status_code == 200  # and is asked again
    assert not Membership.objects.filter(user=zoe).exists()
    data = {"login": "zoe", "password": "a long password", "next": address}
    assert browser.post(reverse("sign-in"), data).headers["Location"] == address


def test_the_page_tells_a_stranger_little(invite: Invite) -> None:
    page = Browser().get(reverse("invitation", args=[invite()])).content.decode()
    assert ZOE not in page
    assert "z•••@example.com" in page


@pytest.mark.parametrize("token", ["x", "x" * 3000, "%00"])
def test_an_unknown_link_is_explained(db: None, token: str) -> None:
    page = Browser().get(f"/invitation/{token}/")
    assert page.status_code == 410
    assert "no such invitation" in page.content.decode()


def test_somebody_else_is_told_on_the_page(invite: Invite, charlie: User, sign_in: SignIn) -> None:
    User.objects.filter(pk=charlie.pk).update(email="charlie@example.com")
    page = sign_in(charlie).post(reverse("invitation", args=[invite()]))
    assert page.status_code == 422
    assert "Sign out and open the link again" in page.content.decode()


def test_it_is_taken_back_on_the_page(invite: Invite, alice: User, sign_in: SignIn) -> None:
    token = invite()
    pk = invitations.find(token).pk
    address = reverse("invitation-take-back", args=[pk])
    assert sign_in(alice).post(address).status_code == 302
    assert Browser().get(reverse("invitation", args=[token])).status_code == 410
