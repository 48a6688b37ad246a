"""Tags that are proposed, by a rule or by a model, until a person accepts or refuses them."""

from __future__ import annotations

from django.db import models

from assets.models.asset import Asset
from billing.models import Account


class HintSource(models.TextChoices):
    RULE = "rule", "A rule"
    AI = "ai", "A model"


class HintState(models.TextChoices):
    OPEN = "open", "Proposed"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"


class TagHint(models.Model):
    """A proposed tag. What was refused stays, so that it is not proposed again."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="hints")
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=4, choices=HintSource.choices)
    state = models.CharField(max_length=8, choices=HintState.choices, default=HintState.OPEN)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["asset", "name"], name="hint_once")]

    def __str__(self) -> str:
        return self.name


class LibrarySettings(models.Model):
    """How an account wants its library."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="library_settings"
    )
    accept_rules = models.BooleanField(
        default=False, help_text="What rules propose becomes a tag at once"
    )

    class Meta:
        verbose_name_plural = "library settings"

    def __str__(self) -> str:
        return f"Library of {self.account_id}"
