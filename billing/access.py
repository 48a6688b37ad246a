"""Who is asking, for which account, and what they may do: memberships, API keys, sign-in links.

Of a secret only the SHA-256 digest is kept. The secrets are long and random, so a slow hash would
add nothing but work.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from billing import audit_log, clients
from billing.models import Account, ApiKey, Membership, Role, SignInLink, User
from billing.scope import Scope

# The entry of the session that names one of several accounts.
SESSION_KEY = "account"
# The entry that names the client whom somebody works for, and the header that does.
CLIENT_KEY = "client"
CLIENT_HEADER = "X-Client"
# The field of a form that says the same where no script sends the header.
CLIENT_FIELD = "x-client"
# What every form brings along with its own fields.
PROOF = ("csrfmiddlewaretoken", CLIENT_FIELD)
KEY_START = "zt_"
LAST_USED_STEP = timedelta(minutes=1)


class AccountMiddleware(MiddlewareMixin):
    """Gives each request `account` and `role`; both are None for a visitor.

    They are plain values, so that `is None` works. A request without a session cookie (an API
    key, a health check) costs no query. A page names the client that it was made for, in a header
    or in a field of its forms, so that another choice in another window does not change what it
    asks for.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        membership = None
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            membership = membership_for(request.user, request.session.get(SESSION_KEY))
        request.account = membership.account if membership else None  # type: ignore[attr-defined]
        request.role = Role(membership.role) if membership else None  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        if membership is None:
            return None
        named = request.headers.get(CLIENT_HEADER, "")
        try:
            scope = _scope(membership, named, request.session.get(CLIENT_KEY))
        except clients.NoClient as error:
            return JsonResponse({"message": f"{error} Reload the page."}, status=409)
        membership.account.scope = scope
        return None

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: object, kwargs: object
    ) -> None:
        """The field of a form; read here, where its proof was looked at, and only in a page's."""
        membership = request.membership  # type: ignore[attr-defined]
        if membership is None or request.method != "POST" or CLIENT_HEADER in request.headers:
            return
        if getattr(view, "csrf_exempt", False):
            return
        if named := request.POST.get(CLIENT_FIELD, ""):
            try:
                membership.account.scope = _scope(membership, named)
            except clients.NoClient as error:
                raise PermissionDenied(f"{error} Go back and reload the page.") from None


def _scope(membership: Membership, named: str, chosen: str | None = None) -> Scope:
    """For the client that a page names, else for the one that was chosen. Raises NoClient."""
    if named and (membership.limited or named.lower() != clients.ALL):
        clients.scope_for(membership, named)  # what the page was made for must still be possible
    return clients.working_scope(membership, named or chosen)


def open_with(key: ApiKey, named: str | None) -> tuple[Account, Role]:
    """What a program sees, and may do: as the person whose key it has. `named` is the client that
    it works for. Raises clients.NoClient."""
    membership = Membership.objects.get(account=key.account_id, user=key.user_id)
    key.account.scope = clients.scope_for(membership, named)
    audit_log.used_key(key)
    key.account.asked_with = key.pk
    return key.account, Role(membership.role)


# --- memberships --------------------------------------------------------------------------------


def membership_for(
    user: User | AnonymousUser, wanted_id: UUID | str | None = None
) -> Membership | None:
    """The membership in the wanted account if the user has one, else the oldest one."""
    if not user.is_authenticated:
        return None
    others = Membership.objects.filter(user_id=user.pk).exclude(account=OuterRef("account"))
    mine = Membership.objects.filter(user_id=user.pk).select_related("account")
    mine = mine.annotate(is_one_of_several=Exists(others))
    try:
        wanted = mine.filter(account_id=wanted_id).first() if wanted_id else None
    except ValidationError:  # not the id of an account at all
        wanted = None
    return wanted or mine.order_by("created", "id").first()


def account_for(user: User | AnonymousUser, wanted_id: UUID | str | None = None) -> Account | None:
    """The account that a person works in: the wanted one if it is theirs, else their first."""
    membership = membership_for(user, wanted_id)
    return membership.account if membership else None


def role_in(account: Account, user: User) -> Role | None:
    membership = Membership.objects.filter(account=account, user=user).first()
    return Role(membership.role) if membership else None


