"""Looking through the ledger from time to time, and keeping what was found."""

from __future__ import annotations

import logging
import time

from billing.audit import verify_ledger
from billing.models import LedgerCheck

log = logging.getLogger("zoetrope.billing")

MOST_TOLD, KEPT = 50, 30


def check() -> LedgerCheck:
    """Compare everything with everything; long where much was done."""
    began = time.monotonic()
    problems = verify_ledger()
    for problem in problems[:MOST_TOLD]:
        log.error("the ledger contradicts itself: %s", problem)
    found = LedgerCheck.objects.create(
        seconds=time.monotonic() - began, count=len(problems), problems=problems[:MOST_TOLD]
    )
    kept = LedgerCheck.objects.values_list("pk", flat=True)[:KEPT]
    LedgerCheck.objects.exclude(pk__in=list(kept)).delete()
    return found


def last() -> LedgerCheck | None:
    return LedgerCheck.objects.first()
