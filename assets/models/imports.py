"""ZIPs that are brought into a library, and what became of each file in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assets.models.asset import Asset
from assets.models.upload import PartUpload
from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet


class ImportState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    WORKING = "working", "Being unpacked"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Outcome(models.TextChoices):
    RESTORED = "restored", "Restored"
    KNOWN = "known", "Here already"
    REFUSED = "refused", "Refused"


class Import(Owned):
    """A ZIP that is unpacked into the library. It lies in `file`, or in the parts of `upload`.

    `count` is how many files are in it (None until that is known). `ours` says that it was packed
    by this program, with what was known of its files. Who unpacks it holds `lease`; a lease that
    ran out is taken up again. `at` is the file that is looked at and `tried` how often that was
    begun: one that the worker dies on is left out the third time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="imports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    file = models.FileField(max_length=300, blank=True)
    upload = models.OneToOneField(
        PartUpload, null=True, on_delete=models.SET_NULL, related_name="import_of"
    )
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.WAITING)
    ours = models.BooleanField(default=False)
    count = models.PositiveIntegerField(null=True)
    restored = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
    at = models.PositiveIntegerField(null=True)
    tried = models.PositiveSmallIntegerField(default=0)
    starts = models.PositiveSmallIntegerField(default=0, help_text="Without one file in between")
    fence = models.PositiveIntegerField(default=0)
    lease = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(db_index=True)

    objects = OwnedQuerySet["Import"].as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [models.Index(fields=["state", "lease"], name="import_lease")]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_state_display()}"

    @property
    def done(self) -> int:
        """How many files are through, whatever became of them."""
        return self.restored + self.known + self.refused


class ImportItem(models.Model):
    """A file of a ZIP that is through. Written together with its asset, so that a second start
    does nothing twice. `why` is the reason of a refusal, or what was left out. `links` are what
    the manifest says of its neighbors, until those are there."""

    whole = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    why = models.CharField(max_length=600, blank=True, default="")
    asset = models.ForeignKey(Asset, null=True, on_delete=models.SET_NULL, related_name="+")
    links = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["whole", "number"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_outcome_display()}"
