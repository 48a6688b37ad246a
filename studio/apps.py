from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        from studio import (
            catalogue,
            checks,  # noqa: F401 - registers the start-up checks
            workflows,
        )

        catalogue.SOURCES.append(workflows.offers)
