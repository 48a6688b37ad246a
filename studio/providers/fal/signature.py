"""Whether a webhook is fal's: Ed25519 over (request, user, time, digest of the body)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from studio.providers import Remote
from studio.providers._answers import check_age, field, forged, text
from studio.spec import Delivery

NAMES = ("request-id", "user-id", "timestamp", "signature")


def delivery_of(
    provider: Remote, headers: Mapping[str, str], body: bytes, keys: str, now: float
) -> Delivery:
    """`keys` is their JWKS. Raises ProviderError for what none of its keys has signed."""
    ref, user, sent, signature = (headers.get(f"x-fal-webhook-{name}", "") for name in NAMES)
    if not (ref and user and signature):
        raise forged(provider, "it is not signed")
    check_age(provider, sent, now)
    signed = "\n".join((ref, user, sent, hashlib.sha256(body).hexdigest())).encode()
    if not any(_verifies(key, signature, signed) for key in _public(keys)):
        raise forged(provider, "the signature is wrong")
    if text(_json(body), "request_id") not in ("", ref):
        raise forged(provider, "it is about another request than it says")
    return Delivery(ref, ref)


def _public(keys: str) -> Iterator[Ed25519PublicKey]:
    """The keys of the set, with or without padding; others are passed over."""
    listed = field(_json(keys), "keys")
    for entry in listed if isinstance(listed, list) else []:
        x = text(entry, "x").rstrip("=")
        try:
            raw = base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))
            yield Ed25519PublicKey.from_public_bytes(raw)
        except ValueError:
            continue


def _verifies(key: Ed25519PublicKey, signature: str, signed: bytes) -> bool:
    try:
        key.verify(bytes.fromhex(signature), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _json(source: str | bytes) -> Any:
    try:
        return json.loads(source)
    except ValueError:
        return None
