"""What the operator switched off."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class OfferSwitch(models.Model):
    """An offer of the catalogue that nobody may order for now; there is no row for one that is on.
    Work that was asked for before goes on."""

    offer = models.CharField(max_length=60, primary_key=True)
    reason = models.CharField(max_length=200, help_text="Told to everybody who orders it")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    since = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "offer"
        ordering = ["offer"]

    def __str__(self) -> str:
        return f"{self.offer} is off"
