"""Making a sign-in of one's own, proving an e-mail address, a forgotten password, second steps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from billing import invitations
from billing.models import Account, AuditEvent, Membership, Role, User
from studio import secrets
from studio.management.commands.rotate_keys import encrypt_anew
from tests.studio.test_session import PASSWORD, is_in, try_password

SignIn = Callable[[User], Browser]
ZOE = {"username": "zoe", "email": "zoe@example.com", "password1": "another long password"}


def sign_up(browser: Browser, **more: str) -> Any:
    return browser.post(reverse("sign-up"), {**ZOE, **more})


@pytest.fixture
def mailed(settings: Any) -> None:
    """There is a mail server."""
    settings.EMAIL_HOST = "mail.example.com"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def link_of(letter: Any) -> str:
    found = re.search(r"http://testserver(/\S+)", letter.body)
    assert found
    return found[1]


# --- open, invited, closed ------------------------------------------------------------------------


def test_where_it_is_open_everybody_gets_an_account(db: None, settings: Any) -> None:
    settings.SIGN_UP = "open"
    browser = Browser()
    assert reverse("sign-up") in browser.get(reverse("sign-in")).content.decode()
    assert sign_up(browser).headers["Location"] == reverse("home")
    made = Membership.objects.get(user__username="zoe")
    assert (made.role, made.account.name) == (Role.OWNER, "zoe’s studio")
    assert browser.get(reverse("library")).status_code == 200


@pytest.mark.parametrize("how", ["closed", "invited"])
def test_where_it_is_not_a_visitor_cannot(db: None, settings: Any, how: str) -> None:
    settings.SIGN_UP = how
    browser = Browser()
    assert reverse("sign-up") not in browser.get(reverse("sign-in")).content.decode()
    for page in (browser.get(reverse("sign-up")), sign_up(browser)):
        assert "Sign-up is closed" in page.content.decode()
    assert not User.objects.exists()


@pytest.fixture
def token(alice: User, account: Account) -> str:
    by = Membership.objects.get(user=alice)
    return invitations.invite(account, by, email="zoe@example.com", role="viewer")[1]


def test_who_is_invited_signs_up_once_and_is_in(
    token: str, account: Account, settings: Any
) -> None:
    settings.SIGN_UP = "invited"
    browser, other = Browser(), Browser()
    for one in (browser, other):
        assert "I am new here" in one.get(reverse("invitation", args=[token])).content.decode()
    # Whatever address is sent, it is the invited one.
    assert sign_up(browser, email="eve@example.com").status_code == 302
    zoe = User.objects.get(username="zoe")
    assert (zoe.email, account.members.contains(zoe)) == ("zoe@example.com", True)
    assert [m.role for m in Membership.objects.filter(user=zoe)] == [Role.VIEWER]
    assert is_in(browser)
    page = sign_up(other, username="eve")
    assert "Sign-up is closed" in page.content.decode()
    assert not User.objects.filter(username="eve").exists()


def test_an_invitation_opens_nothing_where_sign_up_is_closed(token: str, settings: Any) -> None:
    settings.SIGN_UP = "closed"
    browser = Browser()
    page = browser.get(reverse("invitation", args=[token])).content.decode()
    assert "I am new here" not in page
    assert "Ask who runs this studio" in page
    assert "Sign-up is closed" in sign_up(browser).content.decode()


def test_one_that_was_taken_back_meanwhile_opens_nothing(token: str, settings: Any) -> None:
    settings.SIGN_UP = "invited"
    browser = Browser()
    browser.get(reverse("invitation", args=[token]))
    invitations.revoke(invitations.find(token), None)
    assert "Sign-up is closed" in sign_up(browser).content.decode()
    assert not User.objects.filter(username="zoe").exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a/b c"}, "username"),
        ({"username": "alice"}, "username"),
        ({"email": "zoe"}, "email"),
        ({"password1": "short"}, "password1"),
        ({"password1": "password123"}, "password1"),
    ],
    ids=["no name", "strange name", "taken name", "no address", "short", "common"],
)
def test_what_is_wrong_is_told_at_its_field(
    alice: User, settings: Any, more: dict[str, str], field: str
) -> None:
    settings.SIGN_UP = "open"
    page = sign_up(Browser(), **more)
    assert page.status_code == 200
    assert page.context["form"].errors[field]
    assert f'aria-describedby="id_{field}-error"' in page.content.decode()
    assert User.objects.count() == 1


# --- proving the address --------------------------------------------------------------------------


def test_with_a_mail_server_the_address_is_proven_first(
    db: None, settings: Any, mailed: None
) -> None:
    settings.SIGN_UP = "open"
    browser = Browser()
    assert sign_up(browser).headers["Location"] == reverse("account_email_verification_sent")
    assert not is_in(browser)
    (letter,) = mail.outbox
    assert letter.to == ["zoe@example.com"]
    there = link_of(letter)
    assert browser.get(there).status_code == 200
    assert not EmailAddress.objects.get().verified  # a look by a machine proves nothing
    browser.post(there)
    assert EmailAddress.objects.get().verified
    assert try_password(browser, ZOE["password1"], "zoe@example.com").status_code == 302
    assert is_in(browser)


def test_an_invitation_that_was_mailed_proves_it(token: str, settings: Any, mailed: None) -> None:
    settings.SIGN_UP = "invited"
    browser = Browser()
    browser.get(reverse("invitation", args=[token]))
    sign_up(browser)
    assert is_in(browser)
    assert EmailAddress.objects.get(email="zoe@example.com").verified


def test_people_whom_an_operator_made_have_nothing_to_prove(alice: User, mailed: None) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    browser = Browser()
    assert try_password(browser, PASSWORD).status_code == 302
    assert is_in(browser)
    assert mail.outbox == []


# --- a forgotten password -------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_by_a_link(alice: User, mailed: None) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    browser = Browser()
    assert reverse("account_reset_password") in browser.get(reverse("sign-in")).content.decode()
    browser.post(reverse("account_reset_password"), {"email": "Alice@example.com"})
    (letter,) = mail.outbox
    page = browser.get(link_of(letter), follow=True)
    new = {"password1": "a fresh long one", "password2": "a fresh long one"}
    browser.post(page.request["PATH_INFO"], new)
    assert try_password(Browser(), PASSWORD).status_code == 200
    assert try_password(Browser(), "a fresh long one").status_code == 302
    used = Browser().get(link_of(letter), follow=True).content.decode()
    assert "password1" not in used
    assert AuditEvent.objects.filter(action="sign-in.password").count() == 1


def test_who_asks_is_not_told_who_is_here(alice: User, mailed: None) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    answers = [
        Browser().post(reverse("account_reset_password"), {"email": email})
        for email in ("alice@example.com", "nobody@example.com")
    ]
    assert {(a.status_code, a.headers["Location"]) for a in answers} == {
        (302, reverse("account_reset_password_done"))
    }


# --- second steps ---------------------------------------------------------------------------------


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def second(alice: User, django_capture_on_commit_callbacks: Any) -> str:
    """Alice has an authenticator app; its secret."""
    browser = Browser()
    try_password(browser, PASSWORD)
    asked = browser.get(reverse("mfa_activate_totp"))
    browser.post(asked.headers["Location"], {"password": PASSWORD})
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def test_with_an_app_the_password_is_not_enough(alice: User, second: str) -> None:
    browser = Browser()
    assert try_password(browser, PASSWORD).headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(browser)
    assert browser.get(reverse("library")).status_code == 302
    wrong = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()
    assert not is_in(browser)
    told = list(AuditEvent.objects.filter(action="sign-in.failed").values_list("details"))
    assert told == [({"why": "wrong second step"},)]


def test_a_code_signs_in_once(alice: User, second: str) -> None:
    codes = {one.type: one for one in Authenticator.objects.filter(user=alice)}
    recovery = codes["recovery_codes"].wrap().get_unused_codes()
    assert len(recovery) == 10
    for expected in (True, False):
        browser = Browser()
        try_password(browser, PASSWORD)
        browser.post(reverse("mfa_authenticate"), {"code": recovery[0]})
        assert is_in(browser) is expected


def test_the_admin_is_behind_the_second_step_too(second: str, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    browser = Browser()
    browser.post("/admin/login/", {"username": "alice", "password": PASSWORD})
    assert not is_in(browser)


def test_a_second_step_is_not_changed_without_the_password(alice: User, sign_in: SignIn) -> None:
    browser = sign_in(alice)
    answer = browser.get(reverse("mfa_activate_totp"))
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    browser.post(answer.headers["Location"], {"password": "wrong"})
    assert browser.get(reverse("mfa_activate_totp")).status_code == 302


def test_its_secret_is_encrypted_and_goes_with_a_new_key(
    alice: User, second: str, settings: Any, tmp_path: Any
) -> None:
    row = Authenticator.objects.get(type="totp")
    assert second not in str(row.data)
    settings.ENCRYPTION_KEYS = [secrets.new(), *secrets.keys()]
    assert encrypt_anew() == (2, [])
    settings.ENCRYPTION_KEYS, settings.DATA_DIR = settings.ENCRYPTION_KEYS[:1], tmp_path
    row.refresh_from_db()
    assert secrets.decrypt(row.data["secret"]) == second


def test_the_log_tells_of_it(alice: User, account: Account, second: str) -> None:
    rows = AuditEvent.objects.filter(account=account, action="sign-in.second")
    assert {(row.of, row.details["change"]) for row in rows} == {
        ("authenticator app", "added"),
        ("recovery codes", "added"),
    }
    assert second not in str(list(AuditEvent.objects.values()))


# --- where one is signed in -----------------------------------------------------------------------


def test_one_signs_out_elsewhere(alice: User) -> None:
    here, elsewhere = Browser(), Browser(headers={"User-Agent": "Firefox/140 on X11; Linux"})
    for browser in (here, elsewhere):
        try_password(browser, PASSWORD)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox on Linux" in page
    here.post(reverse("usersessions_list"))
    assert here.get(reverse("library")).status_code == 200
    assert elsewhere.get(reverse("library")).status_code == 302


def test_the_passkey_of_a_stranger_is_not_there(alice: User, second: str, bob: User) -> None:
    key = Authenticator.objects.create(
        user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop", "credential": {}}
    )
    browser = Browser()
    try_password(browser, PASSWORD, "bob")
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        address = reverse(name, args=[key.pk])
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()
