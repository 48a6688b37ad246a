"""Changing a draft: not while it begins, and not while somebody else changes it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import transaction

from studio.batches.wrong import settled
from studio.models import Batch, BatchState


@contextlib.contextmanager
def drafting(batch: Batch) -> Iterator[Batch]:
    """Within it the batch stays a draft, and is nobody else's to change: the row as it is now.
    Raises NotNow."""
    with transaction.atomic():
        now = Batch.objects.select_for_update().get(pk=batch.pk)
        batch.state = now.state
        if now.state != BatchState.DRAFT:
            raise settled(now)
        yield now
