"""The pump: hands work over to providers elsewhere, asks how it stands, and brings the answers.

    desk     the tables: what to send, ask and find out; every decision under the lease
    courier  the network: a thread with an event loop, a line for each provider and key
    errands  what goes between the two; parcel  what a job is sent as
    lease    who works it; pace  how often to ask; health  the circuits; uploads  files there

It works in slices, each a task of the queue, and hands the baton on. A slice that dies is noticed
by its lease; whoever comes next takes over from the tables alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django import db
from django.db import transaction
from django_q.tasks import async_task

from studio import jobs
from studio.pump import lease
from studio.pump.courier import Courier
from studio.pump.desk import Desk
from studio.pump.errands import Answer, News
from studio.pump.lease import Fenced, Held
from studio.spec import ErrorKind, ProviderError

log = logging.getLogger("zoetrope.pump")

SLICE = 60.0
# While something is still being sent when that is over, others may be sent for so much longer.
GRACE = 30.0
TICK = 0.1
LOOK = 0.25
RENEW = 1.0
# What is being sent at the end of a slice gets so long to be answered: longer than a provider may
# take for an answer that is the result, and all of it less than the task may take.
DRAIN = 140.0
IDLE = 3.0
LAST_WORDS = 15.0
# The database is away or held by somebody; any other error of it is about what was to be written.
BUSY = (db.OperationalError, db.InterfaceError)


def run_slice(seconds: float = SLICE) -> bool:
    """Work for about `seconds`, less when nothing is left to do. False when somebody else does."""
    held = lease.take()
    if held is None:
        return False
    with Courier(held.is_sure) as courier:
        work = _Slice(held, courier, seconds)
        try:
            work.run()
        except Fenced:
            log.warning("the pump was taken over by another process")
            work.leave_word()
            return True
    with transaction.atomic():
        held.give_back()
        if jobs.pump_is_wanted() and not held.left:
            async_task("studio.tasks.pump", cluster="engine")
    return True


class _Slice:
    def __init__(self, held: Held, courier: Courier, seconds: float) -> None:
        self.held, self.courier = held, courier
        self.desk = Desk(held, courier)
        self.begun = time.monotonic()
        self.seconds = seconds
        self.renewed = self.needed = self.begun
        self.looked = self.begun - LOOK  # the first look is at once
        self.waiting: list[News] = []

    def run(self) -> None:
        adopted = False
        while not adopted or not self._is_over():
            adopted = adopted or self._steadily(self.desk.adopt)
            self.waiting += self.courier.news(TICK)
            self._steadily(self._take_in)
            if time.monotonic() - self.looked >= LOOK:
                self.looked = time.monotonic()
                self._steadily(self._look)
        asked, median, most = self.courier.lateness()
        if asked:
            said = "asked %d times, late by %.2f s (median), %.2f s (95 of 100)"
            log.info(said, asked, median, most)

    def leave_word(self) -> None:
        """Others work now; what is still being answered here is worth telling them."""
        deadline = time.monotonic() + LAST_WORDS
        while self.waiting or (self.desk.is_sending() and time.monotonic() < deadline):
            self._steadily(partial(self.desk.leave_word, self.waiting))
            self.waiting = self.courier.news(TICK)

    def _take_in(self) -> None:
        while self.waiting:
            news = self.waiting[0]
            try:
                self.desk.take_in(news)
            except (Fenced, *BUSY):
                raise
            except Exception:
                log.exception("an answer could not be taken in: %r", news)
                self._set_aside(news)
            self.desk.done_with(self.waiting.pop(0))

    def _set_aside(self, news: News) -> None:
        """What cannot be written down must not keep everything behind it waiting. Of a submit it is
        the less an answer: whether it was accepted is then found out."""
        if isinstance(news, Answer) and news.verb == "submit":
            error = ProviderError("Its answer could not be read.", ErrorKind.UNCLEAR)
            try:
                self.desk.take_in(replace(news, update=None, error=error))
            except (Fenced, *BUSY):
                raise
            except Exception:
                log.exception("nor could that it was unclear")

    def _look(self) -> None:
        now = time.monotonic()
        if now - self.renewed >= RENEW:
            self.desk.write_progress()
            self.renewed = now
            self.held.left = self.held.left or self.held.is_leaving()
            if jobs.pump_is_wanted():
                self.needed = now
        self.desk.look(sends=self._may_send())

    def _age(self) -> float:
        return time.monotonic() - self.begun

    def _is_in_time(self) -> bool:
        return not self.held.left and self._age() < self.seconds

    def _may_send(self) -> bool:
        """One provider that is slow to answer must not keep the others from being sent to."""
        waits = self.desk.is_sending() and self._age() < self.seconds + GRACE
        return not self.held.left and (self._is_in_time() or waits)

    def _is_over(self) -> bool:
        """The time is up and nothing is half said; or there is nothing to do."""
        most = self.seconds + GRACE + DRAIN
        if self.waiting or (self.desk.is_sending() and self._age() < most):
            return False
        return not self._is_in_time() or time.monotonic() - self.needed > IDLE

    def _steadily(self, act: Callable[[], None]) -> bool:
        """Whether it was done. What needs the database waits for it: an answer that cost money is
        not dropped because somebody holds a lock."""
        try:
            act()
            return True
        except Fenced:
            raise
        except BUSY as error:
            log.warning("the pump waits for the database: %s", error)
            db.connection.close()
            time.sleep(TICK)
        except Exception:
            log.exception("the pump stumbled")
        return False
