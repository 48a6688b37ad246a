"""Who searches, and what is read once for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from assets.models import Asset
from billing.models import Client
from billing.scope import EVERYTHING, Scope

MAKERS = ("module", "provider", "model")
MOST_MAKERS = 2_000


@dataclass
class Ask:
    """Who asks, what they may see, and when. What is read once for a search is kept here."""

    account: UUID
    scope: Scope = EVERYTHING
    now: datetime = field(default_factory=timezone.now)
    _makers: list[tuple[str, str, str]] | None = None
    _clients: dict[UUID, str] | None = None

    def known(self, column: str) -> list[str]:
        """All values of `module`, `provider` or `model` that are in sight."""
        return sorted({maker[MAKERS.index(column)] for maker in self.makers()} - {""})

    def makers(self) -> list[tuple[str, str, str]]:
        if self._makers is None:
            if self.scope.is_everything:
                self._makers = _makers(self.account)
            else:
                mine = Asset.objects.filter(self.scope.q(), account=self.account)
                rows = mine.order_by(*MAKERS).values_list(*MAKERS).distinct()
                self._makers = list(rows[:MOST_MAKERS])
        return self._makers

    def clients(self) -> dict[UUID, str]:
        """The names of the clients in sight."""
        if self._clients is None:
            rows = Client.objects.filter(self.scope.q("pk"), account=self.account)
            self._clients = dict(rows.values_list("pk", "name"))
        return self._clients


_NEXT_MAKER = (
    "SELECT module, provider, model FROM assets_asset "
    "WHERE account_id = %s AND (module, provider, model) > ({}) "
    "ORDER BY module, provider, model LIMIT 1"
)
_EVERY_MAKER = (  # noqa: S608
    "WITH RECURSIVE found AS (({first}) UNION ALL "
    "SELECT following.* FROM found, LATERAL ({following}) AS following) "
    "SELECT * FROM found LIMIT {most}"
).format(
    first=_NEXT_MAKER.format("'', '', ''"),
    following=_NEXT_MAKER.format("found.module, found.provider, found.model"),
    most=MOST_MAKERS,
)


def _makers(account: UUID) -> list[tuple[str, str, str]]:
    """From one to the next in the index: DISTINCT would read all rows of the account."""
    pk = Asset._meta.get_field("account").get_db_prep_value(account, connection)
    found: list[tuple[str, str, str]] = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_EVERY_MAKER, [pk, pk])
            return list(cursor.fetchall())
        last = ("", "", "")
        while len(found) < MOST_MAKERS:
            cursor.execute(_NEXT_MAKER.format("%s, %s, %s"), [pk, *last])
            if (row := cursor.fetchone()) is None:
                break
            found.append(row)
            # It would go through all rows of the last one: it seeks the first that is not smaller.
            last = (row[0], row[1], row[2] + "\x01")
    return found
