"""Terms of an order in words, as they stand on buttons."""

from __future__ import annotations

import re

from studio import jobs
from studio.templatetags.zoetrope import credits


def on_the_button(shown: str) -> str:
    """Terms in words, such as “20 cr”; empty where they say nothing."""
    found = re.fullmatch(r"([0-9]{1,18})(?:-[0-9]{1,18})?:(own|credits)", shown)
    if not found:
        return ""
    if found[2] == "own":
        return "your key"
    return f"{credits(int(found[1]))} cr" if int(found[1]) else "free"


def anew(error: jobs.TermsChanged) -> str:
    """What it costs now, for somebody who was shown something else."""
    now, before = on_the_button(error.terms.shown), on_the_button(error.shown)
    if not before:
        return f"The price was not known yet. It is: {now}. Press again to order."
    return f"The price has changed: {now} instead of {before}. Press again to order."
