"""Somebody who listens, and what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from billing.ids import uuid7
from billing.models import Account, User
from studio import hooks
from studio.hooks import outbox
from studio.models import WebhookDelivery, WebhookTarget
from tests.hooks.listener import Listener

Happen = Callable[..., WebhookDelivery]


@pytest.fixture
def listener(settings: Any) -> Iterator[Listener]:
    with Listener() as server:
        settings.FETCH_ALLOWED_HOSTS = (server.host,)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def target(account: Account, alice: User, listener: Listener) -> WebhookTarget:
    """An address that hears of everything."""
    said = {"name": "Our shop", "url": listener.address, "events": list(hooks.EVENTS)}
    return hooks.make(account, alice, **said)[0]


@pytest.fixture
def happen(target: WebhookTarget) -> Happen:
    """happen() → the news of something, on its way to the address."""

    def make(**data: Any) -> WebhookDelivery:
        (made,) = outbox.write([target], [(uuid7(), "budget.alert", data)])
        return made

    return make


def later(**by: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**by), tick=False)
