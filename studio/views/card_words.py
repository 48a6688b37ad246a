"""The words of a card: what is going on, and what a failure asks of somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from billing.models import CREDIT
from studio import catalogue
from studio.models import Job, State
from studio.told import redacted

# What the pump and the fetcher say as a stage when there is nothing to be told.
PLAIN_STAGES = ("", "saving", "sending")
SOON = timedelta(seconds=3)
HERE = {
    State.QUEUED: "Starting",
    State.SUBMITTING: "Starting",
    State.RUNNING: "Rendering",
    State.FETCHING: "Saving to the library",
}
ELSEWHERE = {
    State.QUEUED: "Waiting for a free place at {label}",
    State.SUBMITTING: "Sending it to {label}",
    State.RUNNING: "{label} is working on it",
    State.FETCHING: "Saving to the library",
    State.UNKNOWN: "{label} has not answered. We keep finding out whether it took this{hold}; "
    "you may close this page.",
    State.REVIEW: "{label} never said whether it took this. Open it to decide.",
}
LATE = "It takes far longer than it should at {label}. Open it to decide."


def label_of(provider: str) -> str:
    """Who does it, also when it is not there any more."""
    found = catalogue.providers().get(provider)
    return found.label if found else provider.capitalize()


def waiting(job: Job, ahead: int, *, local: bool) -> str:
    """What is going on, for somebody who waits."""
    label = label_of(job.provider)
    if job.cancel_requested:
        return "Stopping" if local or job.state == State.QUEUED else f"Asked {label} to stop"
    if job.state == State.QUEUED and ahead:
        return f"Waiting, {ahead} ahead"
    if local:
        if job.state == State.QUEUED and job.waited > SOON:
            return "Waiting for a free place"
        stage = job.stage[:1].upper() + job.stage[1:] if job.state == State.RUNNING else ""
        return stage or HERE.get(State(job.state), "")
    return _elsewhere(job, label)


def _elsewhere(job: Job, label: str) -> str:
    late = job.state == State.REVIEW and job.provider_ref
    hold = f"; {job.quote / CREDIT:g} cr stay on hold" if job.quote else ""
    words = (LATE if late else ELSEWHERE[State(job.state)]).format(label=label, hold=hold)
    if job.stage in PLAIN_STAGES:
        return words
    if job.state == State.QUEUED:
        return f"{redacted(job.stage).rstrip('.')}. It is sent later"
    stage = redacted(job.stage)
    if job.state == State.FETCHING:
        return f"{words}: {stage}"
    if stage == "still waiting":
        return f"Still waiting for {label}"
    return stage[:1].upper() + stage[1:] if job.state == State.RUNNING else words


@dataclass(frozen=True)
class Failure:
    """A kind of failure: its sign, what to know or do, the same with a key of one's own, and
    whether something has to be changed before it can work."""

    icon: str = "triangle-alert"
    advice: str = ""
    own: str = ""
    change: bool = False


FAILURES = {
    "moderated": Failure(
        "shield",
        "What it shows or says is not allowed there: edit the prompt, or take another picture.",
        change=True,
    ),
    "input": Failure("pencil", "Change what it names, then start again.", change=True),
    "no_credit": Failure(
        "coins",
        "The account of this server at {label} is empty. Its operator was told.",
        "Your account at {label} is empty. Fill it up there, then try again.",
    ),
    "key": Failure(
        "key",
        "{label} does not take the key of this server. Ask its operator, or choose another model.",
        "{label} does not take your key. Enter it again on your account page.",
    ),
    "result_lost": Failure("file-warning", "It was made there and could not be brought here."),
    "possibly_charged": Failure(
        "circle-slash",
        "",
        "Look into your account at {label} to see whether it was charged there.",
    ),
    "no_room": Failure("hard-drive", "This server has no room left. Ask its operator."),
}


def failure(job: Job) -> Failure:
    """What kind of failure it was, with its words filled in."""
    kind = FAILURES.get(job.error_kind, Failure())
    advice = (kind.own or kind.advice) if job.own_key_id else kind.advice
    return Failure(kind.icon, advice.format(label=label_of(job.provider)), "", kind.change)
