"""Very many rows into empty tables: in one transaction, without the indexes, which are built after.

Rows are anything that has the attributes of a model's columns; what one lacks has its default.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from assets.models import Asset
from assets.search import index

_FTS5 = "INSERT INTO assets_words(assets_words, rank) VALUES ('hashsize', %s)"
_PLAIN_HASH, _LARGE_HASH = 1 << 20, 64 << 20


class Row:
    """The columns of one row, without what a model costs to make."""

    number: int | None = None

    def __init__(self, **columns: Any) -> None:
        self.__dict__.update(columns)


def plain_row(model: Any) -> type[Row]:
    """The Row of a model: with the defaults of its columns."""
    defaults = {field.attname: field.get_default() for field in model._meta.concrete_fields}
    return type(f"{model.__name__}Row", (Row,), defaults)


@contextmanager
def without_indexes(*models: Any) -> Iterator[None]:
    """One transaction, at whose end the indexes are there again."""
    tables = [model._meta.db_table for model in models]
    with transaction.atomic(), connection.cursor() as cursor:
        statements = _indexes(cursor, tables)
        for name, _ in statements:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        if connection.vendor == "sqlite":
            cursor.execute(_FTS5, [_LARGE_HASH])
        else:
            # An index cannot be made while keys wait to be checked.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        yield
        for _, statement in statements:
            cursor.execute(statement)
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO assets_words(assets_words) VALUES ('optimize')")
            cursor.execute(_FTS5, [_PLAIN_HASH])
    if connection.vendor == "postgresql":
        # So that plans are those of a library that has been there for a while.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def _indexes(cursor: Any, tables: list[str]) -> list[tuple[str, str]]:
    """Name and statement of those that are no part of a constraint."""
    marks = ", ".join(["%s"] * len(tables))
    if connection.vendor == "sqlite":
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL "  # noqa: S608
            f"AND tbl_name IN ({marks})",
            tables,
        )
    else:
        cursor.execute(
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({marks}) "  # noqa: S608
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)",
            tables,
        )
    return list(cursor.fetchall())


def insert(model: Any, rows: Sequence[Any], words: Sequence[str] = ()) -> None:
    """`words` is what each has in the text index, where that is a column."""
    if not rows:
        return
    fields = [f for f in model._meta.concrete_fields if f.attname != "id" or model is Asset]
    columns = [f'"{field.column}"' for field in fields] + ['"words"'] * bool(words)
    to = f'"{model._meta.db_table}" ({", ".join(columns)})'
    values = _values(fields, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {to} VALUES ({marks})", list(values))  # noqa: S608
            return
        with cursor.copy(f"COPY {to} FROM STDIN") as copy:
            for at, row in enumerate(values):
                copy.write_row([*row, words[at]] if words else row)


def _values(fields: Sequence[Any], rows: Iterable[Any]) -> Iterator[list[Any]]:
    names = [field.attname for field in fields]
    turn = _for_sqlite if connection.vendor == "sqlite" else _for_postgresql
    for row in rows:
        values = [getattr(row, name) for name in names]
        yield [turn[type(v)](v) if type(v) in turn else v for v in values]


_for_postgresql: dict[type, Callable[[Any], Any]] = {dict: json.dumps}
_for_sqlite: dict[type, Callable[[Any], Any]] = {
    dict: json.dumps,
    uuid.UUID: lambda value: value.hex,
    datetime: lambda value: value.strftime("%Y-%m-%d %H:%M:%S.%f"),
}


def index_words(entries: Sequence[tuple[Any, index.Entry]]) -> list[str]:
    """Puts them into the index of SQLite, and gives them their numbers; for PostgreSQL, what its
    column gets."""
    if connection.vendor == "postgresql":
        return [entry.tsvector() for _, entry in entries]
    with connection.cursor() as cursor:
        index.enter(cursor, entries)
    return []
