"""Whatever is killed or hangs, the studio works again by itself and no process is left behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable

import pytest

from studio.supervisor.canary import BLIND_MOST
from tests import needs
from tests.cluster.harness import Studio, wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("cluster"), needs.linux()]

LATE = 10.0  # seconds after which a silent cluster is replaced
START = 8.0  # and what a busy machine may need to start it again


def test_a_killed_web_server_is_not_noticed(running: Studio) -> None:
    old = running.leader("web")
    os.kill(old, signal.SIGKILL)
    assert running.get("/healthz").status == 200
    assert running.leader("web") != old


@pytest.mark.parametrize(
    ("queue", "victim"),
    [
        ("work", "leader"),
        pytest.param("engine", "leader", marks=pytest.mark.slow),
        pytest.param("work", "sentinel", marks=pytest.mark.slow),
        pytest.param("engine", "sentinel", marks=pytest.mark.slow),
    ],
)
def test_a_cluster_whose_head_is_killed(running: Studio, queue: str, victim: str) -> None:
    old = running.leader(queue)
    os.kill(getattr(running, victim)(queue), signal.SIGKILL)
    wait_for(lambda: running.leader(queue) not in (0, old), START, f"{queue} to start again")
    running.wait_beat(queue, START)
    assert not running.orphans()


@pytest.mark.slow
@pytest.mark.parametrize(("helper", "from_last"), [("monitor", 2), ("pusher", 1)])
def test_a_helper_of_a_cluster_that_is_killed(
    new_studio: Callable[..., Studio], helper: str, from_last: int
) -> None:
    """In a fresh cluster these two are forked after all workers."""
    studio = new_studio().start()
    leader = studio.leader("work")
    os.kill(studio.children(studio.sentinel("work"))[-from_last].pid, signal.SIGKILL)
    wait_for(lambda: f"reincarnated {helper}" in studio.output, START, f"another {helper}")
    studio.wait_beat("work", START)
    assert studio.leader("work") == leader, "django-q mends that itself"


@pytest.mark.slow
@pytest.mark.parametrize("queue", ["engine", "work"])
def test_workers_killed_while_they_wait(new_studio: Callable[..., Studio], queue: str) -> None:
    """One of them held the lock of the queue: without help nothing would ever run again."""
    studio = new_studio().start()
    for pid in studio.workers(queue, 1 if queue == "engine" else 3):
        os.kill(pid, signal.SIGKILL)
    time.sleep(1)
    studio.wait_beat(queue, LATE + START)
    assert not studio.orphans()


@pytest.mark.slow
def test_a_cluster_that_hangs(new_studio: Callable[..., Studio]) -> None:
    studio = new_studio().start()
    old = studio.leader("work")
    group = [p.pid for p in studio.processes() if os.getpgid(p.pid) == old]
    os.killpg(old, signal.SIGSTOP)
    # In the middle of a write it takes the database with it, and the supervisor waits longer.
    longest = LATE + START + BLIND_MOST
    wait_for(lambda: studio.leader("work") not in (0, old), longest, "a new cluster")
    studio.wait_beat("work", START)
    assert not set(group) & {p.pid for p in studio.processes()}
    assert "work does not answer" in studio.output


@pytest.mark.slow
def test_a_locked_database_is_nobodys_fault(new_studio: Callable[..., Studio]) -> None:
    """Longer than a cluster may be silent: it is not killed for it, and goes on afterwards."""
    studio = new_studio().start()
    before = {p.pid for p in studio.processes()}
    database = sqlite3.connect(studio.folder / "zoetrope.sqlite3", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    time.sleep(LATE + 5)
    database.execute("ROLLBACK")
    studio.wait_beat("engine", START)
    studio.wait_beat("work", START)
    leaders = {studio.leader(name) for name in ("web", "engine", "work")}
    assert leaders <= before
    assert studio.output.count("does not answer, waiting for it") == 1
