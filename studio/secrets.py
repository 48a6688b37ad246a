"""Secrets at rest: encrypted with the newest key, readable with any of them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

FILE = "encryption-key"


class Unreadable(Exception):
    """None of the keys opens it."""


def encrypt(text: str) -> str:
    return _box(tuple(keys())).encrypt(text.encode()).decode()


def decrypt(cipher: str) -> str:
    """Raises Unreadable."""
    try:
        return _box(tuple(keys())).decrypt(cipher.encode()).decode()
    except InvalidToken:
        raise Unreadable("The encryption key that this was stored with is not there.") from None


def rotate(cipher: str) -> str:
    """The same secret, encrypted with the newest key."""
    return encrypt(decrypt(cipher))


def print_of(text: str) -> str:
    """A digest by which a secret is recognised and not found out (they are long and random)."""
    return hashlib.sha256(f"zoetrope:{text}".encode()).hexdigest()


def keys() -> list[str]:
    """The keys in force, newest first; made at the first use and kept with the data."""
    if settings.ENCRYPTION_KEYS:
        return list(settings.ENCRYPTION_KEYS)
    file = Path(settings.DATA_DIR) / FILE
    if not file.exists():
        write([Fernet.generate_key().decode()], fresh=True)
    return file.read_text().split()


def write(keys: list[str], *, fresh: bool = False) -> None:
    """Keep these keys with the data, whole or not at all. With `fresh` the first writer wins."""
    file = Path(settings.DATA_DIR) / FILE
    with tempfile.NamedTemporaryFile("w", dir=settings.DATA_DIR, delete=False) as draft:
        draft.write("\n".join(keys))
        draft.flush()
        os.fsync(draft.fileno())
    if not fresh:
        Path(draft.name).replace(file)
        return
    try:
        os.link(draft.name, file)
    except FileExistsError:
        pass
    finally:
        Path(draft.name).unlink()


@lru_cache(4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
