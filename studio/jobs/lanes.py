"""Who goes next: accounts take turns, and within an account its batches and its single jobs do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

# (account, batch or None): a batch is a queue of its own, so that it keeps nobody waiting.
Lane = tuple[UUID, UUID | None]


class Busy:
    """How much of each lane is at work."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self._lanes = Counter(lanes)
        self._accounts: Counter[UUID] = Counter()
        for (account, _), count in self._lanes.items():
            self._accounts[account] += count

    @property
    def total(self) -> int:
        return self._lanes.total()

    def add(self, lane: Lane) -> None:
        self._lanes[lane] += 1
        self._accounts[lane[0]] += 1

    def of(self, lane: Lane) -> tuple[int, int]:
        """The least goes first."""
        return self._accounts[lane[0]], self._lanes[lane]


def since(batch: UUID | None, created: datetime, turn: datetime) -> datetime:
    """Since when it could begin: a row of a batch since its turn came, however old the batch is."""
    return turn if batch else created
