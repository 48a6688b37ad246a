"""One provider as one key sees it: its connections, its workers, and how it behaves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from studio.http import Clients
from studio.keys import Access
from studio.pump.errands import Heard
from studio.pump.health import FAILURES
from studio.spec import ErrorKind, ProviderError

log = logging.getLogger("zoetrope.pump")

T = TypeVar("T")
POLLS, SENDS = 184, 8
RECENT = 20
HEARD_EVERY = 0.5
# Whoever does not heed the word to end is left behind after so many seconds.
CLOSE = 3.0
# Errors that say that the provider cannot be reached; anything else is an answer.
UNREACHED = (ErrorKind.LATER, ErrorKind.UNCLEAR)


class Line:
    """Work for the provider is put into two queues, each with its workers, so that questions and
    submits do not wait for each other, nor for another provider."""

    def __init__(self, access: Access, tell: Callable[[Heard], None]) -> None:
        self.access, self.provider, self._tell = access, access.provider, tell
        self.clients = Clients(POLLS + SENDS)
        self.wire = access.wire(self.clients)
        self.polls: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self.sends: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self.tasks: list[asyncio.Task[None]] = []
        self._count = {id(self.polls): 0, id(self.sends): 0}
        self._failures = self._questions = 0
        self._recent: deque[bool] = deque(maxlen=RECENT)
        self._told_at = 0.0

    def put(
        self,
        queue: asyncio.Queue[Callable[[], Awaitable[None]]],
        work: Callable[[], Awaitable[None]],
    ) -> None:
        """Give work to a queue; workers are made as they are needed."""
        queue.put_nowait(work)
        most = POLLS if queue is self.polls else SENDS
        if self._count[id(queue)] < most and queue.qsize() > 0:
            self._count[id(queue)] += 1
            self.tasks.append(asyncio.create_task(self._work(queue)))

    async def _work(self, queue: asyncio.Queue[Callable[[], Awaitable[None]]]) -> None:
        while True:
            work = await queue.get()
            try:
                await work()
            except Exception:
                log.exception("%s: a call broke", self.access.name)

    async def ask(self, call: Awaitable[T], *, submits: bool = False) -> T:
        """A call, counted for the circuit. An adapter that breaks is an unclear answer.

        Failures of any call open it. Only the answer to a submit closes it: a provider that answers
        questions may still refuse work.
        """
        try:
            answer = await call
        except ProviderError as error:
            bad = error if error.kind in UNREACHED and not error.retry_after else None
            if bad or submits:
                self._count_in(bad, submits=submits)
            raise
        except Exception as error:
            log.exception("%s: the adapter broke", self.access.name)
            message = "Something went wrong on our side. It is in the log under this job's id."
            raise ProviderError(message, ErrorKind.UNCLEAR, detail=repr(error)[:500]) from error
        if submits:
            self._count_in(None, submits=True)
        else:
            self._questions = 0
        return answer

    def _count_in(self, error: ProviderError | None, *, submits: bool) -> None:
        was_bad = self._failures > 0
        if submits:
            self._recent.append(error is not None)
        else:
            # Questions that are not answered, in a row.
            self._questions += 1
            if self._questions < FAILURES:
                return
        self._failures = self._failures + 1 if error else 0
        if not error and not was_bad and self._told_at:
            return
        now = time.monotonic()
        due = now - self._told_at >= HEARD_EVERY or self._failures == FAILURES
        if error and was_bad and not due:
            return
        self._told_at = now
        share = sum(self._recent) / RECENT if len(self._recent) == RECENT else 0.0
        said = error.message if error else ""
        self._tell(Heard(self.access, self._failures, share, said))

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=CLOSE)
        await self.clients.close()
