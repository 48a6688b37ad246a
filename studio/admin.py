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
from billing.services import InsufficientCredits
from studio import jobs
from studio.models import Attempt, Beat, Event, Job


class Lines(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Timeline(Lines):
    model = Event
    fields = ("at", "state", "note")
    readonly_fields = fields


class Starts(Lines):
    model = Attempt
    fields = ("number", "started", "ended", "outcome")
    readonly_fields = fields


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ("title", "account", "state", "stage", "offer", "price", "attempts", "created")
    list_filter = ("state", "provider", "operation", "error_kind", "created")
    search_fields = ("id", "title", "key", "provider_ref", "error", "account__name")
    list_select_related = ("account",)
    date_hierarchy = "created"
    inlines = (Timeline, Starts)
    actions = ("cancel", "retry")

    @admin.display(description="price", ordering="quote")
    def price(self, job: Job) -> str:
        return format_html("{} cr", f"{job.quote / CREDIT:g}")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Actions ask for it; the form itself has nothing to edit.
        return obj is None and admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Cancel where possible")
    def cancel(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._each(request, chosen, jobs.cancel, "canceled")

    @admin.action(description="Try again (a new job)")
    def retry(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        self._each(request, chosen, lambda job: jobs.retry(job, job.user), "asked for again")

    def _each(self, request: HttpRequest, chosen: QuerySet[Job], act: Any, word: str) -> None:
        for job in chosen:
            try:
                act(job)
            except (jobs.NotPossible, InsufficientCredits) as error:
                self.message_user(request, f"{job.title}: {error}", messages.WARNING)
            else:
                self.message_user(request, f"{job.title}: {word}.")


@admin.register(Beat)
class BeatAdmin(ReadOnly):
    list_display = ("name", "sent", "seen")


# Rows of the queue are hints signed by the secret key; who may write one may run any function.
for model in (q.Schedule, q.Success, q.Failure, q.OrmQ):
    stock = admin.site.get_model_admin(model)
    admin.site.unregister(model)
    admin.site.register(model, type(f"ReadOnly{model.__name__}", (ReadOnly, type(stock)), {}))
