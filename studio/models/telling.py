"""What is told to addresses of the account's choice and to its people, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet


class WebhookTarget(Owned):
    """An address that is told of events. Made while somebody works for a client it is told of that
    client's alone.

    `old_secret` signs along until `old_until`, so that a receiver may change over. `failing_since`
    is when the failures in a row began, `rests_until` when the receiver may be called again,
    `off_words` why it was turned off when nobody did it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="webhook_targets")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=60)
    url = models.CharField("address", max_length=500)
    events = models.JSONField(default=list)
    on = models.BooleanField(default=True)
    secret = models.TextField(editable=False, help_text="Encrypted")
    old_secret = models.TextField(blank=True, editable=False, help_text="Encrypted")
    old_until = models.DateTimeField(null=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)
    off_words = models.CharField(max_length=300, blank=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["WebhookTarget"].as_manager()

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event on its way to one address: written with what it tells of, sent afterwards. `body`
    is sent letter by letter each time. `status`, `answer` and `error` are of the last try; `error`
    is a sentence, empty when it was taken."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        GIVEN_UP = "given_up", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    target = models.ForeignKey(WebhookTarget, on_delete=models.CASCADE, related_name="deliveries")
    event = models.UUIDField(editable=False)
    type = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    tried = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created", "-id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["target", "event"], name="webhook_event_once"),
        ]
        indexes = [
            models.Index(fields=["target", "-created", "-id"], name="webhook_log"),
            models.Index(fields=["created"], name="webhook_by_age"),
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="webhook_due",
            ),
            models.Index(
                fields=["target", "next_at"],
                condition=models.Q(next_at__isnull=False),
                name="webhook_to_send",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} to {self.target_id} ({self.state})"


class UserNotice(Owned):
    """Something that one person is told on the page, and by e-mail where `mail_at` says when.
    `about` names the thing ("batch:<id>"), so that who has seen that has seen this."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True, help_text="A path of the studio")
    about = models.CharField(max_length=100, blank=True)
    read = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet["UserNotice"].as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [
            models.Index(fields=["user", "account", "-created", "-id"], name="notice_of_user"),
            models.Index(
                fields=["user", "account"], condition=models.Q(read=None), name="notice_unread"
            ),
            models.Index(fields=["about"], condition=models.Q(read=None), name="notice_about"),
            models.Index(
                fields=["mail_at"], condition=models.Q(mail_at__isnull=False), name="notice_to_mail"
            ),
            models.Index(fields=["created"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return self.title
