"""One verb for many assets at once, with the way back."""

from assets.services.bulk.change import (
    MOST,
    UNDO_DAYS,
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
