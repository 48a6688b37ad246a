"""Words that an account gives its assets."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from billing.models import Account
from billing.scope import Scope


class TagQuerySet(models.QuerySet["Tag"]):
    def in_sight(self, account_id: UUID, scope: Scope) -> TagQuerySet:
        """The words are one for all of an account; who works for one client sees those only that
        are on something of that client."""
        mine = self.filter(account=account_id)
        if scope.is_everything:
            return mine
        links = Tag.assets.through._default_manager.filter(tag=models.OuterRef("pk"))
        return mine.filter(models.Exists(links.filter(scope.q("asset__client"))))

    def for_account(self, account: Account) -> TagQuerySet:
        return self.in_sight(account.pk, account.scope)


class Tag(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="tag_once")]

    def __str__(self) -> str:
        return self.name
