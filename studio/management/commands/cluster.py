"""`manage.py cluster work`: one of django-q's task clusters, in this process."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from studio.broker import QUEUES
from studio.processes import die_with

NICE = 10


class Command(BaseCommand):
    help = "Run the task cluster of one queue."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=QUEUES)
        parser.add_argument("--parent", type=int, help="end when the process of this number ends")

    def handle(self, *args: Any, name: str, parent: int | None, **options: Any) -> None:
        if os.environ.get("Q_CLUSTER_NAME") != name:
            # django-q has read its settings by now, for whatever queue was named there.
            os.environ["Q_CLUSTER_NAME"] = name
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
        if parent:
            die_with(parent)
        if name == "work":
            os.nice(NICE)
        run()


def run() -> None:
    """Run until told to end by SIGTERM or SIGINT; fail when the cluster's guard dies."""
    from django_q.cluster import Cluster

    import studio.tasks  # noqa: F401 - loaded once here, shared by all that is forked

    cluster = Cluster()
    gc.freeze()
    cluster.start()
    guard = cluster.sentinel
    guard.join()
    sys.exit(guard.exitcode and 1)
