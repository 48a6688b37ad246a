"""Keeps a lease while work is done in one piece that takes long, as a copy to the storage."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection

log = logging.getLogger("zoetrope.assets")

EVERY = 20.0


class Keeper:
    """Calls `renew` every so many seconds from a thread of its own, which dies with the process;
    until it says False, which means that the lease is somebody else's by now."""

    def __init__(self, renew: Callable[[], bool], every: float | None = None) -> None:
        self._renew, self._every = renew, every or EVERY
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        try:
            while not self._over.wait(self._every):
                if not self._renewed():
                    return
        finally:
            connection.close()

    def _renewed(self) -> bool:
        try:
            return self._renew()
        except DatabaseError:
            log.warning("a lease was not renewed", exc_info=True)
            return True
