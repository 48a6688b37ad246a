"""How assets look, kept so that the copies of one are found by a few steps in an index."""

from __future__ import annotations

from django.db import models

from assets.models.asset import Asset
from billing.models import Account


class Look(models.Model):
    """The likeness of an asset. `hash` is its 64 bits as a signed number, None when it has too
    little light and shade; the bands are its four pieces of 16 bits, by which copies are found.
    """

    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, primary_key=True, related_name="look"
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    hash = models.BigIntegerField(null=True)
    layout = models.BinaryField(max_length=48)
    band0 = models.PositiveIntegerField(null=True)
    band1 = models.PositiveIntegerField(null=True)
    band2 = models.PositiveIntegerField(null=True)
    band3 = models.PositiveIntegerField(null=True)
    faces = models.PositiveSmallIntegerField(
        null=True, help_text="How many are seen in it; not counted yet when empty"
    )

    class Meta:
        indexes = [
            models.Index(fields=["account", "band0"], name="look_band0"),
            models.Index(fields=["account", "band1"], name="look_band1"),
            models.Index(fields=["account", "band2"], name="look_band2"),
            models.Index(fields=["account", "band3"], name="look_band3"),
            models.Index(
                fields=["asset"], condition=models.Q(faces=None), name="look_faces_unknown"
            ),
        ]

    def __str__(self) -> str:
        return f"Look of {self.asset_id}"
