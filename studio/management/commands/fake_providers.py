"""`manage.py fake_providers`: every paid provider, played on this computer.

With it a person can try each paid offer, its prices and its mishaps, without a key and for nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import signal
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing import services
from billing.access import set_up_owner
from billing.ids import uuid7
from billing.pricing import CREDIT

MOST_CREDITS = 1_000_000


class Command(BaseCommand):
    help = "Play the paid providers on this computer, to try their offers without a key or money."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port-base", type=int, default=9100, help="the first port to use")
        parser.add_argument(
            "--seconds", type=float, default=8, help="how long a piece of work takes there"
        )
        parser.add_argument("--start", action="store_true", help="start the studio with them")
        parser.add_argument(
            "--credits", type=int, default=0, help="first give the owner so many to play with"
        )

    def handle(
        self, *args: Any, port_base: int, seconds: float, start: bool, credits: int, **_: Any
    ) -> None:
        fakes = _fakes(port_base, seconds)
        if credits:
            _give(credits)
        with contextlib.ExitStack() as running:
            for fake in fakes:
                try:
                    running.enter_context(fake)
                except OSError as error:
                    why = os.strerror(error.errno or 0).lower()
                    message = f"Port {fake.port} cannot be used: {why}. Choose others: --port-base."
                    raise CommandError(message) from error
            variables = {"PUBLIC_URL": f"http://127.0.0.1:{settings.PORT}"}
            for fake in fakes:
                variables |= fake.variables()
            self._greet(variables, start)
            if start:
                sys.exit(_studio(variables))
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()

    def _greet(self, variables: dict[str, str], start: bool) -> None:
        self.stdout.write("The providers are played here. Nothing is sent elsewhere or paid for.\n")
        if not start:
            self.stdout.write("Start the studio with these, or add --start. Stop with Ctrl-C.\n")
        for name, value in variables.items():
            self.stdout.write(f"{name}={value}")
        self.stdout.flush()


def _give(credits: int) -> None:
    if not 1 <= credits <= MOST_CREDITS:
        raise CommandError(f"--credits is {credits}; give 1 to {MOST_CREDITS:,}, or leave it out.")
    call_command("setup", verbosity=0)
    account = set_up_owner().accounts.order_by("created")[0]
    services.grant(account, credits * CREDIT, f"play:{uuid7()}", "to play with the fake providers")


def _fakes(port: int, seconds: float) -> list[Any]:
    """One of each in tests/fakes, on ports one after the other."""
    try:
        package = importlib.import_module("tests.fakes")
        names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg)
        modules = [importlib.import_module(f"tests.fakes.{name}") for name in names]
    except ModuleNotFoundError as error:
        raise CommandError(
            f"{error.name} is not installed. The fakes belong to the tests: run make test once."
        ) from error
    classes = [module.FAKE for module in modules if hasattr(module, "FAKE")]
    return [
        made(port + n, seconds=seconds, secret=f"{made.key}-key-that-costs-nothing")
        for n, made in enumerate(classes)
    ]


def _studio(variables: dict[str, str]) -> int:
    """Run the studio with these variables until it ends."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "start"]
    child = subprocess.Popen(command, env=os.environ | variables)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        # Ctrl-C reaches the studio as well, which needs a moment to end.
        with contextlib.suppress(KeyboardInterrupt):
            return child.wait()
