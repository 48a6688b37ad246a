"""Platforms and formats of the Social Optimizer: what operators add and mend."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from studio.models import SocialFormat, SocialPlatform
from studio.presets.social import FORMATS, PLATFORMS

BROUGHT = {row.key for row in FORMATS}


class Kept(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the studio brings would come back with the next set-up: it can be hidden only."""

    brought: Any = ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.key in self.brought:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Many at once would pass by what is asked of each."""
        return {k: v for k, v in super().get_actions(request).items() if k != "delete_selected"}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Its key is in orders and file names."""
        return ("key",) if obj is not None else ()


@admin.register(SocialPlatform)
class SocialPlatformAdmin(Kept):
    brought = PLATFORMS
    list_display = ("name", "key", "order")
    list_editable = ("order",)


@admin.register(SocialFormat)
class SocialFormatAdmin(Kept):
    brought = BROUGHT
    list_display = (
        *("name", "platform", "media", "width", "height", "ratio", "safe", "types"),
        *("max_mb", "max_seconds", "checked", "shown"),
    )
    list_editable = ("width", "height", "types", "max_mb", "max_seconds", "checked", "shown")
    list_filter = ("platform", "media", "shown")
    search_fields = ("name", "key", "source")
    list_select_related = ("platform",)
    fieldsets = (
        (None, {"fields": ("platform", "key", "name", "media", "shown", "order")}),
        ("Size", {"fields": (("width", "height"),)}),
        (
            "Safe zone",
            {
                "fields": (("safe_top", "safe_bottom", "safe_left", "safe_right"),),
                "description": "What the platform lays over the rim, in percent of that side.",
            },
        ),
        ("Files", {"fields": ("types", "max_mb", "max_seconds", "loudness")}),
        ("The rule", {"fields": ("source", "checked")}),
    )

    @admin.display(description="safe zone")
    def safe(self, row: SocialFormat) -> str:
        return f"{row.safe_top}/{row.safe_bottom}/{row.safe_left}/{row.safe_right} %"