def works_for_nobody(account: Account) -> bool:
    """What they made would belong to nobody they may see."""
    return account.scope.is_limited and account.scope.client is None


def can_write(role: str | None) -> bool:
    return role in (Role.OWNER, Role.ADMIN, Role.MEMBER)


def can_manage(role: str | None) -> bool:
    """May see and revoke the keys of everybody in the account."""
    return role in (Role.OWNER, Role.ADMIN)


def set_up_owner(username: str = "owner") -> User:
    """The owner of this installation, with an account to work in; made when there is none yet.

    A new owner has no password: they enter by a sign-in link. An owner who was renamed is found.
    """
    with transaction.atomic():
        user = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
        if user is None:
            user, created = User.objects.get_or_create(
                username=username, defaults={"is_staff": True, "is_superuser": True}
            )
            if created:
                user.set_unusable_password()
                user.save(update_fields=["password"])
        # Two starts at once must not make two accounts.
        User.objects.select_for_update().get(pk=user.pk)
        if not Membership.objects.filter(user=user).exists():
            account = Account.objects.create(name="Studio")
            Membership.objects.create(account=account, user=user, role=Role.OWNER)
    return user


# --- API keys -----------------------------------------------------------------------------------


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def create_key(
    account: Account,
    user: User,
    name: str,
    read_only: bool = False,
    expires: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is known only now.

    Raises PermissionDenied for a stranger, and for a viewer who wants more than to read.
    """
    role = role_in(account, user)
    if role is None:
        raise PermissionDenied("Only members of the account can make a key for it.")
    if not read_only and not can_write(role):
        raise PermissionDenied("A viewer can make read-only keys only.")
    secret = KEY_START + secrets.token_urlsafe(30)
    key = ApiKey.objects.create(
        account=account,
        user=user,
        name=name,
        prefix=secret[:8],
        digest=digest(secret),
        read_only=read_only,
        expires=expires,
    )
    audit_log.write(account, "keys.made", name, begins=key.prefix, read_only=read_only, owner=user)
    return key, secret


def find_key(secret: str) -> ApiKey | None:
    """The live key with this secret: not revoked, not expired, its user active and a member.

    Known and unknown secrets take the same road: one digest, one query.
    """
    now = timezone.now()
    key = (
        ApiKey.objects.select_related("account", "user")
        .filter(Q(expires=None) | Q(expires__gt=now), digest=digest(secret), revoked=None)
        .filter(user__is_active=True, user__membership__account=F("account"))
        .first()
    )
    if key and (key.last_used is None or key.last_used < now - LAST_USED_STEP):
        ApiKey.objects.filter(pk=key.pk).update(last_used=now)
    return key


def keys_of(account: Account, user: User) -> QuerySet[ApiKey]:
    """The keys that a member may see and revoke: their own, or all for who manages the account."""
    keys = ApiKey.objects.filter(account=account, revoked=None).select_related("user")
    role = role_in(account, user)
    if role is None:
        return keys.none()
    return keys if can_manage(role) else keys.filter(user=user)


def revoke_key(key: ApiKey) -> None:
    """It stops working at once. A second time changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked=None).update(revoked=timezone.now()):
        audit_log.write(key.account, "keys.revoked", key.name, begins=key.prefix, owner=key.user)


# --- sign-in links ------------------------------------------------------------------------------


def make_sign_in_link(user: User, valid: timedelta = timedelta(days=7)) -> str:
    """The token of a link that signs the user in once."""
    token = secrets.token_urlsafe(32)
    expires = timezone.now() + valid
    SignInLink.objects.create(user=user, digest=digest(token), expires=expires)
    return token


def redeem(token: str) -> User | None:
    """Use up a sign-in link. None when it is unknown, used or expired, or the user is inactive."""
    now = timezone.now()
    link = SignInLink.objects.select_related("user").filter(digest=digest(token)).first()
    if link is None or not link.user.is_active:
        return None
    # Only columns of its own row: a condition on another table would not be looked at again when
    # two redeem at once.
    fresh = SignInLink.objects.filter(pk=link.pk, used=None, expires__gt=now)
    return link.user if fresh.update(used=now) == 1 else None


def drop_sign_in_links(user: User) -> None:
    """Links that were not used yet stop working."""
    SignInLink.objects.filter(user=user, used=None).delete()
