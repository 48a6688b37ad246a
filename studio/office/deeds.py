"""What an operator may do with jobs: each calls a service, and first says what it does to money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billing.pricing import about
from billing.services import as_credits
from studio import catalogue, jobs, keys, told
from studio.jobs import NotPossible, held
from studio.models import Job, State
from studio.office.panels.work import label_of


@dataclass(frozen=True)
class Deed:
    """`money` tells what happens to money, or raises NotPossible when the service would."""

    name: str
    label: str
    question: str
    done: str
    act: Callable[[Job, Any], Any]
    money: Callable[[Job], str]

    @property
    def button(self) -> str:
        return self.question.rstrip("?")

    def problem(self, job: Job) -> str:
        """Why it cannot be done now; empty when it can."""
        try:
            self.money(job)
        except NotPossible as error:
            return str(error)
        return ""


def _refused(job: Job, wanted: str) -> NotPossible:
    return NotPossible(f"it is {job.get_state_display().lower()}; {wanted}.")


def _cancel(job: Job) -> str:
    if not told.can_cancel(job):
        raise _refused(job, "only what waits, or can be stopped where it is, can be canceled")
    return (
        f"{as_credits(job.most)} that are held go back to {job.account} once it has stopped. A "
        "result that is quicker is kept, and charged."
    )


def _retry(job: Job) -> str:
    if job.state not in (State.FAILED, State.CANCELED):
        raise _refused(job, "only a failed or canceled one can be tried again")
    offer = catalogue.all_offers().get(job.offer)
    if offer is None or offer.provider not in keys.usable(job.account):
        raise NotPossible(f"“{job.offer}” is not offered any more.")
    if problem := keys.problem(job.account, offer):
        raise NotPossible(problem)
    terms = jobs.terms(offer, job.params, job.account)
    available = as_credits(job.account.available)
    return (
        f"A new job at today's price: {as_credits(terms.most)} are held for it "
        f"({terms.price.words}); {job.account} has {available} available. Nothing of the old job "
        "changes."
    )


def _send_again(job: Job) -> str:
    if not told.can_send_again(job):
        raise _refused(job, "only one in review that its provider never named can be sent again")
    return (
        f"{as_credits(job.most)} stay held: it remains one price for {job.account}. "
        f"{label_of(job.provider)} may be paid twice; about {about(job.expected_cost)} for the "
        "first time is booked as suspense."
    )


def _give_up(job: Job) -> str:
    if not told.can_give_up(job):
        raise _refused(job, "only one of unknown outcome can be given up")
    return (
        f"{as_credits(job.most)} that are held go back to {job.account}, and the job fails. "
        f"{label_of(job.provider)} may have charged for it: about {about(job.expected_cost)} is "
        "booked as suspense."
    )


def _release(job: Job) -> str:
    if problem := held.why_not(job.origin, job):
        raise NotPossible(problem)
    return f"What is still held for it goes back to {job.account}. Nothing is charged."


DEEDS = (
    Deed(
        "cancel",
        "Cancel where possible",
        "Cancel?",
        "canceled",
        lambda job, user: jobs.cancel(job),
        _cancel,
    ),
    Deed(
        "retry",
        "Try again (a new job)",
        "Try again?",
        "asked for again",
        lambda job, user: jobs.retry(job, job.user),
        _retry,
    ),
    Deed(
        "send_again",
        "Send again (in review; its provider may be paid twice)",
        "Send again?",
        "sent again",
        lambda job, user: jobs.send_again(job),
        _send_again,
    ),
    Deed(
        "give_up",
        "Give up (in review; the price goes back)",
        "Give up?",
        "given up, nothing charged",
        lambda job, user: jobs.give_up(job),
        _give_up,
    ),
    Deed(
        "release",
        "Release what is still held (of ended jobs)",
        "Release what is held?",
        "what was held went back",
        lambda job, user: held.release(job.origin, f"released by {user}"),
        _release,
    ),
)
