"""What can be asked, and who can do it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any, Literal

from billing.pricing import Price

ParamKind = Literal[
    "image",
    "mask",
    "audio",
    "video",
    "text",
    "choice",
    "style",
    "color",
    "integer",
    "number",
    "boolean",
    "seed",
    "point",
    "edl",
    "places",
]
# Param kinds that are files, and the kind of asset that each of them is.
ASSET_KINDS = {"image": "image", "mask": "image", "audio": "audio", "video": "video"}
Makes = Literal["image", "video", "audio", "model"]
Sizes = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Depends:
    """The choices of a param follow from the value of another one: {value of `on`: choices}.

    A value with no choice at all means that the param is not sent, nor are those that depend on
    it. `words` ends the message about another value, with {on} and {choices} filled in. For a param
    without choices of its own only values with no choice at all are named; of an asset `words` then
    says what to do.
    """

    on: str
    choices: Mapping[Any, tuple[Any, ...]]
    words: str = "{on} takes {choices}"


@dataclass(frozen=True)
class FileLimits:
    """What a provider takes as a file. A picture that is too large in bytes or pixels, or of
    another type, is made smaller or converted, with a note; anything else outside is refused
    before money is held. Sides in pixels, ratios as width / height, lengths in seconds.

    `shrinks` False: a picture with too many pixels is refused until the person turns the param
    `shrink` on, because its size is what they pay for."""

    max_bytes: int | None = None
    min_side: int | None = None
    max_side: int | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None
    shrinks: bool = True
    min_ratio: float | None = None
    max_ratio: float | None = None
    mimes: tuple[str, ...] = ()
    min_seconds: float | None = None
    max_seconds: float | None = None


@dataclass(frozen=True)
class Param:
    """One thing that a person may say. Every form, schema, check and column comes from it.

    `default` None means "not sent". `low` and `high` are inclusive, in `unit`. `step` is the
    fineness of a number; `multiple` is what a whole number is rounded up to, with a note.
    `derive` proposes the value from the other ones as long as the person says nothing; the
    proposal is shown and may be edited. `limits` is for files. `check` looks at what was
    said, once it is of the right kind: words of what is wrong and the way out, or None. `sets` is
    for a choice that stands for others: {choice: {param: value}}, for what is not said; each
    choice that sets any sets the same ones, None being empty.

    Of a file: `look` says what it has to show or tell, which is looked for before the order;
    "face needed" refuses a picture without a face where no mask tells where it is. `cut` names the
    two params that say, in seconds, from where to where it is used: no more of it is sent. Of a
    number: `measures` names the file whose used seconds it is, rounded up; nobody says it.

    An "edl" is a list of cuts, each with files of its own (studio.edl). "places" are formats of
    platforms that the file of the param `of` is made for (studio.places).

    A mask is a picture, white where something is to happen, black where not; it has the size of
    the picture that the param `of` holds.
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
    derive: Callable[[Mapping[str, Any]], Any] | None = None
    limits: FileLimits | None = None
    check: Callable[[Any], str | None] | None = None
    of: str = "image"
    look: Literal["", "face", "face needed", "voice"] = ""
    cut: tuple[str, str] | None = None
    measures: str = ""
    sets: Mapping[Any, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_asset(self) -> bool:
        return self.kind in ASSET_KINDS

    @property
    def asset_kind(self) -> str:
        """Of a param that is a file: the kind of asset that it takes."""
        return ASSET_KINDS[self.kind]

    def used_with(self, on: Param) -> tuple[Any, ...]:
        """Of a param that depends on `on`: the choices of that one with which it is sent."""
        rule = self.depends.choices if self.depends else {}
        return tuple(c for c in on.choices if rule.get(c) != ())

    def label_of(self, choice: Any) -> str:
        plain = str(choice).replace("-", " ").capitalize()
        # A recipe that came from elsewhere may have anything for a choice.
        label = self.labels.get(choice) if isinstance(choice, Hashable) else None
        return label or f"{plain} {self.unit}".strip()


@dataclass(frozen=True)
class Known:
    """What is known of a file before it is worked on: pixels as it is seen, seconds, whether
    something is heard."""

    title: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    sound: bool = False


@dataclass(frozen=True)
class Counts:
    """What a plan counts it as: one of that `kind`, or as many as the param `by` says, a begun one
    included."""

    kind: str
    by: str = ""

    def of(self, params: Mapping[str, Any]) -> tuple[str, int]:
        """The kind, and how many it is with these params."""
        return self.kind, ceil(params.get(self.by) or 0) if self.by else 1


@dataclass(frozen=True)
class Operation:
    """Something that can be asked, e.g. *image to video*. `key` is its address everywhere.

    `most` is how many may be ordered with one press. `weighs` says that its point is the bytes of
    the file: results tell how many they were and are. `elsewhere` tells people where they order it,
    of one that has no form of its own: they are led to the page of its module. `check` looks at all
    params together: the name of one and what is wrong with it, or None; `inspect` does so once the
    files are there, by the params and what is known of each file. `counts` is None for what is
    always done on this computer: no plan counts that.
    """

    key: str
    module: str
    label: str
    summary: str
    verb: str
    makes: Makes
    params: tuple[Param, ...]
    title: str = "{label}"
    tags: tuple[str, ...] = ()
    most: int = 1
    weighs: bool = False
    elsewhere: str = ""
    counts: Counts | None = None
    check: Callable[[Mapping[str, Any]], tuple[str, str] | None] | None = None
    inspect: Callable[[Mapping[str, Any], Mapping[str, Known]], tuple[str, str] | None] | None = (
        None
    )

    def param(self, name: str) -> Param:
        return next(p for p in self.params if p.name == name)


@dataclass(frozen=True)
class Offer:
    """Who can do an operation, which params they take, how narrowly, and for how much.

    `accepts` names each param taken: True as declared, a tuple narrows the choices, a dict
    overrides fields of Param. What is not named is not accepted.

    For the provider: `model` is its name for the thing, `wire` renames params, `fixed` adds
    constants, and `build` makes the whole input from (params, files) where renaming is not enough;
    `files` maps names of asset params to what the provider knows the file by. `deadline` is in
    seconds: after it the work counts as late, not as failed. `check` looks at all params together,
    and at the sizes (width, height) of the pictures: the name of one and what is wrong with it, or
    None. `advice` says what should be known before the order, by the same. `forecast` says what
    will come of it, by the params and the files themselves, while the form is being filled: it has
    to be quick.

    `here` are params that the provider does not know and is not sent: a mask among them means that
    the original is put back, by us, wherever the mask is black.

    `quality` is the tier in which it is chosen automatically; without one it is chosen by a person
    only. `styles` are those that the model has a name for; the words of another go into the prompt.
    `finish` makes what was asked for out of what the provider made, such as another size: (its
    file, params, folder) → the file, or the same path when nothing is to be done. What the provider
    made is kept beside it.
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
    model: str = ""
    wire: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    build: Callable[[Mapping[str, Any], Mapping[str, str]], dict[str, Any]] | None = None
    deadline: int = 900
    quality: str = ""
    styles: Collection[str] = ()
    here: Collection[str] = ()
    finish: Callable[[Path, Mapping[str, Any], Path], Path] | None = None
    check: Callable[[Mapping[str, Any], Sizes], tuple[str, str] | None] | None = None
    advice: Callable[[Mapping[str, Any], Sizes], Iterable[str]] | None = None
    forecast: Callable[[Mapping[str, Any], Mapping[str, Path]], Iterable[str]] | None = None

    def payload(self, params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        """The provider's input: what was said under its names (0 and False are said), the files,
        the constants."""
        params = {k: v for k, v in params.items() if k not in self.here}
        files = {k: v for k, v in files.items() if k not in self.here}
        if self.build:
            return self.build(params, files)
        said = {**params, **files}
        sent = {self.wire.get(k, k): v for k, v in said.items() if v is not None}
        return {**sent, **self.fixed}

    def params(self, operation: Operation) -> tuple[Param, ...]:
        """The params as this offer takes them, in the order of the operation. What depends on a
        param that is not taken depends on nothing."""
        taken = [
            self._narrow(p, self.accepts[p.name])
            for p in operation.params
            if p.name in self.accepts
        ]
        free = [
            replace(p, depends=None) if p.depends and p.depends.on not in self.accepts else p
            for p in taken
        ]
        return (*free, *self.extra)

    @staticmethod
    def _narrow(param: Param, rule: Literal[True] | tuple[Any, ...] | Mapping[str, Any]) -> Param:
        if rule is True:
            return param
        if isinstance(rule, Mapping):
            return replace(param, **rule)
        default = param.default if param.default in rule else rule[0]
        return replace(param, choices=tuple(rule), default=default)
