"""A batch of watermarks in any state, for those who ask about one."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

from django.utils import timezone

from assets.models import Asset
from billing.models import Account, User
from studio import batches
from studio.batches.sheet import read
from studio.models import Batch, BatchMapping, BatchRow, BatchState, BatchTemplate, RowState

# What a batch has to be for a request to be possible, by the name of its address.
STATES = {
    "batch-pause": BatchState.RUNNING,
    "batch-resume": BatchState.PAUSED,
    "batch-cancel": BatchState.STOPPED,
    "batch-retry": BatchState.DONE,
    "batch-change-model": BatchState.DONE,
    "batch-zip": BatchState.DONE,
    "batch-correct": BatchState.DONE,
}
STEPS = [{"operation": "watermark", "params": {"position": "center"}}]
# A key of a job is made of its batch and of how often that was begun.
rounds = itertools.count(1)


def batch_of(
    account: Account, user: User, asset: Asset, *, word: str = "Many", **fields: Any
) -> Batch:
    """A draft of one row that is ready. `fields` are set as they are."""
    sheet = read(f"image,text\n{asset.pk},© {word}\n".encode(), "marks.csv")
    made = batches.create(account, user, f"{word} batch", sheet, steps=STEPS)
    batches.check(made)
    more = {"round": next(rounds), "webhook": f"https://hooks.example/{word}", **fields}
    Batch.objects.filter(pk=made.pk).update(**more)
    made.refresh_from_db()
    return made


def in_state(made: Batch, state: str) -> Batch:
    """As if it had come so far, with a row that failed where it is at its end."""
    if state != BatchState.DRAFT:
        row = RowState.FAILED if state == BatchState.DONE else RowState.OPEN
        made.rows.update(state=row)
        ended = timezone.now() if state == BatchState.DONE else None
        Batch.objects.filter(pk=made.pk).update(state=state, ended=ended)
        made.refresh_from_db()
    return made


def renamed(made: Batch, pk: UUID) -> Batch:
    """The same under another id."""
    rows = list(BatchRow.objects.filter(batch=made))
    Batch.objects.filter(pk=made.pk).delete()
    made.pk = pk
    made.save(force_insert=True)
    for row in rows:
        row.pk, row.batch = None, made
    BatchRow.objects.bulk_create(rows)
    return made


def kept_of(account: Account, word: str = "Many", **ids: UUID) -> tuple[Any, Any]:
    """Steps and a mapping that are kept."""
    steps = [{"operation": "watermark", "offer": "local-watermark", "params": {"text": word}}]
    row: dict[str, Any] = {"account": account, "name": f"{word} kept"}
    template = BatchTemplate(**row, steps=steps)
    mapping = BatchMapping(**row, mapping={f"{word} column": "text"})
    for made in (template, mapping):
        made.pk = ids.get(type(made).__name__, made.pk)
        made.save(force_insert=True)
    return template, mapping
