"""`manage.py pump`: work the pump in this process, for experiments and hosts without a queue."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studio import pump


class Command(BaseCommand):
    help = "Hand work over to providers and ask how it stands, for some seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds", type=float, default=pump.SLICE, help="default: %(default)s"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not pump.run_slice(options["seconds"]):
            self.stdout.write("Another process works the pump.")
