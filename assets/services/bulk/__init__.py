"""One verb for many assets at once, with the way back."""

from assets.services.bulk.cells import UNDO_DAYS
from assets.services.bulk.change import (
    MOST,
    CannotUndo,
    Outcome,
    apply,
    chosen,
    counted,
    keep,
    preview,
    tidy_changes,
    undo,
)
from assets.services.bulk.verbs import VERBS

__all__ = [
    "MOST",
    "UNDO_DAYS",
    "VERBS",
    "CannotUndo",
    "Outcome",
    "apply",
    "chosen",
    "counted",
    "keep",
    "preview",
    "tidy_changes",
    "undo",
]
