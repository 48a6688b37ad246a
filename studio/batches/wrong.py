"""What cannot be done with a batch, in words for people."""

from __future__ import annotations

from studio.batches.limits import Refused
from studio.models import Batch


class Wrong(Refused):
    """It cannot be so; `field` is what the message is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class NotNow(Exception):
    """The batch is in a state in which this cannot be done."""


def settled(batch: Batch) -> NotNow:
    return NotNow(f"This batch is {batch.get_state_display().lower()}; its rows stay as they are.")
