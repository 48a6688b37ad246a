"""Many jobs at once, out of a table: priced before, watched during, sure after.

This is the one face of the package. Nothing here is a page or knows of a request. A sheet is read
by studio.batches.sheet; what is written as CSV goes through studio.batches.cells.

create → check → plan → start → (jobs take their turns) → counts, eta, newest → results
"""

from studio.batches.admit import TermsChanged, TooDear, start
from studio.batches.again import Retry, change_model, plan_retry, retry_failed
from studio.batches.check import check, check_some
from studio.batches.chosen import of_files
from studio.batches.corrected import correct
from studio.batches.drafts import (
    create,
    digest,
    every_target,
    recheck,
    save_mapping,
    save_template,
    set_mapping,
    set_options,
    set_steps,
    targets,
)
from studio.batches.editing import add_rows, delete_row, discard, edit_row, skip_rows
from studio.batches.fetching import are_waiting as files_are_waiting
from studio.batches.fetching import fetch_due
from studio.batches.limits import Refused
from studio.batches.news import (
    HookSaid,
    HookState,
    hook_said,
    new_secret,
    notices,
    secret_of,
    seen,
    send_due,
    words_of,
)
from studio.batches.news import are_waiting as news_are_waiting
from studio.batches.plans import Plan, Share, plan
from studio.batches.results import (
    Eta,
    Result,
    bad_rows,
    counts,
    eta,
    newest,
    newest_tried,
    of_rows,
    results,
)
from studio.batches.run import cancel_rest, expire, pause, resume
from studio.batches.schedule import set_schedule, tick
from studio.batches.weekly import are_due, repeat, repeat_due, stop_repeating
from studio.batches.wrong import NotNow, Wrong, it_is

__all__ = [
    "Eta",
    "HookSaid",
    "HookState",
    "NotNow",
    "Plan",
    "Refused",
    "Result",
    "Retry",
    "Share",
    "TermsChanged",
    "TooDear",
    "Wrong",
    "add_rows",
    "are_due",
    "bad_rows",
    "cancel_rest",
    "change_model",
    "check",
    "check_some",
    "correct",
    "counts",
    "create",
    "delete_row",
    "digest",
    "discard",
    "edit_row",
    "eta",
    "every_target",
    "expire",
    "fetch_due",
    "files_are_waiting",
    "hook_said",
    "it_is",
    "new_secret",
    "newest",
    "newest_tried",
    "news_are_waiting",
    "notices",
    "of_files",
    "of_rows",
    "pause",
    "plan",
    "plan_retry",
    "recheck",
    "repeat",
    "repeat_due",
    "results",
    "resume",
    "retry_failed",
    "save_mapping",
    "save_template",
    "secret_of",
    "seen",
    "send_due",
    "set_mapping",
    "set_options",
    "set_schedule",
    "set_steps",
    "skip_rows",
    "start",
    "stop_repeating",
    "targets",
    "tick",
    "words_of",
]
