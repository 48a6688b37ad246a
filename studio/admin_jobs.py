"""Jobs for the operator: rows to look at, their course and their money, and what can be done."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assets.models import Asset
from billing import audit_log
from billing.admin import ReadOnly
from billing.models import CREDIT, Entry
from billing.pricing import dollars
from billing.services import MoneyRefused, as_credits
from studio import catalogue, jobs
from studio.models import Job
from studio.office.confirm import CONFIRMED, MOST_LINES, Line
from studio.office.deeds import DEEDS, Deed
from studio.office.links import job_link, link
from studio.office.panel import listed, page_of
from studio.office.timeline import timeline
from studio.told import redacted

BACK = "back"


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
    change_form_template = "office/job.html"
    show_full_result_count = False
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
        (None, {"fields": ("id", "title", "whose", "user", "state", "stage", "progress")}),
        ("Course", {"fields": ("course", "belongs", "made")}),
        ("Asked", {"fields": ("operation", "offer", "files", "params", "notes", "key")}),
        (
            "Money",
            {
                "fields": (
                    *("price", "price_words", "expected", "took", "cost_differs", "in_suspense"),
                    "ledger",
                )
            },
        ),
        ("Failure", {"fields": ("error_kind", "message", "detail")}),
        (
            "Elsewhere",
            {
                "fields": (
                    *("provider", "own_key", "provider_ref", "epoch", "deadline"),
                    *("unclear_since", "cancel_requested", "fetches"),
                )
            },
        ),
        (
            "Starts",
            {
                "fields": (
                    *("attempts", "fence", "host", "lease", "next_at"),
                    *("created", "started", "finished"),
                )
            },
        ),
    )
    search_fields = ("id", "title", "key", "provider_ref", "error", "account__name")
    list_select_related = ("account",)
    ordering = ("-id",)  # in the order of creation, and quick however many there are

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

    @admin.display(description="account")
    def whose(self, job: Job) -> SafeString | str:
        return link("billing_account", job.account, job.account.name)

    @admin.display(description="timeline")
    def course(self, job: Job) -> str:
        return render_to_string("office/timeline.html", {"moments": timeline(job)})

    @admin.display(description="belongs to")
    def belongs(self, job: Job) -> SafeString | str:
        """What it was ordered with and for, and what it tries again."""
        found = [
            ("batch", link("studio_batch", job.batch, job.batch.title if job.batch else "")),
            *(("story", link("studio_story", one, one.title)) for one in job.stories.all()),
            ("retry of", job_link(job.retry_of)),
            *(("tried again as", job_link(one)) for one in job.retries.order_by("created")),
            ("comes after", job_link(job.after)),
        ]
        if job.run:
            together = listed("studio_job", run=job.run)
            found.append(("run", format_html('<a href="{}">ordered together</a>', together)))
        return _lines([(name, words) for name, words in found if words]) or "nothing else"

    @admin.display(description="results")
    def made(self, job: Job) -> str:
        found = Asset.objects.filter(account=job.account, origin=job.origin).order_by("slot")
        return _shown([("", str(asset.pk), asset) for asset in found])

    @admin.display(description="files")
    def files(self, job: Job) -> str:
        """What its params name, also what is gone."""
        operation = catalogue.operations().get(job.operation)
        names = {p.name: p.label for p in operation.params if p.is_asset} if operation else {}
        said = {name: job.params[name] for name in names if isinstance(job.params.get(name), str)}
        found = {str(a.pk): a for a in Asset.objects.filter(account=job.account, pk__in=_ids(said))}
        return _shown([(names[name], pk, found.get(pk)) for name, pk in said.items()])

    @admin.display(description="ledger")
    def ledger(self, job: Job) -> SafeString | str:
        entries = Entry.objects.filter(account=job.account, reference=job.origin).order_by("id")
        lines = [
            (
                f"{entry.created:%b %-d, %H:%M:%S}",
                link("billing_entry", entry, _entry_words(entry)),
            )
            for entry in entries
        ]
        return _lines(lines) or "no line"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The form has nothing to edit, and its history is looked at with the same permission.
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("studio.change_job"))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The deeds, for who may change jobs."""
        if not self.has_act_permission(request):
            return {}
        return {deed.name: (_action(deed), deed.name, deed.label) for deed in DEEDS}

    def change_view(self, request: HttpRequest, object_id: str, *rest: Any, **more: Any) -> Any:
        job = self.get_object(request, object_id)
        buttons = []
        if job and self.has_act_permission(request):
            buttons = [deed for deed in DEEDS if not deed.problem(job)]
        extra = {"buttons": buttons, "checkbox": ACTION_CHECKBOX_NAME, "back": BACK}
        more["extra_context"] = {**extra, **(more.get("extra_context") or {})}
        return super().change_view(request, object_id, *rest, **more)


def _action(deed: Deed) -> Any:
    def act(model: JobAdmin, request: HttpRequest, chosen: QuerySet[Job]) -> HttpResponse | None:
        chosen = chosen.select_related("account", "user")
        if request.POST.get(CONFIRMED) != "yes":
            return _ask(request, deed, chosen)
        for job in chosen:
            try:
                deed.act(job, request.user)
            except (jobs.NotPossible, MoneyRefused) as error:
                model.message_user(request, f"{job.title}: {error}", messages.WARNING)
            else:
                title = job.title or job.operation
                audit_log.write(job.account, "operator.job", title, did=deed.done, job=job.pk)
                model.message_user(request, f"{job.title}: {deed.done}.")
        back = request.POST.get(BACK, "")
        only = chosen.filter(pk=back).first() if back and len(chosen) == 1 else None
        return redirect("admin:studio_job_change", only.pk) if only else None

    act.short_description = deed.label  # type: ignore[attr-defined]
    return act


def _ask(request: HttpRequest, deed: Deed, chosen: QuerySet[Job]) -> HttpResponse:
    """What it would do to each, and to money."""
    lines = [_asked(deed, job) for job in chosen[:MOST_LINES]]
    count = chosen.count()
    kept = ("action", "select_across", BACK)
    fields = [(name, request.POST[name]) for name in kept if request.POST.get(name)]
    selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
    back = request.POST.get(BACK, "")
    context = {
        **admin.site.each_context(request),
        "title": deed.question,
        "lines": lines,
        "more": max(0, count - MOST_LINES),
        "verb": deed.button if any(not line.problem for line in lines) else "",
        "fields": [*fields, *((ACTION_CHECKBOX_NAME, pk) for pk in selected)],
        "back_address": page_of("studio_job", back) if back else request.get_full_path(),
    }
    return TemplateResponse(request, "office/confirm.html", context)


def _asked(deed: Deed, job: Job) -> Line:
    facts = f"{job.get_state_display()}, {job.account}"
    address = page_of("studio_job", job.pk)
    try:
        return Line(job.title, facts, deed.money(job), address)
    except jobs.NotPossible as error:
        return Line(job.title, facts, "", address, str(error))


def _entry_words(entry: Entry) -> str:
    after = f"{as_credits(entry.balance_after)} and {as_credits(entry.held_after)} held after"
    return f"{entry.get_kind_display()} {as_credits(entry.amount)}; {after}"


def _ids(said: dict[str, str]) -> list[UUID]:
    found = []
    for value in said.values():
        with contextlib.suppress(ValueError):
            found.append(UUID(value))
    return found


def _shown(files: list[tuple[str, str, Asset | None]]) -> str:
    return render_to_string("office/files.html", {"files": files}) if files else "none"


def _lines(pairs: Iterable[tuple[str, SafeString | str]]) -> SafeString:
    return format_html_join("", "<div>{}: {}</div>", pairs)
