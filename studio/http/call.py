"""Calling an address that a person named, to tell it something; what it says to that is heard.

The guard is that of downloads with two differences: any port is possible, and the words are about
an address that is to be told, where there is no file to upload instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import httpx

from studio.http.files import (
    LONGEST,
    PORTS,
    Deadline,
    FetchRefused,
    Guard,
    GuardedBackend,
    guarded_client,
    lookup,
)
from studio.http.wire import clean, retry_after

SECONDS = 15.0
HEARD = 4096  # bytes of the answer


@dataclass(frozen=True)
class Answer:
    """What an address answered: `text` is the beginning of it, `retry_after` the seconds that it
    asks us to wait."""

    status: int
    text: str = ""
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class CallGuard(Guard):
    def url(self, text: str) -> httpx.URL:
        if len(text) > LONGEST:
            raise FetchRefused(
                f"The address has {len(text):,} characters; the most is {LONGEST:,}. Shorten it."
            )
        try:
            url = httpx.URL(text.strip())
        except httpx.InvalidURL as error:
            raise FetchRefused(f"The address cannot be read ({error}). Check it.") from error
        host = url.raw_host.decode("ascii")
        if not host or url.scheme not in PORTS:
            raise FetchRefused(
                f"“{str(url)[:60]}” does not begin with https:// and the name of a computer. "
                "Write it as https://example.com/webhooks."
            )
        if url.scheme != "https" and not self.allows(host, url.port or PORTS[url.scheme]):
            raise FetchRefused(
                "The address begins with http://, where anybody on the way can read along. "
                "Use https://."
            )
        if url.userinfo:
            raise FetchRefused("The address has a user name or password in it. Take it out.")
        return url

    def checked(self, host: str, port: int, found: Iterable[str]) -> list[str]:
        try:
            return super().checked(host, port, found)
        except FetchRefused as error:
            raise FetchRefused(
                f"“{host}” is in a private network, where nothing is sent. Use a public address, "
                "or ask whoever runs this studio to allow it (FETCH_ALLOWED_HOSTS)."
            ) from error


class _Deadline(Deadline):
    def left(self, step: float | None = None) -> float:
        try:
            return super().left(step)
        except FetchRefused as error:
            words = f"It did not answer within {SECONDS:g} s."
            raise FetchRefused(words, temporary=True) from error


def check_address(url: str, allowed_hosts: Collection[str] = ()) -> str:
    """The address, if it may be called. A name that leads nowhere now may lead somewhere later:
    where it leads is looked at again at each call. Raises FetchRefused."""
    guard = CallGuard(allowed_hosts)
    address = guard.url(url)
    port = address.port or PORTS[address.scheme]
    try:
        found = lookup(address.host, port)
    except FetchRefused:
        found = []
    guard.checked(address.host, port, found)
    return str(address)


def call(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float = SECONDS,
    allowed_hosts: Collection[str] = (),
) -> Answer:
    """Send `body` as JSON: what was answered, whatever the status; a redirect is not followed, for
    what is told is for this address alone. Raises FetchRefused where nothing was answered."""
    guard = CallGuard(allowed_hosts)
    said = {"Content-Type": "application/json", **headers}
    try:
        with (
            guarded_client(GuardedBackend(guard, _Deadline(timeout))) as client,
            client.stream("POST", guard.url(url), content=body, headers=said) as response,
        ):
            wait = retry_after(response.headers.get("retry-after", ""))
            return Answer(response.status_code, _heard(response), wait)
    except httpx.HTTPError as error:
        raise FetchRefused(
            f"It could not be reached or did not answer ({type(error).__name__}).", temporary=True
        ) from error


def _heard(response: httpx.Response) -> str:
    """The beginning of the answer. It is not unpacked, for it may be anything; and that it breaks
    off takes nothing back."""
    heard = b""
    try:
        for chunk in response.iter_raw(HEARD):
            heard += chunk
            if len(heard) >= HEARD:
                break
    except (httpx.HTTPError, FetchRefused):
        pass
    text: str = clean(heard[:HEARD].decode(errors="replace"))
    return text
