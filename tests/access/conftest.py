"""One world for all tests of this folder. It is made once, in a transaction that is never kept, and
each test leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import transaction
from django.test import override_settings
from rest_framework.throttling import SimpleRateThrottle

from tests.access import world as making
from tests.access.world import World


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[World]:
    places = {"MEDIA_ROOT": folder / "media", "WORK_DIR": folder / "work"}
    with django_db_blocker.unblock(), transaction.atomic():
        (folder / "work").mkdir()
        with override_settings(**places):
            world = making.build(folder / "sources")
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World, db: None) -> Iterator[World]:
    """The clock stands, so that what is told of the same things is the same."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield made


@pytest.fixture(autouse=True)
def media(folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the world; and nobody asks too often."""
    settings.MEDIA_ROOT, settings.WORK_DIR = folder / "media", folder / "work"
    settings.WRITER_URL = "http://127.0.0.1:9/v1"  # nothing is asked before a task runs
    settings.STRIPE_KEY, settings.STRIPE_URL = "sk_test", "http://127.0.0.1:9"
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    caches["local"].clear()
    return folder / "media"
