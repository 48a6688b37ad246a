"""The log of what was done in an account: who, what, to what, from where and when.

`write` is called by what does the thing. Who asks is known from the request that is being answered;
without one it is the studio itself.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from billing.models import Account, ApiKey, Membership, User
from billing.models.team import AuditEvent, By

AREAS = {
    "spending": "Spending",
    "sharing": "Sharing",
    "deleting": "Deleting",
    "keys": "Keys",
    "sign-in": "Signing in",
    "members": "Members",
    "credits": "Credits",
    "plan": "Plan and payments",
    "operator": "The operator",
    "settings": "Settings",
}
# What is written, by area, and how it is told.
ACTIONS = {
    "spending.ordered": "ordered a job",
    "spending.retried": "tried a job again",
    "spending.started": "started a batch",
    "sharing.opened": "opened a share link",
    "sharing.changed": "changed a share link",
    "sharing.closed": "closed a share link",
    "sharing.downloaded": "downloaded from a share link",
    "deleting.trashed": "moved to the trash",
    "deleting.restored": "brought back from the trash",
    "deleting.purged": "deleted for good",
    "keys.made": "made an API key",
    "keys.revoked": "revoked an API key",
    "keys.used": "used an API key from a new address",
    "sign-in.ok": "signed in",
    "sign-in.failed": "did not get in",
    "sign-in.out": "signed out",
    "sign-in.password": "changed the password",
    "sign-in.second": "changed the second step",
    "sign-in.email": "changed an e-mail address",
    "members.invited": "invited somebody",
    "members.uninvited": "took an invitation back",
    "members.joined": "joined the account",
    "members.role": "changed a role",
    "members.limited": "changed whose work a member sees",
    "members.removed": "removed a member",
    "members.left": "left the account",
    "credits.granted": "granted credits",
    "credits.bought": "bought credits",
    "credits.taken_back": "lost credits to a refund or dispute",
    "credits.given_back": "got credits back after a dispute",
    "plan.began": "began a plan",
    "plan.changed": "changed the plan",
    "plan.renewed": "had the plan renewed",
    "plan.canceled": "let the plan end with its period",
    "plan.resumed": "let the plan go on after all",
    "plan.ended": "had the plan end",
    "plan.paid": "paid for a plan",
    "plan.unpaid": "had a payment fail",
    "plan.refused": "paid something else than was asked",
    "plan.refunded": "had a payment go back",
    "plan.disputed": "disputed a payment",
    "operator.plan": "changed what a plan is",
    "operator.pack": "changed a credit pack",
    "operator.price": "changed a price",
    "operator.offer": "switched a model on or off",
    "operator.job": "decided on a job",
    "operator.looked": "looked at a file",
    "settings.key": "changed the key of a provider",
    "settings.library": "changed a setting of the library",
    "settings.budget": "changed a budget",
    "settings.webhook": "changed a webhook",
}
# Details with such a name are refused: a log is read by more people than may know them.
SECRETS = frozenset({"password", "secret", "token", "code", "key", "link"})
LONGEST = 300


@dataclass(frozen=True)
class Caller:
    """Who acts, and from where."""

    by: By = By.SYSTEM
    user: User | None = None
    actor: str = ""
    address: str | None = None


_request: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)
_caller: ContextVar[Caller | None] = ContextVar("audit_caller", default=None)


class CallerMiddleware(MiddlewareMixin):
    """Lets `write` know which request is being answered."""

    def process_request(self, request: HttpRequest) -> None:
        _request.set(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        _request.set(None)
        return response


@contextmanager
def acting(by: By, actor: str = "") -> Iterator[None]:
    """Within it that is who acts: for commands of the operator."""
    mark = _caller.set(Caller(by, actor=actor))
    try:
        yield
    finally:
        _caller.reset(mark)


def caller() -> Caller:
    if named := _caller.get():
        return named
    request = _request.get()
    if request is None:
        return Caller()
    address = _address(request)
    key: ApiKey | None = getattr(request, "api_key", None)
    if key is not None:
        return Caller(By.KEY, key.user, f"{key.user} ({key.name})", address)
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return Caller(By.GUEST, address=address)
    match = request.resolver_match
    operates = match is not None and "admin" in match.app_names
    return Caller(By.OPERATOR if operates else By.PERSON, user, str(user), address)


def person(user: User) -> Caller:
    """Somebody who comes in or goes out: the request does not say who they are yet, or any more."""
    return Caller(By.PERSON, user, str(user), caller().address)


def _address(request: HttpRequest) -> str | None:
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def write(
    account: Account | None,
    action: str,
    of: object = "",
    *,
    once: str | None = None,
    who: Caller | None = None,
    **details: Any,
) -> None:
    """Adds a line. `of` is what it was done to, as text; `details` is what else is worth knowing,
    without secrets. With `once` the same line is not written a second time."""
    if action not in ACTIONS:
        raise ValueError(f"“{action}” is no action of the audit log: see audit_log.ACTIONS.")
    if named := SECRETS & details.keys():
        raise ValueError(f"The audit log takes no secrets: leave out {', '.join(sorted(named))}.")
    who = who or caller()
    line = AuditEvent(
        account=account,
        user=who.user,
        by=who.by,
        actor=who.actor[:150],
        action=action,
        of=str(of).replace("\0", "")[:200],
        details={name: _shown(value) for name, value in details.items() if value is not None},
        address=who.address,
        once=once,
    )
    if once is None:
        line.save()
        return
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError:
        pass  # it is written


def _shown(value: Any) -> Any:
    if isinstance(value, int | float | bool):
        return value
    return str(value).replace("\0", "")[:LONGEST]


def write_of_person(user: User | None, action: str, of: object = "", **details: Any) -> None:
    """A line about a person in each of their accounts; who has none leaves one for the operator."""
    theirs = Membership.objects.filter(user=user).select_related("account") if user else ()
    accounts: list[Account | None] = [row.account for row in theirs]
    for account in accounts or [None]:
        write(account, action, of, **details)


# --- API keys: the first use from an address on a day ---------------------------------------------

_seen: set[str] = set()
_seen_lock = threading.Lock()
MOST_SEEN = 50_000


def used_key(key: ApiKey) -> None:
    """The request is made with this key. Written once a day for each address that it is used from:
    what this process has written it knows, so that a request costs nothing; between processes the
    database does."""
    request = _request.get()
    if request is None:
        return
    request.api_key = key  # type: ignore[attr-defined]
    once = f"key:{key.pk}:{_address(request)}:{timezone.now():%Y-%m-%d}"
    with _seen_lock:
        if once in _seen:
            return
        if len(_seen) >= MOST_SEEN:
            _seen.clear()
        _seen.add(once)
    write(key.account, "keys.used", key.name, once=once)


# --- reading --------------------------------------------------------------------------------------


def events(
    account: Account,
    *,
    who: str = "",
    area: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEvent]:
    """The lines of an account, newest first: of whom (the name or a part of it), in which area,
    and from when to when."""
    found = AuditEvent.objects.filter(account=account)
    if who:
        found = found.filter(actor__icontains=who.replace("\0", ""))
    if area:
        found = found.filter(action__startswith=f"{area}.")
    if since:
        found = found.filter(created__gte=since)
    if until:
        found = found.filter(created__lt=until)
    return found


def told(event: AuditEvent) -> str:
    """Its details in one line."""
    return ", ".join(f"{n.replace('_', ' ')}: {_said(v)}" for n, v in event.details.items())


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# --- how long they are kept -----------------------------------------------------------------------


def sweep() -> int:
    """Removes what is older than settings.AUDIT_DAYS; 0 keeps everything. Returns how many."""
    if not settings.AUDIT_DAYS:
        return 0
    before = timezone.now() - timedelta(settings.AUDIT_DAYS)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Its trigger lets nobody else remove a line.
                cursor.execute("SET LOCAL zoetrope.sweeping = 'on'")
        return AuditEvent.objects.filter(created__lt=before).expire()
