"""Webhooks of a whole studio: called by its clusters, and once more when they were killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest

from tests.cluster.harness import Studio, wait_for
from tests.cluster.person import Person
from tests.hooks.listener import Listener, Says

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("cluster")]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_cluster_that_is_killed_in_the_middle_of_a_call_calls_again(
    new_studio: Callable[..., Studio], listener: Listener
) -> None:
    held = Event()
    listener.answers = [Says(held=held)]
    studio = new_studio(FETCH_ALLOWED_HOSTS=listener.host).start()
    person = Person(studio)
    said = {"name": "Shop", "url": listener.address, "events": ["job.succeeded"]}
    made = person.call("POST", "/api/v1/webhooks/", json=said)
    assert made.status == 201, made.body
    there = f"/api/v1/webhooks/{made.json()['id']}/"
    assert person.call("POST", f"{there}test/", json={}).status == 202
    wait_for(lambda: listener.told, 60, "the first call")
    os.killpg(os.getpgid(studio.sentinel("work")), signal.SIGKILL)
    held.set()

    def log() -> list[str]:
        rows = person.call("GET", f"{there}deliveries/").json()["results"]
        return [row["state"] for row in rows]

    assert log() == ["waiting"]
    wait_for(lambda: log() == ["delivered"], 150, "the second call")
    assert len(listener.told) == 2
    assert len(set(listener.ids)) == 1
    first, second = (body for _, body in listener.told)
    assert first == second


def test_the_end_of_a_job_arrives(new_studio: Callable[..., Studio], listener: Listener) -> None:
    studio = new_studio(FETCH_ALLOWED_HOSTS=listener.host).start()
    person = Person(studio)
    said = {"name": "Shop", "url": listener.address, "events": ["job.succeeded"]}
    assert person.call("POST", "/api/v1/webhooks/", json=said).status == 201
    person.wait(person.order().json()["id"])
    wait_for(lambda: listener.told, 30, "the call")
    assert b'"type": "job.succeeded"' in listener.told[0][1]
