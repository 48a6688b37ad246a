"""Stripe's REST API, as far as it is needed here, and the signature of what it sends.

Its own library is not used: it brings a second HTTP client for ten calls, and all other machines
are reached through studio.http. The version of the API is pinned, so that its answers stay as they
are read here.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings

from studio.http import Clients, Reply, Wire
from studio.spec import ProviderError

VERSION = "2025-03-31.basil"
SECONDS = 20.0
MOST = 4 * 1024 * 1024
# How old the stamp of a delivery may be, and how far ahead the clock there.
TOLERANCE = 300

Data = dict[str, Any]


class Refused(Exception):
    """Stripe understood and says no; asking again does not help."""


class Unreachable(Exception):
    """Nobody knows; it may be asked again."""


class Forged(Exception):
    """A delivery that Stripe did not send, or not lately."""


def get(kind: str, name: str = "", **params: Any) -> Data:
    return _answer(_call("GET", kind, name, params=flat(params)))


def post(kind: str, name: str = "", *, form: Mapping[str, Any], once: str = "") -> Data:
    """`once` names what is to be done once, however often it is asked for."""
    headers = {"Idempotency-Key": once} if once else {}
    return _answer(_call("POST", kind, name, data=flat(form), headers=headers))


def delete(kind: str, name: str) -> Data:
    return _answer(_call("DELETE", kind, name))


def _call(method: str, kind: str, name: str, **more: Any) -> Reply:
    path = f"/v1/{kind}" + (f"/{quote(name, safe='')}" if name else "")

    async def ask() -> Reply:
        clients = Clients(1)
        said = {"Authorization": f"Bearer {settings.STRIPE_KEY}", "Stripe-Version": VERSION}
        try:
            wire = Wire(settings.STRIPE_URL, said, clients)
            return await wire.call(method, path, timeout=SECONDS, most=MOST, **more)
        finally:
            await clients.close()

    try:
        return asyncio.run(ask())
    except ProviderError as error:
        raise Unreachable(f"Stripe did not answer: {error}") from error


def _answer(reply: Reply) -> Data:
    data = reply.data if isinstance(reply.data, dict) else {}
    if reply.ok and data:
        return data
    error = data.get("error")
    words = str(error.get("message", "")) if isinstance(error, dict) else ""
    words = (words or f"it answered {reply.status}")[:300]
    # 409: the same wish is being worked on; 429: too many at once; 401, 403: the key, which may be
    # mended.
    if 400 <= reply.status < 500 and reply.status not in (401, 403, 409, 429):
        raise Refused(f"Stripe refused: {words}")
    raise Unreachable(f"Stripe did not do it: {words}")


def flat(form: Mapping[str, Any], inside: str = "") -> dict[str, str]:
    """As its forms are written.

    >>> flat({"mode": "payment", "items": [{"price": {"unit": 5}}], "left_out": None})
    {'mode': 'payment', 'items[0][price][unit]': '5'}
    """
    found: dict[str, str] = {}
    for name, value in form.items():
        name = f"{inside}[{name}]" if inside else name
        if isinstance(value, list | tuple):
            value = {str(at): one for at, one in enumerate(value)}
        if isinstance(value, Mapping):
            found |= flat(value, name)
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif value is not None:
            found[name] = str(value)
    return found


def check_signature(body: bytes, header: str, secrets: Iterable[str], now: float) -> None:
    """Raises Forged. With two secrets, while one is being changed, either may have signed."""
    parts = [part.strip().partition("=") for part in header[:2000].split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    signed = [value for name, _, value in parts if name == "v1"]
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit() or not signed:
        raise Forged("It has no signature that can be read.")
    text = stamps[0].encode() + b"." + body
    right = [
        hmac.new(secret.encode(), text, hashlib.sha256).hexdigest().encode()
        for secret in secrets
        if secret
    ]
    if not any(hmac.compare_digest(a, b.encode()) for a in right for b in signed):
        raise Forged("Its signature is wrong.")
    if abs(now - int(stamps[0][:12])) > TOLERANCE:
        raise Forged(f"Its stamp is more than {TOLERANCE} seconds from now.")
