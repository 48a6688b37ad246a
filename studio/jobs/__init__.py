"""The life of a job. Nothing else changes a job's state.

    create → dispatch → start → apply → collect                  on this computer
    create → (the pump) claim → apply … apply → fetch → collect  elsewhere

The queue carries hints and may run one 0, 1 or n times; the table carries the truth. Every step is
"change it from what I believe it is": an UPDATE that must hit one row, else somebody else decided.
"""

from studio.jobs.decide import can_stop, cancel, give_up, send_again
from studio.jobs.news import WATCHED, apply, fail, keep, kept, progress
from studio.jobs.order import (
    KeyReused,
    TermsChanged,
    changed_key,
    create,
    quote,
    replayed,
    retry,
    terms,
)
from studio.jobs.remote import claim
from studio.jobs.render import source_assets, start, work_folder
from studio.jobs.results import collect, fetch
from studio.jobs.state import NotPossible, move
from studio.jobs.sweep import dispatch, pump_is_wanted, rescue, tidy, void_host
from studio.jobs.unclear import absent, expire, lay_back, lost, review

__all__ = [
    "WATCHED",
    "KeyReused",
    "NotPossible",
    "TermsChanged",
    "absent",
    "apply",
    "can_stop",
    "cancel",
    "changed_key",
    "claim",
    "collect",
    "create",
    "dispatch",
    "expire",
    "fail",
    "fetch",
    "give_up",
    "keep",
    "kept",
    "lay_back",
    "lost",
    "move",
    "progress",
    "pump_is_wanted",
    "quote",
    "replayed",
    "rescue",
    "retry",
    "review",
    "send_again",
    "source_assets",
    "start",
    "terms",
    "tidy",
    "void_host",
    "work_folder",
]
