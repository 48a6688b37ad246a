"""What people keep: how their brand speaks and looks, prompts, and settings."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.ids import uuid7
from billing.models import Account


class Persona(models.Model):
    """A brand's voice and look, in words that a prompt gets when somebody asks for them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="personas")
    name = models.CharField(max_length=60)
    voice = models.CharField(max_length=300, blank=True, help_text="How it speaks")
    look = models.CharField(max_length=500, blank=True, help_text="Colors, light, things, places")
    avoid = models.CharField(max_length=300, blank=True, help_text="What is never to be seen")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="persona_once")]

    def __str__(self) -> str:
        return self.name


class SavedPrompt(models.Model):
    """A prompt that somebody wants to find again, for all of the account. `digest` tells equal
    texts, which an index of long texts cannot."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_prompts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    text = models.TextField()
    digest = models.CharField(max_length=64, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="saved_prompt_once")
        ]

    def __str__(self) -> str:
        return self.text[:80]


class SavedSettings(models.Model):
    """The params of an operation under a name, for all of the account; without the source. Assets
    that belong to them, such as a logo, are named by id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_settings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    operation = models.CharField(max_length=80)
    offer = models.CharField(max_length=80)
    name = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "saved settings"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "operation", "name"], name="saved_settings_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
