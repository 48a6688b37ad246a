"""Plans, who has which, budgets, grants and holds for the operator. What moves money calls the
services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from billing import audit_log, budgets, plans
from billing.admin import ReadOnly
from billing.models import Budget, BudgetOf, Hold, Lot, Plan, Subscription
from billing.services import as_credits


def note_change(action: str, obj: Any, form: Any) -> None:
    """A line of the audit log with the values that changed."""
    now: dict[str, Any] = {
        name: str(form.cleaned_data.get(name)) for name in form.changed_data if name != "key"
    }
    audit_log.write(None, action, obj, **now)


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "key", "monthly", "yearly", "brings", "fallback", "hidden", "position")
    list_editable = ("position",)
    search_fields = ("name", "key")

    @admin.display(description="Month", ordering="price_month")
    def monthly(self, plan: Plan) -> str:
        return f"${plan.price_month / 100:,.2f}"

    @admin.display(description="Year", ordering="price_year")
    def yearly(self, plan: Plan) -> str:
        return f"${plan.price_year / 100:,.2f}"

    @admin.display(description="Credits a month", ordering="credits")
    def brings(self, plan: Plan) -> str:
        return as_credits(plan.credits)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Its key is in links and at payment providers."""
        return ("key",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        note_change("operator.plan", obj, form)

    def delete_model(self, request: HttpRequest, obj: Plan) -> None:
        audit_log.write(None, "operator.plan", obj, deleted=True)
        super().delete_model(request, obj)


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A larger plan counts at once, a smaller one or another cycle when the period ends."""

    list_display = ("account", "plan", "cycle", "period_end", "next_plan", "renews", "status")
    list_filter = ("plan", "status", "cycle", "renews")
    search_fields = ("account__name", "external")
    list_select_related = ("account", "plan", "next_plan")
    autocomplete_fields = ("account",)
    fields = ("account", "plan", "cycle", "renews")
    actions = ("stop",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        told = ("status", "period_start", "period_end", "next_plan", "external")
        return (*self.fields, *told) if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        told = ("status", "period_start", "period_end", "next_plan", "external")
        return ("account", *told) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # it ends; without one nothing would be limited

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        said = form.cleaned_data
        if not change:
            made = plans.subscribe(obj.account, said["plan"], said["cycle"], renews=said["renews"])
            obj.pk, obj._state.adding = made.pk, False
            return
        try:
            if {"plan", "cycle"} & set(form.changed_data):
                done = plans.change(obj.account, said["plan"], said["cycle"])
                self.message_user(request, done.words)
            if not said["renews"] or "renews" in form.changed_data:
                (plans.resume if said["renews"] else plans.cancel)(obj.account)
        except plans.NoPlan as error:
            self.message_user(request, str(error), messages.WARNING)

    @admin.action(description="End now", permissions=["change"])
    def stop(self, request: HttpRequest, chosen: QuerySet[Subscription]) -> None:
        for one in chosen:
            if one.external:
                words = (
                    f"{one.account} pays by card: end it at the payment provider ({one.external})"
                )
                self.message_user(request, words, messages.WARNING)
                continue
            plans.end(one)
            self.message_user(request, f"The plan of {one.account} has ended.")


def _budget(budget: Budget) -> str:
    return f"the budget of {budget.name}"


@admin.register(Budget)
class BudgetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Those of plans are set with the plan."""

    list_display = ("account", "of", "name", "warns", "refuses")
    list_filter = ("of",)
    search_fields = ("account__name", "client__name", "user__username", "api_key__name")
    list_select_related = ("account", "client", "user", "api_key")
    autocomplete_fields = ("account", "client", "user", "api_key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        return super().get_queryset(request).exclude(of=BudgetOf.PLAN)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What it is of is what it is."""
        return ("account", "of", "client", "user", "api_key") if obj else ()

    def save_model(self, request: HttpRequest, obj: Budget, form: Any, change: bool) -> None:
        whose: dict[str, Any] = {"client": obj.client, "user": obj.user, "api_key": obj.api_key}
        kept = budgets.set_budget(obj.account, obj.of, **whose, soft=obj.soft, hard=obj.hard)
        obj.pk, obj._state.adding = kept.pk, False
        said = {"warns": obj.soft, "stops": obj.hard}
        now: dict[str, Any] = {
            name: as_credits(units) for name, units in said.items() if units is not None
        }
        audit_log.write(obj.account, "settings.budget", _budget(obj), change="set", **now)

    def delete_model(self, request: HttpRequest, obj: Budget) -> None:
        audit_log.write(obj.account, "settings.budget", _budget(obj), change="removed")
        obj.delete()

    def delete_queryset(self, request: HttpRequest, chosen: QuerySet[Budget]) -> None:
        for one in chosen:
            self.delete_model(request, one)

    @admin.display(description="Warns", ordering="soft")
    def warns(self, budget: Budget) -> str:
        return "" if budget.soft is None else as_credits(budget.soft)

    @admin.display(description="Refuses", ordering="hard")
    def refuses(self, budget: Budget) -> str:
        return "" if budget.hard is None else as_credits(budget.hard)


@admin.register(Lot)
class LotAdmin(ReadOnly):
    list_display = ("created", "account", "source", "amount_credits", "rest", "expires", "note")
    list_filter = ("source", "expires")
    search_fields = ("reference", "note", "account__name")
    list_select_related = ("account",)
    ordering = ("-id",)

    @admin.display(description="Granted", ordering="amount")
    def amount_credits(self, lot: Lot) -> str:
        return as_credits(lot.amount)

    @admin.display(description="Left", ordering="left")
    def rest(self, lot: Lot) -> str:
        held = f", {as_credits(lot.held)} of it held" if lot.held else ""
        return f"{as_credits(lot.left)}{held}"


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    list_display = (
        *("created", "account", "reference", "state", "amount_credits", "offer", "module"),
        *("client", "user", "api_key", "note"),
    )
    list_filter = ("state", "module", "kind")
    search_fields = ("reference", "note", "account__name", "offer")
    list_select_related = ("account", "client", "user", "api_key")

    @admin.display(description="Amount", ordering="amount")
    def amount_credits(self, hold: Hold) -> str:
        return as_credits(hold.amount)
