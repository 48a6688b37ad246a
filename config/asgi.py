"""The ASGI entry point: `uvicorn config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from studio.limits import limited  # noqa: E402 - the settings must be loaded first

application = limited(django_application)
