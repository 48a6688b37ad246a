"""The line for news: what passes it, and where it never leads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from studio.http.socket import MOST, messages
from studio.spec import ErrorKind, ProviderError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HEADERS = {"X-API-Key": "canary", "Authorization": "Bearer canary"}


async def served(handler: Handler) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.router.add_get("/ws", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/ws"


def heard(handler: Handler) -> list[dict[str, Any]]:
    async def listen() -> list[dict[str, Any]]:
        runner, url = await served(handler)
        try:
            return [message async for message in messages(url, HEADERS)]
        finally:
            await runner.cleanup()

    return asyncio.run(asyncio.wait_for(listen(), 10))


def speaking(*frames: str | bytes, headers: list[Any] | None = None) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if headers is not None:
            headers.append(dict(request.headers))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for frame in frames:
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
        await socket.close()
        return socket

    return handler


def test_only_objects_pass() -> None:
    frames = ('{"a": 1}', "", "no json", "[1]", "7", b'{"b": 2}', b"\x00\x00\x00\x01", '{"c": 3}')
    assert heard(speaking(*frames)) == [{"a": 1}, {"c": 3}]


def test_the_key_goes_along_and_no_origin() -> None:
    headers: list[Any] = []
    heard(speaking(headers=headers))
    assert headers[0]["X-API-Key"] == "canary"
    assert "Origin" not in headers[0]


def test_a_message_that_is_too_long_ends_the_line() -> None:
    with pytest.raises(ProviderError) as caught:
        heard(speaking(json.dumps({"a": "a" * MOST})))
    assert caught.value.kind == ErrorKind.LATER


def test_a_redirect_is_not_followed() -> None:
    visits: list[Any] = []

    async def run() -> None:
        other, there = await served(speaking('{"a": 1}', headers=visits))

        async def away(request: web.Request) -> web.StreamResponse:
            raise web.HTTPFound(there)

        runner, url = await served(away)
        try:
            with pytest.raises(ProviderError):
                [message async for message in messages(url, HEADERS)]
        finally:
            await runner.cleanup()
            await other.cleanup()

    asyncio.run(run())
    assert visits == []


def test_nobody_there_means_later() -> None:
    async def run() -> None:
        runner, url = await served(speaking())
        await runner.cleanup()
        with pytest.raises(ProviderError) as caught:
            [message async for message in messages(url, HEADERS)]
        assert caught.value.kind == ErrorKind.LATER
        assert "canary" not in caught.value.detail

    asyncio.run(run())
