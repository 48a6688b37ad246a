"""What may be meant while a search is typed: keys, values that the account has, its tags, and
words of its titles. Only what begins as what is there; a few small queries, never more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assets.models import Asset, Tag
from assets.search import fold, keys, match
from assets.search.ask import Ask
from assets.search.index import matching
from assets.search.write import quoted
from billing.models import Account

MOST = 10
_LONGEST = 1_000
_TITLES = 30
_JOINING = {
    "AND": "Both of them, as with a space",
    "OR": "One of them or the other",
    "NOT": "Without what follows, as with a minus",
}
_PART = re.compile(r'(?:^|(?<=[\s(]))-*((?:[^\s()"]|"[^"]*"?)*)$')


@dataclass(frozen=True)
class Suggestion:
    """Replace the text from `start` to `end` by `insert`; `label` is what is shown, `hint` what
    it is."""

    start: int
    end: int
    insert: str
    label: str
    hint: str


def suggest(account: Account, text: str, at: int) -> list[Suggestion]:
    """Some for what stands before the place `at` of a search, the likeliest first."""
    if "\0" in text:  # no database looks for it
        return []
    at = max(0, min(at, len(text)))
    part = _PART.search(text[max(0, at - 200) : at]) if at <= _LONGEST else None
    if part is None:
        return []
    written, ask = part[1], Ask(account.pk, account.scope)
    name, colon, value = written.partition(":")
    if colon and name.lower() in keys.names():
        return _values(ask, keys.key_of(name.lower()), value, at)
    start = at - len(written)
    found = _keys(written, start, at)
    if written:
        found = _joining(written, start, at, text[:start].rstrip()) + found
        found += _tags(ask, written, start, at, 4) + _titles(ask, written, start, at)
    return found[:MOST]


def _joining(written: str, start: int, at: int, before: str) -> list[Suggestion]:
    """AND, OR and NOT, typed in capitals or whole; the first two only behind something."""
    behind = bool(before) and not before.endswith("(")
    return [
        Suggestion(start, at, word, word, hint)
        for word, hint in _JOINING.items()
        if (behind or word == "NOT") and (word.startswith(written) or word.lower() == written)
    ]


def _keys(written: str, start: int, at: int) -> list[Suggestion]:
    word = written.lower()
    rows = dict.fromkeys(keys.KEYS.values())
    fit = [k for k in rows if any(n.startswith(word) for n in (k.name, *k.aliases))]
    fit = fit[: 4 if word else MOST]
    return [Suggestion(start, at, f"{k.name}:", f"{k.name}:", k.help) for k in fit]


def _values(ask: Ask, kind: keys.KeyKind, written: str, at: int) -> list[Suggestion]:
    """Values of a key, for the last of those that are written after it."""
    last = written.rpartition(",")[2]
    start, word = at - len(last), last.lstrip('"')
    if kind.name == "tag":
        return [
            Suggestion(start, at, quoted(tag), tag, "tag") for tag in _tags_like(ask, word, MOST)
        ]
    fit = _fit(word, [*kind.fixed, *kind.values(ask)])
    return [Suggestion(start, at, _inserted(v), v, kind.help) for v in fit[:MOST]]


def _inserted(value: str) -> str:
    return value if value[0] in "<>" else quoted(value)


def _fit(word: str, values: Iterable[str]) -> list[str]:
    """Those that begin like the word first, then those of which one part does."""
    wanted = fold.fold(word)
    folded = [(value, fold.fold(value)) for value in dict.fromkeys(values)]
    first = [value for value, plain in folded if plain.startswith(wanted)]
    if not wanted:
        return first
    inner = [v for v, plain in folded if v not in first and wanted in re.split(r"[-/_ .]", plain)]
    return [*first, *inner]


def _tags_like(ask: Ask, word: str, most: int) -> list[str]:
    found = Tag.objects.in_sight(ask.account, ask.scope).filter(name__startswith=word.lower()[:60])
    return list(found.order_by("name").values_list("name", flat=True)[:most])


def _tags(ask: Ask, written: str, start: int, at: int, most: int) -> list[Suggestion]:
    word = written.strip('"')
    return [
        Suggestion(start, at, f"tag:{quoted(tag)}", tag, "tag")
        for tag in _tags_like(ask, word, most)
    ]


def _titles(ask: Ask, written: str, start: int, at: int) -> list[Suggestion]:
    """Words of the newest titles in which one begins so."""
    wanted = fold.words(written)
    if len(wanted) != 1:
        return []
    named = matching(match.Words(tuple(wanted), False, ("title",)), ask.account)
    mine = Asset.objects.filter(named, ask.scope.q(), account=ask.account, trashed__isnull=True)
    titles = mine.order_by("-created", "-pk").values_list("title", flat=True)[:_TITLES]
    words = (word for title in titles for word in re.findall(r"\w+", title))
    fit = {fold.fold(w): w.lower() for w in words if fold.fold(w).startswith(wanted[0])}
    fit.pop(wanted[0], None)
    return [Suggestion(start, at, word, word, "in titles") for word in list(fit.values())[:4]]
