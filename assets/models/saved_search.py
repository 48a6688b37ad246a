"""Searches that a person keeps under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.ids import uuid7
from billing.models import Account


class SavedSearch(models.Model):
    """A search of one person in one account: its text, order and view. Pinned ones are shown on
    the dashboard."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_searches")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=60)
    q = models.CharField(max_length=1000, blank=True)
    sort = models.CharField(max_length=20, default="newest")
    view = models.CharField(max_length=20, default="grid")
    pinned = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["order", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "user", "name"], name="saved_search_once")
        ]

    def __str__(self) -> str:
        return self.name
