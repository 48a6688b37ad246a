"""Signatures of Standard Webhooks (standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signed(secret: str, id: str, stamp: int, body: bytes) -> str:
    """The signature with one secret."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    text = f"{id}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def headers(secrets: Iterable[str], id: str, stamp: int, body: bytes) -> dict[str, str]:
    """What goes along with the body; one signature for each secret that is in force."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(signed(one, id, stamp, body) for one in secrets),
    }
