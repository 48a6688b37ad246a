"""The text index: an FTS5 table on SQLite, a tsvector with a GIN index on PostgreSQL.

`write` puts assets into it as they are now, together with the columns that are derived from them;
every change of title, tags, description or recipe ends here. `matching` is the condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any, Literal
from uuid import UUID

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, Q
from django.db.models.lookups import Exact
from django.db.models.sql.where import AND, WhereNode

from assets.models import Asset, AssetQuerySet, Excerpt
from assets.search import colors, fold, match
from assets.search.match import Match
from assets.search.traits import traits_of

# Keeps a phrase from reaching over the end of a text.
_GAP = "_"
_INSERT = (
    "INSERT INTO assets_words(rowid, title, tags, prompt, other, marks) VALUES (%s,%s,%s,%s,%s,%s)"
)
_UPDATE = "UPDATE assets_asset SET words = %s::tsvector WHERE id = %s"


class Entry:
    """What the index keeps of one asset: the tokens of each field, and marks."""

    def __init__(self, asset: Any, tags: Sequence[tuple[int, str]], written: str = "") -> None:
        self.account: UUID = asset.account_id
        self.sign = match.sign_of(self.account)
        prompts: list[str] = []
        rest = [asset.filename, asset.alt, asset.provider, asset.model]
        for name, text in fold.texts(asset.recipe):
            (prompts if "prompt" in name and "neg" not in name else rest).append(text)
        rest.append(written)
        self.left = fold.MOST_LETTERS
        self.fields = {
            "title": self._tokens([asset.title]),
            "tags": self._tokens([name for _, name in tags]),
            "prompt": self._tokens(prompts),
            "other": self._tokens(rest),
        }
        kind, _, origin = asset.origin.partition(":")
        marks = [("t", pk) for pk, _ in tags] + [("i", asset.pk.hex)]
        if kind == "job":
            marks.append(("o", origin.replace("-", "").lower()))
        self.marks = [match.mark_token(self.account, *mark) for mark in marks]

    def _tokens(self, texts: Iterable[str]) -> list[str]:
        found: list[str] = []
        for text in texts:
            words = fold.words(text[: self.left])
            self.left = max(0, self.left - len(text))
            if words:
                found += [_GAP] if found else []
                found += [f"{self.sign}_{word}" for word in words]
        return found

    def fts5(self, number: int) -> list[int | str]:
        return [
            number,
            *(" ".join(tokens) for tokens in self.fields.values()),
            " ".join(self.marks),
        ]

    def tsvector(self) -> str:
        """As PostgreSQL reads it: each token with its places and the weight of its field."""
        places: dict[str, list[str]] = {mark: ["16383"] for mark in self.marks}
        at = 0
        for name, tokens in self.fields.items():
            at += 1
            for token in tokens:
                at += 1
                if token != _GAP:
                    places.setdefault(token, []).append(f"{at}{match.FIELDS[name]}")
        return " ".join(f"'{token}':{','.join(spots)}" for token, spots in places.items())


def write(assets: Iterable[Asset], using: str = "default") -> None:
    """Puts them into the index as they are, and keeps what is derived from their facts."""
    everything = list(assets)
    for at in range(0, len(everything), 500):
        some = everything[at : at + 500]
        tags = tags_of(Asset, using, [asset.pk for asset in some])
        with transaction.atomic(using=using):
            for asset in some:
                _derive(asset)
            fields = ("ratio", "tint", "traits", "title_key", "tag_ids")
            for asset in some:
                asset.tag_ids = " ".join(str(pk) for pk, _ in tags.get(asset.pk, ()))
            Asset.objects.using(using).bulk_update(some, fields)
            written = Excerpt.objects.using(using).filter(asset__in=some)
            texts = dict(written.values_list("asset", "text"))
            entries = [(a, Entry(a, tags.get(a.pk, ()), texts.get(a.pk, ""))) for a in some]
            store(connections[using], entries)


def _derive(asset: Asset) -> None:
    asset.ratio = asset.width / asset.height if asset.width and asset.height else None
    asset.tint = tint_of(asset)
    asset.traits = traits_of(asset)
    asset.title_key = title_key(asset.title)


def tint_of(asset: Any) -> str:
    """A sound or a model has no color of its own."""
    return colors.tint(asset.color) if asset.kind in ("image", "video") else ""


def title_key(title: str) -> str:
    """By which titles are sorted, the same in both databases."""
    return " ".join(fold.words(title))[:200]


def tags_of(model: Any, using: str, ids: Sequence[Any]) -> dict[Any, list[tuple[int, str]]]:
    """Id and name of the tags of each asset that has some; `model` is Asset or that of a
    migration."""
    rows = model.tags.through.objects.using(using).filter(asset_id__in=ids).order_by("tag__name")
    found: dict[Any, list[tuple[int, str]]] = {}
    for asset, tag, name in rows.values_list("asset_id", "tag_id", "tag__name"):
        found.setdefault(asset, []).append((tag, name))
    return found


def store(connection: BaseDatabaseWrapper, entries: Sequence[tuple[Any, Entry]]) -> None:
    """Writes the entries of assets, of any model that has their columns, inside a transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(_UPDATE, [(entry.tsvector(), asset.pk) for asset, entry in entries])
            return
        old = [asset.number for asset, _ in entries if asset.number]
        cursor.executemany("DELETE FROM assets_words WHERE rowid = %s", [(n,) for n in old])
        fresh = [asset for asset, _ in entries if not asset.number]
        enter(cursor, entries)
        cursor.executemany(
            "UPDATE assets_asset SET number = %s WHERE id = %s",
            [(asset.number, asset.pk.hex) for asset in fresh],
        )


