"""Files that are on their way into the library, in parts."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assets.models.asset import Asset
from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet


class UploadState(models.TextChoices):
    OPEN = "open", "Takes parts"
    JOINING = "joining", "Being put together"
    DONE = "done", "In the library"


class PartUpload(Owned):
    """A large file that comes in parts, which may be sent in any order and again.

    `size` and `part_size` in bytes. All parts but the last have `part_size`. `joining` says since
    when it is being put together: a server that died over it does not hold it for ever.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="uploads")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    part_size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the whole, if it was told")
    kind = models.CharField(max_length=10, blank=True, help_text="The only kind that is wanted")
    tags = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.OPEN)
    joining = models.DateTimeField(null=True, blank=True)
    asset = models.ForeignKey(Asset, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(db_index=True)

    objects = OwnedQuerySet["PartUpload"].as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name

    @property
    def parts_wanted(self) -> int:
        return -(-self.size // self.part_size)

    def length_of(self, number: int) -> int:
        """Bytes of the part with this number; the first is 1."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


class UploadedPart(models.Model):
    """A part that lies in the storage under `key`."""

    upload = models.ForeignKey(PartUpload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=200)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}: {self.number}"
