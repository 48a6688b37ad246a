"""The library for the operator: everything to see, little to change, all of it by the services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from assets import services
from assets.models import Asset, Tag

_CHANGEABLE = ("title", "tags", "favorite")


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
    readonly_fields = (
        "picture",
        *(f.name for f in Asset._meta.get_fields() if f.concrete and f.name not in _CHANGEABLE),
    )
    fields = (*_CHANGEABLE, *readonly_fields)

    @admin.display(description="")
    def picture(self, asset: Asset) -> str:
        """Seen by members of its account only, as everywhere."""
        address = reverse("asset-file", args=[asset.pk, "thumbnail"])
        return format_html('<img src="{}" alt="" height="48" loading="lazy">', address)

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
