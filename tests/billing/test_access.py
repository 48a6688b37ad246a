"""Who gets in, into which account, and what a key or a link is worth."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from billing import access
from billing.models import Account, ApiKey, Membership, Role, SignInLink, User

People = Callable[[User], Client]


@pytest.fixture
def second(alice: User) -> Account:
    """Another account that Alice is a viewer of."""
    other = Account.objects.create(name="second")
    Membership.objects.create(account=other, user=alice, role=Role.VIEWER)
    return other


# --- accounts -----------------------------------------------------------------------------------


def test_a_person_works_in_their_first_account_unless_they_want_another(
    alice: User, account: Account, second: Account
) -> None:
    assert access.account_for(alice) == account
    assert access.account_for(alice, second.pk) == second
    assert access.account_for(alice, str(second.pk)) == second


@pytest.mark.parametrize("wanted", [uuid.uuid4(), "not an id", "", None])
def test_wanting_what_is_not_yours_leads_to_your_own(
    alice: User, account: Account, wanted: Any
) -> None:
    assert access.account_for(alice, wanted) == account


def test_nobody_gets_into_the_account_of_a_stranger(charlie: User, account: Account) -> None:
    assert access.account_for(charlie, account.pk) == charlie.accounts.get()


def test_who_is_nobody_has_no_account(db: None) -> None:
    assert access.account_for(AnonymousUser()) is None
    assert access.account_for(User.objects.create_user("new")) is None


@pytest.mark.parametrize(
    ("role", "writes", "manages"),
    [
        (Role.OWNER, True, True),
        (Role.ADMIN, True, True),
        (Role.MEMBER, True, False),
        (Role.VIEWER, False, False),
        ("member", True, False),
        ("viewer", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_what_a_role_may(role: Any, writes: bool, manages: bool) -> None:
    assert access.can_write(role) is writes
    assert access.can_manage(role) is manages


def seen_by(client: Client | None) -> HttpRequest:
    """The request as a view sees it."""
    request = RequestFactory().get("/")
    if client:
        request.COOKIES = {key: morsel.value for key, morsel in client.cookies.items()}
    return through_middleware(request)


def through_middleware(request: HttpRequest) -> HttpRequest:
    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.contrib.sessions.middleware import SessionMiddleware

    view = access.AccountMiddleware(lambda _: HttpResponse())
    SessionMiddleware(AuthenticationMiddleware(view))(request)
    return request


def test_each_request_knows_its_account_and_role(
    alice: User, account: Account, second: Account, sign_in: People
) -> None:
    client = sign_in(alice)
    request: Any = seen_by(client)
    assert (request.account, request.role) == (account, Role.OWNER)
    session = client.session
    session[access.SESSION_KEY] = str(second.pk)
    session.save()
    request = seen_by(client)
    assert (request.account, request.role) == (second, Role.VIEWER)


def test_a_visitor_has_none_and_costs_no_query(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        request: Any = seen_by(None)
    assert request.account is None
    assert request.role is None


def test_who_left_the_account_is_out_at_the_next_request(
    bob: User, account: Account, sign_in: People
) -> None:
    client = sign_in(bob)
    Membership.objects.filter(user=bob).delete()
    request: Any = seen_by(client)
    assert request.account is None


# --- the owner ----------------------------------------------------------------------------------


def test_setting_up_the_owner_again_changes_nothing(db: None) -> None:
    owner = access.set_up_owner()
    assert (owner.username, owner.is_superuser, owner.is_staff) == ("owner", True, True)
    assert not owner.has_usable_password()
    account = owner.accounts.get()
    assert (account.name, access.role_in(account, owner)) == ("Studio", Role.OWNER)
    assert access.set_up_owner() == owner
    assert (User.objects.count(), Account.objects.count()) == (1, 1)


def test_an_owner_who_was_renamed_is_not_made_twice(db: None) -> None:
    owner = access.set_up_owner()
    User.objects.filter(pk=owner.pk).update(username="kim")
    assert access.set_up_owner() == owner


def test_a_person_of_that_name_does_not_become_the_operator(db: None) -> None:
    User.objects.create_user("owner")
    assert not access.set_up_owner().is_superuser


# --- API keys -----------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_kept_as_a_digest(alice: User, account: Account) -> None:
    key, secret = access.create_key(account, alice, "script")
    assert re.fullmatch(r"zt_[\w-]{40}", secret)
    assert secret.startswith(key.prefix)
    found = access.find_key(secret)
    assert found == key
    assert (found.account, found.user) == (account, alice)
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert not [value for value in row.values() if secret[8:] in str(value)]
    # What lies in a stolen database opens nothing.
    assert access.find_key(key.digest) is None
    assert access.find_key(key.prefix) is None


@pytest.mark.parametrize(
    "secret", ["", "zt_", "zt_" + "a" * 40, "x" * 10_000, "zt_\udcff", "é\x00"]
)
def test_an_unknown_key_is_nobody(db: None, secret: str) -> None:
    assert access.find_key(secret) is None


LOST: dict[str, Callable[[ApiKey], Any]] = {
    "revoked": access.revoke_key,
    "expired": lambda key: ApiKey.objects.filter(pk=key.pk).update(expires=timezone.now()),
    "user inactive": lambda key: User.objects.filter(pk=key.user_id).update(is_active=False),
    "left the account": lambda key: Membership.objects.filter(user=key.user).delete(),
}


@pytest.mark.parametrize("how", LOST)
def test_a_key_ends_at_once(bob: User, account: Account, how: str) -> None:
    # Another account of his does not help.
    Membership.objects.create(account=Account.objects.create(name="his"), user=bob)
    key, secret = access.create_key(
        account, bob, "script", expires=timezone.now() + timedelta(days=1)
    )
    assert access.find_key(secret) == key
    LOST[how](key)
    assert access.find_key(secret) is None


def test_a_membership_of_somebody_else_does_not_keep_a_key_alive(
    alice: User, bob: User, account: Account
) -> None:
    _, secret = access.create_key(account, bob, "script")
    Membership.objects.filter(user=bob).delete()
    assert access.find_key(secret) is None


def test_the_last_use_is_noted_at_most_once_a_minute(alice: User, account: Account) -> None:
    key, secret = access.create_key(account, alice, "script")
    start = timezone.now()

    def used(seconds: int) -> float | None:
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            access.find_key(secret)
        key.refresh_from_db()
        return (key.last_used - start).total_seconds() if key.last_used else None

    assert [used(0), used(30), used(59), used(61), used(90)] == [0, 0, 0, 61, 61]


def test_a_viewer_makes_keys_that_read(vera: User, account: Account) -> None:
    with pytest.raises(PermissionDenied, match="read-only"):
        access.create_key(account, vera, "script")
    key, _ = access.create_key(account, vera, "script", read_only=True)
    assert key.read_only


def test_a_stranger_makes_none(charlie: User, account: Account) -> None:
    with pytest.raises(PermissionDenied, match="members"):
        access.create_key(account, charlie, "script", read_only=True)
    assert not ApiKey.objects.exists()


def test_who_manages_the_account_sees_all_its_keys(
    alice: User, bob: User, charlie: User, account: Account
) -> None:
    mine, _ = access.create_key(account, alice, "alice")
    his, _ = access.create_key(account, bob, "bob")
    access.create_key(charlie.accounts.get(), charlie, "charlie")
    assert set(access.keys_of(account, alice)) == {mine, his}
    assert set(access.keys_of(account, bob)) == {his}
    assert set(access.keys_of(account, charlie)) == set()
    access.revoke_key(his)
    assert set(access.keys_of(account, alice)) == {mine}


def test_revoking_again_keeps_the_first_moment(alice: User, account: Account) -> None:
    key, _ = access.create_key(account, alice, "script")
    access.revoke_key(key)
    key.refresh_from_db()
    first = key.revoked
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        access.revoke_key(key)
    key.refresh_from_db()
    assert key.revoked == first


# --- sign-in links ------------------------------------------------------------------------------


def test_a_link_works_once(alice: User) -> None:
    token = access.make_sign_in_link(alice)
    assert not SignInLink.objects.filter(digest__contains=token).exists()
    assert access.redeem(token) == alice
    assert access.redeem(token) is None


def test_a_link_ends(alice: User) -> None:
    token = access.make_sign_in_link(alice, timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert access.redeem(token) is None
    assert access.redeem(token) == alice


def test_a_link_of_somebody_inactive_is_void_and_not_used_up(alice: User) -> None:
    token = access.make_sign_in_link(alice)
    User.objects.update(is_active=False)
    assert access.redeem(token) is None
    User.objects.update(is_active=True)
    assert access.redeem(token) == alice


@pytest.mark.parametrize("token", ["", "x", "\udcff"])
def test_an_unknown_link_is_nobody(db: None, token: str) -> None:
    assert access.redeem(token) is None


def test_links_can_be_dropped(alice: User, bob: User) -> None:
    mine, his = access.make_sign_in_link(alice), access.make_sign_in_link(bob)
    access.drop_sign_in_links(alice)
    assert access.redeem(mine) is None
    assert access.redeem(his) == bob


@pytest.mark.django_db(transaction=True)
def test_a_link_works_once_for_twenty_at_the_same_moment() -> None:
    user = User.objects.create_user("dora")
    token = access.make_sign_in_link(user)

    def redeem(_: int) -> User | None:
        try:
            return access.redeem(token)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(redeem, range(20)))
    assert sorted(answers, key=bool) == [None] * 19 + [user]
