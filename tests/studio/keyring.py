"""What the tests of people's own keys share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from billing.models import Account, User
from studio import keys
from studio.models import Job, ProviderKey

People = Callable[[User], Client]
Order = Callable[..., Job]
GOOD = "acme-canary-0123456789-good"
WRONG = "acme-canary-9876543210-wrong"


def save(client: Client, secret: str, provider: str = "acme") -> Any:
    data = {"action": "save_own_key", "provider": provider, "secret": secret}
    return client.post(reverse("account"), data)


def remove(client: Client, provider: str = "acme", **extra: Any) -> Any:
    data = {"action": "remove_own_key", "provider": provider}
    return client.post(reverse("account"), data, **extra)


def page(client: Client) -> str:
    return client.get(reverse("account")).content.decode()


def own(account: Account) -> ProviderKey:
    found = keys.own_key(account, "acme")
    assert found
    return found
