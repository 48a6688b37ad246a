"""What was done to many assets at once, so that it can be undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet


class BulkChange(Owned):
    """One change of many assets.

    `cells` says what was written where: {field: [[before, after, [ids in hex]]]}. Undoing writes
    `before` wherever `after` still stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="bulk_changes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    verb = models.CharField(max_length=20)
    value = models.JSONField(null=True, blank=True)
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField(default=0)
    cells = models.JSONField(default=dict, editable=False)
    created = models.DateTimeField(auto_now_add=True, db_index=True)
    undone = models.DateTimeField(null=True, blank=True)

    objects = OwnedQuerySet["BulkChange"].as_manager()

    class Meta:
        ordering = ["-created", "-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.changed}"
