"""Batches for the operator: how each stands, and actions that call the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.admin import ReadOnly
from billing.models import CREDIT
from studio import batches
from studio.admin import Lines
from studio.models import Batch, BatchNews, BatchRow, RowState
from studio.told import redacted


def _credits(units: int) -> str:
    return f"{units / CREDIT:,.10g} cr"


class News(Lines):
    """What people were told of it, and whether that arrived."""

    model = BatchNews
    fields = ("created", "kind", "way", "tries", "sent", "next_at", "problem")
    readonly_fields = fields

    @admin.display(description="error")
    def problem(self, news: BatchNews) -> str:
        return redacted(news.error)


@admin.register(Batch)
class BatchAdmin(ReadOnly):
    list_display = ("title", "account", "state", "rows", "done", "bad", "cost", "created", "ended")
    list_filter = ("state", "repeats", "created")
    search_fields = ("id", "title", "source_name", "account__name")
    list_select_related = ("account",)
    date_hierarchy = "created"
    fieldsets = (
        (None, {"fields": ("id", "title", "account", "client", "user", "state", "why")}),
        ("Rows", {"fields": ("rows", "done", "bad", "its_rows", "its_jobs", "columns", "mapping")}),
        ("Work", {"fields": ("steps", "at_once", "stop_failures", "most", "failures", "cost")}),
        ("When", {"fields": ("starts_at", "window", "zone", "opens", "closes", "repeats")}),
        ("Since", {"fields": ("next_at", "repeat_of", "round", "created", "started", "ended")}),
    )
    inlines = (News,)
    actions = ("pause", "resume", "cancel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        found: QuerySet[Batch] = super().get_queryset(request)
        bad = Q(rows__state__in=(RowState.WRONG, RowState.FAILED))
        return found.annotate(
            row_count=Count("rows"),
            done_count=Count("rows", filter=Q(rows__state=RowState.DONE)),
            bad_count=Count("rows", filter=bad),
            cost_sum=Sum("rows__cost", default=0),
        )

    @admin.display(description="rows", ordering="row_count")
    def rows(self, batch: Any) -> int:
        return int(batch.row_count)

    @admin.display(description="done", ordering="done_count")
    def done(self, batch: Any) -> int:
        return int(batch.done_count)

    @admin.display(description="wrong or failed", ordering="bad_count")
    def bad(self, batch: Any) -> int:
        return int(batch.bad_count)

    @admin.display(description="spent", ordering="cost_sum")
    def cost(self, batch: Any) -> str:
        return _credits(batch.cost_sum)

    @admin.display(description="stops before")
    def most(self, batch: Batch) -> str:
        return _credits(batch.stop_units) if batch.stop_units else "no limit"

    @admin.display(description="why it is not running")
    def why(self, batch: Batch) -> str:
        return redacted(batch.words)

    @admin.display(description="all rows")
    def its_rows(self, batch: Batch) -> SafeString:
        return _list_of("batchrow", f"batch__id__exact={batch.pk}", "Show them")

    @admin.display(description="all jobs")
    def its_jobs(self, batch: Batch) -> SafeString:
        return _list_of("job", f"batch__id__exact={batch.pk}", "Show them")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Actions ask for it; the form itself has nothing to edit.
        return obj is None and admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description="Pause (rows at work go on to their end)")
    def pause(self, request: HttpRequest, chosen: QuerySet[Batch]) -> None:
        self._each(request, chosen, batches.pause, "paused")

    @admin.action(description="Go on (a scheduled one begins now)")
    def resume(self, request: HttpRequest, chosen: QuerySet[Batch]) -> None:
        self._each(request, chosen, batches.resume, "goes on")

    @admin.action(description="Cancel the rest (what is held for it goes back)")
    def cancel(self, request: HttpRequest, chosen: QuerySet[Batch]) -> None:
        self._each(request, chosen, batches.cancel_rest, "the rest is canceled")

    def _each(
        self,
        request: HttpRequest,
        chosen: QuerySet[Batch],
        act: Callable[[Batch], Batch],
        word: str,
    ) -> None:
        for batch in Batch.objects.filter(pk__in=chosen.values("pk")):
            try:
                act(batch)
            except (batches.NotNow, batches.Refused) as error:
                self.message_user(request, f"{batch.title}: {error}", messages.WARNING)
            else:
                self.message_user(request, f"{batch.title}: {word}.")


def _list_of(model: str, query: str, words: str) -> SafeString:
    address = reverse(f"admin:studio_{model}_changelist")
    return format_html('<a href="{}?{}">{}</a>', address, query, words)


@admin.register(BatchRow)
class BatchRowAdmin(ReadOnly):
    list_display = ("number", "batch", "state", "title", "offer", "price", "problem", "its_jobs")
    list_display_links = ("number",)
    list_filter = ("state",)
    search_fields = ("batch__id", "batch__title", "batch__account__name", "title")
    list_select_related = ("batch",)
    ordering = ("batch", "number")
    show_full_result_count = False
    fields = (
        *("batch", "number", "line", "cells", "unreadable", "state", "offer", "title", "work"),
        *("problems", "notes", "price", "problem", "its_jobs", "ended"),
    )

    @admin.display(description="cost", ordering="cost")
    def price(self, row: BatchRow) -> str:
        return _credits(row.cost)

    @admin.display(description="error")
    def problem(self, row: BatchRow) -> str:
        return redacted(row.error or " ".join(str(p["message"]) for p in row.problems))

    @admin.display(description="jobs")
    def its_jobs(self, row: BatchRow) -> SafeString:
        return _list_of("job", f"row__id__exact={row.pk}", "Show them")
