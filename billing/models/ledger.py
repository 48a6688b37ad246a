"""The append-only ledger, and what its lines come from: grants (lots) and holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from billing.models.people import Account, ApiKey, Client
from billing.pricing import CREDIT


class Kind(models.TextChoices):
    """What an entry does. Amounts are never negative; the kind gives the direction."""

    GRANT = "grant", "Grant"  # balance + amount
    HOLD = "hold", "Hold"  # held + amount
    CHARGE = "charge", "Charge"  # balance - amount, held - the hold
    RELEASE = "release", "Release"  # held - the hold
    REFUND = "refund", "Refund"  # balance + amount, at most what was charged
    EXPIRE = "expire", "Expired"  # balance - amount, what was left of a grant
    TAKEN_BACK = "taken_back", "Taken back"  # balance - amount, what had been bought


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads and adds. What changes or removes many lines at once is refused as for a single one."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("Ledger entries are never changed; write another one.")

    def delete(self) -> NoReturn:
        raise TypeError("Ledger entries are never removed; write another one.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Ledger entries are written by billing.services only.")

    def append(self, entries: Sequence[Entry]) -> None:
        """Many lines at once, for billing.services, which has moved the counters for them."""
        super().bulk_create(entries)


class Entry(models.Model):
    """One line of the ledger. Written once, never changed, never removed."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.BigIntegerField()
    reference = models.CharField(max_length=100, help_text="What it is for, as text: job:<id>")
    note = models.CharField(max_length=200, blank=True)
    balance_after = models.BigIntegerField()
    held_after = models.BigIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["reference", "kind"], name="entry_once_per_reference"),
            models.UniqueConstraint(
                fields=["reference"],
                condition=models.Q(kind__in=["charge", "release"]),
                name="entry_closes_a_hold_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="entry_amount_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"]),
            # A rare kind is found without reading all that lie between.
            models.Index(fields=["account", "kind", "-id"], name="entry_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount / CREDIT:g} cr {self.reference}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A ledger entry is never changed; write another one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("A ledger entry is never removed; write another one.")


class Source(models.TextChoices):
    """Where credits came from."""

    PROMO = "promo", "Promotion"
    PLAN = "plan", "Plan"
    REFUND = "refund", "Refund"
    MANUAL = "manual", "Granted"
    BOUGHT = "bought", "Bought"


class Lot(models.Model):
    """A grant, and what is left of it; `held` is the part of that which is promised. What expires
    soonest is taken first, of the rest what has the lower `priority`.

    `reference` is that of the entry which granted it. Of all lots of an account together `left` is
    its balance and `held` what it holds.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots")
    reference = models.CharField(max_length=120)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.MANUAL)
    priority = models.PositiveSmallIntegerField()
    expires = models.DateTimeField(null=True, blank=True)
    amount = models.BigIntegerField()
    left = models.BigIntegerField()
    held = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["account", models.F("expires").asc(nulls_last=True), "priority", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="lot_once"),
            models.CheckConstraint(
                condition=models.Q(held__gte=0, left__gte=models.F("held")),
                name="lot_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=models.Q(left__lte=models.F("amount")), name="lot_not_above_its_grant"
            ),
        ]
        indexes = [
            # Those that are used up are many and of no interest.
            models.Index(fields=["account"], condition=models.Q(left__gt=0), name="lot_with_rest"),
            models.Index(fields=["expires"], condition=models.Q(left__gt=0), name="lot_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}: {self.left / CREDIT:g} of {self.amount / CREDIT:g} cr"

    @property
    def free(self) -> int:
        return self.left - self.held


class HoldState(models.TextChoices):
    OPEN = "open", "Held"
    CHARGED = "charged", "Charged"
    RELEASED = "released", "Given back"


class Hold(models.Model):
    """What was promised to one piece of work, and what it is for: beside the entry of the same
    reference, to be asked by purpose.

    `count` of `kind` were counted for it in the month that began at `period`. `taken` are the lots
    that it is from: [[lot, units], …]. `charged` and `refunded` are what became of it.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    reference = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=8, choices=HoldState.choices, default=HoldState.OPEN)
    amount = models.BigIntegerField()
    charged = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    offer = models.CharField(max_length=60, blank=True)
    module = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    count = models.PositiveIntegerField(default=0)
    client = models.ForeignKey(
        Client, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        db_index=False,
        related_name="+",
    )
    api_key = models.ForeignKey(
        ApiKey, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    period = models.DateTimeField()
    taken = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    closed = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "period"], name="hold_of_period"),
            models.Index(
                fields=["account", "-id"], condition=models.Q(state="open"), name="hold_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount / CREDIT:g} cr {self.state}"
