"""A Job is a row, and the table of jobs is the queue. Only studio.jobs changes a job's state."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.ids import uuid7
from billing.models import Account, ApiKey, Client, Price
from billing.owned import Owned, OwnedQuerySet


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    SUBMITTING = "submitting", "Starting"
    RUNNING = "running", "Running"
    UNKNOWN = "unknown", "Waiting for an answer"
    REVIEW = "review", "Needs a decision"
    FETCHING = "fetching", "Saving"
    SUCCEEDED = "succeeded", "Done"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


TERMINAL = (State.SUCCEEDED, State.FAILED, State.CANCELED)
LIVE = tuple(s for s in State if s not in TERMINAL)


def _token() -> str:
    return secrets.token_urlsafe(32)


class JobQuerySet(OwnedQuerySet["Job"]):
    def live(self) -> JobQuerySet:
        return self.filter(state__in=LIVE)


class JobManager(models.Manager["Job"]):
    """What a provider made may lie in `results` whole, and is read only where it is wanted."""

    def get_queryset(self) -> JobQuerySet:
        return JobQuerySet(self.model, using=self._db).defer("results")

    def for_account(self, account: Account) -> JobQuerySet:
        return self.get_queryset().for_account(account)

    def live(self) -> JobQuerySet:
        return self.get_queryset().live()


class Job(Owned):
    """One piece of work that somebody asked for.

    `key` is the caller's idempotency key, `fingerprint` what it stood for. `fence` counts starts:
    news of an older start is dropped. `lease` is until when the process that works on it is
    believed to be alive; `next_at` is when it is looked at again. `quote` is in ledger units.

    Of work elsewhere: `epoch` is the pump that took it up, `handed` when it began to hand it over,
    `hook` the unguessable part of the address that its provider may send news to, `results` what is
    to be fetched, `fetch_deaths` how many fetches in a row never came to an end. `expected_cost` is
    our list price of it, `provider_cost` what the provider says, `suspense` what it may have taken
    for work of which nobody knows. `own_key` is the account's own key, when that pays.

    `run` is shared by all that were ordered with one press, of which `at_once` are worked on at the
    same time; one that `waits` has not had its turn. It comes after the job `after`, with the last
    frame of whose video it begins: that becomes the param `begins_with`; with `takes` it is not the
    frame but that result itself, counted from 0 among those of the kind that the param takes.
    Of a `batch` it is for one of the rows, the `slot`th of its `step`; `turn` is its place among
    those that wait, 0 being first, None that it comes after one that is not done. `varied` is what
    sets this
    one apart in a grid: [[name, value], …]. `alternatives` are who does it instead when nobody was
    paid yet and it is surely not accepted, in their order: [{"offer", "params"}]. `most` is what
    was held for it; `quote` is at most that. `api_key` is the one that asked for it, `price_row`
    the row of the price list that it was priced by, None being as the offer declares.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="jobs")
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="jobs"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    api_key = models.ForeignKey(
        ApiKey, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    operation = models.CharField(max_length=60)
    offer = models.CharField(max_length=60)
    provider = models.CharField(max_length=40, db_index=True)
    module = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    notes = models.JSONField(default=list, help_text="What was changed in the request, in words")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    request = models.CharField(max_length=64, blank=True, help_text="Digest of the bare request")
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=60, blank=True)
    progress = models.FloatField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease = models.DateTimeField(null=True)
    host = models.CharField(max_length=100, blank=True)
    cancel_requested = models.BooleanField(default=False)
    unclear_since = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    epoch = models.PositiveBigIntegerField(default=0)
    handed = models.DateTimeField(null=True, editable=False)
    own_key = models.ForeignKey(
        "ProviderKey", null=True, blank=True, on_delete=models.PROTECT, related_name="jobs"
    )
    run = models.UUIDField(null=True, db_index=True, editable=False)
    at_once = models.PositiveSmallIntegerField(null=True, editable=False)
    waits = models.BooleanField(default=False, editable=False)
    after = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="next_ones"
    )
    begins_with = models.CharField(max_length=40, blank=True, editable=False)
    takes = models.PositiveSmallIntegerField(null=True, editable=False)
    batch = models.ForeignKey(
        "Batch",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="jobs",
    )
    row = models.ForeignKey(
        "BatchRow", null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    step = models.PositiveSmallIntegerField(default=0, editable=False)
    slot = models.PositiveSmallIntegerField(default=0, editable=False)
    turn = models.PositiveIntegerField(null=True, editable=False)
    varied = models.JSONField(default=list, editable=False)
    alternatives = models.JSONField(default=list, editable=False)
    hook = models.CharField(max_length=43, default=_token, db_index=True, editable=False)
    provider_ref = models.CharField(max_length=200, blank=True)
    links = models.JSONField(default=dict, editable=False)
    results = models.JSONField(default=list, editable=False)
    fetches = models.PositiveIntegerField(default=0)
    fetch_deaths = models.PositiveIntegerField(default=0, editable=False)
    expected_cost = models.BigIntegerField(default=0)
    provider_cost = models.BigIntegerField(null=True)
    suspense = models.BigIntegerField(default=0)
    cost_differs = models.BooleanField(default=False)
    quote = models.BigIntegerField(default=0)
    most = models.BigIntegerField(default=0)
    price_words = models.CharField(max_length=200, blank=True)
    price_row = models.ForeignKey(
        Price, null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)
    error_detail = models.TextField(blank=True)
    outputs = models.JSONField(default=list, editable=False)
    retry_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="retries"
    )
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    objects = JobManager()

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="job_once_per_key"),
        ]
        indexes = [
            models.Index(fields=["account", "-created", "-id"]),
            models.Index(fields=["client", "-created", "-id"], name="job_of_client"),
            models.Index(fields=["state", "next_at"]),
            models.Index(fields=["provider", "state", "waits", "created"]),
            models.Index(fields=["provider", "provider_ref"]),
            models.Index(
                fields=["state"], condition=models.Q(cancel_requested=True), name="job_to_cancel"
            ),
            models.Index(fields=["run"], condition=models.Q(waits=True), name="job_waits"),
            models.Index(fields=["account", "fingerprint"], name="job_of_print"),
            # What has ended lately: how it went, what it earned and cost, without its row.
            models.Index(
                fields=[
                    *("finished", "provider", "offer", "state", "started"),
                    *("quote", "own_key", "provider_cost", "expected_cost", "suspense"),
                ],
                condition=models.Q(finished__isnull=False),
                name="job_ended",
            ),
            # A batch has thousands that wait and thousands that are done; those between are few.
            models.Index(
                fields=["batch", "waits", "state", "provider"],
                condition=models.Q(batch__isnull=False),
                name="job_of_batch",
            ),
            models.Index(
                fields=["batch", "provider", "state", "turn"],
                condition=models.Q(batch__isnull=False, waits=True),
                name="job_turn_in_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def origin(self) -> str:
        """The text by which ledger and library speak of this job."""
        return f"job:{self.id}"

    @property
    def is_terminal(self) -> bool:
        return self.state in TERMINAL

    @property
    def waited(self) -> timedelta:
        """Time in the queue, apart from the time of running."""
        return (self.started or self.finished or timezone.now()) - self.created

    @property
    def ran(self) -> timedelta | None:
        """Time since the start that led to the end, or until now."""
        return (self.finished or timezone.now()) - self.started if self.started else None


class Attempt(models.Model):
    """A start of a job, written before anything is sent or rendered."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="starts")
    number = models.PositiveIntegerField()
    started = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"start {self.number} of {self.job_id}"


class Event(models.Model):
    """A line of a job's timeline, written together with the change that it tells of."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(max_length=12, choices=State.choices)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.state}"
