"""A ZIP that is being made of assets, or waits to be fetched."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet


class ArchiveState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    WORKING = "working", "Being packed"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Archive(Owned):
    """`wanted` are the assets by id in hex, `count` how many those are, `done` how many are packed;
    `size` in bytes is that of the files beforehand and that of the ZIP when it is ready.

    Who packs it holds `lease` until then; a lease that ran out is taken up again, `starts` times.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="archives")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(
        max_length=8, choices=ArchiveState.choices, default=ArchiveState.WAITING
    )
    wanted = models.JSONField(default=list, editable=False)
    plain = models.BooleanField(default=False, help_text="The files alone, nothing beside them")
    count = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField()
    file = models.FileField(max_length=300, blank=True)
    error = models.CharField(max_length=300, blank=True, default="")
    missing = models.PositiveIntegerField(default=0, help_text="Files that were not there")
    starts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(db_index=True)

    objects = OwnedQuerySet["Archive"].as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [models.Index(fields=["state", "lease"])]

    def __str__(self) -> str:
        return f"{self.count} files, {self.get_state_display()}"
