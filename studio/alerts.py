"""Alerts: told to those who manage an account, on every way that there is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from billing.models import Account
from studio import notices
from studio.hooks import outbox


def alert(
    account: Account,
    title: str,
    text: str,
    link: str,
    type: str,
    data: dict[str, Any],
    *,
    client: UUID | None = None,
) -> None:
    """On the page, by e-mail and to the addresses that hear of `type` (studio.hooks.events). It is
    written with what it tells of and sent afterwards. `link` is a path of the studio."""
    with transaction.atomic():
        told = notices.managers(account)
        words = {"kind": type, "title": title, "text": text, "link": link}
        notices.tell(account, told, client=client, mail=True, **words)
        outbox.of_account(account, type, data, client)
