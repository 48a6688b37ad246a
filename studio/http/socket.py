"""News over a WebSocket, for as long as it stays open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from studio.spec import ErrorKind, ProviderError

MOST = 1024 * 1024  # bytes of one message
CONNECT = 10.0


class _Direct(connect):
    """Never elsewhere: a redirect would take the key to another host."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


async def messages(url: str, headers: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
    """The JSON objects that arrive as text, until the other side ends it. `url` begins with http;
    trying again is for the caller. Raises ProviderError with ErrorKind.LATER."""
    address = "ws" + url.removeprefix("http")
    try:
        async with _Direct(
            address,
            additional_headers=dict(headers),
            max_size=MOST,
            open_timeout=CONNECT,
            proxy=None,
        ) as socket:
            async for message in socket:
                if isinstance(message, str) and (told := _object(message)) is not None:
                    yield told
    except (WebSocketException, OSError) as error:
        message = "The line for news broke off."
        raise ProviderError(message, ErrorKind.LATER, detail=type(error).__name__) from error


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
