"""The frame of every fake: a server of its own thread, predictions that advance, faults on demand.

A fake is a subclass with the routes and the words of one protocol, and its module names it FAKE:

    class FakeAcme(Fake):
        key, key_name = "acme", "ACME_API_KEY"

        def routes(self, router):
            router.add_post("/run", self.submit)
            router.add_get("/runs/{id}", self.poll)

        async def submit(self, request):
            body = await request.json()
            return await self.take(request, "model-1", body, self.accepted)

        async def poll(self, request):
            return await self.tell(request, request.match_info["id"], self.told)

`take` and `tell` keep the order of events and play the faults. Other processes see and set all of
it: GET /_fake/state, POST /_fake/faults (fields of Faults), POST /_fake/end {"id", "stage"}.
"""

from __future__ import annotations

import asyncio
import mimetypes
import random
import threading
import time
import zlib
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, ClassVar, Self
from uuid import uuid4

import aiohttp
from aiohttp import web

from tests.fakes.media import HTML, HUES, drip, movie, short
from tests.fakes.parts import DONE, ENDS, FAILED, MODERATED, RUNNING, Faults, Prediction

Answer = Callable[[Prediction], web.StreamResponse | Awaitable[web.StreamResponse]]


class Fake:
    """One provider on 127.0.0.1. `secret` is the key that it accepts; `open` begins the paths
    that need none."""

    key: ClassVar[str]
    label: ClassVar[str] = ""
    key_name: ClassVar[str] = ""
    open: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, port: int = 0, *, seconds: float | None = 0.2, secret: str = "", seed: int = 1
    ) -> None:
        self.port, self.seconds = port, seconds
        self.secret = secret or f"{self.key}-secret-{uuid4().hex}"
        self.faults = Faults()
        self.predictions: dict[str, Prediction] = {}
        self.uploads: dict[str, bytes] = {}
        self.calls: deque[tuple[str, str]] = deque(maxlen=10_000)
        self.leaks: list[str] = []
        self.news_sent = 0
        self._chance = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what a protocol says -------------------------------------------------------------------

    def routes(self, router: web.UrlDispatcher) -> None:
        raise NotImplementedError

    def allowed(self, request: web.Request) -> bool:
        """Whether the call carries the key."""
        return request.headers.get("Authorization") == f"Bearer {self.secret}"

    def error(self, status: int, words: str, kind: str) -> web.Response:
        """An error as they say it; kind: key, credit, input, moderated, busy, server or missing."""
        return web.json_response({"error": words}, status=status)

    def refuses(self, model: str, said: dict[str, Any]) -> str:
        """Why this input is not accepted; empty when it is."""
        return ""

    def news(self, prediction: Prediction) -> tuple[dict[str, str], bytes]:
        """The webhook about its end: headers with the signature, and the body."""
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        """What the studio must be told to use this fake."""
        named = {f"{self.key.upper()}_URL": self.url}
        return {**named, self.key_name: self.secret} if self.key_name else named

    # --- life -----------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Returns when it listens; `port` is then the real one."""
        self._thread = threading.Thread(target=self._live, name=f"fake {self.key}", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        except OSError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread:
            self._thread.join(10)
        self._loop.close()

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        app = web.Application(middlewares=[self._every_call], client_max_size=1 << 28)
        app.router.add_get("/_fake/state", self._state)
        app.router.add_post("/_fake/faults", self._set_faults)
        app.router.add_post("/_fake/end", self._end_by_call)
        app.router.add_get("/_fake/files/{name}", self.result)
        app.router.add_put("/_fake/put/{name}", self.put)
        app.router.add_get("/_fake/kept/{name}", self.kept)
        self.routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024).start()
        self.port = self._runner.addresses[0][1]

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._runner.cleanup()
        # Answers that were still being held back.
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for held in rest:
            held.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    # --- faults ---------------------------------------------------------------------------------

    def hit(self, name: str) -> bool:
        """Whether this fault happens now; counts it down."""
        left = float(getattr(self.faults, name))
        if 0 < left < 1:
            return self._chance.random() < left
        if left >= 1:
            setattr(self.faults, name, left - 1)
        return left != 0

    def cut(self, request: web.Request) -> web.Response:
        if request.transport:
            request.transport.abort()
        return web.Response()

    def unreadable(self) -> web.Response:
        mime = "application/json" if self.faults.body[:1] in "{[" else "text/html"
        return web.Response(text=self.faults.body, content_type=mime)

    @web.middleware
    async def _every_call(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith(("/_fake/state", "/_fake/faults", "/_fake/end")):
            return await handler(request)
        self.calls.append((request.method, request.path))
        if self.faults.slow:
            await asyncio.sleep(self.faults.slow)
        if not request.path.startswith(("/_fake/", *self.open)) and (
            not self.allowed(request) or self.hit("bad_key")
        ):
            # Some repeat what they were given.
            said = request.headers.get("Authorization", "").rpartition(" ")[2]
            return self.error(401, f"The API key is not valid: {said}", "key")
        return await handler(request)

    # --- work -----------------------------------------------------------------------------------

    async def take(
        self,
        request: web.Request,
        model: str,
        said: dict[str, Any],
        answer: Answer,
        *,
        id: str = "",
        reference: str = "",
        hook: str = "",
    ) -> web.StreamResponse:
        """A submit. `reference` is what we may be known by; a hook is one too."""
        if self.hit("cut_before"):
            return self.cut(request)
        if self.hit("too_many"):
            response = self.error(429, "Too many requests.", "busy")
            response.headers["Retry-After"] = self.faults.retry_after
            return response
        if self.hit("no_credit"):
            return self.error(402, "Insufficient credits, please top up your balance.", "credit")
        if words := self.refuses(model, said) or (self.hit("refused") and "prompt is too long"):
            return self.error(400, str(words), "input")
        prediction = self.add(model, said, id=id, reference=reference or hook, hook=hook)
        if self.hit("cut_after"):
            return self.cut(request)
        if self.hit("error_after"):
            return self.error(500, "Internal error.", "server")
        return self.unreadable() if self.hit("unreadable") else await _given(answer(prediction))

    def add(
        self, model: str, said: dict[str, Any], *, id: str = "", reference: str = "", hook: str = ""
    ) -> Prediction:
        """Work that is accepted and paid for from here on."""
        fate = next((f for f in (MODERATED, FAILED) if self.hit(f)), DONE)
        now = time.monotonic()
        prediction = Prediction(
            id or uuid4().hex, model, said, now, self.seconds, fate, reference, hook
        )
        self.predictions[prediction.id] = prediction
        if hook and self.seconds is not None:
            self._later(self.seconds, prediction)
        return prediction

    async def tell(self, request: web.Request, id: str, answer: Answer) -> web.StreamResponse:
        """A poll."""
        if self.hit("server_error"):
            return self.error(500, "Internal error.", "server")
        if self.hit("malformed"):
            return self.unreadable()
        prediction = self.predictions.get(id)
        if prediction is None or self.hit("missing"):
            return self.error(404, "There is no such prediction.", "missing")
        return await _given(answer(prediction))

    def stage(self, prediction: Prediction) -> str:
        """How it stands, as a poll tells it."""
        if self.hit("wrong_word"):
            return "pondering"
        return RUNNING if self.hit("never") else prediction.stage_now()

    def end(self, id: str, stage: str = DONE) -> None:
        """Make it so now, whatever the time says; may be called from any thread."""
        prediction = self.predictions[id]
        prediction.stage = stage
        if prediction.hook and stage in ENDS:
            self._loop.call_soon_threadsafe(self._later, 0, prediction)

    def paid(self) -> Counter[str]:
        """How often each reference was accepted."""
        return Counter(p.reference for p in self.predictions.values())

    # --- files ----------------------------------------------------------------------------------

    def results(self, prediction: Prediction) -> list[str]:
        """The addresses of its results."""
        count = 0 if self.hit("no_outputs") else 11 if self.hit("many_outputs") else 1
        end = self.suffix(prediction)
        return [f"{self.url}/_fake/files/{prediction.id}-{n}{end}" for n in range(count)]

    def suffix(self, prediction: Prediction) -> str:
        """What the names of its results end with."""
        return ".mp4"

    def film(self, name: str) -> bytes:
        """The movie of a result, of a colour of its own, with the name of its model."""
        prediction = self.predictions.get(name.partition("-")[0])
        words = f"{self.label or self.key}\n{prediction.model if prediction else name}"
        return movie(words, zlib.crc32(name.encode()) % HUES)

    async def result(self, request: web.Request) -> web.StreamResponse:
        """Playing the faults of results; the key has no business here."""
        self.watch(request)
        name = request.match_info["name"]
        if self.hit("expired_link"):
            return web.Response(status=self.faults.expired_status, text="Request has expired")
        if self.hit("html_result"):
            return web.Response(body=HTML, content_type="video/mp4")
        body = await asyncio.to_thread(self.film, name)
        mime = mimetypes.guess_type(name)[0] or "video/mp4"
        if self.hit("short_result"):
            return await short(request, body, mime)
        if self.hit("drip_result"):
            return await drip(request, body, mime, pause=0.5, endless=False)
        if self.hit("endless_result"):
            return await drip(request, body, mime, pause=0, endless=True)
        return web.Response(body=body, content_type=mime)

    def watch(self, request: web.Request) -> None:
        """Note a key where none belongs."""
        if any(self.secret in text for text in (*request.headers.values(), str(request.url))):
            self.leaks.append(request.path)

    async def put(self, request: web.Request) -> web.StreamResponse:
        """The bytes of an upload, at an address that was handed out before."""
        self.watch(request)
        name = request.match_info["name"]
        if name not in self.uploads:
            return web.Response(status=403, text="SignatureDoesNotMatch")
        if self.faults.upload_status != 200:
            return web.Response(status=self.faults.upload_status)
        self.uploads[name] = await request.read()
        return web.Response()

    async def kept(self, request: web.Request) -> web.StreamResponse:
        """An upload, as the models read it."""
        body = self.uploads.get(request.match_info["name"])
        return web.Response(body=body) if body else web.Response(status=404)

    def ticket(self, name: str) -> tuple[str, str]:
        """A place for an upload: (address to put it, address to read it by)."""
        place = f"{uuid4().hex}-{name}"
        self.uploads[place] = b""
        return f"{self.url}/_fake/put/{place}", f"{self.url}/_fake/kept/{place}"

    def can_read(self, address: Any) -> bool:
        """Whether a model could read this file: an upload, data, or somewhere public."""
        if not isinstance(address, str):
            return False
        if address.startswith(f"{self.url}/_fake/kept/"):
            return bool(self.uploads.get(address.rpartition("/")[2]))
        return address.startswith(("https://", "data:"))

    # --- news -----------------------------------------------------------------------------------

    def _later(self, seconds: float, prediction: Prediction) -> None:
        task = self._loop.create_task(self._send_news(seconds, prediction))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_news(self, seconds: float, prediction: Prediction) -> None:
        await asyncio.sleep(seconds + 0.01 + self.faults.late_news)
        if prediction.stage_now() not in ENDS or self.hit("no_news"):
            return
        headers, body = self.news(prediction)
        if self.hit("forged_news"):
            body += b" "
        times = 2 if self.hit("duplicate_news") else 1
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(15)) as session:
            for _ in range(times):
                try:
                    async with session.post(prediction.hook, data=body, headers=headers):
                        self.news_sent += 1
                except (aiohttp.ClientError, TimeoutError):
                    continue

    # --- for other processes --------------------------------------------------------------------

    async def _state(self, request: web.Request) -> web.Response:
        told = [
            {**asdict(p), "stage": p.stage_now()} if "full" in request.query else p.id
            for p in self.predictions.values()
        ]
        paid = self.paid()
        state = {
            "key": self.key,
            "paid": len(self.predictions),
            "twice": {r: n for r, n in paid.items() if r and n > 1},
            "stages": Counter(p.stage_now() for p in self.predictions.values()),
            "uploads": len(self.uploads),
            "leaks": self.leaks,
            "news": self.news_sent,
            "faults": asdict(self.faults),
            "predictions": told,
        }
        return web.json_response(state)

    async def _set_faults(self, request: web.Request) -> web.Response:
        said: Mapping[str, Any] = await request.json()
        unknown = set(said) - {f.name for f in fields(Faults)}
        if unknown:
            return web.json_response({"unknown": sorted(unknown)}, status=400)
        self.faults = Faults(**said)
        return web.json_response(asdict(self.faults))

    async def _end_by_call(self, request: web.Request) -> web.Response:
        said: Mapping[str, str] = await request.json()
        self.end(said["id"], said.get("stage", DONE))
        return web.json_response({})


async def _given(answer: web.StreamResponse | Awaitable[web.StreamResponse]) -> web.StreamResponse:
    return answer if isinstance(answer, web.StreamResponse) else await answer
