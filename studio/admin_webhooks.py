"""Addresses that are told of events, and what they were told, for the operator. Their secrets are
not shown; sending once more goes through studio.hooks."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.admin import ReadOnly
from studio import hooks
from studio.models import WebhookDelivery, WebhookTarget


@admin.register(WebhookTarget)
class WebhookTargetAdmin(ReadOnly):
    list_display = ("name", "account", "url", "on", "failing_since", "off_words", "created")
    list_filter = ("on", ("failing_since", admin.EmptyFieldListFilter))
    search_fields = ("id", "name", "url", "account__name")
    list_select_related = ("account",)
    fields = (
        *("id", "account", "client", "user", "name", "url", "events", "on"),
        *("failing_since", "rests_until", "off_words", "created"),
    )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly):
    list_display = ("created", "account", "target", "type", "state", "tries", "status", "error")
    list_filter = ("state", "type", "created")
    search_fields = ("id", "event", "target__name", "target__url", "target__account__name")
    list_select_related = ("target__account",)
    actions = ("replay",)

    @admin.display(description="Account", ordering="target__account__name")
    def account(self, delivery: WebhookDelivery) -> str:
        return str(delivery.target.account)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("studio.change_webhookdelivery")

    @admin.action(description="Send once more", permissions=["replay"])
    def replay(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        sent = 0
        for delivery in chosen.select_related("target"):
            try:
                hooks.replay(delivery)
                sent += 1
            except hooks.NotKept as error:
                self.message_user(request, str(error), messages.WARNING)
        self.message_user(request, f"{sent} are sent once more.")
