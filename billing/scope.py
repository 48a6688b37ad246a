"""What of an account is in sight of who asks: work for one client never meets that for another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q


@dataclass(frozen=True)
class Scope:
    """`client` is the one that is worked for (None: all that may be seen), `mine` are those that
    the person may see at all (None: everything, also what belongs to no client)."""

    client: UUID | None = None
    mine: frozenset[UUID] | None = None

    @property
    def is_limited(self) -> bool:
        return self.mine is not None

    @property
    def is_everything(self) -> bool:
        return self.client is None and self.mine is None

    def widest(self) -> Scope:
        """All that the person may see, whomever they work for just now."""
        return Scope(mine=self.mine)

    def q(self, path: str = "client", shared: bool = False) -> Q:
        """The condition on the column `path`; `shared` is in sight, too, what has no client."""
        if self.is_everything:
            return Q()
        found = Q(**{path: self.client}) if self.client else Q(**{f"{path}__in": self.mine or ()})
        return found | Q(**{f"{path}__isnull": True}) if shared else found

    def holds(self, client: UUID | None) -> bool:
        """Whether what belongs to this client is in sight."""
        if self.client is not None:
            return client == self.client
        return self.mine is None or client in self.mine


EVERYTHING = Scope()


def common(clients: Iterable[UUID | None]) -> UUID | None:
    """The one client of several things; None when none of them has one. Raises ValueError when
    they belong to different ones: nothing crosses."""
    found = {client for client in clients if client is not None}
    if len(found) > 1:
        raise ValueError("They belong to different clients.")
    return next(iter(found), None)
