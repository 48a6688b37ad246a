"""What is asked of the text index, written for each of the two databases.

In the index every word of an account begins with a short sign of it (`4c81d2e_sunset`), so that a
word that all accounts use costs one account nothing. Two accounts may have the same sign: whose an
asset is stays a condition of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

# The fields of the index: their column in FTS5 and their weight in a tsvector.
FIELDS = {"title": "A", "tags": "B", "prompt": "C", "other": "D"}


@dataclass(frozen=True)
class Words:
    """`words` side by side, the last one by its beginning unless `whole`; in one of `fields`, or
    in any."""

    words: tuple[str, ...]
    whole: bool = False
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """Something that is known of an asset by a mark in the index: a tag, an id."""

    kind: str
    value: str


@dataclass(frozen=True)
class All:
    parts: tuple[Match, ...]


@dataclass(frozen=True)
class Any:
    parts: tuple[Match, ...]


Match: TypeAlias = "Words | Mark | All | Any"


def sign_of(account: UUID) -> str:
    return account.hex[-7:]


def word_token(account: UUID, word: str) -> str:
    return f"{sign_of(account)}_{word}"


def mark_token(account: UUID, kind: str, value: object) -> str:
    """No word's token begins like it: there is something between the sign and the line."""
    return f"{sign_of(account)}{kind}_{value}"


def fts5(match: Match, account: UUID) -> str:
    if isinstance(match, Mark):
        return f'"{mark_token(account, match.kind, match.value)}"'
    if isinstance(match, Words):
        phrase = " ".join(word_token(account, word) for word in match.words)
        columns = f"{{{' '.join(match.fields)}}} : " if match.fields else ""
        return f'{columns}"{phrase}"{"" if match.whole else " *"}'
    sign = " AND " if isinstance(match, All) else " OR "
    return f"({sign.join(fts5(part, account) for part in match.parts)})"


def tsquery(match: Match, account: UUID) -> str:
    if isinstance(match, Mark):
        return f"'{mark_token(account, match.kind, match.value)}'"
    if isinstance(match, Words):
        weights = "".join(FIELDS[name] for name in match.fields)
        ends = [f":{weights}" if weights else ""] * len(match.words)
        if not match.whole:
            ends[-1] = f":*{weights}"
        pairs = zip(match.words, ends, strict=True)
        row = " <-> ".join(f"'{word_token(account, word)}'{end}" for word, end in pairs)
        return f"({row})"
    sign = " & " if isinstance(match, All) else " | "
    return f"({sign.join(tsquery(part, account) for part in match.parts)})"
