"""The clients of an account: whom one works for, who may see whose things, and what they cost."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from billing import audit_log
from billing.models import Account, Client, Membership, Role
from billing.scope import Scope

MOST = 1_000
NAME_LENGTH = 60
NOTE_LENGTH = 500
# Says in a header or in the session that everything is wanted, whatever was chosen before.
ALL = "all"
# Between letters they belong to the spelling of some languages; everywhere else nobody sees them.
_JOINERS = "\u200c\u200d"
# They count as letters and show nothing.
_FILLERS = "\u115f\u1160\u3164\uffa0"


class NotKept(ValueError):
    """It cannot be so; `field` is what the message is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NoClient(ValueError):
    """The client that was named is not one that the person may work for."""


# --- who sees what ------------------------------------------------------------------------------


def of(membership: Membership) -> QuerySet[Client]:
    """The clients that a member may work for, without the archived ones."""
    mine = Client.objects.filter(account=membership.account_id, archived=None)
    return mine.filter(memberships=membership) if membership.limited else mine


def choices(account: Account) -> QuerySet[Client]:
    """Those that who asks may work for."""
    mine = Client.objects.filter(account=account, archived=None)
    return mine if account.scope.mine is None else mine.filter(pk__in=account.scope.mine)


def scope_for(membership: Membership, wanted: str | None = None) -> Scope:
    """What a member sees who works for the client `wanted`: its id or name, or "all".

    Without a word it is everything, for one who is limited all of their clients; who has one alone
    works for that. Raises NoClient.
    """
    mine = _mine(membership)
    if not wanted or wanted.lower() == ALL:
        alone = next(iter(mine)) if mine and len(mine) == 1 else None
        return Scope(alone, mine)
    if found := _named(membership, wanted, mine):
        return Scope(found, mine)
    names = ", ".join(client.name for client in of(membership)[:10]) or "(there are none yet)"
    raise NoClient(f"There is no client “{wanted[:60]}” for you. Use one of: {names}.")


def working_scope(membership: Membership, wanted: str | None = None) -> Scope:
    """As `scope_for`, for pages: a choice that does not stand any more is forgotten, and one who
    is limited always works for one client, so that what they make belongs to it."""
    try:
        scope = scope_for(membership, wanted)
    except NoClient:
        scope = scope_for(membership)
    if scope.mine and scope.client is None:
        first = of(membership).values_list("pk", flat=True).first()
        scope = Scope(first, scope.mine)
    return scope


def _mine(membership: Membership) -> frozenset[UUID] | None:
    if not membership.limited:
        return None
    return frozenset(of(membership).values_list("pk", flat=True))


def _named(membership: Membership, wanted: str, mine: frozenset[UUID] | None) -> UUID | None:
    if "\0" in wanted:
        return None
    all_ = Client.objects.filter(account=membership.account_id)
    try:
        found = all_.filter(pk=UUID(wanted))
    except ValueError:
        found = all_.filter(key=normal(wanted).casefold()[:120])
    pk = found.values_list("pk", flat=True).first()
    return pk if pk is not None and (mine is None or pk in mine) else None


# --- managing them ------------------------------------------------------------------------------


def make(account: Account, name: str, note: str = "") -> Client:
    """Raises NotKept."""
    if Client.objects.filter(account=account).count() >= MOST:
        raise NotKept("name", f"There are {MOST:,} clients, which is the limit.")
    return _saved(Client(account=account), name, note)


def change(client: Client, *, name: str | None = None, note: str | None = None) -> Client:
    """What is None stays as it is. Raises NotKept."""
    return _saved(client, name, client.note if note is None else note)


def archive(client: Client, archived: bool = True) -> Client:
    """Offered no more; what it has stays, and who sees all clients finds it still."""
    client.archived = timezone.now() if archived else None
    client.save(update_fields=["archived"])
    return client


def limit(membership: Membership, clients: Iterable[Client] | None) -> None:
    """The member sees these clients alone; None lifts it. Raises PermissionDenied for an owner or
    admin, who see everything, and ValueError for the client of another account."""
    chosen = list(clients or ())
    if clients is not None and membership.role not in (Role.MEMBER, Role.VIEWER):
        raise PermissionDenied("Owners and admins see all clients. Make them a member first.")
    if any(client.account_id != membership.account_id for client in chosen):
        raise ValueError("This client belongs to another account.")
    with transaction.atomic():
        membership.limited = clients is not None
        membership.save(update_fields=["limited"])
        membership.clients.set(chosen)
        seen = ", ".join(one.name for one in chosen) if clients is not None else "all clients"
        audit_log.write(membership.account, "members.limited", membership.user, sees=seen)


def chosen_for(membership: Membership, ids: Iterable[UUID | str]) -> list[Client]:
    """The clients of these ids, to limit a member to; an archived one only where it was chosen
    before. Raises NotKept."""
    before = set(membership.clients.values_list("pk", flat=True))
    named = {str(one): _id(one) for one in ids}
    mine = Client.objects.filter(account=membership.account_id)
    found = mine.in_bulk([pk for pk in named.values() if pk])
    for text, pk in named.items():
        one = found.get(pk) if pk else None
        if one is None:
            words = text[:40].replace("\0", "")
            raise NotKept("clients", f"There is no client “{words}” here. Choose some of the list.")
        if one.archived and one.pk not in before:
            words = f"“{one.name}” is archived. Bring it back first, or leave it out."
            raise NotKept("clients", words)
    return list(found.values())


def _id(given: UUID | str) -> UUID | None:
    try:
        return UUID(str(given))
    except ValueError:
        return None


def normal(name: str) -> str:
    """The one spelling of a name: composed, with single spaces, without what nobody sees."""
    plain = unicodedata.normalize("NFC", name)
    shown = (c for c in plain if c in _JOINERS or unicodedata.category(c) != "Cf")
    return " ".join("".join(shown).split()).strip(_JOINERS + _FILLERS + " ")


def _saved(client: Client, name: str | None, note: str) -> Client:
    client.name = client.name if name is None else _name(name)
    client.note = _note(note)
    try:
        with transaction.atomic():
            client.save()
    except IntegrityError:
        raise NotKept(
            "name", f"There is a client “{client.name}” already. Give another name."
        ) from None
    return client


def _name(name: str) -> str:
    name = normal(name)
    if not name:
        raise NotKept("name", "The client has no name. Give it one, such as “Acme”.")
    if strange := next((c for c in name if not c.isprintable() and c not in _JOINERS), ""):
        raise NotKept(
            "name",
            f"The name has a character (code {ord(strange)}) that cannot be shown. Take it out.",
        )
    if len(name) > NAME_LENGTH:
        raise NotKept(
            "name",
            f"The name has {len(name)} letters; the limit is {NAME_LENGTH}. Make it shorter.",
        )
    if not any(c.isalnum() and c not in _FILLERS for c in name):
        raise NotKept(
            "name",
            f"“{name}” has neither a letter nor a digit, so nobody could search for it. Give a "
            "name with at least one, such as “Acme”.",
        )
    if name.casefold() in (ALL, "none"):
        raise NotKept("name", f"“{name}” has a meaning in searches. Give another name.")
    return name


def _note(note: str) -> str:
    note = note.strip()
    if "\0" in note:
        raise NotKept(
            "note", "The note has a character (code 0) that cannot be stored. Take it out."
        )
    if len(note) > NOTE_LENGTH:
        raise NotKept(
            "note", f"The note has {len(note)} letters; the limit is {NOTE_LENGTH}. Shorten it."
        )
    return note
