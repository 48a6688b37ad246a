"""What people keep: how their brand speaks and looks, prompts, and settings."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet, once


class Persona(Owned):
    """A brand's voice and look, in words that a prompt gets when somebody asks for them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="personas")
    name = models.CharField(max_length=60)
    voice = models.CharField(max_length=300, blank=True, help_text="How it speaks")
    look = models.CharField(max_length=500, blank=True, help_text="Colors, light, things, places")
    avoid = models.CharField(max_length=300, blank=True, help_text="What is never to be seen")
    created = models.DateTimeField(auto_now_add=True)

    is_shared = True
    objects = OwnedQuerySet["Persona"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = once("persona_once", ["name"])

    def __str__(self) -> str:
        return self.name


class SavedPrompt(Owned):
    """A prompt that somebody wants to find again, for all of the account. `digest` tells equal
    texts, which an index of long texts cannot."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_prompts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    text = models.TextField()
    digest = models.CharField(max_length=64, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    is_shared = True
    objects = OwnedQuerySet["SavedPrompt"].as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        constraints = once("saved_prompt_once", ["digest"])

    def __str__(self) -> str:
        return self.text[:80]


class SavedSettings(Owned):
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

    is_shared = True
    objects = OwnedQuerySet["SavedSettings"].as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "saved settings"
        constraints = once("saved_settings_once", ["operation", "name"])

    def __str__(self) -> str:
        return self.name
