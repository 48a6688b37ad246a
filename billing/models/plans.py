"""What may be bought: plans, who has which, and how much of it is used."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from billing.models.people import Account, known_zone
from billing.purpose import KINDS


class Cycle(models.TextChoices):
    MONTH = "month", "Monthly"
    YEAR = "year", "Yearly"


def sound_caps(caps: Any) -> None:
    """Raises ValidationError for what are no caps."""
    if not isinstance(caps, dict):
        raise ValidationError('Write the caps as {"images": 25, "videos": 0}.')
    for kind, cap in caps.items():
        if kind not in KINDS:
            raise ValidationError(
                f"“{str(kind)[:40]}” is not counted. What is counted: {', '.join(KINDS)}."
            )
        if cap is not None and (type(cap) is not int or not 0 <= cap <= 2**31 - 1):
            raise ValidationError(
                f"The cap of {kind} is {str(cap)[:40]!r}; it is a whole number from 0 to "
                "2,147,483,647, or null for no limit. 0 means none at all."
            )


def sound_offers(offers: Any) -> None:
    """Raises ValidationError for what is no list of models."""
    if offers is None:
        return
    if not isinstance(offers, list) or not all(isinstance(key, str) and key for key in offers):
        raise ValidationError(
            'Write the models as ["wan-2.5", "local-kenburns"], or leave it empty for all of them.'
        )


class Plan(models.Model):
    """What an account gets for its money. Everywhere null is no limit and 0 is none at all.

    `caps` say how many of each kind in a month: what is not in it has no limit. `credits` come at
    the beginning of each month and end with it; `cost_cap` is the most that may be spent in one,
    both in units. `offers` are the models that may be used, null being all. What costs nothing is
    counted only with `counts_free`. `fallback` is the plan to which one that ended falls; without
    such a plan nothing that costs is done any more. `hidden` ones are not shown to choose from.
    """

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True, help_text="What people read of it")
    price_month = models.PositiveIntegerField(default=0, help_text="US cents a month")
    price_year = models.PositiveIntegerField(default=0, help_text="US cents a year")
    credits = models.PositiveBigIntegerField(
        default=0, help_text="Units that come with each month; 1 credit is 1,000,000 units"
    )
    caps = models.JSONField(
        default=dict,
        blank=True,
        validators=[sound_caps],
        help_text=f"How many a month, of {', '.join(KINDS)}. Not named or null: no limit; 0: none",
    )
    storage_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    members = models.PositiveIntegerField(null=True, blank=True)
    cost_cap = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Units that may be spent in a month"
    )
    offers = models.JSONField(
        null=True,
        blank=True,
        validators=[sound_offers],
        help_text="Keys of the models that may be used; empty: all",
    )
    counts_free = models.BooleanField(
        default=False, help_text="Work that costs nothing uses up the caps, too"
    )
    fallback = models.BooleanField(
        default=False, help_text="Whose plan has ended goes on with this one"
    )
    hidden = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["fallback"], condition=models.Q(fallback=True), name="plan_one_fallback"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """An empty list in place of an object passes by the validators of a field that may be left
        empty."""
        for name, sound in (("caps", sound_caps), ("offers", sound_offers)):
            try:
                sound(getattr(self, name))
            except ValidationError as error:
                raise ValidationError({name: error}) from None

    def cap(self, kind: str) -> int | None:
        found: int | None = self.caps.get(kind)
        return found

    def price(self, cycle: str) -> int:
        """In US cents."""
        return self.price_year if cycle == Cycle.YEAR else self.price_month


class Status(models.TextChoices):
    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Ended"


class Subscription(models.Model):
    """Which plan an account has. What has been paid for runs from `period_start` to `period_end`;
    then it is renewed, or goes on with `next_plan`, or ends. Its months begin at the day and time
    of `anchor` in `zone`, which is that of the account when it began: who moves to another
    zone does not begin a month anew. The credits of its plan have come until `month_end`.

    `external` is its name at a payment provider: such a one goes on only when that says so.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="subscription")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    cycle = models.CharField(max_length=5, choices=Cycle.choices, default=Cycle.MONTH)
    anchor = models.DateTimeField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField(db_index=True)
    zone = models.CharField(max_length=60, default="UTC", validators=[known_zone])
    month_end = models.DateTimeField(db_index=True)
    next_plan = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    next_cycle = models.CharField(max_length=5, choices=Cycle.choices, blank=True)
    renews = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    external = models.CharField(max_length=100, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.account}: {self.plan}"


class Counter(models.Model):
    """How many of a kind an account had made, or has being made, in the month that began at
    `period`."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="counters")
    kind = models.CharField(max_length=20)
    period = models.DateTimeField()
    used = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-period", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "period"], name="counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.used} {self.kind} since {self.period:%d %b %Y}"
