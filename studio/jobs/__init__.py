"""The life of a job. Nothing else changes a job's state.

    create → dispatch → start → apply → collect                  on this computer
    create → (the pump) claim → apply … apply → fetch → collect  elsewhere

The queue carries hints and may run one 0, 1 or n times; the table carries the truth. Every step is
"change it from what I believe it is": an UPDATE that must hit one row, else somebody else decided.
"""

from studio.jobs.decide import can_stop, cancel, give_up, send_again
from studio.jobs.frames import last_frame
from studio.jobs.instead import fall_over
from studio.jobs.many import cancel_waiting, place
from studio.jobs.news import WATCHED, apply, fail, keep, kept, progress
from studio.jobs.order import (
    Doer,
    KeyReused,
    Terms,
    TermsChanged,
    Wanted,
    changed_key,
    create,
    create_run,
    digest,
    dispatch_calmly,
    files_of,
    last_tries,
    quote,
    replayed,
    retry,
    run_of,
    terms,
    terms_of,
    together,
)
from studio.jobs.remote import claim
from studio.jobs.render import start, work_folder
from studio.jobs.results import collect, fetch
from studio.jobs.rows import tell
from studio.jobs.sources import client_of, source_assets
from studio.jobs.state import NotPossible, move
from studio.jobs.sweep import dispatch, pump_is_wanted, rescue, tidy, void_host
from studio.jobs.turns import take as take_turn
from studio.jobs.unclear import absent, expire, lay_back, lost, review, still_waiting

__all__ = [
    "WATCHED",
    "Doer",
    "KeyReused",
    "NotPossible",
    "Terms",
    "TermsChanged",
    "Wanted",
    "absent",
    "apply",
    "can_stop",
    "cancel",
    "cancel_waiting",
    "changed_key",
    "claim",
    "client_of",
    "collect",
    "create",
    "create_run",
    "digest",
    "dispatch",
    "dispatch_calmly",
    "expire",
    "fail",
    "fall_over",
    "fetch",
    "files_of",
    "give_up",
    "keep",
    "kept",
    "last_frame",
    "last_tries",
    "lay_back",
    "lost",
    "move",
    "place",
    "progress",
    "pump_is_wanted",
    "quote",
    "replayed",
    "rescue",
    "retry",
    "review",
    "run_of",
    "send_again",
    "source_assets",
    "start",
    "still_waiting",
    "take_turn",
    "tell",
    "terms",
    "terms_of",
    "tidy",
    "together",
    "void_host",
    "work_folder",
]