def enter(cursor: Any, entries: Sequence[tuple[Any, Entry]]) -> None:
    """On SQLite: puts in what is not there, under new numbers where they have none."""
    # Those that are written again are not in the table at this moment; their numbers are taken.
    following = _numbers(cursor, max((asset.number or 0 for asset, _ in entries), default=0))
    for asset, _ in entries:
        asset.number = asset.number or next(following)
    cursor.executemany(_INSERT, [entry.fts5(asset.number) for asset, entry in entries])


def _numbers(cursor: Any, taken: int) -> Iterator[int]:
    cursor.execute("SELECT rowid FROM assets_words ORDER BY rowid DESC LIMIT 1")
    last = cursor.fetchone()
    number = max(last[0] if last else 0, taken)
    while True:
        number += 1
        yield number


def forget(assets: Iterable[Asset], using: str = "default") -> None:
    """Takes them out, before their rows go for good."""
    numbers = [(asset.number,) for asset in assets if asset.number]
    connection = connections[using]
    if connection.vendor == "sqlite" and numbers:
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM assets_words WHERE rowid = %s", numbers)


def matching(found: Match, account: UUID) -> Q:
    """The condition that an asset of the account fits `found`."""
    return Q(_Found(found, account))


Way = Literal["", "rows", "words"]
_way: ContextVar[Way] = ContextVar("way", default="")


@contextmanager
def going(way: Way) -> Iterator[None]:
    """How what is executed inside looks for words: row by row where it is few rows that are looked
    at, or beginning with all that the index finds, where that is little."""
    before = _way.set(way)
    try:
        yield
    finally:
        _way.reset(before)


class _Found(Func):
    """Asks the index of the database that the query goes to."""

    output_field = BooleanField()

    def __init__(self, found: Match, account: UUID) -> None:
        super().__init__(F("number"))
        self.found, self.account = found, account

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        # The sign keeps the condition from being what the search for rows begins with.
        sign = "" if _way.get() == "words" else "+"
        rows = "SELECT rowid FROM assets_words WHERE assets_words MATCH %s"
        return f"{sign}{column} IN ({rows})", (*params, match.fts5(self.found, self.account))

    def as_postgresql(
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        words = column.rpartition(".")[0] + ".words"
        asked = (*params, match.tsquery(self.found, self.account))
        if _way.get() == "rows":
            return f"ts_match_vq({words}, %s::tsquery)", asked
        return f"{words} @@ %s::tsquery", asked


class Plainly(Func):
    """A column for which SQLite is not to look for an index."""

    template, arity = "%(expressions)s", 1

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s")


def led_by_words(queryset: AssetQuerySet) -> AssetQuerySet:
    """The same rows, in `going("words")`: SQLite would rather begin with those of the account."""
    led = queryset.all()
    asked: list[tuple[WhereNode, int, Any]] = [
        (node, at, node.children[at]) for node, at in _asked(led.query.where)
    ]
    must = [row for row in asked if isinstance(row[2], Exact)]
    if any(isinstance(part.lhs, _Found) for _, _, part in must):
        for node, at, part in must:
            if getattr(part.lhs, "target", None) is Asset._meta.get_field("account"):
                node.children[at] = twin = copy(part)
                twin.lhs = Plainly(part.lhs)
    return led


def _asked(where: WhereNode) -> Iterator[tuple[WhereNode, int]]:
    """All conditions that must hold: where they stand."""
    if where.connector == AND and not where.negated:
        for at, part in enumerate(where.children):
            if isinstance(part, WhereNode):
                yield from _asked(part)
            else:
                yield where, at
