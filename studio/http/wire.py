"""A provider's API as one key sees it."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import json as jsonlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from studio.http import socket
from studio.http.files import FetchRefused, Guard, lookup, origin, tls
from studio.spec import ErrorKind, ProviderError

PER_CLIENT = 8  # the pool of httpx slows down quadratically with its connections
CONNECT = 10.0
MOST = 64 * 1024 * 1024  # bytes of an answer; results in base64 are the largest
WORDS = 2000
File = tuple[str, Path, str]  # of a multipart body: its field, where it lies, its type


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status. `data` is its JSON, None when it is none; `text` the first
    2,000 characters of the body; `content` the whole body of what is no JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Any = None
    text: str = ""
    content: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds that they ask us to wait; None without or with an unreadable header."""
        return retry_after(self.headers.get("retry-after", ""))


def retry_after(text: str) -> float | None:
    """Seconds or a date, as HTTP allows. Never negative, at most a day.

    >>> retry_after("30"), retry_after("soon"), retry_after("-5")
    (30.0, None, None)
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), 86_400.0)
    try:
        then = email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        return None
    return min(max(then - time.time(), 0.0), 86_400.0)


class Clients:
    """Connections for many calls at once: small clients in turn, each with eight at most."""

    def __init__(self, most: int = 64, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=PER_CLIENT, max_keepalive_connections=PER_CLIENT)
        timeout = httpx.Timeout(30.0, connect=CONNECT, pool=CONNECT)
        self._clients = [
            httpx.AsyncClient(
                limits=limits, timeout=timeout, trust_env=False, transport=transport, verify=tls()
            )
            for _ in range(max(1, -(-most // PER_CLIENT)))
        ]
        self._busy = [0] * len(self._clients)

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncIterator[httpx.AsyncClient]:
        """The client with the fewest calls under way."""
        at = min(range(len(self._busy)), key=self._busy.__getitem__)
        self._busy[at] += 1
        try:
            yield self._clients[at]
        finally:
            self._busy[at] -= 1

    async def close(self) -> None:
        await asyncio.gather(*(client.aclose() for client in self._clients))


class Wire:
    """Calls to one provider with one key. The headers go to `home` and to no other host."""

    def __init__(self, home: str, headers: Mapping[str, str], clients: Clients) -> None:
        self.home = home.rstrip("/")
        self._origin = origin(self.home)
        self._headers, self._clients = dict(headers), clients
        # The last word of a header is the key, where there is one; shorter ones are none.
        words = [word for value in headers.values() for word in value.split()[-1:]]
        self._secrets = [word.encode() for word in words if len(word) >= 16]

    def at(self, home: str) -> Wire:
        """The same key at another address of the same provider. The address is one that its file
        declares, never one out of an answer."""
        return Wire(home, self._headers, self._clients)

    def is_own(self, url: str) -> bool:
        """Whether an address lies at the provider's own host."""
        return origin(url) == self._origin

    def url(self, path: str) -> str:
        """The full address of a path, or of an address that they gave us and that is theirs."""
        if "://" not in path:
            return self.home + path
        if not self.is_own(path):
            raise ProviderError(
                "The provider named an address that is not its own; it was not asked.",
                ErrorKind.LATER,
                detail=path[:300],
            )
        return path

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        files: Sequence[File] | None = None,
        timeout: float = 30.0,
        most: int = MOST,
    ) -> Reply:
        """One call; `timeout` seconds for all of it, `most` bytes for the answer. With `files`,
        were there none, the body is multipart, and `data` its fields. Raises ProviderError: LATER
        when it surely was not sent, UNCLEAR when it may have been."""
        form = files is not None
        request: dict[str, Any] = {"params": params, "json": json, "data": None if form else data}
        with _opened(files or (), data or {}) as parts:
            return await self._send(
                method,
                self.url(path),
                headers={**self._headers, **(headers or {})},
                timeout=timeout,
                most=most,
                files=parts if form else None,
                **{k: v for k, v in request.items() if v is not None},
            )

    def messages(self, path: str) -> AsyncIterator[dict[str, Any]]:
        """What arrives at a WebSocket of theirs."""
        return socket.messages(self.url(path), self._headers)

    async def hand_over(
        self,
        method: str,
        url: str,
        file: Path,
        *,
        mime: str,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        timeout: float = 120.0,
    ) -> Reply:
        """Bring a file to an address that the provider named for it: with `fields` as a form whose
        last part is `file`, else as the bare bytes. Never with the key, and not to a private
        network unless the provider itself lies there."""
        if not self.is_own(url):
            await asyncio.to_thread(_check_public, url)
        if fields is None:
            content = await asyncio.to_thread(file.read_bytes)
            sent = {"content-type": mime, **(headers or {})}
            return await self._send(method, url, headers=sent, timeout=timeout, content=content)
        with _opened([("file", file, mime)], fields) as parts:
            return await self._send(
                method, url, headers=headers or {}, timeout=timeout, files=parts
            )

    async def _send(
        self, method: str, url: str, *, timeout: float, most: int = MOST, **request: Any
    ) -> Reply:
        host = origin(url)[1] or "The address"
        allowed = httpx.Timeout(timeout, connect=min(CONNECT, timeout), pool=min(CONNECT, timeout))
        try:
            async with (
                asyncio.timeout(timeout),
                self._clients.one() as client,
                client.stream(method, url, timeout=allowed, **request) as response,
            ):
                return await _read(response, self._secrets, most)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderError(
                f"{host} could not be reached.", ErrorKind.LATER, detail=repr(error)
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise ProviderError(
                f"{host} did not answer.", ErrorKind.UNCLEAR, detail=type(error).__name__
            ) from error


def _check_public(url: str) -> None:
    guard = Guard()
    try:
        address = guard.url(url)
        port = address.port or 443
        guard.checked(address.host, port, lookup(address.host, port))
    except FetchRefused as error:
        message = "The provider named a place for the file to which nothing is sent."
        raise ProviderError(message, detail=error.message) from error


def clean(value: Any) -> Any:
    """Without what no database takes: characters of code 0 and halves of characters.

    >>> clean({"error": ["bad \\x00 prompt", "\\ud83d"]})
    {'error': ['bad  prompt', '\ufffd']}
    """
    match value:
        case str() if not value.isascii():
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return value.replace("\x00", "")
        case str():
            return value.replace("\x00", "")
        case list():
            return [clean(one) for one in value]
        case dict():
            return {clean(name): clean(one) for name, one in value.items()}
    return value


async def _read(response: httpx.Response, secrets: Sequence[bytes] = (), most: int = MOST) -> Reply:
    """The answer, without the key, which some repeat in their errors."""
    size, parts = 0, []
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > most:
            raise ProviderError("The answer is too long to be read.", ErrorKind.UNCLEAR)
        parts.append(chunk)
    body = b"".join(parts)
    for secret in secrets:
        body = body.replace(secret, b"***")
    try:
        data = clean(jsonlib.loads(body))
    except (ValueError, RecursionError):
        data = None
    text = clean(body[: WORDS * 4].decode(errors="replace")[:WORDS])
    content = b"" if data is not None else body
    return Reply(response.status_code, dict(response.headers), data, text, content)


@contextlib.contextmanager
def _opened(files: Sequence[File], fields: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """The parts of a multipart body: the fields, then the files."""
    with contextlib.ExitStack() as stack:
        named = [(name, (None, str(value))) for name, value in fields.items()]
        opened = [(n, (p.name, stack.enter_context(p.open("rb")), m)) for n, p, m in files]
        yield [*named, *opened]
