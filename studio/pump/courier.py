"""The side of the pump that talks to providers. A thread of its own with its own event loop: it
never touches the database, and whoever touches the database never waits for the network."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
import mimetypes
import queue
import random
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from uuid import UUID

from studio.engine import EngineError
from studio.engine.audio import cut
from studio.engine.fit import fitted
from studio.failpoints import point
from studio.pump import pace
from studio.pump.errands import (
    Answer,
    Ask,
    Brought,
    Errand,
    Go,
    HookKeys,
    LearnHookKeys,
    News,
    Ready,
    Send,
    Source,
    Watch,
)
from studio.pump.line import Line
from studio.spec import Call, ErrorKind, ProviderError, Status, Update

log = logging.getLogger("zoetrope.pump")

DECIDED = (Status.SUCCEEDED, Status.FAILED, Status.CANCELED)
SAY_EVERY = 1.0
SAY_STEP = 0.05
LAGS = 20_000
LISTEN_AGAIN = 5.0


class Courier:
    """Takes errands and brings news. `sure` is asked right before anything that may cost."""

    def __init__(self, sure: Callable[[], bool]) -> None:
        self._sure = sure
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._lines: dict[str, Line] = {}
        self._watches: dict[UUID, Watch] = {}
        self._heap: list[tuple[float, int, int, Watch]] = []
        self._order = itertools.count()
        self._going: dict[UUID, asyncio.Future[bool]] = {}
        self._wake = asyncio.Event()
        self._over = asyncio.Event()
        # Seconds between when a question was due and when it was put.
        self.lags: deque[float] = deque(maxlen=LAGS)
        self.polled = 0

    # --- called by the desk -------------------------------------------------------------------

    def __enter__(self) -> Courier:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def post(self, errand: Errand) -> None:
        self._loop.call_soon_threadsafe(self._accept, errand)

    def drop(self, job: UUID) -> None:
        """Do not ask about it any more."""
        self._loop.call_soon_threadsafe(self._watches.pop, job, None)

    def news(self, wait: float) -> list[News]:
        """What there is; `wait` seconds at most for the first."""
        found = []
        with contextlib.suppress(queue.Empty):
            found.append(self._news.get(timeout=wait))
            while len(found) < 500:
                found.append(self._news.get_nowait())
        return found

    def lateness(self) -> tuple[int, float, float]:
        """(questions put, median of the seconds that they came late, 95 of 100)."""
        lags = sorted(self.lags)
        if not lags:
            return 0, 0.0, 0.0
        return self.polled, lags[len(lags) // 2], lags[int(len(lags) * 0.95)]

    def is_watching(self, job: UUID) -> bool:
        return job in self._watches

    # --- in the thread of the loop ------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        clock = asyncio.create_task(self._keep_time())
        await self._over.wait()
        clock.cancel()
        await asyncio.gather(clock, return_exceptions=True)
        for line in self._lines.values():
            await line.close()

    def _line(self, errand: Errand) -> Line:
        access = errand.access
        line = self._lines.get(access.name)
        if line is None or line.access != access:
            line = self._lines[access.name] = Line(access, self._news.put)
            if access.provider.listens:
                line.tasks.append(asyncio.create_task(self._listen(line)))
        return line

    def _accept(self, errand: Errand) -> None:
        line = self._line(errand)
        match errand:
            case Watch():
                self._watch(errand)
            case Send():
                line.put(line.sends, partial(self._send, line, errand))
            case Go():
                if (going := self._going.get(errand.job)) and not going.done():
                    going.set_result(errand.ok)
            case Ask():
                line.put(line.sends, partial(self._ask, line, errand))
            case LearnHookKeys():
                line.put(line.sends, partial(self._learn, line, errand))

    # --- asking -------------------------------------------------------------------------------

    def _watch(self, watch: Watch) -> None:
        self._watches[watch.job] = watch
        wait = self._interval(watch)
        if watch.soon:
            wait = 0.0
        elif watch.spread:
            wait = min(wait, pace.SPREAD_MOST) * random.random()  # noqa: S311
        self._put_off(watch, wait)

    def _interval(self, watch: Watch) -> float:
        provider = watch.access.provider
        age = time.time() - watch.since
        return pace.interval(
            age,
            provider.poll_first,
            provider.poll_most,
            deadline=watch.deadline,
            hooked=watch.hooked,
        )

    def _put_off(self, watch: Watch, wait: float) -> None:
        watch.due = time.monotonic() + wait
        watch.turn += 1
        heapq.heappush(self._heap, (watch.due, next(self._order), watch.turn, watch))
        self._wake.set()

    async def _keep_time(self) -> None:
        """Put every question when it is due."""
        while True:
            self._wake.clear()
            now = time.monotonic()
            while self._heap and self._heap[0][0] <= now:
                _, _, turn, watch = heapq.heappop(self._heap)
                if watch.turn == turn and self._watches.get(watch.job) is watch:
                    line = self._line_of(watch)
                    line.put(line.polls, partial(self._poll, line, watch))
            wait = self._heap[0][0] - time.monotonic() if self._heap else 60.0
            # Not wait_for: before Python 3.12 it may swallow the word to end.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(wait, 0.005)):
                    await self._wake.wait()

    def _line_of(self, watch: Watch) -> Line:
        return self._lines[watch.access.name]

    async def _poll(self, line: Line, watch: Watch) -> None:
        self.lags.append(time.monotonic() - watch.due)
        self.polled += 1
        try:
            update = await line.ask(line.provider.poll(line.wire, watch.handle))
        except ProviderError as error:
            watch.errors += 1
            wait = pace.after_error(self._interval(watch), watch.errors, error.retry_after)
            self._next(watch, wait)
            return
        watch.errors = 0
        if update.status in DECIDED:
            if self._watches.pop(watch.job, None):
                self._tell(watch, update)
            return
        self._note(watch, update)
        self._next(watch, pace.jittered(self._interval(watch)))

    def _tell(self, watch: Watch, update: Update) -> None:
        self._news.put(Answer("poll", watch.job, watch.fence, watch.access, update))

    def _note(self, watch: Watch, update: Update) -> None:
        """Progress, when there is some worth a write."""
        stage, progress = watch.said
        moved = abs((update.progress or 0.0) - (progress or 0.0)) >= SAY_STEP
        now = time.monotonic()
        if (update.stage != stage or moved) and now - watch.said_at >= SAY_EVERY:
            watch.said, watch.said_at = (update.stage, update.progress), now
            self._tell(watch, update)

    def _next(self, watch: Watch, wait: float) -> None:
        age = time.time() - watch.since
        for word, limit in (("late", watch.deadline), ("overdue", watch.deadline * pace.PATIENCE)):
            if age > limit and word not in watch.told:
                watch.told.add(word)
                self._news.put(Answer(word, watch.job, watch.fence, watch.access))  # type: ignore[arg-type]
        if watch.job in self._watches:
            self._put_off(watch, wait)

    async def _listen(self, line: Line) -> None:
        """What the provider says by itself; only a hint, the questions go on."""
        while True:
            with contextlib.suppress(ProviderError):
                async for ref, update in line.provider.listen(line.wire):
                    self._hear(line, ref, update)
            await asyncio.sleep(LISTEN_AGAIN)

    def _hear(self, line: Line, ref: str, update: Update) -> None:
        for watch in self._watches.values():
            if watch.handle.ref == ref and watch.access.name == line.access.name:
                if update.progress is not None and update.progress >= 1:
                    self._put_off(watch, 0.0)
                else:
                    self._note(watch, update)
                return

    # --- handing over -------------------------------------------------------------------------

    async def _send(self, line: Line, send: Send) -> None:
        """Make it ready, have that committed, hand it over, bring the answer."""
        try:
            answer = await self._hand_over(line, send, await self._made_ready(line, send))
        except ProviderError as error:
            answer = _answer(send, error=_before(error))
        except EngineError as error:
            answer = _answer(send, error=ProviderError(str(error), ErrorKind.INPUT))
        except Exception:
            log.exception("job %s could not be made ready", send.job)
            message = "It could not be made ready. It is in the log under this job's id."
            answer = _answer(send, error=ProviderError(message, ErrorKind.INPUT))
        finally:
            await asyncio.to_thread(shutil.rmtree, send.folder, ignore_errors=True)
        self._news.put(answer)

    async def _made_ready(self, line: Line, send: Send) -> Call:
        """Its files fitted and brought; what it says, once to see that it can be said."""
        files = {n: await self._ready(s, send) for n, s in send.sources.items()}
        brings = send.sources.items() if line.provider.uploads else ()
        call = Call(
            offer=send.offer,
            params=send.params,
            files=files,
            ref=send.ref,
            folder=send.folder,
            urls={n: await self._bring(line, s, files[n]) for n, s in brings},
            webhook=send.webhook,
        )
        _ = call.payload
        return call

    async def _hand_over(self, line: Line, send: Send, call: Call) -> Answer:
        if not send.again and not await self._may_go(send):
            raise ProviderError("It was held back.", ErrorKind.LATER)
        point("before-send")
        if not self._sure():
            return _answer(send, error=ProviderError("Held up.", ErrorKind.LATER))
        try:
            update = await line.ask(line.provider.submit(line.wire, call), submits=True)
        except ProviderError as error:
            return _answer(send, error=error)
        point("answered")
        return _answer(send, update=update)

    async def _may_go(self, send: Send) -> bool:
        """From here on it may have been accepted; until then a death costs nothing."""
        self._going[send.job] = asyncio.get_running_loop().create_future()
        self._news.put(Ready(send.job, send.fence, send.access))
        try:
            return await self._going[send.job]
        finally:
            del self._going[send.job]

    async def _ready(self, source: Source, send: Send) -> Path:
        """The file as the provider takes it: itself, a part of it, or a smaller copy."""
        limits = source.limits
        if source.part:
            target = send.folder / f"{source.path.stem}-part.mp3"
            return await asyncio.to_thread(cut, source.path, target, *source.part)
        if source.known or limits is None or not source.mime.startswith("image/"):
            return source.path
        return await asyncio.to_thread(
            fitted,
            source.path,
            send.folder,
            max_bytes=limits.max_bytes,
            max_side=limits.max_side,
            max_pixels=limits.max_pixels,
            mimes=limits.mimes,
        )

    async def _bring(self, line: Line, source: Source, path: Path) -> str:
        if source.known:
            return source.known
        mime = source.mime
        if path != source.path:
            mime = mimetypes.guess_type(path.name)[0] or mime
        done = await line.ask(line.provider.upload(line.wire, path, mime))
        self._news.put(Brought(line.access, source.name, done.url, done.seconds))
        return done.url

    async def _ask(self, line: Line, ask: Ask) -> None:
        verb = line.provider.cancel if ask.verb == "cancel" else line.provider.lookup
        try:
            update = await line.ask(verb(line.wire, ask.handle))
        except ProviderError as error:
            self._news.put(Answer(ask.verb, ask.job, ask.fence, ask.access, error=error))
        else:
            self._news.put(Answer(ask.verb, ask.job, ask.fence, ask.access, update))

    async def _learn(self, line: Line, errand: LearnHookKeys) -> None:
        with contextlib.suppress(ProviderError):
            keys = await line.ask(line.provider.hook_keys(line.wire))
            self._news.put(HookKeys(errand.access, keys))


def _answer(
    send: Send, *, update: Update | None = None, error: ProviderError | None = None
) -> Answer:
    cached = tuple(s.name for s in send.sources.values() if s.known)
    return Answer("submit", send.job, send.fence, send.access, update, error, cached)


def _before(error: ProviderError) -> ProviderError:
    """An error on the way to the submit: nothing was handed over yet."""
    kind = ErrorKind.LATER if error.kind == ErrorKind.UNCLEAR else error.kind
    return ProviderError(error.message, kind, retry_after=error.retry_after, detail=error.detail)
