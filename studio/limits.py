"""A limit on what a request may send, counted before it is written to the disk.

Django stores a whole body before any view can say no, and a body sent in chunks names no length.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FORM_BYTES = 1024 * 1024


class TooLarge(Exception):
    """More came than may come."""


def body_limit() -> int:
    """The largest file in its widest form (base64 in JSON), and the rest of the form."""
    return settings.UPLOAD_MAX_BYTES * 4 // 3 + FORM_BYTES


def limited(app: App) -> App:
    """`app`, answering 413 to a body above body_limit()."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        limit, seen, begun = body_limit(), 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if _declared(scope) > limit:
                raise TooLarge
            await app(scope, counted, noted)
        except TooLarge:
            if not begun:
                await _refuse(send, limit)

    return answer


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


async def _refuse(send: Send, limit: int) -> None:
    message = f"The request is larger than {limit // 1024**2} MB. Send a smaller file."
    body = json.dumps({"message": message, "errors": []}).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
