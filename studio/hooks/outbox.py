"""Writing down what addresses are to be told, in the transaction in which it happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q
from django.utils import timezone

from assets.models import Board
from billing.ids import uuid7
from billing.models import Account, Membership
from studio.hooks import events
from studio.models import Batch, Job, State, WebhookDelivery, WebhookTarget

# What is told of a batch once is told of it once, however often it is noted.
OF_BATCHES = UUID("6f1d0c3e-5d0b-4b57-9f55-0a6f6b1c7a21")


def told_of(account: UUID, client: UUID | None, type: str) -> list[WebhookTarget]:
    """The addresses that hear of what belongs to this client, or to none."""
    on = WebhookTarget.objects.filter(account=account, on=True)
    mine = on.filter(Q(client=None) | Q(client=client)) if client else on.filter(client=None)
    chosen = [target for target in mine if type in target.events]
    if not chosen:
        return []
    blind = _blind(account, client, [target.user_id for target in chosen if target.user_id])
    return [target for target in chosen if target.user_id not in blind]


def _blind(account: UUID, client: UUID | None, makers: Sequence[int]) -> set[int]:
    """Who was limited to other clients since: an address of theirs is not told."""
    limited = Membership.objects.filter(account=account, user__in=makers, limited=True)
    if client:
        limited = limited.exclude(clients=client)
    return set(limited.values_list("user_id", flat=True))


def happened(
    account: UUID,
    client: UUID | None,
    type: str,
    data: Callable[[], events.Data],
    *,
    event: UUID | None = None,
) -> int:
    """Write it for every address that hears of it; `data` is asked for only then. `event` is the
    id of what must be told once alone. How many that are."""
    targets = told_of(account, client, type)
    if targets:
        write(targets, [(event or uuid7(), type, data())])
    return len(targets)


def write(
    targets: Sequence[WebhookTarget], told: Sequence[tuple[UUID, str, events.Data]]
) -> list[WebhookDelivery]:
    now = timezone.now()
    rows = [
        WebhookDelivery(target=target, event=id, type=type, body=body_of(type, data, now))
        for id, type, data in told
        for target in targets
    ]
    return WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)


def body_of(type: str, data: Any, at: datetime) -> str:
    return json.dumps({"type": type, "timestamp": at.isoformat(), "data": data})


# --- what happens ---------------------------------------------------------------------------------


def job_moved(pk: UUID, account: UUID, client: UUID | None, to: State) -> None:
    if type := events.OF_STATE.get(to):
        happened(account, client, type, lambda: events.job(Job.objects.get(pk=pk)))


def jobs_moved(pks: Sequence[UUID], account: UUID, client: UUID | None, to: State) -> None:
    """The same of many at once, of one client."""
    type = events.OF_STATE[to]
    if pks and (targets := told_of(account, client, type)):
        found = Job.objects.filter(pk__in=pks, state=to)
        write(targets, [(uuid7(), type, events.job(one)) for one in found])


def batch_told(batch: Batch, kind: str, words: str) -> None:
    """Once for each time that the batch was begun."""
    type = "batch.finished" if kind in ("done", "canceled") else "batch.stopped"
    once = uuid5(OF_BATCHES, f"{batch.pk} {batch.round} {kind}")
    data = lambda: events.batch(batch, kind, words)  # noqa: E731 - asked for where somebody hears
    happened(batch.account_id, batch.client_id, type, data, event=once)


def shared(board: Board, assets: Sequence[UUID]) -> None:
    data = lambda: events.shared(board, assets)  # noqa: E731
    happened(board.account_id, board.client_id, "asset.shared", data)


def of_account(account: Account, type: str, data: events.Data, client: UUID | None = None) -> int:
    """Something else of the table."""
    return happened(account.pk, client, type, lambda: data)
