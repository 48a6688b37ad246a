"""A running job's sign of life: progress and lease, written while it works."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from assets.services.keeper import Keeper
from studio.engine import Stopped
from studio.models import Job, State

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 3.0
REPORT_SECONDS = 0.25
# A renderer that has said nothing for so long is taken to hang; its lease runs out.
STALL_SECONDS = 300.0


class Grip(Keeper):
    """Keeps a lease while it lives. `mine` is the job as long as it is ours."""

    def __init__(self, mine: QuerySet[Job]) -> None:
        super().__init__(self._prolong, RENEW_SECONDS)
        self.mine = mine

    def is_alive(self) -> bool:
        """Whether what it is kept for still does something."""
        return True

    def _prolong(self) -> bool:
        if self.is_alive():
            self.mine.update(lease=timezone.now() + LEASE)
        return True


class Pulse(Grip):
    """Keeps the lease of one start; `report` is what the renderer calls."""

    def __init__(self, job: Job) -> None:
        states = (State.SUBMITTING, State.RUNNING, State.FETCHING)
        super().__init__(Job.objects.filter(pk=job.pk, fence=job.fence, state__in=states))
        self._said = time.monotonic()
        self._written = 0.0
        self._stage = ""

    def is_alive(self) -> bool:
        return time.monotonic() - self._said < STALL_SECONDS

    def report(self, fraction: float, stage: str) -> None:
        """Note progress (0…1) and the stage in a word, a few times a second at most.

        Raises engine.Stopped when the job was canceled, or another start owns it.
        """
        now = self._said = time.monotonic()
        if stage == self._stage and now - self._written < REPORT_SECONDS:
            return
        self._written, self._stage = now, stage
        wanted = self.mine.filter(cancel_requested=False).update(
            progress=round(fraction, 4), stage=stage, lease=timezone.now() + LEASE
        )
        if not wanted:
            raise Stopped
