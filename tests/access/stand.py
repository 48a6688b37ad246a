"""A set of things that belong together, and how it stands in the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from assets.models import (
    Archive,
    Asset,
    Board,
    BoardComment,
    BoardItem,
    BulkChange,
    Collection,
    CollectionItem,
    Description,
    Import,
    PartUpload,
    TagHint,
)
from billing.models import Account, User
from studio.models import (
    Batch,
    BatchFile,
    BatchMapping,
    BatchNews,
    BatchRow,
    BatchTemplate,
    Job,
    Persona,
    SavedPrompt,
    SavedSettings,
    Scene,
    Shot,
    Story,
    Take,
    WebhookDelivery,
    WebhookTarget,
)

Stand = list[list[str]]


@dataclass
class Set:
    """Things that belong together: `here` are their ids by what they are called in the tables."""

    word: str
    account: Account
    user: User
    here: dict[str, Any] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def note(self, **rows: Model) -> None:
        for name, row in rows.items():
            self.here[name] = row.pk
            if isinstance(row.pk, UUID):
                self.ids |= {str(row.pk), row.pk.hex}

    @property
    def client(self) -> UUID | None:
        return self.account.scope.client

    @cached_property
    def questions(self) -> list[tuple[str, Any]]:
        return list(_questions(self, OWNED))

    def pointed_at(self) -> Stand:
        """What is anywhere that has to do with its files."""
        return _answered(list(_questions(self, POINTING)))


# What belongs to whom: the way from a row to what says whose it is.
OWNED: dict[Any, tuple[str, ...]] = {
    **dict.fromkeys((Asset, Archive, Board, BulkChange, Collection, Import, PartUpload), ("",)),
    **dict.fromkeys((Job, Story, Persona, SavedPrompt, SavedSettings), ("",)),
    **dict.fromkeys((Batch, BatchTemplate, BatchMapping, WebhookTarget), ("",)),
    WebhookDelivery: ("target__",),
    **dict.fromkeys((BatchRow, BatchFile, BatchNews), ("batch__",)),
    **dict.fromkeys((TagHint, Description), ("asset__",)),
    BoardItem: ("board__",),
    CollectionItem: ("collection__",),
    Asset.tags.through: ("asset__",),
    Asset.parents.through: ("from_asset__",),
    BoardComment: ("item__board__",),
    Scene: ("story__",),
    Shot: ("scene__story__",),
    Take: ("shot__scene__story__",),
}
# What points at files of others where it should not.
POINTING: dict[Any, tuple[str, ...]] = {
    BoardItem: ("asset__",),
    CollectionItem: ("asset__",),
    Asset.parents.through: ("to_asset__",),
    Asset: ("version_of__",),
    BatchFile: ("asset__",),
    Story: ("track__",),
    Shot: ("still__", "voice__", "mask__"),
    Take: ("asset__",),
}
# What grows by being looked at.
LOOKED_AT = ("opens", "downloads", "shares", "seen")


def state(of: Set) -> Stand:
    """All that a set has."""
    return _answered(of.questions)


def _answered(questions: list[tuple[str, Any]]) -> Stand:
    rows: Stand = []
    with connection.cursor() as cursor:
        for sql, params in questions:
            cursor.execute(sql, params)
            rows.append(sorted(map(str, cursor.fetchall())))
    return rows


def _questions(of: Set, owned: dict[Any, tuple[str, ...]]) -> Iterator[tuple[str, Any]]:
    """What the database is asked for that; worked out once, for it is asked often."""
    for model, ways in owned.items():
        columns = [f.attname for f in model._meta.concrete_fields if f.name not in LOOKED_AT]
        for way in ways:
            whose = {f"{way}account": of.account.pk, f"{way}client": of.client}
            found = model._default_manager.filter(**whose).values_list(*columns)
            yield found.order_by().query.sql_with_params()
