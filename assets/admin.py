"""The library for the operator: everything to see, little to change, all of it by the services."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from assets import services
from assets.models import Asset, Tag
from assets.views.files import send_asset
from billing import audit_log

_CHANGEABLE = ("title", "tags", "favorite")
_OURS = ("preview", "lineage", "job", "made_with")
_RELATIVES = 24
_JOB = "job:"

log = logging.getLogger("zoetrope.looks")


def file_address(asset: Asset, variant: str) -> str:
    """Where staff may look at a file of any account."""
    return reverse("admin:assets_asset_file", args=[asset.pk, variant])


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "picture",
        "title",
        "kind",
        "account",
        "module",
        "status",
        "favorite",
        "created",
        "trashed",
    )
    list_display_links = ("picture", "title")
    list_filter = ("kind", "status", "favorite", "module", ("trashed", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    list_per_page = 50
    search_fields = ("=id", "title", "filename", "origin", "account__name")
    date_hierarchy = "created"
    actions = ("move_to_trash", "restore")
    change_form_template = "office/asset.html"
    readonly_fields = (
        *_OURS,
        *(
            f.name
            for f in Asset._meta.get_fields()
            if f.concrete and f.name not in (*_CHANGEABLE, "parents", "recipe")
        ),
    )
    fields = (
        "preview",
        *_CHANGEABLE,
        "made_with",
        "lineage",
        "job",
        *readonly_fields[len(_OURS) :],
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.look))
        ours = path("<uuid:pk>/file/<str:variant>/", view, name="assets_asset_file")
        return [ours, *super().get_urls()]

    def look(self, request: HttpRequest, pk: UUID, variant: str) -> HttpResponseBase:
        """A file, for staff who may view assets. Who looked at what is written down; members'
        downloads are not counted by it, and nothing of it stays in the browser."""
        if not self.has_view_permission(request):
            raise PermissionDenied(
                "You may not look at files. It takes the permission to view assets."
            )
        asset = Asset.objects.filter(pk=pk).first()
        if asset:
            about = (request.user.get_username(), variant, asset.pk, asset.account_id)
            log.info("staff %s looks at the %s of asset %s of account %s", *about)
            if variant != "thumbnail":
                # Every list shows small pictures: those are in the log of the program alone.
                day = f"{timezone.now():%Y-%m-%d}"
                once = f"look:{request.user.pk}:{asset.pk}:{day}"
                audit_log.write(asset.account, "operator.looked", asset.title, once=once)
        response = send_asset(request, asset, variant)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @admin.display(description="")
    def picture(self, asset: Asset) -> str:
        address = file_address(asset, "thumbnail")
        return format_html('<img src="{}" alt="" height="48" loading="lazy">', address)

    @admin.display(description="")
    def preview(self, asset: Asset) -> str:
        names = ("original", "poster", "thumbnail")
        addresses = {name: file_address(asset, name) for name in names}
        return render_to_string("office/preview.html", {"asset": asset, "address": addresses})

    @admin.display(description="recipe")
    def made_with(self, asset: Asset) -> SafeString | str:
        recipe = dict(asset.recipe)
        params = recipe.pop("params", {})
        rows = [*recipe.items(), *(params.items() if isinstance(params, dict) else ())]
        return format_html_join("", "<div>{}: {}</div>", rows) or "It was brought, not made here."

    @admin.display(description="comes from, and what came of it")
    def lineage(self, asset: Asset) -> SafeString | str:
        sources = list(asset.parents.all()[:_RELATIVES])
        made = list(asset.children.all()[:_RELATIVES])
        ways = [("from", sources), ("into", made)]
        rows = ((word, _pictures(found)) for word, found in ways if found)
        return format_html_join("", "<div><p>{}</p>{}</div>", rows) or "nothing"

    @admin.display(description="job")
    def job(self, asset: Asset) -> SafeString | str:
        """The library does not know jobs; their page is found by its name."""
        pk = asset.origin.removeprefix(_JOB)
        if pk == asset.origin:
            return asset.origin
        try:
            address = reverse("admin:studio_job_change", args=[pk])
        except NoReverseMatch:
            return asset.origin
        return format_html('<a href="{}">{}</a>', address, asset.origin)

    @admin.action(description="Move to the trash", permissions=["change"])
    def move_to_trash(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        for asset in queryset:
            services.trash(asset)
        self.message_user(request, f"{len(queryset)} moved to the trash.")

    @admin.action(description="Restore from the trash", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        for asset in queryset:
            services.restore(asset)
        self.message_user(request, f"{len(queryset)} restored.")

    def get_form(
        self, request: Any, obj: Asset | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Asset]]:
        """Only tags of the asset's own account may be chosen."""
        form = super().get_form(request, obj, change, **kwargs)
        tags = form.base_fields.get("tags")
        if obj and isinstance(tags, ModelMultipleChoiceField):
            tags.queryset = obj.account.tags.all()
        return form

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.refresh_search(form.instance)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        """A row that goes without its files would leave them behind."""
        return False


def _pictures(assets: Iterable[Asset]) -> SafeString:
    rows = (
        (
            reverse("admin:assets_asset_change", args=[asset.pk]),
            file_address(asset, "thumbnail"),
            asset.title,
        )
        for asset in assets
    )
    return format_html(
        '<div class="thumbs">{}</div>',
        format_html_join(
            "", '<a href="{}"><img src="{}" alt="" loading="lazy"><span>{}</span></a>', rows
        ),
    )


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "account", "files")
    list_select_related = ("account",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("name", "account__name")
    readonly_fields = ("name", "account", "files")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        found: QuerySet[Tag] = super().get_queryset(request)
        return found.annotate(_files=Count("assets"))

    @admin.display(ordering="_files")
    def files(self, tag: Any) -> int:
        return int(tag._files)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


from assets import admin_library  # noqa: E402, F401 - registers the rest
