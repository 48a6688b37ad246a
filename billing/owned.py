"""What an account owns and may keep apart by client: the base of assets, jobs, stories and more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models

from billing.models import Account, Client

M = TypeVar("M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[M]):
    def for_account(self, account: Account) -> Self:
        """The only way in for pages and API: what is somebody else's, or out of the scope of who
        asks, is not there. The rows found have this very account, so what is read through them is
        seen with the same eyes."""
        shared = bool(getattr(self.model, "is_shared", False))
        mine = self.filter(account.scope.q(shared=shared), account=account)
        field = self.model._meta.get_field("account")
        mine._known_related_objects = {field: {account.pk: account}}  # type: ignore[attr-defined]
        return mine

    def own(self, account: Account) -> Self:
        """Of those the ones that who asks may change: not what serves all clients, for somebody who
        may not see all of them."""
        return self.exclude(client=None) if account.scope.is_limited else self


class Owned(models.Model):
    """A row of an account. What is made for a client belongs to it from then on; with `is_shared`
    what has no client may be used for all of them."""

    is_shared: ClassVar[bool] = False

    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        account = self._state.fields_cache.get("account")
        if self._state.adding and self.client_id is None and account is not None:
            self.client_id = account.scope.client
        super().save(*args, **kwargs)


def check_own(account: Account, row: Owned) -> None:
    """Raises PermissionDenied for what serves all clients, when somebody would change it who may
    not see all of them."""
    if account.scope.is_limited and row.client_id is None:
        raise PermissionDenied(
            "It serves all clients, so only somebody who sees all of them may change it. Make one "
            "of your own, or ask the account's owner."
        )


def once(
    name: str, fields: Sequence[str], condition: models.Q | None = None
) -> list[models.BaseConstraint]:
    """That there is one for each client (and one without): a column that may be null takes two."""
    free, kept = models.Q(client=None), models.Q(client__isnull=False)
    also = condition or models.Q()
    return [
        models.UniqueConstraint(fields=["account", *fields], condition=also & free, name=name),
        models.UniqueConstraint(
            fields=["account", "client", *fields], condition=also & kept, name=f"{name}_by_client"
        ),
    ]
