"""`manage.py serve`: the web server, in this process."""

from __future__ import annotations

import socket
import warnings
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.processes import die_with
from studio.supervisor.listener import NoAddress, listen


class Command(BaseCommand):
    help = "Serve pages and API at HOST and PORT."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--socket", type=int, help="a listening socket that is open already")
        parser.add_argument("--parent", type=int, help="end when the process of this number ends")

    def handle(self, *args: Any, parent: int | None, **options: Any) -> None:
        if parent:
            die_with(parent)
        # WhiteNoise hands small files over whole; those of the library stream as they should.
        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume")
        number = options["socket"]
        listener = _listen() if number is None else socket.socket(fileno=number)
        module, _, name = settings.ASGI_APPLICATION.rpartition(".")
        config = uvicorn.Config(
            f"{module}:{name}",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _listen() -> socket.socket:
    try:
        return listen(settings.HOST, settings.PORT)
    except NoAddress as error:
        raise CommandError(str(error)) from error
