"""Who is alive, and who works what."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Beat(models.Model):
    """The canary of one queue on one host: when it was last sent, and last came back."""

    name = models.CharField(max_length=150, primary_key=True)
    sent = models.DateTimeField(null=True)
    seen = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    def age(self) -> float | None:
        """Seconds since it last came back."""
        return (timezone.now() - self.seen).total_seconds() if self.seen else None


class Lease(models.Model):
    """Who works the pump. `epoch` rises with every owner: what an older one writes is refused.
    `leaving` asks the owner to end soon."""

    name = models.CharField(max_length=20, primary_key=True)
    owner = models.CharField(max_length=150, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    until = models.DateTimeField(default=timezone.now)
    leaving = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.name} {self.epoch}"
