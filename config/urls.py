"""Every address of the studio."""

from django.contrib import admin
from django.urls import include, path

from studio.views.health import favicon, health

admin.site.site_header = admin.site.site_title = "Zoetrope"
admin.site.index_title = "Overview"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health, name="health"),
    path("favicon.ico", favicon),
    path("api/", include("studio.api.urls")),
    path("", include("assets.urls")),
    path("", include("studio.urls")),
]
