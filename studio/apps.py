from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        from assets.services import bin
        from assets.services.bulk import moving
        from studio import (
            catalogue,
            checks,  # noqa: F401 - registers the start-up checks
            sign_in_log,  # noqa: F401 - listens
            social_rows,
            workflows,
        )
        from studio.jobs import needed
        from studio.stories import bound

        catalogue.SOURCES.append(workflows.offers)
        post_migrate.connect(social_rows.fill, sender=self)
        bin.HOLDERS.append(needed.held)
        moving.BINDERS.append(bound.bound)
