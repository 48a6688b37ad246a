"""What the desk asks of the courier, and what it hears from it. Plain data, no database in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from studio.keys import Access
from studio.spec import FileLimits, Handle, Offer, ProviderError, Update

Verb = Literal["submit", "poll", "cancel", "lookup", "late", "overdue"]


@dataclass(frozen=True)
class Source:
    """A file to send: where it lies here, and where at the provider if it is `known` there already
    under this `name`, which stands for its content and for what was made of it. Of a sound only a
    `part` may be sent, in seconds from its beginning."""

    path: Path
    name: str
    mime: str
    limits: FileLimits | None = None
    part: tuple[float, float] | None = None
    known: str = ""


@dataclass(frozen=True)
class Send:
    """Hand a job over, once."""

    job: UUID
    fence: int
    access: Access
    offer: Offer
    params: Mapping[str, Any]
    sources: Mapping[str, Source]
    ref: str
    folder: Path
    webhook: str = ""
    # It may have been accepted before: the provider takes the same reference once.
    again: bool = False


@dataclass
class Watch:
    """Ask about a job until it is decided. `since` and `deadline` are seconds of time.time() and
    seconds; `soon` asks at once."""

    job: UUID
    fence: int
    access: Access
    handle: Handle
    since: float
    deadline: float
    hooked: bool = False
    soon: bool = False
    spread: bool = False
    # What the courier remembers of it.
    due: float = 0.0
    turn: int = 0
    errors: int = 0
    told: set[str] = field(default_factory=set)
    said: tuple[str, float | None] = ("", None)
    said_at: float = 0.0


@dataclass(frozen=True)
class Ask:
    """One question beside the others: cancel or look up."""

    verb: Literal["cancel", "lookup"]
    job: UUID
    fence: int
    access: Access
    handle: Handle


@dataclass(frozen=True)
class Go:
    """What was made ready may be handed over: that it is, is committed. Not `ok`: it is not wanted
    any more."""

    job: UUID
    access: Access
    ok: bool


@dataclass(frozen=True)
class LearnHookKeys:
    access: Access


@dataclass(frozen=True)
class Ready:
    """Everything is prepared; nothing was handed over yet."""

    job: UUID
    fence: int
    access: Access


@dataclass(frozen=True)
class Answer:
    """What came of a verb: an update, an error, or, of a lookup, neither: it is not there. `cached`
    are the names of files that were not brought anew for a submit."""

    verb: Verb
    job: UUID
    fence: int
    access: Access
    update: Update | None = None
    error: ProviderError | None = None
    cached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brought:
    """A file lies at the provider now."""

    access: Access
    name: str
    url: str
    seconds: float


@dataclass(frozen=True)
class Heard:
    """How a provider behaves: failures to answer in a row, and their share of the last twenty."""

    access: Access
    failures: int
    share: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class HookKeys:
    access: Access
    keys: str


Errand = Send | Go | Watch | Ask | LearnHookKeys
News = Ready | Answer | Brought | Heard | HookKeys
