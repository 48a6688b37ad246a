"""`manage.py start`: the whole studio, or the part of it that this host is for."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from billing.access import make_sign_in_link, set_up_owner
from studio.broker import QUEUES
from studio.supervisor import Supervisor
from studio.supervisor.listener import NoAddress, address_of, listen

LINK_DAYS = 7


class Command(BaseCommand):
    help = "Start the web server and the task clusters, and keep them running until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        part = parser.add_mutually_exclusive_group()
        part.add_argument("--only", choices=["web", *QUEUES], help="run this part alone")
        part.add_argument("--no-web", action="store_true", help="run the task clusters alone")
        parser.add_argument("--link", action="store_true", help="print a link that signs you in")

    def handle(self, *args: Any, only: str | None, no_web: bool, link: bool, **_: Any) -> None:
        queues = [name for name in QUEUES if only in (None, name)]
        web = not no_web and only in (None, "web")
        _check_set_up(web)
        with contextlib.ExitStack() as held:
            try:
                listener = held.enter_context(listen(settings.HOST, settings.PORT)) if web else None
            except NoAddress as error:
                raise CommandError(str(error)) from error
            for name in queues:
                held.enter_context(_alone(name))
            if listener:
                self._greet(link)
            else:
                self._say(f"Zoetrope is at work: {' and '.join(queues)}. Stop it with Ctrl-C.")
            Supervisor(listener.fileno() if listener else None, queues).run()

    def _greet(self, link: bool) -> None:
        address = address_of(settings.HOST, settings.PORT)
        self._say(f"Zoetrope is at {address} - stop it with Ctrl-C.")
        owner = set_up_owner()
        # A link is a key: where output is kept, it is shown until somebody has come in.
        shown = owner.last_login is None or self.stdout.isatty()
        if link or (shown and not owner.has_usable_password()):
            token = make_sign_in_link(owner, timedelta(days=LINK_DAYS))
            self._say(f"Sign in: {address}{reverse('sign-in-link', args=[token])}")
            self._say(f"The link works once, within {LINK_DAYS} days.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _check_set_up(web: bool) -> None:
    executor = MigrationExecutor(connection)
    migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    collected = not web or getattr(staticfiles_storage, "hashed_files", True)
    if not migrated or not collected:
        raise CommandError("The studio is not set up for this version. Run: manage.py setup")


@contextlib.contextmanager
def _alone(queue: str) -> Iterator[None]:
    """Make sure that no other supervisor runs this queue here: it would take our work for dead."""
    path = Path(settings.DATA_DIR) / f"{queue}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"Another studio is at work in {settings.DATA_DIR} ({queue}). "
                "Stop it first, or set DATA_DIR to another folder."
            ) from error
        yield
