"""All that is known of a job's course, as one line of moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from studio.models import Job, State
from studio.office.panel import Tone, ago
from studio.office.panels.work import TONES
from studio.told import redacted


@dataclass(frozen=True)
class Moment:
    """`after` is the time since the moment before."""

    at: datetime
    kind: str
    words: str
    tone: Tone = ""
    after: str = ""


def timeline(job: Job) -> list[Moment]:
    """Changes of its state, its starts, what its provider sent by itself: merged by time."""
    found = sorted(_all(job), key=lambda moment: moment.at)
    told, before = [], None
    for moment in found:
        seconds = (moment.at - before).total_seconds() if before else 0.0
        told.append(replace(moment, after=f"+{_span(seconds)}" if before else ""))
        before = moment.at
    return told


def _all(job: Job) -> Iterator[Moment]:
    for event in job.events.all():
        words = f"{State(event.state).label}: {redacted(event.note)}".rstrip(": ")
        yield Moment(event.at, "state", words, TONES.get(event.state, ""))
    for start in job.starts.all():
        yield Moment(start.started, "start", f"Start {start.number}")
        if start.ended:
            lasted = _span((start.ended - start.started).total_seconds())
            words = f"Start {start.number} ended: {start.outcome or 'no word'}, after {lasted}"
            yield Moment(start.ended, "start", words)
    for notice in job.notices.all():
        taken = "" if notice.taken else " (not taken yet)"
        words = f"{notice.provider} sent {notice.delivery}"
        yield Moment(notice.at, "notice", f"{words} about {notice.ref or 'no number'}{taken}")


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else ago(seconds)
