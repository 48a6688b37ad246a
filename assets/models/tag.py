"""Words that an account gives its assets."""

from __future__ import annotations

from django.db import models

from billing.models import Account


class Tag(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="tag_once")]

    def __str__(self) -> str:
        return self.name
