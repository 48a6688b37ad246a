"""Django's admin with the overview as its first page, and pages that belong to no table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, reverse


class Page(NamedTuple):
    """A page of ours: its name in addresses, what it is called, who may see it."""

    name: str
    label: str
    permission: str


PAGES = (
    Page("usage", "Usage", "studio.view_job"),
    Page("presets", "Presets", "studio.view_socialformat"),
)


class Office(admin.AdminSite):
    index_template = "office/index.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Views are loaded here, when there are models."""
        from studio.office import presets, release, usage

        def page(view: Callable[..., HttpResponseBase]) -> Any:
            return self.admin_view(view)

        return [
            path("usage/", page(usage.show), name="usage"),
            path("usage/csv/", page(usage.as_csv), name="usage-csv"),
            path("presets/", page(presets.show), name="presets"),
            path("release/", page(release.release), name="release"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from studio.office.panels import PANELS

        drawn = (draw(request) for draw in PANELS)
        panels = [panel for panel in drawn if panel]
        return super().index(request, {"panels": panels, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Our pages stand beside the tables."""
        tables = super().get_app_list(request, app_label)
        pages = [
            {
                "name": page.label,
                "object_name": page.label,
                "admin_url": reverse(f"admin:{page.name}"),
                "add_url": None,
                "view_only": True,
                "perms": {"view": True, "add": False, "change": False, "delete": False},
            }
            for page in PAGES
            if request.user.has_perm(page.permission)
        ]
        if app_label or not pages:
            return tables
        office = {
            "name": "Overview",
            "app_label": "office",
            "app_url": reverse("admin:index"),
            "has_module_perms": True,
            "models": pages,
        }
        return [office, *tables]
