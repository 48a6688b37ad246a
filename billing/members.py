"""The people of an account: what they may do, and that they go. An account always has an owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from billing import audit_log
from billing.clients import NotKept
from billing.models import Account, ApiKey, Invitation, Membership, Role, User

# The roles from the one that may most down.
ROLES = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER)
MANAGING = (Role.OWNER, Role.ADMIN)
MAY = {
    Role.OWNER: "Does everything, and decides who owns the account.",
    Role.ADMIN: "Manages members, clients and keys; sees the audit log.",
    Role.MEMBER: "Makes, changes and spends.",
    Role.VIEWER: "Looks and downloads.",
}


def of(account: Account) -> QuerySet[Membership]:
    rows = Membership.objects.filter(account=account)
    return rows.select_related("user", "account").prefetch_related("clients")


def role_named(text: str) -> Role:
    """Raises NotKept."""
    try:
        return Role(text)
    except ValueError:
        raise NotKept(
            "role", f"“{text[:40]}” is no role. Choose owner, admin, member or viewer."
        ) from None


def giveable(role: str | None) -> tuple[Role, ...]:
    """The roles that somebody with this role may give, and of whose people they decide."""
    return {Role.OWNER: ROLES, Role.ADMIN: ROLES[1:]}.get(Role(role), ()) if role else ()


def check_may(by: Membership | None, *roles: str) -> None:
    """Whether `by` may decide of people with these roles; None is the operator, who may all.
    Raises PermissionDenied."""
    if by is None:
        return
    if by.role not in MANAGING:
        raise PermissionDenied(
            f"Owners and admins of {by.account} manage its members. Ask one of them."
        )
    if Role.OWNER in roles and by.role != Role.OWNER:
        raise PermissionDenied(
            f"Only an owner of {by.account} decides who owns it. You are admin: ask an owner."
        )


def put_in(account: Account, user: User, role: str) -> Membership:
    """The operator makes somebody a member, whatever the plan has room for. Raises NotKept."""
    wanted = role_named(role)
    with locked(account.pk):
        if Membership.objects.filter(account=account, user=user).exists():
            raise NotKept("user", f"{user} is a member of {account} already.")
        made = Membership.objects.create(account=account, user=user, role=wanted)
        audit_log.write(account, "members.joined", user, role=str(wanted))
    return made


def change_role(member: Membership, role: str, by: Membership | None) -> Membership:
    """Raises NotKept and PermissionDenied."""
    wanted = role_named(role)
    with locked(member.account_id):
        found, by = again(member), again(by) if by else None
        check_may(by, found.role, wanted)
        if found.role == wanted:
            return found
        if wanted != Role.OWNER:
            _check_not_last(found, "role")
        before, found.role = found.role, wanted
        if wanted in MANAGING and found.limited:
            found.limited = False  # they see everything
            found.clients.clear()
        found.save(update_fields=["role", "limited"])
        after = str(wanted)
        audit_log.write(found.account, "members.role", found.user, before=before, after=after)
    return found


def remove(member: Membership, by: Membership | None) -> None:
    """They see nothing of the account any more, and their keys for it stop. What they made stays.
    Raises NotKept and PermissionDenied."""
    with locked(member.account_id):
        found, by = again(member), again(by) if by else None
        if by is None or by.pk != found.pk:
            check_may(by, found.role)
        _check_not_last(found, "member")
        account, user, role = found.account, found.user, found.role
        left = by is not None and by.pk == found.pk
        action = "members.left" if left else "members.removed"
        audit_log.write(account, action, user, role=role)
        now = timezone.now()
        ApiKey.objects.filter(account=account, user=user, revoked=None).update(revoked=now)
        theirs = Invitation.objects.filter(account=account, invited_by=user)
        theirs.filter(accepted=None, revoked=None).update(revoked=now)
        found.delete()


def leave(member: Membership) -> None:
    """Raises NotKept for the last owner."""
    remove(member, by=member)


@contextmanager
def locked(account_id: UUID) -> Iterator[Account]:
    """Who is in an account changes one after the other: two owners who leave at the same moment
    must not both be the second last."""
    with transaction.atomic():
        yield Account.objects.select_for_update().get(pk=account_id)


def again(member: Membership) -> Membership:
    """As it stands now. Raises NotKept for who has gone."""
    found = Membership.objects.select_related("user", "account").filter(pk=member.pk).first()
    if found is None:
        raise NotKept("member", f"{member.user} is not a member of {member.account} any more.")
    return found


def _check_not_last(member: Membership, field: str) -> None:
    if member.role != Role.OWNER:
        return
    owners = Membership.objects.filter(account=member.account_id, role=Role.OWNER)
    if not owners.exclude(pk=member.pk).exists():
        raise NotKept(
            field,
            f"{member.user} is the only owner of {member.account}. Make somebody else an owner "
            "first.",
        )


def people_with(email: str) -> QuerySet[User]:
    """Those who have this e-mail address, as the one that is told or as a further one of theirs."""
    proven = Q(emailaddress__email__iexact=email, emailaddress__verified=True)
    return User.objects.filter(Q(email__iexact=email) | proven).distinct()


def open_account(user: User) -> Account:
    """An account of somebody's own, to work in."""
    account = Account.objects.create(name=f"{user}’s studio"[:100])
    Membership.objects.create(account=account, user=user, role=Role.OWNER)
    audit_log.write(account, "members.joined", user, role=str(Role.OWNER))
    return account
