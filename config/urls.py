"""Every address of the studio."""

from django.contrib import admin
from django.urls import include, path

from studio.views.health import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health, name="health"),
    path("api/", include("studio.api.urls")),
    path("", include("assets.urls")),
    path("", include("studio.urls")),
]
