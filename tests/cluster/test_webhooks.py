"""Webhooks of a whole studio: called by its clusters, and once more when they were killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest

from tests.cluster.harness import Answer, Studio, wait_for
from tests.cluster.person import Person
from tests.hooks.listener import Listener, Says

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("cluster")]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def call(person: Person, path: str, **body: object) -> Answer:
    data = json.dumps(body).encode()
    return person.call("POST", path, data=data, headers={"Content-Type": "application/json"})


def listened_to(person: Person, listener: Listener) -> str:
    """The address of a webhook in the API."""
    said = {"name": "Shop", "url": listener.address, "events": ["job.succeeded"]}
    made = call(person, "webhooks/", **said)
    assert made.status == 201, made.body
    return f"webhooks/{made.json()['id']}/"


def test_a_cluster_that_is_killed_in_the_middle_of_a_call_calls_again(
    new_studio: Callable[..., Studio], listener: Listener
) -> None:
    held = Event()
    listener.answers = [Says(held=held)]
    studio = new_studio(FETCH_ALLOWED_HOSTS=listener.host).start()
    person = Person(studio)
    there = listened_to(person, listener)
    assert call(person, f"{there}test/").status == 202
    wait_for(lambda: listener.told, 60, "the first call")
    # The rest of the cluster dies with it; only then does the first call have an answer.
    leader, sentinel = studio.leader("work"), studio.sentinel("work")
    dying = {leader, sentinel, *(process.pid for process in studio.children(sentinel))}
    os.kill(leader, signal.SIGKILL)
    wait_for(lambda: not dying & {process.pid for process in studio.processes()}, 15, "its death")
    held.set()

    def log() -> list[str]:
        rows = person.call("GET", f"{there}deliveries/").json()["results"]
        return [row["state"] for row in rows]

    wait_for(lambda: len(listener.told) == 2, 150, "the second call")
    wait_for(lambda: log() == ["delivered"], 30, "the end of the delivery")
    assert len(set(listener.ids)) == 1
    (_, first), (_, second) = listener.told
    assert first == second
    assert len(listener.told) == 2


def test_the_end_of_a_job_arrives(new_studio: Callable[..., Studio], listener: Listener) -> None:
    studio = new_studio(FETCH_ALLOWED_HOSTS=listener.host).start()
    person = Person(studio)
    listened_to(person, listener)
    person.wait(person.order().json()["id"])
    wait_for(lambda: listener.told, 30, "the call")
    assert b'"type": "job.succeeded"' in listener.told[0][1]
