"""Providers elsewhere: keys, how they behave, what lies there, what they say."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.ids import uuid7
from billing.models import Account
from studio.models.job import Job


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
