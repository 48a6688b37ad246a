"""Files that a sheet names by their addresses, brought into the library in the background."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from assets import services as assets
from billing.scope import Scope
from studio import http, intake
from studio.batches.check import check
from studio.models import Batch, BatchFile, BatchRow, BatchState, RowState

log = logging.getLogger("zoetrope.batches")

MOST_TRIES = 4
LEASE = timedelta(minutes=10)
AT_ONCE = 20
KINDS = ("image", "video", "audio")


def _due() -> QuerySet[BatchFile]:
    return BatchFile.objects.filter(next_at__lte=timezone.now())


def are_waiting() -> bool:
    return _due().exists()


def fetch_due() -> bool:
    """Bring some of what is due, and check the rows that waited for it. Whether there is more."""
    some = list(
        _due().select_related("batch__account", "batch__user").order_by("next_at")[:AT_ONCE]
    )
    for file in some:
        claim = BatchFile.objects.filter(pk=file.pk, tries=file.tries)
        if claim.update(tries=F("tries") + 1, next_at=timezone.now() + LEASE):
            file.tries += 1
            _fetch(file)
    for pk in {file.batch_id for file in some}:
        _check_again(pk)
    return are_waiting()


def _fetch(file: BatchFile) -> None:
    batch = file.batch
    mine = BatchFile.objects.filter(pk=file.pk)
    account = batch.account.seen(Scope(batch.client_id)) if batch.client_id else batch.account
    try:
        asset = intake.from_address(file.address, account=account, user=batch.user, kinds=KINDS)
    except http.FetchRefused as error:
        again = error.temporary and file.tries < MOST_TRIES
        later = timezone.now() + timedelta(seconds=10 * 3**file.tries)
        words = "" if again else error.message
        mine.update(problem=words, next_at=later if again else None)
    except assets.Refused as error:
        mine.update(problem=str(error), next_at=None)
    else:
        mine.update(asset=asset, problem="", next_at=None)


def _check_again(batch: UUID) -> None:
    found = Batch.objects.select_related("account", "user").filter(pk=batch).first()
    if found is None or found.state != BatchState.DRAFT:
        return
    waiting = BatchRow.objects.filter(batch=found, state__in=(RowState.COMING, RowState.WRONG))
    if BatchFile.objects.filter(batch=found, next_at__isnull=False).exists():
        waiting = waiting.filter(state=RowState.COMING)
    if waiting.update(state=RowState.NEW):
        check(found)
