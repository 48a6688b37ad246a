"""Two clients of one account. Lara works for Acme alone; Alice owns the account and sees all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile

from assets import services
from assets.models import Asset
from billing import clients
from billing.models import Account, Client, Membership, Role, User
from billing.scope import Scope


@pytest.fixture
def acme(account: Account) -> Client:
    return clients.make(account, "Acme")


@pytest.fixture
def zen(account: Account) -> Client:
    return clients.make(account, "Zen")


@pytest.fixture
def lara(account: Account, acme: Client) -> User:
    user = User.objects.create_user("lara", password="a long password")
    membership = Membership.objects.create(account=account, user=user, role=Role.MEMBER)
    clients.limit(membership, [acme])
    return user


@pytest.fixture
def seen(account: Account) -> Callable[[Client | None], Account]:
    """seen(client): the account as somebody sees it who works for that client."""
    return lambda client: account.seen(Scope(client.pk if client else None))


@pytest.fixture
def bring(
    seen: Callable[[Client | None], Account], alice: User, picture: Callable[..., bytes]
) -> Callable[..., Asset]:
    """bring(client, **row): a picture that is brought in for a client."""
    sizes = iter(range(30, 400))

    def ingest(client: Client | None, **row: Any) -> Asset:
        source = ContentFile(picture((next(sizes), 40)))
        return services.ingest(
            source, account=seen(client), filename="a.png", **{"user": alice, **row}
        )

    return ingest
