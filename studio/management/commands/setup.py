"""`manage.py setup`: everything between an installed package and `manage.py start`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from billing.access import set_up_owner


class Command(BaseCommand):
    help = "Prepare the database, the static files and the owner. Safe to repeat at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        collect_static()
        owner = set_up_owner()
        self.stdout.write(f"The studio is set up. Its owner is “{owner}”.")


def collect_static() -> None:
    """Collect, hash and compress the static files, unless none has changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / "collected"
    state = _state_of_sources()
    if not stamp.exists() or stamp.read_text() != state:
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(state)


def _state_of_sources() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
