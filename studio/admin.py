"""The studio's tables for the operator: jobs, offers and stories have files of their own."""

from __future__ import annotations

from typing import Any

from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as social_admin  # noqa: F401 - registers what goes below
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin
from django.http import HttpRequest
from django_q import admin as q_admin  # noqa: F401 - registers what is replaced below
from django_q import models as q

from billing.admin import ReadOnly
from studio.models import Beat, Persona, SavedPrompt, SavedSettings


class Lines(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Persona)
class PersonaAdmin(ReadOnly):
    list_display = ("name", "account", "voice", "look", "avoid", "created")
    search_fields = ("name", "voice", "look", "account__name")
    list_select_related = ("account",)


@admin.register(SavedPrompt)
class SavedPromptAdmin(ReadOnly):
    list_display = ("text", "account", "user", "created")
    search_fields = ("text", "account__name")
    list_select_related = ("account", "user")


@admin.register(SavedSettings)
class SavedSettingsAdmin(ReadOnly):
    list_display = ("name", "operation", "offer", "account", "user", "created")
    list_filter = ("operation",)
    search_fields = ("name", "operation", "account__name")
    list_select_related = ("account", "user")


@admin.register(Beat)
class BeatAdmin(ReadOnly):
    list_display = ("name", "sent", "seen")


# Rows of the queue are hints signed by the secret key; who may write one may run any function.
for model in (q.Schedule, q.Success, q.Failure, q.OrmQ):
    stock = admin.site.get_model_admin(model)
    admin.site.unregister(model)
    admin.site.register(model, type(f"ReadOnly{model.__name__}", (ReadOnly, type(stock)), {}))

# What signs people in elsewhere is set in the environment, and its secrets are nobody's to read.
for model in (SocialApp, SocialToken):
    admin.site.unregister(model)
admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class AuthenticatorAdmin(mfa_admin.AuthenticatorAdmin):  # type: ignore[misc]
    """Taken away from who has lost it; its secret is not shown, nor another one made."""

    exclude = ("data",)
    readonly_fields = ("user", "type", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


from studio import (  # noqa: E402, F401 - registers the rest
    admin_batches,
    admin_jobs,
    admin_offers,
    admin_prices,
    admin_providers,
    admin_social,
    admin_stories,
    admin_webhooks,
    admin_workflows,
)
