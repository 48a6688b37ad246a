"""Telling an address that a person named that something has happened."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import httpx

from studio.http.files import Deadline, FetchRefused, Guard, GuardedBackend, guarded_client

OK = range(200, 300)


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
    guard = Guard(allowed_hosts)
    said = {"Content-Type": "application/json", **headers}
    try:
        with guarded_client(GuardedBackend(guard, Deadline(timeout))) as client:
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
