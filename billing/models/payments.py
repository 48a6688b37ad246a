"""Money that comes in by a payment provider: what may be bought, what was, and what the provider
told of it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from billing.ids import uuid7
from billing.models.people import Account
from billing.models.plans import Cycle, Plan

CURRENCY = "usd"
LEAST_CENTS = 50  # providers take no smaller amount


class Pack(models.Model):
    """Credits that are sold by the piece; they stay until they are used."""

    name = models.CharField(max_length=60)
    credits = models.PositiveBigIntegerField(
        validators=[MinValueValidator(1)], help_text="Units; 1 credit is 1,000,000 units"
    )
    cents = models.PositiveIntegerField(
        validators=[MinValueValidator(LEAST_CENTS)],
        help_text="US cents; at least 50, which is the least that can be paid by card",
    )
    active = models.BooleanField(default=True, help_text="Offered; what was bought stays")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "credit pack"

    def __str__(self) -> str:
        return self.name


class PaymentFor(models.TextChoices):
    CREDITS = "credits", "Credits"
    PLAN = "plan", "A plan"
    RENEWAL = "renewal", "A plan, one period more"
    UPGRADE = "upgrade", "A larger plan"


class PaymentState(models.TextChoices):
    OPEN = "open", "Not paid yet"
    PAID = "paid", "Paid"
    CANCELED = "canceled", "Not paid"
    REFUSED = "refused", "Paid, but not what was asked"


class Payment(models.Model):
    """What somebody was asked to pay, and what became of it.

    `period_cents` is what each further period costs, `credits` what it brings at once, in units.
    `session`, `customer`, `subscription`, `invoice` and `intent` are the names of things at the
    provider. `refunded` and `disputed` are cents that went back, `taken_back` the units that were
    taken for it. With `attention` an operator should look; `words` say why.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    of = models.CharField("for", max_length=8, choices=PaymentFor.choices)
    pack = models.ForeignKey(Pack, null=True, on_delete=models.SET_NULL, related_name="+")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="+")
    cycle = models.CharField(max_length=5, choices=Cycle.choices, blank=True)
    name = models.CharField(max_length=120)
    credits = models.PositiveBigIntegerField(default=0)
    cents = models.PositiveIntegerField()
    period_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default=CURRENCY)
    state = models.CharField(max_length=8, choices=PaymentState.choices, default=PaymentState.OPEN)
    url = models.TextField(blank=True)
    session = models.CharField(max_length=255, blank=True)
    customer = models.CharField(max_length=255, blank=True)
    subscription = models.CharField(max_length=255, blank=True, db_index=True)
    invoice = models.CharField(max_length=255, blank=True)
    intent = models.CharField(max_length=255, blank=True, db_index=True)
    refunded = models.PositiveIntegerField(default=0)
    disputed = models.PositiveIntegerField(default=0)
    taken_back = models.PositiveBigIntegerField(default=0)
    attention = models.BooleanField(default=False)
    words = models.CharField(max_length=300, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    asked = models.DateTimeField(null=True)
    paid = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=~models.Q(session=""), name="payment_session_once"
            ),
            models.UniqueConstraint(
                fields=["invoice"], condition=~models.Q(invoice=""), name="payment_invoice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, ${self.cents / 100:,.2f}"


class PaymentEvent(models.Model):
    """Something that the provider told, under its own id: it is worked off once, whatever way and
    however often it came. `done` is when it was."""

    id = models.CharField(primary_key=True, max_length=255)
    type = models.CharField(max_length=100)
    about = models.CharField(max_length=255)
    at = models.DateTimeField(help_text="When it happened, by the clock of the provider")
    received = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(null=True, default=timezone.now)
    done = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "id"]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="payment_due"
            ),
            models.Index(fields=["-at"], name="payment_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.about}"


class LedgerCheck(models.Model):
    """What a look through the whole ledger found; `problems` are sentences, empty when it is
    sound."""

    at = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField()
    count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.count} problems at {self.at:%d %b %Y, %H:%M}"
