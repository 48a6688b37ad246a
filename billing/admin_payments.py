"""Packs, payments, what the payment provider told, and looks through the ledger. Payments are
looked at; that one was looked into may be said."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from billing import audit_log
from billing.admin import ReadOnly
from billing.admin_money import note_change
from billing.models import BudgetAlert, LedgerCheck, Pack, Payment, PaymentEvent
from billing.services import as_credits


def price(cents: int) -> str:
    return f"${cents / 100:,.2f}"


@admin.register(Pack)
class PackAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "brings", "costs", "active", "position")
    list_editable = ("position",)
    list_filter = ("active",)

    @admin.display(description="Credits", ordering="credits")
    def brings(self, pack: Pack) -> str:
        return as_credits(pack.credits)

    @admin.display(description="Price", ordering="cents")
    def costs(self, pack: Pack) -> str:
        return price(pack.cents)

    def save_model(self, request: HttpRequest, obj: Pack, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        note_change("operator.pack", obj, form)

    def delete_model(self, request: HttpRequest, obj: Pack) -> None:
        audit_log.write(None, "operator.pack", obj, deleted=True)
        super().delete_model(request, obj)


@admin.register(Payment)
class PaymentAdmin(ReadOnly):
    list_display = (
        *("created", "account", "name", "costs", "state", "back", "attention", "words"),
        *("user",),
    )
    list_filter = ("attention", "state", "of", "created")
    search_fields = (
        *("id", "account__name", "session", "customer", "subscription", "invoice", "intent"),
    )
    list_select_related = ("account", "user")
    date_hierarchy = "created"
    exclude = ("url",)
    actions = ("looked_into",)

    @admin.display(description="Price", ordering="cents")
    def costs(self, payment: Payment) -> str:
        return price(payment.cents)

    @admin.display(description="Went back", ordering="refunded")
    def back(self, payment: Payment) -> str:
        return price(gone) if (gone := payment.refunded + payment.disputed) else ""

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_payment")

    @admin.action(description="Looked into: nothing more to do", permissions=["settle"])
    def looked_into(self, request: HttpRequest, payments: QuerySet[Payment]) -> None:
        done = payments.filter(attention=True).update(attention=False)
        self.message_user(request, f"{done} payments want no look any more.")


@admin.register(PaymentEvent)
class PaymentEventAdmin(ReadOnly):
    list_display = ("at", "type", "about", "received", "done", "tries", "next_at", "words")
    list_filter = (("done", admin.EmptyFieldListFilter), "type")
    search_fields = ("id", "about")
    actions = ("again",)

    def has_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_paymentevent")

    @admin.action(description="Work off once more", permissions=["again"])
    def again(self, request: HttpRequest, events: QuerySet[PaymentEvent]) -> None:
        count = events.update(next_at=timezone.now(), tries=0)
        self.message_user(request, f"{count} events are worked off in a few seconds.")


@admin.register(LedgerCheck)
class LedgerCheckAdmin(ReadOnly):
    list_display = ("at", "count", "seconds")


@admin.register(BudgetAlert)
class BudgetAlertAdmin(ReadOnly):
    list_display = ("created", "words", "delivered")
    list_filter = ("level", ("delivered", admin.EmptyFieldListFilter), "created")
    search_fields = ("budget__account__name",)
    list_select_related = (
        *("budget__account", "budget__client", "budget__user", "budget__api_key"),
    )
