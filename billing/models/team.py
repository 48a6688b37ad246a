"""Invitations to an account, and the log of what was done in it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from billing.ids import uuid7


class Invitation(models.Model):
    """Somebody is asked into an account, with a role, and perhaps limited to clients. Of the token
    in its link only the digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(
        "billing.Account", on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=10)
    limited = models.BooleanField(default=False)
    clients: models.ManyToManyField[Any, models.Model] = models.ManyToManyField(
        "billing.Client", blank=True, related_name="+"
    )
    invited_by = models.ForeignKey(
        "billing.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        "billing.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"invitation for {self.email}"


class By(models.TextChoices):
    """In what way somebody acts."""

    PERSON = "person", "Person"
    KEY = "key", "API key"
    GUEST = "guest", "Guest"
    OPERATOR = "operator", "Operator"
    SYSTEM = "system", "The studio"


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Reads and adds."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("A line of the audit log is never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("A line of the audit log is never removed before its time.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("A line of the audit log is never changed.")

    def expire(self) -> int:
        """Removes these for good; for billing.audit_log, which says what is old enough."""
        return self._raw_delete(self.db)


class AuditEvent(models.Model):
    """A line of the audit log: who did what in which account, to what, and from where.

    It outlives the people and things that it names: `actor` and `of` are texts, and the two keys
    have no constraint. `once` is given where there is to be one line only, however often it
    happens."""

    account = models.ForeignKey(
        "billing.Account",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="audit_events",
    )
    user = models.ForeignKey(
        "billing.User",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    by = models.CharField(max_length=10, choices=By.choices)
    actor = models.CharField(max_length=150, blank=True, help_text="Their name at that time")
    action = models.CharField(max_length=40)
    of = models.CharField("object", max_length=200, blank=True)
    details = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    address = models.GenericIPAddressField(null=True, blank=True)
    once = models.CharField(max_length=120, null=True, blank=True, unique=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "line of the audit log"
        verbose_name_plural = "audit log"
        indexes = [
            models.Index(fields=["account", "-id"], name="audit_of_account"),
            models.Index(fields=["created"], name="audit_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.of}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A line of the audit log is never changed; write another one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("A line of the audit log is never removed before its time.")
