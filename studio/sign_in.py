"""How people come in: what django-allauth is told about names, passwords, invitations and second
steps here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect

from billing import invitations, members
from billing.clients import NotKept
from billing.models import Invitation, User
from studio import secrets

# The entry of the session that keeps the token of the invitation that was opened last.
INVITATION = "invitation"
WINDOW_MINUTES = 15


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The one whose link this browser opened last, while it works."""
    token = request.session.get(INVITATION)
    try:
        return invitations.find(token) if token else None
    except invitations.Gone:
        return None


def may_sign_up(request: HttpRequest) -> bool:
    if settings.SIGN_UP == "open":
        return True
    return settings.SIGN_UP == "invited" and invitation_of(request) is not None


def settle(request: HttpRequest, user: User) -> None:
    """Who has just signed up comes into the account that they were invited to, else into one of
    their own."""
    invitation = invitation_of(request)
    if invitation is None:
        if settings.SIGN_UP != "open":
            raise ImmediateHttpResponse(redirect("sign-in"))
        members.open_account(user)
        return
    token = request.session[INVITATION]
    try:
        invitations.accept(invitation, user)
    except (invitations.Gone, NotKept):
        raise ImmediateHttpResponse(redirect("invitation", token)) from None
    del request.session[INVITATION]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "This name and password do not belong together.",
        "email_password_mismatch": "This e-mail address and password do not belong together.",
        "too_many_login_attempts": (
            f"Too many wrong passwords for this name. Try again in {WINDOW_MINUTES} minutes, or "
            "ask for a sign-in link (manage.py sign_in_link)."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return may_sign_up(request)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        invitation = invitation_of(request)
        with transaction.atomic():
            user = super().save_user(request, user, form, commit)
            settle(request, user)
        if invitation and settings.EMAIL_HOST:
            # Its link went to that address, and nowhere else.
            self.stash_verified_email(request, invitation.email)
        return user

    def get_login_stages(self) -> list[str]:
        ours = f"{AskedToVerify.__module__}.{AskedToVerify.__name__}"
        theirs = "allauth.account.stages.EmailVerificationStage"
        return [ours if one == theirs else one for one in super().get_login_stages()]

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """With the place: whoever types wrong passwords for a name keeps nobody else out."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{self.get_client_ip(request)}"


class AskedToVerify(EmailVerificationStage):  # type: ignore[misc]
    """Who gave an address here proves that it is theirs; people whom an operator made have none to
    prove."""

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and not EmailAddress.objects.filter(user=user).exists():
            return None, True
        return super().handle()


class SignUpForm(SignupForm):  # type: ignore[misc]
    """The address of an invitation is the one that the person gets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label, self.fields["email"].label = "Name", "E-mail address"
        if invitation := invitation_of(context.request):
            self.initial["email"] = invitation.email
            self.fields["email"].disabled = True


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Without a name to begin with: “Master key” says nothing of where it is. Mostly it is to sign
    somebody in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {"name": "", "passwordless": True}


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)


class ElsewhereAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """People who sign in with another service (OIDC)."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return may_sign_up(request)

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        with transaction.atomic():
            user = super().save_user(request, sociallogin, form)
            # With a form the other adapter has done it.
            if form is None:
                settle(request, user)
        return user
