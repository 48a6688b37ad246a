"""Calling an address that a person named, to tell it something; what it says to that is heard.

The guard is that of downloads with two differences: any port is possible, and the words are about
an address that is to be told, where there is no file to upload instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import httpx

from studio.http.files import (
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
LATE = "It did not answer within {:g} s."
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
    any_port = True
    too_long = "Shorten it."
    or_else = ""

    def checked(self, host: str, port: int, found: Iterable[str]) -> list[str]:
        try:
            return super().checked(host, port, found)
        except FetchRefused as error:
            raise FetchRefused(
                f"“{host}” is in a private network, where nothing is sent. Use a public address, "
                "or ask whoever runs this studio to allow it (FETCH_ALLOWED_HOSTS)."
            ) from error


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
            guarded_client(GuardedBackend(guard, Deadline(timeout, LATE))) as client,
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
