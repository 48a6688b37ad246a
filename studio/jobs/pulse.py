"""A running job's sign of life: progress and lease, written while it works."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from types import TracebackType

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from studio.engine import Stopped
from studio.models import Job, State

log = logging.getLogger("zoetrope.jobs")

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 3.0
REPORT_SECONDS = 0.25
# A renderer that has said nothing for so long is taken to hang; its lease runs out.
STALL_SECONDS = 300.0


class Pulse:
    """Keeps the lease of one start while it lives; `report` is what the renderer calls."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._over = threading.Event()
        self._said = time.monotonic()
        self._written = 0.0
        self._stage = ""
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        try:
            while not self._over.wait(RENEW_SECONDS):
                if time.monotonic() - self._said < STALL_SECONDS:
                    self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            self._mine().update(lease=timezone.now() + LEASE)
        except DatabaseError:
            log.warning("job %s: lease not renewed", self.job.pk, exc_info=True)

    def _mine(self) -> QuerySet[Job]:
        states = (State.SUBMITTING, State.RUNNING, State.FETCHING)
        return Job.objects.filter(pk=self.job.pk, fence=self.job.fence, state__in=states)

    def report(self, fraction: float, stage: str) -> None:
        """Note progress (0…1) and the stage in a word, a few times a second at most.

        Raises engine.Stopped when the job was canceled, or another start owns it.
        """
        now = self._said = time.monotonic()
        if stage == self._stage and now - self._written < REPORT_SECONDS:
            return
        self._written, self._stage = now, stage
        wanted = (
            self._mine()
            .filter(cancel_requested=False)
            .update(progress=round(fraction, 4), stage=stage, lease=timezone.now() + LEASE)
        )
        if not wanted:
            raise Stopped
