"""Jobs for the operator: read-only rows, and actions that call the services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django_q import admin as q_admin  # noqa: F401 - registers what is replaced below
from django_q import models as q

from billing.admin import ReadOnly
from billing.models import CREDIT
from billing.pricing import dollars
from billing.services import MoneyRefused
from studio import jobs
from studio.models import Attempt, Beat, Event, Job, Notice, Persona, SavedPrompt, SavedSettings
from studio.told import redacted


class Lines(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Timeline(Lines):
    model = Event
    fields = ("at", "state", "words")
    readonly_fields = fields

    @admin.display(description="note")
    def words(self, event: Event) -> str:
        return redacted(event.note)


class Starts(Lines):
    model = Attempt
    fields = ("number", "started", "ended", "outcome")
    readonly_fields = fields


class Notices(Lines):
    """What its provider sent by itself."""

    model = Notice
    fields = ("at", "delivery", "ref", "taken")
    readonly_fields = fields


class InSuspense(admin.SimpleListFilter):
    """Jobs for which a provider may have taken something that nobody knows of."""

    title = "suspense"
    parameter_name = "in_suspense"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        match self.value():
            case "yes":
                return queryset.filter(suspense__gt=0)
            case "no":
                return queryset.filter(suspense=0)
            case _:
                return queryset


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = (
        "title",
        "account",
        "state",
        "provider",
        "offer",
        "price",
        "expected",
        "took",
        "cost_differs",
        "in_suspense",
        "attempts",
        "created",
    )
    list_filter = (
        "state",
        "provider",
        "cost_differs",
        InSuspense,
        "error_kind",
        "operation",
        "created",
    )
    fieldsets = (
        (None, {"fields": ("id", "title", "account", "user", "state", "stage", "progress")}),
        ("Asked", {"fields": ("operation", "offer", "params", "notes", "key", "retry_of")}),
        (
            "Elsewhere",
            {
                "fields": (
                    "provider",
                    "own_key",
                    "provider_ref",
                    "epoch",
                    "deadline",
                    "unclear_since",
                    "cancel_requested",
                    "fetches",
                )
            },
        ),
        (
            "Money",
            {"fields": ("price", "price_words", "expected", "took", "cost_differs", "in_suspense")},
        ),
        ("Failure", {"fields": ("error_kind", "message", "detail")}),
        (
            "Starts",
            {
                "fields": (
                    "attempts",
                    "fence",
                    "host",
                    "lease",
                    "next_at",
                    "created",
                    "started",
                    "finished",
                )
            },
        ),
    )
    search_fields = ("id", "title", "key", "provider_ref", "error", "account__name")
    list_select_related = ("account",)
    date_hierarchy = "created"
    inlines = (Timeline, Starts, Notices)
    actions = ("cancel", "retry", "send_again", "give_up")

    @admin.display(description="price", ordering="quote")
    def price(self, job: Job) -> str:
        return format_html("{} cr", f"{job.quote / CREDIT:g}")

    @admin.display(description="expected cost", ordering="expected_cost")
    def expected(self, job: Job) -> str:
        return dollars(job.expected_cost) if job.expected_cost else ""

    @admin.display(description="provider cost", ordering="provider_cost", empty_value="not said")
    def took(self, job: Job) -> str | None:
        return None if job.provider_cost is None else dollars(job.provider_cost)

    @admin.display(description="suspense", ordering="suspense")
    def in_suspense(self, job: Job) -> str:
        return dollars(job.suspense) if job.suspense else ""

    @admin.display(description="error")
    def message(self, job: Job) -> str:
        return redacted(job.error)

    @admin.display(description="error detail")
    def detail(self, job: Job) -> str:
        return redacted(job.error_detail)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Actions ask for it; the form itself has nothing to edit.
        return obj is None and admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Cancel where possible")
    def cancel(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._each(request, chosen, jobs.cancel, "canceled")

    @admin.action(description="Try again (a new job)")
    def retry(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._each(request, chosen, lambda job: jobs.retry(job, job.user), "asked for again")

    @admin.action(description="Send again (in review; its provider may be paid twice)")
    def send_again(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._each(request, chosen, jobs.send_again, "sent again")

    @admin.action(description="Give up (in review; the price goes back)")
    def give_up(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._each(request, chosen, jobs.give_up, "given up, nothing charged")

    def _each(self, request: HttpRequest, chosen: QuerySet[Job], act: Any, word: str) -> None:
        for job in chosen:
            try:
                act(job)
            except (jobs.NotPossible, MoneyRefused) as error:
                self.message_user(request, f"{job.title}: {error}", messages.WARNING)
            else:
                self.message_user(request, f"{job.title}: {word}.")


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

from studio import (  # noqa: E402, F401 - registers the rest
    admin_prices,
    admin_providers,
    admin_social,
    admin_stories,
    admin_workflows,
)
