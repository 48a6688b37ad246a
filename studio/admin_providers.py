"""Providers for the operator: how each behaves, whose keys there are, what lies with them. No key
is on any of these pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.admin import ReadOnly
from studio import keys
from studio.models import Health, Lease, Notice, ProviderKey, Upload
from studio.spec import ProviderError


class Acting(ReadOnly):
    """Rows that are looked at, and actions for who may change them."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"studio.change_{self.opts.model_name}"))

    def test_each(
        self, request: HttpRequest, chosen: QuerySet[Any], way: Callable[[Any], keys.Access]
    ) -> None:
        """Try the key of each; what came of it is said and noted."""
        for row in chosen:
            try:
                words = keys.examine(way(row))
            except ProviderError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{row}: the key is accepted. {words}".strip())


@admin.register(Health)
class HealthAdmin(Acting):
    list_display = (
        "name",
        "circuit",
        "failures",
        "open_until",
        "last_ok",
        "last_error",
        "last_error_at",
        "refused",
        "no_credit_at",
    )
    list_filter = ("provider",)
    search_fields = ("name", "last_error", "refused", "own_key__account__name")
    exclude = ("key_print",)
    actions = ("let_try", "test")

    @admin.display(description="submits")
    def circuit(self, health: Health) -> str:
        return "wait" if health.is_open else "go out"

    @admin.action(description="Let it try again", permissions=["act"])
    def let_try(self, request: HttpRequest, chosen: QuerySet[Health]) -> None:
        count = chosen.update(open_until=None, failures=0, opened=0)
        self.message_user(request, f"{count} may be submitted to again.")

    @admin.action(description="Test the key", permissions=["act"])
    def test(self, request: HttpRequest, chosen: QuerySet[Health]) -> None:
        self.test_each(request, chosen.select_related("own_key"), keys.access_of)


@admin.register(ProviderKey)
class ProviderKeyAdmin(Acting):
    list_display = ("provider", "account", "ending", "user", "created", "checked", "retired")
    list_filter = ("provider", ("retired", admin.EmptyFieldListFilter))
    search_fields = ("account__name", "user__username")
    list_select_related = ("account", "user")
    fields = ("id", *list_display, "words")
    readonly_fields = fields
    actions = ("test",)

    @admin.display(description="ends with")
    def ending(self, own: ProviderKey) -> str:
        return f"…{own.tail}"

    @admin.action(description="Test the key", permissions=["act"])
    def test(self, request: HttpRequest, chosen: QuerySet[ProviderKey]) -> None:
        self.test_each(request, chosen.filter(retired=None), keys.access_with)


@admin.register(Lease)
class LeaseAdmin(ReadOnly):
    list_display = ("name", "owner", "epoch", "until", "leaving")


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    list_display = ("provider", "whose", "sha256", "expires")
    list_filter = ("provider",)
    search_fields = ("sha256",)
    exclude = ("url",)  # who has it may read the file


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    list_display = ("at", "provider", "delivery", "job", "taken")
    list_filter = ("provider", "taken")
    search_fields = ("delivery", "ref", "job__title")
    list_select_related = ("job",)
