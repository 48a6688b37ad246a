"""Alerts: told to those who manage an account, on every way that there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.models import Account, User
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
    also: Iterable[User] = (),
) -> None:
    """On the page, by e-mail and to the addresses that hear of `type` (studio.hooks.events). It is
    written with what it tells of and sent afterwards. `link` is a path of the studio, `also` are
    members whom it concerns although they do not manage the account."""
    with transaction.atomic():
        told = {user.pk: user for user in notices.managers(account)}
        told |= {user.pk: user for user in notices.members(account, *also)}
        words = {"kind": type, "title": title, "text": text, "link": link}
        notices.tell(account, told.values(), client=client, mail=True, **words)
        outbox.of_account(account, type, data, client)
