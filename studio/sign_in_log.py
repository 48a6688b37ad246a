"""Coming in and going out, written into the audit log from what Django and allauth tell."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as elsewhere
from django.contrib.auth import signals as auth
from django.dispatch import receiver

from billing import audit_log, members
from billing.audit_log import write_of_person
from billing.models import User

LONGEST_NAME = 254
SECOND = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@receiver(auth.user_logged_in)
def signed_in(request: Any, user: User, **_: Any) -> None:
    write_of_person(user, "sign-in.ok", user, who=audit_log.person(user))


@receiver(auth.user_logged_out)
def signed_out(request: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        write_of_person(user, "sign-in.out", user, who=audit_log.person(user))


@receiver(auth.user_login_failed)
def failed(credentials: dict[str, Any], **_: Any) -> None:
    """Only the names of people who exist: in place of a name some type their password."""
    name = str(credentials.get("username") or credentials.get("email") or "")[:LONGEST_NAME]
    name = name.replace("\0", "")
    named = User.objects.filter(username__iexact=name).first() if name else None
    user = named or (members.people_with(name).first() if "@" in name else None)
    write_of_person(user, "sign-in.failed", user or "an unknown name", why="wrong password")


@receiver(mfa.authentication_failed)
def second_failed(user: User, **_: Any) -> None:
    write_of_person(user, "sign-in.failed", user, why="wrong second step")


@receiver(mfa.authenticator_added)
def second_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    _second(user, authenticator, "added")


@receiver(mfa.authenticator_removed)
def second_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    _second(user, authenticator, "removed")


@receiver(mfa.authenticator_reset)
def second_reset(user: User, authenticator: Authenticator, **_: Any) -> None:
    _second(user, authenticator, "made anew")


def _second(user: User, authenticator: Authenticator, what: str) -> None:
    kind = SECOND.get(authenticator.type, authenticator.type)
    write_of_person(user, "sign-in.second", kind, change=what)


@receiver(account.password_reset)
@receiver(account.password_changed)
@receiver(account.password_set)
def password(user: User, **_: Any) -> None:
    write_of_person(user, "sign-in.password", user)


@receiver(account.email_added)
@receiver(account.email_removed)
def address(user: User, email_address: Any, signal: Any, **_: Any) -> None:
    what = "added" if signal is account.email_added else "removed"
    write_of_person(user, "sign-in.email", email_address.email, change=what)


@receiver(elsewhere.social_account_added)
def linked(sociallogin: Any, **_: Any) -> None:
    _link(sociallogin.user, sociallogin.account, "added")


@receiver(elsewhere.social_account_removed)
def unlinked(socialaccount: Any, **_: Any) -> None:
    _link(socialaccount.user, socialaccount, "removed")


def _link(user: User, linked_account: Any, what: str) -> None:
    write_of_person(user, "sign-in.second", f"sign-in with {linked_account.provider}", change=what)
