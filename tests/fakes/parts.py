"""What a fake remembers of work, and what may go wrong with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.media import HTML

QUEUED, RUNNING, DONE, FAILED, CANCELED = "queued", "running", "done", "failed", "canceled"
MODERATED = "moderated"
ENDS = (DONE, FAILED, CANCELED, MODERATED)


@dataclass
class Faults:
    """What goes wrong. A number says how often: 0 never, a fraction is a chance, 3 the next three
    times, -1 always."""

    # every call
    slow: float = 0  # seconds before each answer
    bad_key: float = 0
    # submits
    cut_before: float = 0  # the line is cut, nothing was accepted
    cut_after: float = 0  # accepted, then the line is cut
    error_after: float = 0  # accepted, then 500
    unreadable: float = 0  # accepted, then 200 with `body`
    too_many: float = 0  # 429 with `retry_after`
    no_credit: float = 0
    refused: float = 0  # the input is not good
    # what becomes of the work, decided at the submit
    moderated: float = 0
    failed: float = 0
    # polls
    server_error: float = 0
    malformed: float = 0  # 200 with `body`
    missing: float = 0  # 404
    wrong_word: float = 0  # a status that nobody has heard of
    never: float = 0  # still running
    no_outputs: float = 0
    many_outputs: float = 0
    # results
    expired_link: float = 0
    html_result: float = 0
    short_result: float = 0
    endless_result: float = 0
    drip_result: float = 0
    # news
    no_news: float = 0
    duplicate_news: float = 0  # sent twice
    forged_news: float = 0  # with a signature that is wrong
    late_news: float = 0  # seconds after the end
    # how
    retry_after: str = "1"
    body: str = HTML.decode()
    expired_status: int = 403
    upload_status: int = 200  # of the answer to the bytes of an upload


@dataclass
class Prediction:
    """Work that was accepted, so paid for. `seconds` None: it waits to be ended by command."""

    id: str
    model: str
    input: dict[str, Any]
    created: float
    seconds: float | None
    fate: str = DONE
    reference: str = ""
    hook: str = ""
    stage: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def stage_now(self) -> str:
        if self.stage or self.seconds is None:
            return self.stage or RUNNING
        age = time.monotonic() - self.created
        if age >= self.seconds:
            return self.fate
        return QUEUED if age < self.seconds / 5 else RUNNING

    @property
    def fraction(self) -> float:
        return min(1.0, (time.monotonic() - self.created) / (self.seconds or 60))
