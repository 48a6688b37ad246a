from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        from assets.services import bin, boards
        from assets.services.bulk import moving
        from studio import (
            catalogue,
            checks,  # noqa: F401 - registers the start-up checks
            sign_in_log,  # noqa: F401 - listens
            social_rows,
            switches,
            workflows,
        )
        from studio.hooks import outbox
        from studio.jobs import needed
        from studio.stories import bound

        catalogue.SOURCES.append(workflows.offers)
        catalogue.SWITCHES.append(switches.off)
        post_migrate.connect(social_rows.fill, sender=self)
        bin.HOLDERS.append(needed.held)
        moving.BINDERS.append(bound.bound)
        boards.LISTENERS.append(outbox.shared)
