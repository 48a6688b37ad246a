"""Accounts, people, keys and the ledger for the operator. Money moves through billing.services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from billing import access, admin_members, audit_log, services
from billing.admin_grant import grant_many
from billing.models import (
    CREDIT,
    Account,
    ApiKey,
    AuditEvent,
    Client,
    Entry,
    Invitation,
    User,
)
from billing.services import as_credits


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is here is looked at, not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """The account, and credits to grant on saving it."""

    credits = forms.DecimalField(
        label="Grant credits",
        required=False,
        min_value=0,
        max_value=1_000_000_000,
        decimal_places=6,
        help_text="Added to the balance when you save",
    )
    note = forms.CharField(max_length=200, required=False, help_text="Why; kept in the ledger")
    # Made with the page, so that a form sent twice grants once.
    grant_id = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    class Meta:
        model = Account
        fields = ("name",)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("credits") and not cleaned.get("grant_id"):
            raise forms.ValidationError("The form is incomplete. Open the page again.")
        return cleaned


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = GrantForm
    inlines = (admin_members.Members,)
    list_display = ("name", "balance_credits", "held_credits", "created")
    search_fields = ("id", "name", "members__username")
    readonly_fields = ("id", "balance_credits", "held_credits", "available_credits", "created")
    actions = ("grant_many",)
    change_form_template = "office/account.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("name", "id", "created"),
                    *("balance_credits", "held_credits", "available_credits"),
                )
            },
        ),
        ("Grant", {"fields": ("credits", "note", "grant_id")}),
    )

    @admin.display(description="Balance", ordering="balance")
    def balance_credits(self, account: Account) -> str:
        return as_credits(account.balance)

    @admin.display(description="Held", ordering="held")
    def held_credits(self, account: Account) -> str:
        return as_credits(account.held)

    @admin.display(description="Available")
    def available_credits(self, account: Account) -> str:
        return as_credits(account.available)

    @admin.action(description="Grant credits to each", permissions=["change"])
    def grant_many(self, request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse | None:
        return grant_many(request, accounts)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # an account takes its files and its history with it

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        if change:
            # Only the name: the counters of this copy may be old by now.
            obj.save(update_fields=["name"])
        else:
            obj.save()
        if amount := form.cleaned_data.get("credits"):
            self._grant(request, obj, amount, form.cleaned_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        admin_members.save(request, formset)

    def _grant(
        self, request: HttpRequest, account: Account, amount: Decimal, said: dict[str, Any]
    ) -> None:
        grant_id: UUID = said["grant_id"]
        note = said["note"] or f"by {request.user}"
        try:
            services.grant(account, int(amount * CREDIT), f"grant:{grant_id}", note)
        except services.LedgerConflict as conflict:
            self.message_user(request, str(conflict), messages.ERROR)
        else:
            how_many = as_credits(int(amount * CREDIT))
            once = f"grant:{grant_id}"
            audit_log.write(account, "credits.granted", how_many, once=once, note=note)
            self.message_user(request, f"Granted {as_credits(int(amount * CREDIT))} to {account}.")


@admin.register(Client)
class ClientAdmin(ReadOnly):
    """Who may work for it is set with the members of the account."""

    list_display = ("name", "account", "note", "is_archived", "created")
    list_filter = (("archived", admin.EmptyFieldListFilter),)
    search_fields = ("id", "name", "note", "account__name")
    list_select_related = ("account",)
    fields = ("id", "name", "account", "note", "archived", "created")

    @admin.display(description="Archived", boolean=True)
    def is_archived(self, client: Client) -> bool:
        return client.archived is not None


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "email", "is_staff", "is_active", "last_login")


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    list_display = (
        "created",
        "account",
        "kind",
        "amount_credits",
        "reference",
        "note",
        "balance_credits",
        "held_credits",
    )
    list_filter = ("kind", "created")
    search_fields = ("reference", "note", "account__name")
    list_select_related = ("account",)
    date_hierarchy = "created"

    @admin.display(description="Amount", ordering="amount")
    def amount_credits(self, entry: Entry) -> str:
        return as_credits(entry.amount)

    @admin.display(description="Balance after")
    def balance_credits(self, entry: Entry) -> str:
        return as_credits(entry.balance_after)

    @admin.display(description="Held after")
    def held_credits(self, entry: Entry) -> str:
        return as_credits(entry.held_after)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ("created", "account", "by", "actor", "action", "of", "address")
    list_filter = ("by", "action", "created")
    search_fields = ("actor", "of", "account__name")
    list_select_related = ("account",)
    date_hierarchy = "created"
    fields = (*list_display, "details")


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ("email", "account", "role", "invited_by", "expires", "accepted", "revoked")
    search_fields = ("email", "account__name")
    list_select_related = ("account", "invited_by")
    fields = ("id", "created", *list_display)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    list_display = (
        "name",
        "prefix",
        "user",
        "account",
        "read_only",
        "last_used",
        "expires",
        "revoked",
    )
    list_filter = ("read_only", "revoked")
    search_fields = ("name", "prefix", "user__username", "account__name")
    list_select_related = ("user", "account")
    fields = ("id", "created", *list_display)
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_apikey")

    @admin.action(description="Revoke the selected keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        for key in keys:
            access.revoke_key(key)
        self.message_user(request, f"{keys.count()} keys do not work any more.")


# The other files of the admin.
from billing import admin_money, admin_payments  # noqa: E402, F401
