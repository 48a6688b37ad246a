"""The database of the tests: where its tables come from, and how it is emptied."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test import TransactionTestCase

from billing.models import Entry

# --- its tables -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Django migrates a database that it finds; the file goes with the folder of the tests."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def migrated(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> Path | None:
    """Where a copy is kept of the database after all migrations; the tests begin with one."""
    cache = getattr(request.config, "cache", None)
    if connection.vendor != "sqlite" or cache is None:
        return None
    kept = Path(cache.mkdir("migrated")) / f"{_migrations()}.sqlite3"
    if kept.exists():
        shutil.copyfile(kept, connection.settings_dict["TEST"]["NAME"])
    return kept


@pytest.fixture(scope="session")
def django_db_setup(migrated: Path | None, django_db_setup: None, django_db_blocker: Any) -> None:
    if migrated is None or migrated.exists():
        return
    new = migrated.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock(), closing(sqlite3.connect(new)) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    for old in migrated.parent.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    new.replace(migrated)


def _migrations() -> str:
    """What they all say, and what they import of ours."""
    said = sha256()
    loader = MigrationLoader(None)
    for key in sorted(loader.disk_migrations):
        file = sys.modules[loader.disk_migrations[key].__module__].__file__
        assert file
        said.update(Path(file).read_bytes())
    return said.hexdigest()[:16]


# --- how it is emptied ----------------------------------------------------------------------------


# What migrations write of the models themselves, and need not write again.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def emptied(_: Any) -> None:
    """After a test that commits. Django's flush truncates every table, and then has all rights of
    all models written again. References are looked at when the transaction ends: any order will
    do."""
    names = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # There the audit log and the ledger refuse to be emptied by rows.
            cursor.execute("SELECT set_config('zoetrope.sweeping', 'on', true)")
            if Entry.objects.exists():
                cursor.execute("TRUNCATE billing_entry CASCADE")
        for name in sorted(names):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield
