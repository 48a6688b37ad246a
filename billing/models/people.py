"""Accounts (the tenant), their clients, members and keys."""

from __future__ import annotations

from copy import copy
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models

from billing.ids import uuid7
from billing.scope import EVERYTHING, Scope


def known_zone(name: str) -> None:
    """Raises ValidationError for what is no time zone."""
    if name not in available_timezones():
        raise ValidationError(
            f"“{name[:60]}” is no time zone. Write it as Europe/Amsterdam or America/New_York."
        )


class User(AbstractUser):
    """A person who signs in. What they may do follows from their memberships."""


class Account(models.Model):
    """The tenant: owns assets, jobs and credits.

    `balance` is what was granted and not yet spent, `held` the part of it promised to running work;
    both move only through billing.services, together with an Entry.

    `zone` is where its nights and weekends are, as "Europe/Amsterdam".

    `scope` is no column: it is what of the account is in sight of who asks, and goes with this
    object to all that is read through it (billing.owned). `asked_with` goes along in the same way:
    the API key that opened it, None for a person at a page.
    """

    scope: Scope = EVERYTHING
    asked_with: UUID | None = None

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    zone = models.CharField("time zone", max_length=60, default="UTC", validators=[known_zone])
    created = models.DateTimeField(auto_now_add=True)
    balance = models.BigIntegerField(default=0, editable=False)
    held = models.BigIntegerField(default=0, editable=False)
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="Membership", related_name="accounts"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held__gte=0), name="account_held_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(balance__gte=models.F("held")), name="account_not_overdrawn"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Everything but the counters: a copy read earlier must not write old ones back."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = [
                f.name
                for f in self._meta.concrete_fields
                if f.name not in ("id", "balance", "held")
            ]
        super().save(*args, **kwargs)

    @property
    def available(self) -> int:
        return self.balance - self.held

    def seen(self, scope: Scope) -> Account:
        """The same account with that of it in sight."""
        twin = copy(self)
        twin.scope = scope
        return twin

    def widest(self) -> Account:
        """With all in sight that the person may see, whomever they work for just now."""
        return self.seen(self.scope.widest())


class Client(models.Model):
    """Somebody whom an account works for. What belongs to one never meets what is another's.
    An archived one is offered no more; what it has stays. `key` is the name as it is compared."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="clients")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120, editable=False)
    note = models.CharField(max_length=500, blank=True, default="")
    archived = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key", "id"]
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="client_once")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = self.name.casefold()
        super().save(*args, **kwargs)


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class Membership(models.Model):
    """A person in an account. One who is `limited` sees what belongs to `clients` and nothing else;
    owners and admins never are."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    limited = models.BooleanField(default=False, help_text="Sees only the clients that are chosen")
    clients: models.ManyToManyField[Client, models.Model] = models.ManyToManyField(
        Client, blank=True, related_name="memberships"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="one_membership_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.account}"


class ApiKey(models.Model):
    """A key of the API. Only its SHA-256 digest is kept; the key itself is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, help_text="The first letters, to recognise it by")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    read_only = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SignInLink(models.Model):
    """A link that signs its user in once. Only the digest of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link for {self.user}"
