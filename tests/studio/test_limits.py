"""A request that is too large is refused before it fills the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from studio import limits
from studio.limits import Message

LIMIT = 1000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "body_limit", lambda: LIMIT)


def status_of(chunks: list[bytes], declared: int | None = None) -> int:
    """What a server would answer to a body that comes in these chunks."""
    sent: list[Message] = []
    left: Iterator[bytes] = iter(chunks)

    async def reads_all(scope: dict[str, Any], receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        chunk = next(left, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    scope = {"type": "http", "headers": headers}
    asyncio.run(limits.limited(reads_all)(scope, receive, send))
    return int(sent[0]["status"])


def test_what_fits_passes() -> None:
    assert status_of([b"x" * 500, b"x" * 500], declared=1000) == 200


def test_a_declared_length_is_believed_at_once() -> None:
    assert status_of([], declared=LIMIT + 1) == 413


def test_chunks_without_a_length_are_counted() -> None:
    assert status_of([b"x" * 400] * 3) == 413


def test_the_limit_leaves_room_for_the_largest_file_as_text(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    settings.UPLOAD_MAX_BYTES = 3 * 1024 * 1024
    assert limits.body_limit() == 5 * 1024 * 1024
