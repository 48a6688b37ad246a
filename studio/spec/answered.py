"""A piece of work on its way: what a provider gets, and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from studio.spec.asked import Offer


class Status(StrEnum):
    """What a provider says of a piece of work, in our words. An unknown word means RUNNING."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class ErrorKind(StrEnum):
    """The consequence of a provider's error."""

    REFUSED = "refused"  # they said no for good: fail, return the hold
    MODERATED = "moderated"  # refused for its content: fail, say so, return the hold
    INPUT = "input"  # what the person gave cannot be used: fail, return the hold
    NO_CREDIT = "no_credit"  # our account there is empty: fail, tell the operator
    KEY = "key"  # our key is not accepted there: fail, tell who owns the key
    LATER = "later"  # nothing was sent, or they asked us to wait: try again
    UNCLEAR = "unclear"  # it may have been accepted: never repeat, find out
    STOPPED = "stopped"  # we stopped it ourselves
    NO_ROOM = "no_room"  # this computer has no room for the result: fail, tell the operator
    TOO_LONG = "too_long"  # this computer needed more time than it may take: fail


class ProviderError(Exception):
    """The only exception a provider may raise. `message` is shown to the person."""

    def __init__(
        self,
        message: str,
        kind: ErrorKind = ErrorKind.REFUSED,
        *,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.message, self.kind = message, kind
        self.retry_after, self.detail = retry_after, detail


@dataclass(frozen=True)
class Output:
    """One result: a file in the work folder, or an address to fetch. `own` says that it lies at the
    provider's own address and is fetched with the key; never so for another host. `tells` says that
    the file is meant to tell of its author and camera: that is not taken out of it.

    Of several results that are not alike: `title` is what this one is called behind the title of
    the job, `about` what its recipe says of it alone, `kind` the kind of asset where it is not what
    the operation makes."""

    path: Path | None = None
    url: str = field(default="", repr=False)  # which may be the whole file
    own: bool = False
    tells: bool = False
    title: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""


@dataclass(frozen=True)
class Update:
    """News of a piece of work; every verb of a provider answers with one.

    `ref` is the provider's name for it, `links` what else it wants to be asked by. `cost` is what
    the provider says that it took, in units of the ledger; None when it does not say. `notes` say
    what of the request could not be done.
    """

    status: Status
    ref: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    progress: float | None = None
    stage: str = ""
    outputs: tuple[Output, ...] = ()
    error: ProviderError | None = None
    cost: int | None = None
    notes: tuple[str, ...] = ()


def _ignore(fraction: float, stage: str) -> None: ...


@dataclass(frozen=True)
class Call:
    """All that a provider may know of a job: clean params, local files, a folder to work in.

    `ref` is our reference, new for every start. `urls` maps the asset params to what the provider's
    own `upload` made of them. `webhook` is where it may send news, or empty.
    `report(fraction 0…1, stage)` notes progress of work on this computer; it raises engine.Stopped
    when the work is no longer wanted.
    """

    offer: Offer
    params: Mapping[str, Any]
    files: Mapping[str, Path]
    ref: str
    folder: Path
    report: Callable[[float, str], None] = _ignore
    urls: Mapping[str, str] = field(default_factory=dict)
    webhook: str = ""

    @property
    def payload(self) -> dict[str, Any]:
        return self.offer.payload(self.said, self.urls)

    @property
    def said(self) -> dict[str, Any]:
        """The params without the files."""
        return {k: v for k, v in self.params.items() if k not in self.files}


@dataclass(frozen=True, slots=True)
class Handle:
    """Work that was handed over: our reference, and the provider's once it is known."""

    offer: Offer
    sent_as: str
    ref: str = ""
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Uploaded:
    """A file at the provider: the name that its models take, and for how many seconds."""

    url: str
    seconds: float


@dataclass(frozen=True)
class Delivery:
    """A webhook whose signature was right: the id of this delivery, and whose work it is about."""

    id: str
    ref: str
