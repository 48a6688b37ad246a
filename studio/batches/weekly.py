"""The same batch again, a week later: its rows checked and priced anew."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from assets.services import Refused as FileRefused
from billing.services import MoneyRefused
from studio import jobs
from studio.batches import admit, schedule
from studio.batches.check import check
from studio.batches.wrong import NotNow, Wrong
from studio.models import Batch, BatchRow

log = logging.getLogger("zoetrope.batches")

CHUNK = 1_000
COPIED = (
    *("account", "client", "user", "title", "source", "source_name", "columns", "mapping", "steps"),
    *("window", "zone", "repeats", "at_once", "stop_failures", "stop_units"),
    *("email", "webhook", "secret"),
)


def are_due() -> bool:
    return Batch.objects.filter(next_at__lte=timezone.now()).exists()


def repeat_due() -> int:
    """Begin what comes again. How many were made; what of one goes wrong does not stop others."""
    done = 0
    for batch in Batch.objects.filter(next_at__lte=timezone.now()).select_related("account"):
        try:
            done += repeat(batch) is not None
        except Exception:
            log.exception("batch %s could not be repeated", batch.pk)
    return done


def repeat(batch: Batch) -> Batch | None:
    """The next one; None when somebody else made it. It may turn out that it cannot begin: then it
    stays a draft, and people are told why."""
    made = _copied(batch)
    if made is None:
        return None
    words = ""
    try:
        check(made)
        admit.start(made, made.user, without_wrong=True)
    except (Wrong, NotNow, MoneyRefused, FileRefused) as error:
        words = str(error)
    if words:
        Batch.objects.filter(pk=made.pk).update(words=words)
        jobs.tell(made.pk, "not begun", words)
    made.refresh_from_db()
    return made


def _copied(batch: Batch) -> Batch | None:
    """The next one with its rows as a draft, and when it comes again; once, whoever asks."""
    due = batch.next_at
    if due is None:
        return None
    with transaction.atomic():
        mine = Batch.objects.filter(pk=batch.pk, next_at=due)
        if not mine.update(next_at=None):
            return None
        made = Batch(**{name: getattr(batch, name) for name in COPIED})
        made.repeat_of = batch
        # Whatever becomes of this one, there is a next one.
        made.next_at = schedule.next_time(batch, due)
        made.save(force_insert=True)
        kept = BatchRow.objects.filter(batch=batch).order_by("number")
        new = []
        for row in kept.values("number", "line", "cells", "unreadable").iterator(CHUNK):
            new.append(BatchRow(batch=made, **row))
            if len(new) == CHUNK:
                BatchRow.objects.bulk_create(new)
                new = []
        BatchRow.objects.bulk_create(new)
    return made


def stop_repeating(batch: Batch) -> None:
    """It does not come again."""
    Batch.objects.filter(pk=batch.pk).update(next_at=None, repeats="")
    batch.next_at, batch.repeats = None, ""
