"""Telling an address that a person named that something has happened."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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

OK = range(200, 300)
LATE = "The address did not answer within {:g} s."


class Listener(Guard):
    """Of an address that is called: it is told something, so that there is no file to upload."""

    any_port = True
    too_long = "Give a shorter one."
    or_else = ""


def check(url: str, allowed_hosts: Collection[str] = ()) -> None:
    """Raises FetchRefused for an address that would not be called. A name that nobody knows now may
    be known later."""
    guard = Listener(allowed_hosts)
    address = guard.url(url)
    host = address.raw_host.decode("ascii")
    try:
        port = address.port or PORTS[address.scheme]
        guard.checked(host, port, lookup(host, port))
    except FetchRefused as error:
        if not error.temporary:
            raise


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float = 15,
    allowed_hosts: Collection[str] = (),
) -> int:
    """Send `body` as JSON to a public https address: the status that was answered. A redirect is no
    success: what is told here is for that address alone. Raises FetchRefused, with `temporary`
    where the same may work later."""
    guard = Listener(allowed_hosts)
    said = {"Content-Type": "application/json", **headers}
    try:
        with guarded_client(GuardedBackend(guard, Deadline(timeout, LATE))) as client:
            address = guard.url(url)
            # What is answered beside the status is not read: it may be endless.
            with client.stream("POST", address, content=body, headers=said) as response:
                status = response.status_code
    except httpx.HTTPError as error:
        raise FetchRefused(
            f"The address did not answer ({type(error).__name__}).", temporary=True
        ) from error
    if status not in OK:
        raise FetchRefused(f"The address answered {status}.", status=status, temporary=True)
    return status
