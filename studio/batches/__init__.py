"""Many jobs at once, out of a table: priced before, watched during, sure after.

This is the one face of the package. Nothing here is a page or knows of a request.
"""

from studio.batches.admit import TermsChanged, TooDear, start
from studio.batches.check import check
from studio.batches.drafts import (
    add_rows,
    create,
    delete_row,
    digest,
    discard,
    edit_row,
    save_mapping,
    save_template,
    set_mapping,
    set_options,
    set_steps,
    skip_rows,
)
from studio.batches.plans import Plan, Share, plan
from studio.batches.results import Eta, Result, bad_rows, counts, eta, newest, results
from studio.batches.run import cancel_rest, pause, resume
from studio.batches.wrong import NotNow, Wrong

__all__ = [
    "Eta",
    "NotNow",
    "Plan",
    "Result",
    "Share",
    "TermsChanged",
    "TooDear",
    "Wrong",
    "add_rows",
    "bad_rows",
    "cancel_rest",
    "check",
    "counts",
    "create",
    "delete_row",
    "digest",
    "discard",
    "edit_row",
    "eta",
    "newest",
    "pause",
    "plan",
    "results",
    "resume",
    "save_mapping",
    "save_template",
    "set_mapping",
    "set_options",
    "set_steps",
    "skip_rows",
    "start",
]
