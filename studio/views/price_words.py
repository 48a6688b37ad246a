"""Terms of an order in words, as they stand on buttons."""

from __future__ import annotations

import re

from billing.services import InsufficientCredits, Preflight
from studio import jobs
from studio.templatetags.zoetrope import credits

TIGHT = 0.2  # of a limit: when less would be left, it is told


def on_the_button(shown: str) -> str:
    """Terms in words, such as “20 cr”; empty where they say nothing."""
    found = re.fullmatch(r"([0-9]{1,18})(?:-[0-9]{1,18})?:(own|credits)", shown)
    if not found:
        return ""
    if found[2] == "own":
        return "your key"
    return f"{credits(int(found[1]))} cr" if int(found[1]) else "free"


def refusal(look: Preflight) -> str:
    """Why it would be refused; empty when it would not."""
    if isinstance(look.refusal, InsufficientCredits):
        needed, there = credits(look.most), credits(look.available)
        return f"Not enough credits: {needed} cr needed, {there} available"
    return str(look.refusal or "")


def tight(look: Preflight) -> str:
    """What is worth a word beside the price: a warning, or a limit of which little would be left;
    of credits the price itself says what is left."""
    limit = look.tightest
    if not look.allowed or limit is None or limit.share is None:
        return ""
    if look.warnings:
        return look.warnings[0]
    return limit.then if limit.what != "credits" and limit.share < TIGHT else ""


def anew(error: jobs.TermsChanged) -> str:
    """What it costs now, for somebody who was shown something else."""
    now, before = on_the_button(error.terms.shown), on_the_button(error.shown)
    if not before:
        return f"The price was not known yet. It is: {now}. Press again to order."
    return f"The price has changed: {now} instead of {before}. Press again to order."
