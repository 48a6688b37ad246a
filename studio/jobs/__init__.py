"""The life of a job. Nothing else changes a job's state.

    create → dispatch → start → apply → collect

The queue carries hints and may run one 0, 1 or n times; the table carries the truth. Every step is
"change it from what I believe it is": an UPDATE that must hit one row, else somebody else decided.
"""

from studio.jobs.order import KeyReused, changed_key, create, quote, replayed, retry
from studio.jobs.state import NotPossible
from studio.jobs.sweep import dispatch, rescue, tidy, void_host
from studio.jobs.work import apply, cancel, collect, start

__all__ = [
    "KeyReused",
    "NotPossible",
    "apply",
    "cancel",
    "changed_key",
    "collect",
    "create",
    "dispatch",
    "quote",
    "replayed",
    "rescue",
    "retry",
    "start",
    "tidy",
    "void_host",
]
