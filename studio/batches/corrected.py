"""The rows of a batch that went wrong, as a new draft: to be corrected, and begun anew."""

from __future__ import annotations

from django.db import transaction

from billing.models import User
from studio.batches.results import BAD
from studio.batches.wrong import NotNow
from studio.models import Batch, BatchRow

CHUNK = 1_000
COPIED = ("account", "client", "columns", "mapping", "steps", "zone", "at_once", "email")


def correct(batch: Batch, user: User | None) -> Batch:
    """A draft with the bad rows of one that has begun, not checked yet. Raises NotNow."""
    if not batch.round:
        raise NotNow("This batch is a draft: correct its rows where they are.")
    bad = BatchRow.objects.filter(batch=batch, state__in=BAD).order_by("number")
    if not (count := bad.count()):
        raise NotNow("No row of this batch is wrong or failed, so there is nothing to correct.")
    rows = "1 row" if count == 1 else f"{count:,} rows"
    made = Batch(**{name: getattr(batch, name) for name in COPIED}, user=user)
    made.title = f"{batch.title[:180]}, to correct"
    made.notes = [f"What was wrong or failed in “{batch.title}”: {rows}."]
    with transaction.atomic():
        made.save(force_insert=True)
        fields = ("number", "line", "cells", "unreadable")
        new = (BatchRow(batch=made, **row) for row in bad.values(*fields).iterator(CHUNK))
        BatchRow.objects.bulk_create(new, batch_size=CHUNK)
    return made
