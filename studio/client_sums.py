"""What there is of each client, and what was spent for it: one query for each kind of thing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, Func, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from assets.models import Asset, Board
from billing.models import Account, Entry, Kind
from studio.models import Job, Story


@dataclass(frozen=True)
class Sums:
    """How many; `links` are boards whose link is open, `spent` units: charges less refunds."""

    files: int = 0
    jobs: int = 0
    stories: int = 0
    links: int = 0
    spent: int = 0


def sums(account: Account, clients: Collection[UUID], *, money: bool) -> dict[UUID, Sums]:
    """Of these clients; what is in the trash does not count. Without `money` nothing is said of
    what was spent. Whom somebody works for just now makes no difference."""
    account = account.widest()
    rows: dict[str, dict[UUID, int]] = {
        "files": _counts(Asset.objects.for_account(account).live(), clients),
        "jobs": _counts(Job.objects.for_account(account), clients),
        "stories": _counts(Story.objects.for_account(account).live(), clients),
        "links": _counts(Board.objects.for_account(account).open(), clients),
        "spent": _spent(account, clients) if money else {},
    }
    return {pk: Sums(**{name: found.get(pk, 0) for name, found in rows.items()}) for pk in clients}


def _counts(mine: QuerySet[Any], clients: Collection[UUID]) -> dict[UUID, int]:
    mine = mine.filter(client__in=clients).order_by().values("client")
    return dict(mine.annotate(_n=Count("pk")).values_list("client", "_n"))


def _spent(account: Account, clients: Collection[UUID]) -> dict[UUID, int]:
    paid = Job.objects.for_account(account).filter(client__in=clients)
    paid = paid.filter(quote__gt=0).annotate(_reference=_Reference("pk"))
    spent = Coalesce(_sum(Kind.CHARGE), 0) - Coalesce(_sum(Kind.REFUND), 0)
    rows = paid.annotate(_spent=spent).order_by().values("client")
    return dict(rows.annotate(_sum=Sum(F("_spent"))).values_list("client", "_sum"))


def _sum(kind: Kind) -> Subquery:
    """There is one entry of a kind at most."""
    of_job = Entry.objects.filter(reference=OuterRef("_reference"), kind=kind)
    return Subquery(of_job.values("amount")[:1])


class _Reference(Func):
    """`job:<id>`, the words of the ledger for a job, made by the database."""

    arity = 1
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="('job:' || %(expressions)s::text)")

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        id_, params = compiler.compile(self.get_source_expressions()[0])
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        joined = " || '-' || ".join(f"substr({id_}, {at}, {size})" for at, size in parts)
        return f"('job:' || {joined})", tuple(params) * len(parts)
