"""Which column of a sheet is which param: guessed, said, and checked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from studio.batches.limits import Refused
from studio.spec import Param, ParamKind
from studio.wording import nearest, shown

SHORT = 4  # letters, below which a name is not guessed by likeness
NAMED = 5  # columns or params that a message names
CLOSE, APART = 0.8, 0.08  # how alike two names are, and how much less the next one has to be
# What a file is called when it is not said which: the first param that is one of these kinds.
FILES: Mapping[str, tuple[ParamKind, ...]] = {
    "image": ("image",),
    "picture": ("image",),
    "photo": ("image",),
    "img": ("image",),
    "video": ("video",),
    "clip": ("video",),
    "movie": ("video",),
    "audio": ("audio",),
    "sound": ("audio",),
    "voice": ("audio",),
    **dict.fromkeys(
        ("file", "filename", "url", "link", "address", "source", "asset", "media", "input"),
        ("image", "video", "audio"),
    ),
}
# Other words for a param that is called so, where there is one.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "prompt": ("text", "description", "caption", "words", "idea"),
    "negative_prompt": ("negative", "avoid", "without"),
    "duration": ("length", "seconds", "secs", "time"),
    "aspect_ratio": ("ratio", "aspect", "shape", "format"),
    "resolution": ("quality", "definition"),
    "image": ("start image", "first frame", "image url"),
    "end_image": ("last frame", "end frame"),
    "background": ("backdrop",),
    "logo": ("watermark",),
    "fps": ("frame rate",),
    "seed": ("random seed",),
}


@dataclass(frozen=True)
class Target:
    """What a column may be: a param, or a word about the row itself. `words` are other names."""

    name: str
    label: str
    kind: str
    words: tuple[str, ...] = ()


RESERVED: tuple[Target, ...] = (
    Target("module", "Module", "reserved"),
    Target("operation", "Operation", "reserved", ("task", "tool")),
    Target("model", "Model", "reserved", ("offer", "provider model")),
    Target("title", "Title", "reserved", ("result title",)),
    Target("row", "Row", "reserved", ("id", "row id", "number", "no", "nr")),
)


def targets_of(params: Iterable[Param]) -> tuple[Target, ...]:
    """The params of one operation or several, each name once, and what every row may say."""
    first: dict[str, Param] = {}
    labels: defaultdict[str, list[str]] = defaultdict(list)
    for param in params:
        if not param.measures:  # a measure is nobody's to say
            first.setdefault(param.name, param)
            labels[param.name].append(param.label)
    files = _files(first.values())
    made = [
        Target(
            p.name, p.label, p.kind, (*labels[p.name][1:], *ALIASES.get(p.name, ()), *files[p.name])
        )
        for p in first.values()
    ]
    return (*made, *(t for t in RESERVED if t.name not in first))


def _files(params: Iterable[Param]) -> defaultdict[str, list[str]]:
    """The words for a file, by the name of the first param that is one of that kind."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    files = [p for p in params if p.is_asset and p.kind != "mask"]
    # One that has to be said is what an operation is about.
    files.sort(key=lambda p: not p.required)
    for word, kinds in FILES.items():
        if first := next((p for p in files if _is(p, kinds)), None):
            found[first.name].append(word)
    return found


def _is(param: Param, kinds: tuple[ParamKind, ...]) -> bool:
    """An address or a file of any kind is a sound only where a sound is what has to be given."""
    sure = len(kinds) == 1 or param.required or param.kind != "audio"
    return param.kind in kinds and sure


def plain(name: str) -> str:
    """A name as names are compared: 'Aspect ratio', 'ASPECT-RATIO', 'aspect_ratio' are one."""
    return re.sub(r"[\W_]+", "", name).casefold()


def guess(columns: Sequence[str], targets: Iterable[Target]) -> dict[str, str]:
    """Column → name of the target, each once. The surest go first: name, label, other words, and
    then what is written almost so, if it is like one only."""
    targets = tuple(targets)
    found: dict[str, str] = {}
    taken: set[str] = set()

    def take(column: str, name: str) -> None:
        found[column] = name
        taken.add(name)

    for level in _levels(targets):
        for column in columns:
            name = level.get(plain(column))
            if column not in found and name and name not in taken:
                take(column, name)
    for column in columns:
        if column not in found:
            name = _almost(plain(column), [t for t in targets if t.name not in taken])
            if name:
                take(column, name)
    return {column: found[column] for column in columns if column in found}


def _levels(targets: Sequence[Target]) -> Iterator[dict[str, str]]:
    """Names, labels and other words → target. What would be two of them is nobody's."""
    for said in (lambda t: (t.name,), lambda t: (t.label,), lambda t: t.words):
        level: dict[str, str] = {}
        twice: set[str] = set()
        for target in targets:
            for word in {plain(w) for w in said(target)}:
                twice |= {word} & level.keys()
                level[word] = target.name
        yield {word: name for word, name in level.items() if word and word not in twice}


def _almost(column: str, targets: Sequence[Target]) -> str | None:
    """The target that a misspelled name is like; None when it is like two of them, or short."""
    if len(column) < SHORT:
        return None
    matcher = SequenceMatcher(None, "", column)
    numbers = _numbers(column)
    scores = sorted(((_likeness(matcher, numbers, t), t.name) for t in targets), reverse=True)
    if not scores or scores[0][0] < CLOSE:
        return None
    return None if len(scores) > 1 and scores[0][0] - scores[1][0] < APART else scores[0][1]


def _likeness(matcher: SequenceMatcher[str], numbers: list[str], target: Target) -> float:
    """To the name of the target that is most alike. Another number in it is another thing."""
    best = 0.0
    for name in {plain(name) for name in (target.name, target.label, *target.words)}:
        if len(name) >= SHORT and _numbers(name) == numbers:
            matcher.set_seq1(name)
            # The first two are quick and never less than the third.
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) > CLOSE - APART:
                best = max(best, matcher.ratio())
    return best


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def unknown(columns: Sequence[str], mapping: Mapping[str, str]) -> str:
    """Which columns are not used, in one sentence; empty when all are."""
    left = [column for column in columns if not mapping.get(column)]
    if not left:
        return ""
    if len(left) == 1:
        return f"1 column is not used: “{shown(left[0])}”."
    return f"{len(left):,} columns are not used: {_named(left)}."


def _named(names: Sequence[str]) -> str:
    said = [f"“{shown(name)}”" for name in names[:NAMED]]
    if len(names) > NAMED:
        said.append(f"{len(names) - NAMED:,} more")
    return f"{', '.join(said[:-1])} and {said[-1]}"


def check(mapping: Mapping[str, str], columns: Sequence[str], targets: Iterable[Target]) -> None:
    """Raises Refused when a mapping that somebody says does not fit; an empty name is a column
    that is left out."""
    known = {target.name: target for target in targets}
    used: dict[str, str] = {}
    for column, name in mapping.items():
        if column not in columns:
            raise Refused(
                f"There is no column “{shown(column)}”. The sheet has "
                f"{nearest(tuple(map(shown, columns)), column)}."
            )
        if not name:
            continue
        if not isinstance(name, str) or name not in known:
            raise Refused(
                f"Column “{shown(column)}” is to be “{shown(name)}”, which is no parameter here. "
                f"Choose {nearest(tuple(known), name)}."
            )
        if name in used:
            raise Refused(
                f"Columns “{shown(used[name])}” and “{shown(column)}” are both to be "
                f"“{known[name].label}”. Leave one of them out."
            )
        used[name] = column
