"""How much may be spent in a month: by all, for a client, by a member, with a key."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from billing.models.people import Account, ApiKey, Client
from billing.pricing import as_credits

LEVELS = (50, 80, 100)


class BudgetOf(models.TextChoices):
    ACCOUNT = "account", "The account"
    CLIENT = "client", "A client"
    MEMBER = "member", "A member"
    KEY = "key", "An API key"
    PLAN = "plan", "The plan"  # its figures are those of the plan


class Budget(models.Model):
    """Units a month. `soft` warns, `hard` refuses."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="budgets")
    of = models.CharField(max_length=7, choices=BudgetOf.choices)
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.CASCADE, related_name="budgets"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="budgets",
    )
    api_key = models.ForeignKey(
        ApiKey, null=True, blank=True, on_delete=models.CASCADE, related_name="budgets"
    )
    soft = models.PositiveBigIntegerField(null=True, blank=True, help_text="Units; warns")
    hard = models.PositiveBigIntegerField(null=True, blank=True, help_text="Units; refuses")

    class Meta:
        ordering = ["account", "of", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "of"],
                condition=models.Q(of__in=["account", "plan"]),
                name="budget_of_account_once",
            ),
            models.UniqueConstraint(fields=["account", "client"], name="budget_of_client_once"),
            models.UniqueConstraint(fields=["account", "user"], name="budget_of_member_once"),
            models.UniqueConstraint(fields=["account", "api_key"], name="budget_of_key_once"),
        ]

    def __str__(self) -> str:
        return f"budget of {self.name} in {self.account}"

    @property
    def name(self) -> str:
        """Whose it is, for people."""
        whose = {
            BudgetOf.CLIENT: self.client,
            BudgetOf.MEMBER: self.user,
            BudgetOf.KEY: self.api_key and self.api_key.name,
        }
        return str(whose.get(BudgetOf(self.of)) or f"the {self.of}")

    def clean(self) -> None:
        named = {
            BudgetOf.CLIENT: self.client_id,
            BudgetOf.MEMBER: self.user_id,
            BudgetOf.KEY: self.api_key_id,
        }
        for of, pk in named.items():
            if (pk is not None) != (self.of == of):
                raise ValidationError(
                    f"A budget of “{self.get_of_display()}” names exactly that: "
                    f"{'leave out' if pk is not None else 'choose'} {of.label.lower()}."
                )
        self._check_owner()
        if self.soft is not None and self.hard is not None and self.soft > self.hard:
            raise ValidationError(
                {"soft": "It warns too late: the soft limit is above the hard one. Make it lower."}
            )

    def _check_owner(self) -> None:
        mine = {
            "client": self.client is None or self.client.account_id == self.account_id,
            "api_key": self.api_key is None or self.api_key.account_id == self.account_id,
            "user": self.user is None
            or Account.objects.filter(pk=self.account_id, members=self.user).exists(),
        }
        for field, is_mine in mine.items():
            if not is_mine:
                raise ValidationError({field: "This is not of this account. Choose another."})


class BudgetPeriod(models.Model):
    """What of a budget is spent and promised in the month that began at `period`."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="periods")
    period = models.DateTimeField()
    spent = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-period"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "period"], name="budget_period_once"),
            models.CheckConstraint(
                condition=models.Q(spent__gte=0, held__gte=0), name="budget_period_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget} since {self.period:%d %b %Y}"


class BudgetAlert(models.Model):
    """That a budget has come to `level` percent, once in a month. `delivered` is when somebody was
    told."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="alerts")
    period = models.DateTimeField()
    level = models.PositiveSmallIntegerField(choices=[(n, f"{n} %") for n in LEVELS])
    spent = models.BigIntegerField()
    limit = models.BigIntegerField()
    refuses = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    delivered = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "period", "level"], name="budget_alert_once")
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(delivered=None), name="budget_alert_untold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.level} % of the {self.budget}"

    @property
    def words(self) -> str:
        """What whoever looks after the money is told."""
        name = f"The budget of {self.budget.name}"
        of = f"{as_credits(self.spent)} of {as_credits(self.limit)} are spent this month"
        if self.level < LEVELS[-1]:
            return f"{name} has come to {self.level} %: {of}."
        then = "No more is spent from it" if self.refuses else "Work goes on"
        return f"{name} is used up: {of}. {then} until the month ends or somebody raises it."
