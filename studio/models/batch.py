"""Batches: the rows of a sheet, each of which is one or more jobs, and what is told of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from assets.models import Asset
from billing.ids import uuid7
from billing.models import Account, Client
from billing.owned import Owned, OwnedQuerySet, once


class BatchState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    CANCELED = "canceled", "Canceled"


class RowState(models.TextChoices):
    NEW = "new", "Not checked"
    READY = "ready", "Ready"
    COMING = "coming", "Waits for files"
    WRONG = "wrong", "Wrong"
    SKIPPED = "skipped", "Left out"
    OPEN = "open", "Open"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class Batch(Owned):
    """Many jobs from one sheet.

    `columns` are those of the sheet, `mapping` says which param each of them is: {column: name}.
    `steps` are what is done with each row, one after the other: [{"operation", "offer", "params",
    "takes"}], of which a row may name another first one. `source` is a digest of the file, so that
    the same one twice is told.

    It works from `opens` (now, where that is None) until `closes`; `window` says how the next two
    are found, `zone` in whose time. `at_once` of its jobs are at work for each provider. It stops
    by itself when `stop_failures` rows have failed, never more, or before more than `stop_units`
    are spent; `failures` and `spent` count since it last began. `words` say why it is not
    running. `agreed` are the terms with which it began, `key` is the press that began it, `round`
    counts how often it was begun. With `repeats` "weekly" the same begins anew at `next_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="batches")
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="batches"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    title = models.CharField(max_length=200)
    state = models.CharField(
        max_length=10, choices=BatchState.choices, default=BatchState.DRAFT, editable=False
    )
    source = models.CharField(max_length=64, blank=True, editable=False)
    source_name = models.CharField(max_length=200, blank=True)
    columns = models.JSONField(default=list, editable=False)
    notes = models.JSONField(default=list, editable=False)
    mapping = models.JSONField(default=dict, editable=False)
    steps = models.JSONField(default=list, editable=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    window = models.JSONField(null=True, blank=True)
    zone = models.CharField(max_length=60, default="UTC")
    opens = models.DateTimeField(null=True, editable=False)
    closes = models.DateTimeField(null=True, editable=False)
    repeats = models.CharField(max_length=6, blank=True, choices=[("weekly", "Weekly")])
    next_at = models.DateTimeField(null=True, editable=False)
    repeat_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="repeated"
    )
    at_once = models.PositiveSmallIntegerField(default=2)
    stop_failures = models.PositiveIntegerField(null=True, blank=True)
    stop_units = models.BigIntegerField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, editable=False)
    spent = models.BigIntegerField(default=0, editable=False)
    words = models.TextField(blank=True, editable=False)
    agreed = models.CharField(max_length=100, blank=True, editable=False)
    key = models.CharField(max_length=100, blank=True, editable=False)
    round = models.PositiveIntegerField(default=0, editable=False)
    email = models.EmailField(blank=True)
    webhook = models.URLField(max_length=500, blank=True)
    secret = models.TextField(blank=True, editable=False, help_text="Encrypted")
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(default=timezone.now, editable=False)
    started = models.DateTimeField(null=True, editable=False)
    ended = models.DateTimeField(null=True, editable=False)

    objects = OwnedQuerySet["Batch"].as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        verbose_name_plural = "batches"
        indexes = [
            models.Index(fields=["account", "-created", "-id"]),
            models.Index(fields=["state", "changed"]),
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="batch_to_repeat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"


class BatchRow(models.Model):
    """A line of the sheet: the `number`th of its batch, which began on `line` of the file. `cells`
    are in the order of the columns, as they were given.

    `work` is what came of them when they were checked, one for each step: [{"operation", "takes",
    "doers": [{"offer", "params", "notes"}], "title", "count", "makes", "quote", "most", "words",
    "print"}]; `count` jobs of it make `makes` results each. `costs` add that up by model: [[offer,
    jobs, quote, most]]. `problems` are [{"column", "message"}].
    `print` says what all of it stands for: that of the job `duplicate_of` is the same.
    `error` and `cost` are of what became of it.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField(null=True)
    cells = models.JSONField(default=list)
    unreadable = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=RowState.choices, default=RowState.NEW)
    offer = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200, blank=True)
    work = models.JSONField(default=list)
    costs = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    quote = models.BigIntegerField(default=0)
    most = models.BigIntegerField(default=0)
    print = models.CharField(max_length=64, blank=True)
    duplicate_of = models.ForeignKey(
        "Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    error = models.TextField(blank=True)
    cost = models.BigIntegerField(default=0)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="batch_row_once"),
        ]
        indexes = [
            models.Index(fields=["batch", "state", "number"]),
            models.Index(fields=["batch", "ended"], name="batch_row_ended"),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.batch_id}"


class BatchFile(models.Model):
    """A file that a sheet names by its address. It is fetched once, whatever number of rows name
    it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    digest = models.CharField(max_length=64, editable=False)
    address = models.TextField()
    asset = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    problem = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "digest"], name="batch_file_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="batch_file_to_fetch",
            )
        ]

    def __str__(self) -> str:
        return self.address[:60]


class BatchNews(models.Model):
    """Something that people are told of a batch, on one way: written together with what it tells
    of, sent afterwards. On the page it is sent when somebody has seen it.

    `address` is where the last of the `tries` went at `tried`, by mail or to a webhook; of that,
    `status` what was answered (None where nothing was), and `error` why it is not `sent`. Without a
    `next_at` it is not tried again.
    """

    class Way(models.TextChoices):
        PAGE = "page", "Page"
        MAIL = "mail", "E-mail"
        HOOK = "hook", "Webhook"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="news")
    way = models.CharField(max_length=4, choices=Way.choices)
    kind = models.CharField(max_length=20)
    round = models.PositiveIntegerField(default=0)
    words = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    tried = models.DateTimeField(null=True)
    address = models.CharField(max_length=500, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    sent = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created", "id"]
        verbose_name_plural = "batch news"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "round", "kind", "way"], name="batch_news_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="batch_news_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.batch_id} by {self.way}"


class BatchTemplate(Owned):
    """Steps that are kept for other sheets."""

    is_shared = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="batch_templates")
    name = models.CharField(max_length=100)
    steps = models.JSONField(default=list)
    created = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["BatchTemplate"].as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = once("batch_template_name", ["name"])

    def __str__(self) -> str:
        return self.name


class BatchMapping(Owned):
    """Which column is which param, kept for other sheets with the same columns."""

    is_shared = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="batch_mappings")
    name = models.CharField(max_length=100)
    mapping = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["BatchMapping"].as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = once("batch_mapping_name", ["name"])

    def __str__(self) -> str:
        return self.name
