from django.contrib.admin.apps import AdminConfig


class OfficeConfig(AdminConfig):
    """Django's admin, with our first page."""

    default_site = "studio.office.site.Office"
