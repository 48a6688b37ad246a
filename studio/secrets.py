"""Secrets at rest: encrypted with the newest key, readable with any of them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FILE = "encryption-key"


class Unreadable(Exception):
    """None of the keys opens it."""


def encrypt(text: str) -> str:
    return _box(tuple(keys())).encrypt(text.encode()).decode()


def decrypt(cipher: str) -> str:
    """Raises Unreadable."""
    return _open(tuple(keys()), cipher)


def rotate(cipher: str) -> str:
    """The same secret, encrypted with the newest key; the same text where it is already."""
    present = tuple(keys())
    with contextlib.suppress(Unreadable):
        _open(present[:1], cipher)
        return cipher
    return _box(present).encrypt(_open(present, cipher).encode()).decode()


def print_of(text: str) -> str:
    """A digest by which a secret is recognised and not found out (they are long and random)."""
    return hashlib.sha256(f"zoetrope:{text}".encode()).hexdigest()


# --- the keys themselves ------------------------------------------------------------------------


def keys() -> list[str]:
    """The keys in force, newest first. Those of the environment come before those in the file, so
    that one can move from the one to the other; without any, one is made and kept with the data."""
    file = Path(settings.DATA_DIR) / FILE
    if not settings.ENCRYPTION_KEYS and not file.exists():
        write([new()], fresh=True)
    kept = file.read_text().split() if file.exists() else []
    return [*settings.ENCRYPTION_KEYS, *kept]


def new() -> str:
    return Fernet.generate_key().decode()


def write(keys: list[str], *, fresh: bool = False) -> None:
    """Keep these keys with the data, whole or not at all. With `fresh` the first writer wins."""
    folder = Path(settings.DATA_DIR)
    descriptor, draft = tempfile.mkstemp(dir=folder, prefix=f"{FILE}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(keys))
            file.flush()
            os.fsync(descriptor)
        if fresh:
            with contextlib.suppress(FileExistsError):
                os.link(draft, folder / FILE)
        else:
            Path(draft).replace(folder / FILE)
    finally:
        Path(draft).unlink(missing_ok=True)
    # Before anything is encrypted with a key, a power cut must not take it back.
    with _opened(folder) as opened:
        os.fsync(opened)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody else changes the keys meanwhile. Raises BlockingIOError when somebody does."""
    with _opened(Path(settings.DATA_DIR)) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(keys: tuple[str, ...], cipher: str) -> str:
    try:
        return _box(keys).decrypt(cipher.encode()).decode()
    except InvalidToken:
        raise Unreadable("The encryption key that this was stored with is not there.") from None


@lru_cache(4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:  # its traceback would show the key
        raise ImproperlyConfigured(
            f"ENCRYPTION_KEYS, or the file {FILE} in DATA_DIR, holds what is not a key (44 "
            "characters, as `manage.py rotate_keys` makes them)."
        ) from None
