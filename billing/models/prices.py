"""What models cost where it is other than what their declaration says."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class Price(models.Model):
    """The figures of an offer from `valid_from` on; the newest that is valid counts. The rule is
    the one that the offer declares: `figures` only replace its dollars. It is never changed:
    another one takes its place."""

    offer = models.CharField(max_length=60)
    figures = models.JSONField(default=dict, blank=True)
    free = models.BooleanField(default=False, help_text="It is meant to cost nothing")
    valid_from = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=300, help_text="Where the figures are from")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["offer", "-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "valid_from"], name="price_once_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.offer} from {self.valid_from:%d %b %Y}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A price is never changed; write another one from now on.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        if self.is_valid:
            raise TypeError("A price that was valid is never removed; write another one.")
        return super().delete(*args, **kwargs)

    @property
    def is_valid(self) -> bool:
        return self.valid_from <= timezone.now()
