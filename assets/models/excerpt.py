"""The beginning of a text, to find it by and to show it without its file."""

from __future__ import annotations

from django.db import models

from assets.models.asset import Asset


class Excerpt(models.Model):
    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, primary_key=True, related_name="excerpt"
    )
    text = models.TextField(help_text="The first 10,000 letters")

    def __str__(self) -> str:
        return self.text[:80]
