"""The same processes on PostgreSQL, and a server that cuts every connection."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import needs
from tests.cluster.harness import Studio, wait_for

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.postgres,
    needs.linux(),
    needs.postgres(),
]


@pytest.fixture
def address() -> Iterator[str]:
    with needs.new_postgres() as address:
        yield address


@pytest.fixture
def studio(address: str, tmp_path: Path) -> Iterator[Studio]:
    with Studio(tmp_path / "studio", DATABASE_URL=address) as studio:
        yield studio.start()


def ask(address: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(address) as connection:
        return connection.execute(question).fetchall()


def wait_beats(address: str, seconds: float = 15) -> None:
    """Until one more task has come through each queue."""

    def beats() -> dict[str, object]:
        return dict(ask(address, "SELECT name, seen FROM studio_beat WHERE sent IS NOT NULL"))

    last = beats()
    wait_for(
        lambda: all(seen != last[name] for name, seen in beats().items()),
        seconds,
        "a task through each queue",
    )


CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_a_killed_cluster_comes_back(studio: Studio, address: str) -> None:
    old = studio.leader("work")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: studio.leader("work") not in (0, old), what="a new cluster")
    wait_beats(address)
    assert not studio.orphans()
    assert studio.stop() < 6


def test_a_server_that_cuts_every_connection(studio: Studio, address: str) -> None:
    leaders = {studio.leader(name) for name in ("web", "engine", "work")}
    for _ in range(3):
        assert ask(address, CUT)
        time.sleep(1.5)
    wait_beats(address)
    assert studio.get("/healthz?ready").status == 200
    assert {studio.leader(name) for name in ("web", "engine", "work")} == leaders
