"""Canaries: a task through each queue every other second shows that the queue is alive.

Only what comes out counts. A queue can be dead while every process of it looks well: a worker that
is killed while it waits takes a lock with it that nobody else can ever open.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django import db
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from studio.broker import address
from studio.models import Beat

log = logging.getLogger("zoetrope.supervisor")

EVERY = 2.0
LATE = 10.0
LATE_AT_START = 30.0  # a cold disk takes its time to load everything
GLANCE = 1.0
# A database that does not answer for so long may be held by a cluster that hangs in mid-write.
BLIND_MOST = 30.0
FORGOTTEN = timedelta(days=1)


class Canaries:
    """Counts for every queue how many seconds it has been silent.

    Only time in which this process can see counts: while the database is locked or away, or while
    this process was held up itself, nobody is blamed for silence; not for ever, because whoever
    hangs may be the one that holds the database.
    """

    def __init__(self, queues: Collection[str]) -> None:
        self.names = {address(queue): queue for queue in queues}
        self.silence = dict.fromkeys(queues, 0.0)
        self.limit = dict.fromkeys(queues, LATE_AT_START)
        self.seen: dict[str, datetime | None] = {}
        self.since_sent = EVERY
        self.blind = False
        self.blind_for = 0.0
        self.tidied = False

    def look(self, elapsed: float) -> None:
        """Send and receive, `elapsed` seconds after the last look."""
        self.since_sent += elapsed
        try:
            db.close_old_connections()
            if not self.tidied:
                self._forget_old_hosts()
                self.tidied = True
            if self.since_sent >= EVERY:
                self._send()
                self.since_sent = 0.0
            self._receive(min(elapsed, GLANCE))
            self.blind, self.blind_for = False, 0.0
        except db.Error as error:
            if not self.blind:
                log.warning("the database does not answer, waiting for it: %s", error)
            self.blind = True
            self.blind_for += elapsed
            db.connection.close()

    def is_late(self, queue: str) -> bool:
        return self.silence[queue] > self.limit[queue] or self.blind_for > BLIND_MOST

    def start_anew(self, queue: str) -> None:
        """The queue gets new processes, and the time that they need to come up."""
        self.silence[queue] = self.blind_for = 0.0
        self.limit[queue] = LATE_AT_START

    def _forget_old_hosts(self) -> None:
        """Remove the canaries of hosts that did not come back; a container is new each time."""
        day = timezone.now() - FORGOTTEN
        Beat.objects.filter(sent__lt=day).delete()
        OrmQ.objects.filter(key__contains="@", lock__lt=day).delete()

    def _send(self) -> None:
        with db.transaction.atomic():
            Beat.objects.bulk_create(
                [Beat(name=name, sent=timezone.now()) for name in self.names],
                update_conflicts=True,
                unique_fields=["name"],
                update_fields=["sent"],
            )
            for name in self.names:
                async_task("studio.tasks.beat", name, cluster=name)

    def _receive(self, elapsed: float) -> None:
        seen = dict(Beat.objects.filter(name__in=self.names).values_list("name", "seen"))
        for name, queue in self.names.items():
            if name in self.seen and seen.get(name) != self.seen[name]:
                self.silence[queue] = 0.0
                self.limit[queue] = LATE
            else:
                self.silence[queue] += elapsed
        self.seen = seen
