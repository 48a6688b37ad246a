"""The vocabulary of the studio as pure data: what can be asked, who can do it, what came of it.

A feature that seems to need another word here should be thought about twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from billing.pricing import Price

ParamKind = Literal[
    "image", "audio", "video", "text", "choice", "integer", "number", "boolean", "seed", "point"
]
ASSET_KINDS = ("image", "audio", "video")


@dataclass(frozen=True)
class Depends:
    """The choices of a param follow from the value of another one: {value of `on`: choices}.

    `words` ends the message about another value, with {on} and {choices} filled in. For a param
    that is an asset only values with no choice at all are named, and `words` says what to do.
    """

    on: str
    choices: Mapping[Any, tuple[Any, ...]]
    words: str = "{on} takes {choices}"


@dataclass(frozen=True)
class Param:
    """One thing that a person may say. Every form, schema, check and column comes from it.

    `default` None means "not sent". `low` and `high` are inclusive, in `unit`. `step` is the
    fineness of a number; `multiple` is what a whole number is rounded up to, with a note.
    """

    name: str
    kind: ParamKind
    label: str
    help: str = ""
    default: Any = None
    required: bool = False
    choices: tuple[Any, ...] = ()
    labels: Mapping[Any, str] = field(default_factory=dict)
    depends: Depends | None = None
    low: float | None = None
    high: float | None = None
    step: float | None = None
    multiple: int = 1
    unit: str = ""
    max_length: int = 2000
    group: str = ""
    advanced: bool = False

    @property
    def is_asset(self) -> bool:
        return self.kind in ASSET_KINDS

    def label_of(self, choice: Any) -> str:
        return self.labels.get(choice) or str(choice).replace("-", " ").capitalize()


@dataclass(frozen=True)
class Operation:
    """Something that can be asked, e.g. *image to video*. `key` is its address everywhere."""

    key: str
    module: str
    label: str
    summary: str
    verb: str
    makes: Literal["image", "video", "audio"]
    params: tuple[Param, ...]
    title: str = "{label}"
    tags: tuple[str, ...] = ()

    def param(self, name: str) -> Param:
        return next(p for p in self.params if p.name == name)


@dataclass(frozen=True)
class Offer:
    """Who can do an operation, which params they take, how narrowly, and for how much.

    `accepts` names each param taken: True as declared, a tuple narrows the choices, a dict
    overrides fields of Param. What is not named is not accepted. `wire` renames for the provider,
    `fixed` adds constants.
    """

    key: str
    provider: str
    operation: str
    label: str
    accepts: Mapping[str, Literal[True] | tuple[Any, ...] | Mapping[str, Any]]
    price: Price
    summary: str = ""
    cannot: str = ""
    extra: tuple[Param, ...] = ()
    wire: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    deadline: int = 900

    def params(self, operation: Operation) -> tuple[Param, ...]:
        """The params as this offer takes them, in the order of the operation."""
        return (
            tuple(
                self._narrow(p, self.accepts[p.name])
                for p in operation.params
                if p.name in self.accepts
            )
            + self.extra
        )

    @staticmethod
    def _narrow(param: Param, rule: Literal[True] | tuple[Any, ...] | Mapping[str, Any]) -> Param:
        if rule is True:
            return param
        if isinstance(rule, Mapping):
            return replace(param, **rule)
        default = param.default if param.default in rule else rule[0]
        return replace(param, choices=tuple(rule), default=default)


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
    """One result: a file in the work folder, or an address to fetch."""

    path: Path | None = None
    url: str = ""


@dataclass(frozen=True)
class Update:
    """News of a piece of work; every verb of a provider answers with one."""

    status: Status
    ref: str = ""
    progress: float | None = None
    stage: str = ""
    outputs: tuple[Output, ...] = ()
    error: ProviderError | None = None
    cost: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


def _ignore(fraction: float, stage: str) -> None: ...


@dataclass(frozen=True)
class Call:
    """All that a provider may know of a job: clean params, local files, a folder to work in.

    `report(fraction 0…1, stage)` notes progress; it raises engine.Stopped when the work is no
    longer wanted.
    """

    offer: Offer
    params: Mapping[str, Any]
    files: Mapping[str, Path]
    ref: str
    folder: Path
    report: Callable[[float, str], None] = _ignore
    webhook: str = ""
