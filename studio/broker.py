"""The queues, in the database as django-q keeps them, but for two things.

A cluster also takes what is addressed to its host alone ("work@host"), so that a canary says
something about the host that sent it. And it waits for a database that is away, where django-q's
process would end and stay away for ten seconds.
"""

from __future__ import annotations

import logging
import time
from functools import cached_property

from django import db
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

from studio.processes import HOST

log = logging.getLogger("zoetrope.queue")

QUEUES = ("engine", "work")


def address(queue: str) -> str:
    """The name under which a queue is reached on this host alone."""
    return f"{queue}@{HOST}"


class Broker(ORM):  # type: ignore[misc]
    away = False

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Claim the task that waits longest: [(its row, what it says)]. None if there is none."""
        try:
            found = self._claim()
            self.away = False
            return found
        except db.Error as error:
            if not self.away:
                log.warning("the queue cannot be read, waiting for it: %s", error)
            self.away = True
            db.connections[Conf.ORM].close()
            time.sleep(1)
            return None

    def _claim(self) -> list[tuple[int, str]] | None:
        row = next(iter(OrmQ.objects.using(Conf.ORM).raw(self._question, self._answers())), None)
        if row is None:
            time.sleep(Conf.POLL)
        elif self._take(row):
            return [(row.pk, row.payload)]
        return None

    @cached_property
    def _question(self) -> str:
        """The query as text: asked ten times a second, it would cost more to build than to answer.
        The connection stays open for the same reason."""
        waiting = OrmQ.objects.filter(key__in=["a", "b"], lock__lt=timezone.now())
        question: str = waiting.order_by("lock", "pk")[:1].query.sql_with_params()[0]
        return question

    def _answers(self) -> list[object]:
        # The clock that wrote the rows: SQLite's own has no microseconds.
        now = db.connections[Conf.ORM].ops.adapt_datetimefield_value(timezone.now())
        return [self.list_key, address(self.list_key), now]

    def _take(self, row: OrmQ) -> bool:
        """Whether nobody else was quicker."""
        rows = OrmQ.objects.using(Conf.ORM).filter(pk=row.pk, lock=row.lock)
        return bool(rows.update(lock=self.timeout(row)))
