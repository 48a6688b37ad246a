"""Asking people into an account, by a link that works once and for a week."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils import timezone

from billing import audit_log, limits, members
from billing.access import digest
from billing.clients import NotKept
from billing.models import Account, Client, Invitation, Membership, Role, User

log = logging.getLogger("zoetrope.members")

VALID = timedelta(days=7)
# An account that asks more people than this at the same time sends advertisements.
MOST_OPEN = 100
LONGEST_EMAIL = 254


class Gone(ValueError):
    """The link of an invitation does not work (any more)."""


def open_of(account: Account) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(account=account, accepted=None, revoked=None)
    live = rows.filter(expires__gt=timezone.now())
    return live.select_related("invited_by").prefetch_related("clients")


def invite(
    account: Account,
    by: Membership | None,
    *,
    email: str,
    role: str,
    clients: Iterable[Client] | None = None,
) -> tuple[Invitation, str]:
    """An invitation and the token of its link, which is known only now; an earlier one for the same
    address stops working. With `clients` they will see these alone. Raises NotKept and
    PermissionDenied."""
    wanted, address = members.role_named(role), _address(email)
    chosen = None if clients is None else list(clients)
    members.check_may(by, wanted)
    if chosen is not None and wanted in members.MANAGING:
        raise NotKept("clients", "Owners and admins see all clients. Invite a member or a viewer.")
    if any(one.account_id != account.pk for one in chosen or ()):
        raise ValueError("This client belongs to another account.")
    token = secrets.token_urlsafe(32)
    with members.locked(account.pk):
        members.check_may(members.again(by) if by else None, wanted)
        theirs = Membership.objects.filter(account=account, user__in=members.people_with(address))
        if theirs.exists():
            raise NotKept("email", f"{address} is a member of {account} already.")
        now = timezone.now()
        open_of(account).filter(email__iexact=address).update(revoked=now)
        _check_room(account)
        made = Invitation.objects.create(
            account=account,
            email=address,
            role=wanted,
            limited=chosen is not None,
            invited_by=by.user if by else None,
            digest=digest(token),
            expires=now + VALID,
        )
        made.clients.set(chosen or ())
        audit_log.write(account, "members.invited", address, role=str(wanted))
    return made, token


def _address(email: str) -> str:
    email = email.strip()
    try:
        if len(email) > LONGEST_EMAIL:
            raise ValidationError("too long")
        validate_email(email)
    except ValidationError:
        shown = email[:60] or "(nothing)"
        raise NotKept(
            "email", f"“{shown}” is no e-mail address. Write it as name@example.com."
        ) from None
    return email


def _check_room(account: Account) -> None:
    asked = open_of(account).count()
    if asked >= MOST_OPEN:
        raise NotKept(
            "email",
            f"{asked} invitations are open, which is the limit. Take some back, or wait until they "
            "are accepted.",
        )
    inside = Membership.objects.filter(account=account).count()
    if words := limits.check_members(account, inside, asked):
        raise NotKept("email", words)


def revoke(invitation: Invitation, by: Membership | None) -> None:
    """Its link stops working. A second time changes nothing. Raises PermissionDenied."""
    members.check_may(by, invitation.role)
    rows = Invitation.objects.filter(pk=invitation.pk, accepted=None, revoked=None)
    if rows.update(revoked=timezone.now()):
        audit_log.write(invitation.account, "members.uninvited", invitation.email)


# --- the other side -------------------------------------------------------------------------------


def find(token: str) -> Invitation:
    """Raises Gone, and says why."""
    rows = Invitation.objects.select_related("account", "invited_by")
    found = rows.filter(digest=digest(token)).first()
    if found is None:
        raise Gone("There is no such invitation. Was its link cut off on the way?")
    if found.accepted:
        raise Gone("This invitation was accepted already. Sign in to work in the account.")
    if found.revoked:
        raise Gone("This invitation was taken back. Ask who invited you for a new one.")
    if found.expires <= timezone.now():
        raise Gone(
            f"This invitation was good until {found.expires:%-d %B %Y}. Ask who invited you for a "
            "new one."
        )
    return found


def check_meant(invitation: Invitation, user: User) -> None:
    """Whether it is for this person: who has e-mail addresses accepts what was sent to one of
    them. Raises PermissionDenied."""
    has_address = bool(user.email)
    if has_address and not members.people_with(invitation.email).filter(pk=user.pk).exists():
        raise PermissionDenied(
            f"This invitation is for {veiled(invitation.email)}, and you are signed in as {user} "
            f"({user.email}). Sign out and open the link again, or ask for an invitation to your "
            "own address."
        )


def veiled(email: str) -> str:
    """So that who it belongs to knows it, and nobody else learns it."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def accept(invitation: Invitation, user: User) -> Membership:
    """They are in the account from now on. It works once, whoever asks at the same moment.
    Raises Gone, NotKept and PermissionDenied."""
    check_meant(invitation, user)
    with members.locked(invitation.account_id) as account:
        now = timezone.now()
        fresh = Invitation.objects.filter(pk=invitation.pk, accepted=None, revoked=None)
        if not fresh.filter(expires__gt=now).update(accepted=now, accepted_by=user):
            raise Gone("This invitation does not work any more. Ask who invited you for a new one.")
        if Membership.objects.filter(account=account, user=user).exists():
            raise NotKept("account", f"You are a member of {account} already.")
        inside = Membership.objects.filter(account=account).count()
        if words := limits.check_members(account, inside):
            raise NotKept("account", words)
        made = Membership.objects.create(
            account=account, user=user, role=invitation.role, limited=invitation.limited
        )
        made.clients.set(invitation.clients.filter(account=account))
        invited = invitation.email
        audit_log.write(account, "members.joined", user, role=made.role, invited=invited)
    return made


def send(invitation: Invitation, link: str) -> bool:
    """By e-mail, where there is a server that takes it. False: the link has to be passed on by
    hand."""
    if not settings.EMAIL_HOST:
        return False
    account, by = str(invitation.account), invitation.invited_by
    who = f"{by} asks" if by else "You are asked"
    text = (
        f"{who}{' you' if by else ''} to work in “{account}” on Zoetrope, as "
        f"{Role(invitation.role).label.lower()}.\n\n{link}\n\nThe link works once, until "
        f"{invitation.expires:%-d %B %Y}. If you do not know what this is about, do nothing.\n"
    )
    try:
        send_mail(f"Invitation to {' '.join(account.split())}", text, None, [invitation.email])
    except OSError as error:  # what smtplib raises is one, too
        log.warning("the invitation %s could not be sent: %s", invitation.pk, error)
        return False
    return True
