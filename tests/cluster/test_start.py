"""`manage.py start` as a person meets it: it comes up, says where it is, and goes when told."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Callable

import pytest

from tests import needs
from tests.cluster.harness import Studio, wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("cluster"), needs.linux()]

STOP_SECONDS = 3.0
# A child that still loads its modules looks for its parent only after that.
LOADING_SECONDS = 10.0
LINK = re.compile(r"Sign in: (http://127\.0\.0\.1:\d+)(/sign-in/\S+)")


def test_it_says_where_it_is_and_how_to_sign_in(running: Studio) -> None:
    assert f"Zoetrope is at http://127.0.0.1:{running.port} " in running.output
    found = LINK.search(running.output)
    assert found
    assert running.get(found[2]).status == 200


def test_it_is_ready_and_quiet(running: Studio) -> None:
    assert running.get("/healthz").json() == {"ok": True, "problems": []}
    assert running.get("/healthz?ready").json() == {"ok": True, "problems": []}
    noise = [line for line in running.output.splitlines() if "WARNING" in line or "Trace" in line]
    assert not noise


def test_every_process_is_below_the_supervisor(running: Studio) -> None:
    # Supervisor and web; parent, sentinel, pusher and monitor of each cluster; 2 + 6 workers.
    assert len(running.processes()) == 2 + 4 * 2 + 2 + 6
    assert not running.orphans()


def test_a_port_that_is_taken_is_said_in_one_line(new_studio: Callable[..., Studio]) -> None:
    studio = new_studio()
    with socket.create_server(("127.0.0.1", studio.port)):
        result = studio.manage("start", check=False)
    assert result.returncode == 1
    assert result.stderr.strip().splitlines() == [
        f"CommandError: Port {studio.port} is taken by another program. "
        f"Choose another: PORT={studio.port + 1}"
    ]
    assert not studio.processes()


def test_two_studios_do_not_share_a_data_folder(running: Studio) -> None:
    result = running.manage("start", "--no-web", check=False)
    assert result.returncode == 1
    assert f"Another studio is at work in {running.folder}" in result.stderr


def test_an_unprepared_data_folder_is_said_in_one_line(
    new_studio: Callable[..., Studio],
) -> None:
    studio = new_studio()
    (studio.folder / "zoetrope.sqlite3").unlink()
    result = studio.manage("start", check=False)
    assert result.returncode == 1
    assert "Run: manage.py setup" in result.stderr


def test_ctrl_c_ends_everything_within_three_seconds(new_studio: Callable[..., Studio]) -> None:
    studio = new_studio().start()
    assert studio.stop(signal.SIGINT) < STOP_SECONDS
    assert studio.process
    assert studio.process.returncode == 0


@pytest.mark.slow
def test_nothing_outlives_a_killed_supervisor(new_studio: Callable[..., Studio]) -> None:
    studio = new_studio().start()
    assert studio.stop(signal.SIGKILL) < STOP_SECONDS
    # What it held is free again, so that it can be started at once; SIGTERM is as good as Ctrl-C.
    studio.start()
    assert not studio.orphans()
    assert studio.stop(signal.SIGTERM) < STOP_SECONDS


@pytest.mark.slow
def test_nothing_outlives_a_supervisor_killed_while_it_starts(
    new_studio: Callable[..., Studio],
) -> None:
    studio = new_studio().start(ready=False)
    wait_for(lambda: len(studio.processes()) > 2, what="the children to be started")
    assert studio.stop(signal.SIGKILL) < LOADING_SECONDS


@pytest.mark.slow
def test_one_part_alone(new_studio: Callable[..., Studio]) -> None:
    studio = new_studio().start("--only=engine", ready=False)
    wait_for(lambda: studio.leader("engine"))
    time.sleep(0.5)
    assert not studio.leader("web")
    assert not studio.leader("work")
