"""What cannot be done with a batch, in words for people."""

from __future__ import annotations

from studio.batches.limits import Refused
from studio.models import Batch, BatchState


class Wrong(Refused):
    """It cannot be so; `field` is what the message is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class NotNow(Exception):
    """The batch is in a state in which this cannot be done."""


# What does not read as its name does.
STATES = {BatchState.DRAFT: "a draft", BatchState.SCHEDULED: "scheduled for later"}


def it_is(batch: Batch) -> str:
    """How it stands, as the beginning of a sentence."""
    known = STATES.get(BatchState(batch.state))
    return f"This batch is {known or batch.get_state_display().lower()}"


def settled(batch: Batch) -> NotNow:
    return NotNow(f"{it_is(batch)}; its rows stay as they are.")
