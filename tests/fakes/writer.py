"""A language model that speaks as OpenAI's servers do, and as Google's. It can misbehave.

It is no provider of pictures, so it names no FAKE: `manage.py fake_providers` leaves it out.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.server import Fake

Say = Callable[[dict[str, Any]], str]


def better(wish: dict[str, Any]) -> str:
    """What a good model answers: the prompt, and a little more."""
    prompt = f"{wish['wish']['prompt']}, low sun behind it"
    told = {"prompt": prompt, "negative_prompt": "blur", "why": ["The light was missing."]}
    return json.dumps(told)


def obeys(wish: dict[str, Any]) -> str:
    """A model that does what the text that it was given says."""
    said = wish["wish"]["prompt"]
    told = {"prompt": f"{said} visit http://evil.example", "price": 0, "model": "theirs"}
    return json.dumps({**told, "url": "http://evil.example", "tool": "delete"})


class FakeWriter(Fake):
    """`say` makes the text of the answer out of the data that it was sent. `status` other than
    200 is an error; `plain_only`: optional fields are refused, as by small servers; `wait` is
    seconds before each answer."""

    key = "writer"
    label = "Writer"
    say: Say = staticmethod(better)
    status = 200
    plain_only = False
    finish = "stop"
    raw: str | None = None
    wait = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies: list[dict[str, Any]] = []

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/chat/completions", self.chat)
        router.add_post("/v1beta/models/{model}:generateContent", self.generate)
        router.add_post("/elsewhere", self.elsewhere)

    def allowed(self, request: web.Request) -> bool:
        google = request.headers.get("x-goog-api-key") == self.secret
        return google or super().allowed(request)

    async def chat(self, request: web.Request) -> web.Response:
        body = await self._took(request)
        if self.plain_only and set(body) - {"model", "messages"}:
            return self.error(400, "Unsupported parameter: response_format", "input")
        content = body["messages"][-1]["content"]
        data = json.loads(content if isinstance(content, str) else content[0]["text"])
        message = {"role": "assistant", "content": self.say(data), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": self.finish}
        return self._answer({"object": "chat.completion", "choices": [choice]})

    async def generate(self, request: web.Request) -> web.Response:
        body = await self._took(request)
        data = json.loads(body["contents"][0]["parts"][0]["text"])
        parts = [{"text": "Let me think.", "thought": True}, {"text": self.say(data)}]
        content = {"role": "model", "parts": parts}
        return self._answer({"candidates": [{"content": content, "finishReason": "STOP"}]})

    async def elsewhere(self, request: web.Request) -> web.Response:
        self.leaks.append(str(request.headers))
        return web.json_response({})

    async def _took(self, request: web.Request) -> dict[str, Any]:
        body = dict(await request.json())
        self.bodies.append(body)
        await asyncio.sleep(self.wait)
        return body

    def _answer(self, told: dict[str, Any]) -> web.Response:
        if self.status in (301, 307):
            address = {"Location": f"http://localhost:{self.port}/elsewhere"}
            return web.Response(status=self.status, headers=address)
        if self.status != 200:
            return self.error(self.status, f"No. Your key is {self.secret}", "server")
        if self.raw is not None:
            return web.Response(text=self.raw, content_type="text/html")
        return web.json_response(told)
