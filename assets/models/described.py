"""What a model says that a picture shows, until a person accepts or refuses it."""

from __future__ import annotations

from django.db import models

from assets.models.asset import Asset


class DescriptionState(models.TextChoices):
    WAITING = "waiting", "Being asked for"
    OPEN = "open", "Proposed"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


class Description(models.Model):
    """A proposed description (alternative text). `problem` says why there is none, for people."""

    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, primary_key=True, related_name="described"
    )
    text = models.CharField(max_length=300, blank=True)
    state = models.CharField(
        max_length=8, choices=DescriptionState.choices, default=DescriptionState.WAITING
    )
    problem = models.CharField(max_length=300, blank=True)
    changed = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.text
