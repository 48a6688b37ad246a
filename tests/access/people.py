"""Everybody who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.test import Client as Browser

from assets.services import searches
from billing import access, clients
from billing.models import CREDIT, Account, Client, Membership, Role, User
from billing.services import grant
from studio.models import UserNotice


@dataclass
class Person:
    """Somebody, by a session or by a key. `own` are the things that are theirs alone."""

    name: str
    browser: Browser
    user: User | None = None
    own: dict[str, Any] = field(default_factory=dict)
    key: bool = False

    def client(self) -> Browser:
        """One that has seen nothing yet but who it is."""
        fresh = Browser(headers=dict(self.browser.defaults_headers))  # type: ignore[attr-defined]
        for name, morsel in self.browser.cookies.items():
            fresh.cookies[name] = morsel.value
        return fresh


def person_named(name: str, **more: Any) -> User:
    return User.objects.create_user(name, password="a long password", **more)


def account_of(owner: User) -> Account:
    account = Account.objects.create(name=f"Studio of {owner}")
    join(account, owner, Role.OWNER)
    grant(account, 10_000 * CREDIT, f"grant:{owner}")
    account.refresh_from_db()
    return account


def join(account: Account, user: User, role: Role, only: Client | None = None) -> User:
    membership = Membership.objects.create(account=account, user=user, role=role)
    if only:
        clients.limit(membership, [only])
    return user


def everybody(
    account: Account, first: list[User], charlie: User, acme: Client
) -> Iterator[tuple[str, Person]]:
    alice, ada = first
    members = {
        "owner": alice,
        "admin": ada,
        "member": join(account, person_named("bob"), Role.MEMBER),
        "viewer": join(account, person_named("vera"), Role.VIEWER),
        "limited": join(account, person_named("lara"), Role.MEMBER, acme),
        "limited viewer": join(account, person_named("lev"), Role.VIEWER, acme),
    }
    for name, user in members.items():
        yield name, _by_session(name, user, account)
        yield f"{name}'s key", _by_key(name, user, account, "viewer" in name)
    yield "read-only key", _by_key("read-only", alice, account, True)
    yield "stranger", _by_session("stranger", charlie, charlie.accounts.get())
    yield "stranger's key", _by_key("stranger", charlie, charlie.accounts.get(), False)
    yield "nobody", _by_session("nobody", person_named("nobody"), None)
    yield (
        "operator",
        _by_session("operator", person_named("op", is_staff=True, is_superuser=True), None),
    )
    yield "visitor", Person("visitor", _browser())


def _browser(**headers: str) -> Browser:
    browser = Browser(headers=headers)
    browser.defaults_headers = headers  # type: ignore[attr-defined]
    return browser


def _by_session(name: str, user: User, account: Account | None) -> Person:
    browser = _browser()
    browser.force_login(user)
    return Person(name, browser, user, _own(user, account) if account else {})


def _by_key(name: str, user: User, account: Account, read_only: bool) -> Person:
    key, secret = access.create_key(account, user, f"{name}'s program", read_only=read_only)
    browser = _browser(Authorization=f"Bearer {secret}")
    return Person(f"{name}'s key", browser, user, _own(user, account) | {"key": key.pk}, key=True)


def _own(user: User, account: Account) -> dict[str, Any]:
    """What nobody else sees, not even in the same account."""
    found = account.saved_searches.filter(user=user).first()
    row = found or searches.save(account, user, name=f"Search of {user}", q="rating>=1")
    member = Membership.objects.get(account=account, user=user)
    said = {"kind": "batch.done", "title": "Something is done", "client": member.clients.first()}
    notice = UserNotice.objects.create(account=account, user=user, **said)
    return {"search": row.pk, "notice": notice.pk}
