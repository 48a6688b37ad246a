"""Coming in, going out, and what a person finds on their account page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import access
from billing.models import Account, ApiKey, Membership, Role, SignInLink, User

PASSWORD = "a long password"
People = Callable[[User], Client]


def try_password(client: Client, password: str, name: str = "alice", **extra: Any) -> Any:
    return client.post(reverse("sign-in"), {"login": name, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- with a password ----------------------------------------------------------------------------


def test_name_and_password_lead_to_where_the_person_wanted(alice: User, client: Client) -> None:
    asked = client.get(reverse("account"))
    assert asked.status_code == 302
    assert asked.url == f"{reverse('sign-in')}?next={reverse('account')}"  # type: ignore[attr-defined]
    data = {"login": "alice", "password": PASSWORD, "next": reverse("account")}
    assert client.post(reverse("sign-in"), data).url == reverse("account")  # type: ignore[attr-defined]
    assert client.get(reverse("account")).status_code == 200


def test_nobody_is_sent_to_another_site(alice: User, client: Client) -> None:
    data = {"login": "alice", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("sign-in"), data).url == reverse("home")  # type: ignore[attr-defined]


def test_a_wrong_password_is_said_without_telling_which_part(alice: User, client: Client) -> None:
    for name in ("alice", "nobody"):
        page = try_password(client, "wrong", name)
        assert page.status_code == 200
        assert "do not belong together" in page.content.decode()
    assert not is_in(client)


def test_after_ten_wrong_passwords_even_the_right_one_waits(alice: User, client: Client) -> None:
    for _ in range(10):
        assert try_password(client, "wrong").status_code == 200
    page = try_password(client, PASSWORD)
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "900"
    assert "Too many wrong passwords" in page.content.decode()
    assert "sign_in_link" in page.content.decode()
    assert try_password(client, PASSWORD, "ALICE").status_code == 429
    assert not is_in(client)


def test_others_are_not_held_up(alice: User, bob: User, client: Client) -> None:
    for _ in range(11):
        try_password(client, "wrong")
    assert try_password(client, PASSWORD, "bob").status_code == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert try_password(elsewhere, PASSWORD).status_code == 302


def test_the_wait_ends(alice: User, client: Client) -> None:
    for _ in range(11):
        try_password(client, "wrong")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert try_password(client, PASSWORD).status_code == 302


def test_a_right_password_is_not_counted(alice: User, client: Client) -> None:
    for _ in range(9):
        try_password(client, "wrong")
    for _ in range(3):
        assert try_password(client, PASSWORD).status_code == 302
        client.logout()
    assert try_password(client, "wrong").status_code == 200
    assert try_password(client, PASSWORD).status_code == 429


def test_an_e_mail_address_is_as_good_as_a_name(alice: User, client: Client) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    assert try_password(client, "wrong", "Alice@Example.com").status_code == 200
    assert try_password(client, PASSWORD, "Alice@Example.com").status_code == 302
    assert is_in(client)


def test_an_empty_form_is_not_a_failure(alice: User, client: Client) -> None:
    for _ in range(12):
        try_password(client, "")
    assert try_password(client, PASSWORD).status_code == 302


def test_signing_out_needs_a_post(alice: User, sign_in: People) -> None:
    client = sign_in(alice)
    assert client.get(reverse("sign-out")).status_code == 405
    assert is_in(client)
    assert client.post(reverse("sign-out")).url == reverse("sign-in")  # type: ignore[attr-defined]
    assert not is_in(client)


def test_forms_need_the_token_of_the_page(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert try_password(strict, PASSWORD).status_code == 403
    strict.force_login(alice)
    for name in ("account", "sign-out"):
        assert strict.post(reverse(name), {"action": "create_key"}).status_code == 403


# --- with a link --------------------------------------------------------------------------------


def link(user: User) -> str:
    return reverse("sign-in-link", args=[access.make_sign_in_link(user)])


def test_a_link_signs_in_once(alice: User, client: Client) -> None:
    address = link(alice)
    first = client.get(address)
    assert first.url == reverse("home")  # type: ignore[attr-defined]
    assert "no-store" in first.headers["Cache-Control"]
    assert is_in(client)
    second = Client()
    page = second.get(address)
    assert page.status_code == 410
    assert "manage.py sign_in_link" in page.content.decode()
    assert not is_in(second)


def test_a_look_at_the_link_by_a_machine_does_not_use_it_up(alice: User, client: Client) -> None:
    address = link(alice)
    assert client.head(address).status_code == 200
    assert client.get(address, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 503
    assert client.post(address).status_code == 405
    assert not is_in(client)
    client.get(address)
    assert is_in(client)


def test_who_is_in_already_goes_home_and_keeps_the_link(alice: User, sign_in: People) -> None:
    address = link(alice)
    assert sign_in(alice).get(address).url == reverse("home")  # type: ignore[attr-defined]
    assert SignInLink.objects.get().used is None


@pytest.mark.parametrize("token", ["x", "x" * 3000, "%00"])
def test_an_unknown_link_is_explained(db: None, client: Client, token: str) -> None:
    assert client.get(f"/sign-in/{token}/").status_code == 410


def test_the_command_prints_a_link_that_works(db: None, client: Client) -> None:
    out = StringIO()
    call_command("sign_in_link", "--base", "https://studio.example/", stdout=out)
    address = out.getvalue().strip()
    assert address.startswith("https://studio.example/sign-in/")
    client.get(address.removeprefix("https://studio.example"))
    assert client.session["_auth_user_id"] == str(User.objects.get(username="owner").pk)


def test_the_command_knows_where_the_studio_is(bob: User, settings: Any, client: Client) -> None:
    settings.HOST, settings.PORT = "127.0.0.1", 8123
    out = StringIO()
    call_command("sign_in_link", "bob", stdout=out)
    assert out.getvalue().startswith("http://127.0.0.1:8123/sign-in/")


def test_the_command_refuses_who_cannot_come_in(bob: User) -> None:
    with pytest.raises(CommandError, match="no user “nobody”"):
        call_command("sign_in_link", "nobody")
    with pytest.raises(CommandError, match="1 to 30"):
        call_command("sign_in_link", "bob", "--days", "0")
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="not active"):
        call_command("sign_in_link", "bob")


# --- the account page ---------------------------------------------------------------------------


def act(client: Client, action: str, **data: Any) -> Any:
    return client.post(reverse("account"), {"action": action, **data})


def test_a_new_key_is_shown_once(alice: User, sign_in: People) -> None:
    client = sign_in(alice)
    page = act(client, "create_key", name="nightly")
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    key = access.find_key(secret)
    assert key is not None
    assert (key.name, key.read_only) == ("nightly", False)
    again = client.get(reverse("account")).content.decode()
    assert "nightly" in again
    assert secret not in again


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b"])
def test_a_key_needs_a_fit_name(alice: User, sign_in: People, name: str) -> None:
    page = act(sign_in(alice), "create_key", name=name)
    assert page.status_code == 422
    assert page.context["key_form"].errors["name"]
    assert not ApiKey.objects.exists()


def test_a_viewer_makes_keys_that_read_only(vera: User, sign_in: People) -> None:
    client = sign_in(vera)
    page = act(client, "create_key", name="write")
    assert page.status_code == 422
    assert "A viewer can make read-only keys only." in page.content.decode()
    assert act(client, "create_key", name="read", read_only="on").status_code == 200
    assert [key.read_only for key in ApiKey.objects.all()] == [True]


def test_a_key_is_revoked_by_its_user_or_who_manages(
    alice: User, bob: User, account: Account, sign_in: People
) -> None:
    for person in (bob, alice):
        key, secret = access.create_key(account, bob, "script")
        assert act(sign_in(person), "revoke_key", key=key.pk).status_code == 302
        assert access.find_key(secret) is None


def test_the_key_of_a_stranger_is_like_a_missing_one(
    alice: User, bob: User, charlie: User, account: Account, sign_in: People
) -> None:
    key, secret = access.create_key(account, alice, "script")
    for person in (bob, charlie):
        client = sign_in(person)
        answers = {act(client, "revoke_key", key=k).content for k in (key.pk, uuid.uuid4(), "x")}
        assert len(answers) == 1
        assert act(client, "revoke_key", key=key.pk).status_code == 404
    assert access.find_key(secret) == key
    assert key.prefix not in sign_in(charlie).get(reverse("account")).content.decode()


def set_password(client: Client, new: str, **data: str) -> Any:
    return act(client, "set_password", new_password1=new, new_password2=new, **data)


def test_the_old_password_is_asked_for(alice: User, sign_in: People) -> None:
    client, elsewhere = sign_in(alice), sign_in(alice)
    new = "another long password"
    assert set_password(client, new).status_code == 422
    assert set_password(client, new, old_password="wrong").status_code == 422
    address = link(alice)
    assert set_password(client, new, old_password=PASSWORD).status_code == 302
    assert client.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302
    assert Client().get(address).status_code == 410
    assert try_password(Client(), new).status_code == 302


def test_who_came_by_a_link_may_have_forgotten_it(alice: User, client: Client) -> None:
    client.get(link(alice))
    assert set_password(client, "another long password").status_code == 302
    # Once.
    assert set_password(client, "a third long password").status_code == 422


@pytest.mark.parametrize("new", ["short", "password123", ""])
def test_a_weak_password_is_refused(db: None, client: Client, new: str) -> None:
    client.get(link(access.set_up_owner()))
    assert set_password(client, new).status_code == 422


def test_another_account_is_chosen_among_ones_own(
    alice: User, account: Account, charlie: User, sign_in: People
) -> None:
    second = Account.objects.create(name="second")
    Membership.objects.create(account=second, user=alice, role=Role.VIEWER)
    client = sign_in(alice)
    assert client.get(reverse("account")).context["account"] == account
    foreign = charlie.accounts.get()
    for wrong in (foreign.pk, uuid.uuid4(), "x", ""):
        assert act(client, "choose_account", account=wrong).status_code == 404
    assert act(client, "choose_account", account=second.pk).status_code == 302
    context = client.get(reverse("account")).context
    assert (context["account"], context["role"]) == (second, Role.VIEWER)


def test_without_an_account_one_can_still_set_a_password_and_leave(
    db: None, sign_in: People
) -> None:
    client = sign_in(User.objects.create_user("new"))
    page = client.get(reverse("account"))
    assert page.status_code == 200
    assert "not a member of any account" in page.content.decode()
    assert act(client, "create_key", name="x").status_code == 403
    assert act(client, "revoke_key", key=uuid.uuid4()).status_code == 404
    assert set_password(client, "another long password").status_code == 302


def test_an_unknown_action_is_refused(alice: User, sign_in: People) -> None:
    client = sign_in(alice)
    assert act(client, "fly").status_code == 400
    assert client.post(reverse("account")).status_code == 400
    assert client.put(reverse("account")).status_code == 405


def test_a_visitor_changes_nothing(alice: User, client: Client) -> None:
    assert act(client, "create_key", name="x").status_code == 302
    assert not ApiKey.objects.exists()
