"""What was spent on each day, by what and for whom, so that nobody adds up the ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.models.people import Account, ApiKey, Client


class Day(models.Model):
    """One row for each day in the zone of the account and each purpose: units spent (less what was
    refunded), pieces of work that were charged, and that failed. Only written under the lock of the
    account."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, db_index=False, related_name="days"
    )
    day = models.DateField()
    offer = models.CharField(max_length=60, blank=True)
    module = models.CharField(max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
    )
    client = models.ForeignKey(
        Client, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    api_key = models.ForeignKey(
        ApiKey, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    spent = models.BigIntegerField(default=0)
    jobs = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "id"]
        indexes = [models.Index(fields=["account", "day", "offer"], name="day_of_account")]

    def __str__(self) -> str:
        return f"{self.day}: {self.offer}"
