"""A Job is a row, and the table of jobs is the queue. Only studio.jobs changes a job's state."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.ids import uuid7
from billing.models import Account


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


class JobQuerySet(models.QuerySet["Job"]):
    def for_account(self, account: Account) -> JobQuerySet:
        """The only way in for pages and API: somebody else's job is not there."""
        return self.filter(account=account)

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


class Job(models.Model):
    """One piece of work that somebody asked for.

    `key` is the caller's idempotency key, `fingerprint` what it stood for. `fence` counts starts:
    news of an older start is dropped. `lease` is until when the process that works on it is
    believed to be alive; `next_at` is when it is looked at again. `quote` is in ledger units.

    Of work elsewhere: `epoch` is the pump that took it up, `handed` when it began to hand it over,
    `hook` the unguessable part of the address that its provider may send news to, `results` what is
    to be fetched, `fetch_deaths` how many fetches in a row never came to an end. `expected_cost` is
    our list price of it, `provider_cost` what the provider says, `suspense` what it may have taken
    for work of which nobody knows. `own_key` is the account's own key, when that pays.

    `run` is shared by all that were ordered with one press. `alternatives` are who does it instead
    when nobody was paid yet and it is surely not accepted, in their order: [{"offer", "params"}].
    `most` is what was held for it; `quote` is at most that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="jobs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
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
            models.Index(fields=["state", "next_at"]),
            models.Index(fields=["provider", "state", "created"]),
            models.Index(fields=["provider", "provider_ref"]),
            models.Index(
                fields=["state"], condition=models.Q(cancel_requested=True), name="job_to_cancel"
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


class Persona(models.Model):
    """A brand's voice and look, in words that a prompt gets when somebody asks for them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="personas")
    name = models.CharField(max_length=60)
    voice = models.CharField(max_length=300, blank=True, help_text="How it speaks")
    look = models.CharField(max_length=500, blank=True, help_text="Colors, light, things, places")
    avoid = models.CharField(max_length=300, blank=True, help_text="What is never to be seen")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="persona_once")]

    def __str__(self) -> str:
        return self.name


class SavedPrompt(models.Model):
    """A prompt that somebody wants to find again, for all of the account. `digest` tells equal
    texts, which an index of long texts cannot."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_prompts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    text = models.TextField()
    digest = models.CharField(max_length=64, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="saved_prompt_once")
        ]

    def __str__(self) -> str:
        return self.text[:80]


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


class Beat(models.Model):
    """The canary of one queue on one host: when it was last sent, and last came back."""

    name = models.CharField(max_length=150, primary_key=True)
    sent = models.DateTimeField(null=True)
    seen = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    def age(self) -> float | None:
        """Seconds since it last came back."""
        return (timezone.now() - self.seen).total_seconds() if self.seen else None


class Lease(models.Model):
    """Who works the pump. `epoch` rises with every owner: what an older one writes is refused.
    `leaving` asks the owner to end soon."""

    name = models.CharField(max_length=20, primary_key=True)
    owner = models.CharField(max_length=150, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField(default=timezone.now)
    leaving = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.name} {self.epoch}"


class ProviderKey(models.Model):
    """An account's own key at a provider; only its last characters are ever shown again.

    A key that was taken back or replaced is retired: it stays for the work that was begun with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="provider_keys")
    provider = models.CharField(max_length=40)
    cipher = models.TextField(editable=False)
    tail = models.CharField(max_length=4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created = models.DateTimeField(auto_now_add=True)
    checked = models.DateTimeField(null=True)
    words = models.CharField(max_length=300, blank=True)
    retired = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "provider"],
                condition=models.Q(retired=None),
                name="one_key_per_provider",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} …{self.tail}"


class Health(models.Model):
    """How a provider behaves towards one key: the operator's ("fal") or an account's own
    ("fal:<id of the key>").

    After failures in a row nothing is submitted until `open_until`, then one job tries; nor until
    `pause_until`, which is when they asked us to come back. `refused`
    is their word on a key that they do not accept, `key_print` says which key that was.
    `hook_keys` (encrypted) is what signatures of their webhooks are checked with.
    """

    name = models.CharField(max_length=80, primary_key=True)
    provider = models.CharField(max_length=40)
    own_key = models.OneToOneField(ProviderKey, null=True, on_delete=models.CASCADE)
    failures = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_ok = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=300, blank=True)
    no_credit_at = models.DateTimeField(null=True)
    pause_until = models.DateTimeField(null=True)
    key_print = models.CharField(max_length=64, blank=True)
    hook_keys = models.TextField(blank=True, editable=False)
    hook_keys_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "health"

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether submits wait."""
        return bool(self.open_until and self.open_until > timezone.now())

    @property
    def is_paused(self) -> bool:
        """Whether they asked us to wait."""
        return bool(self.pause_until and self.pause_until > timezone.now())


class Upload(models.Model):
    """A file that lies at a provider already, for one key."""

    provider = models.CharField(max_length=40)
    whose = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    url = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "whose", "sha256"], name="upload_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.sha256[:8]}"


class Notice(models.Model):
    """A webhook whose signature was right, once per delivery. `taken` by the pump or not yet."""

    provider = models.CharField(max_length=40)
    delivery = models.CharField(max_length=200)
    job = models.ForeignKey(Job, null=True, on_delete=models.CASCADE, related_name="notices")
    ref = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    taken = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "delivery"], name="notice_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(taken=False), name="notice_to_take")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.delivery}"


class Workflow(models.Model):
    """A workflow of ComfyUI, stored by an admin, which becomes an offer.

    `graph` is its API format: {node id: {"class_type", "inputs"}}. `mapping` says where our params
    go: {param: [[node id, input], …]}; `fixed` values of params are narrowed by `limits`
    {param: {"low", "high", "default", "choices"}}. `price` is dollars a job.
    """

    key = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=60)
    summary = models.CharField(max_length=200, blank=True)
    operation = models.CharField(max_length=60, default="image-to-video")
    graph = models.JSONField()
    mapping = models.JSONField()
    limits = models.JSONField(default=dict, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=4, default=0)
    deadline = models.PositiveIntegerField(default=1800, help_text="Seconds")
    enabled = models.BooleanField(default=True)
    updated = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.label
