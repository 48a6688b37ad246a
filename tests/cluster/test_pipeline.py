"""The whole road through real processes: a picture in, one video out, the right money, whatever
is killed on the way."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cluster.harness import Studio, wait_for
from tests.cluster.person import PICTURE, Person

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("cluster")]

LONG = {"width": "640", "height": "360", "duration": "30", "fps": "30", "motion": "complex"}


def ledger(studio: Studio, job_id: str) -> list[str]:
    query = "SELECT kind FROM billing_entry WHERE reference = ? ORDER BY id"
    return [str(kind) for (kind,) in studio.rows(query, f"job:{job_id}")]


def assets_of(studio: Studio, job_id: str) -> int:
    query = "SELECT count(*) FROM assets_asset WHERE origin = ?"
    return int(studio.rows(query, f"job:{job_id}")[0][0])


def test_a_picture_becomes_a_video_that_can_be_fetched(running: Studio) -> None:
    person = Person(running)
    answer = person.order()
    assert answer.status == 201, answer.body
    job = person.wait(answer.json()["id"])
    assert job["state"] == "succeeded", job
    asset = job["outputs"][0]
    file = person.call("GET", f"assets/{asset['id']}/file/")
    assert file.body[4:8] == b"ftyp"
    part = person.call("GET", f"assets/{asset['id']}/file/", headers={"Range": "bytes=0-99"})
    assert (part.status, len(part.body)) == (206, 100)
    assert ledger(running, job["id"]) == ["hold", "charge"]


@pytest.mark.slow
def test_twenty_presses_are_one_job(running: Studio) -> None:
    person = Person(running)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: person.order(key="a single press"), range(20)))
    assert {a.status for a in answers} <= {200, 201}
    assert [a.status for a in answers].count(201) == 1
    (job_id,) = {a.json()["id"] for a in answers}
    person.wait(job_id)
    assert assets_of(running, job_id) == 1
    assert ledger(running, job_id) == ["hold", "charge"]


def start_long(person: Person) -> str:
    """A render that is under way."""
    job_id = str(person.order(**LONG).json()["id"])
    wait_for(lambda: (person.job(job_id)["progress"] or 0) > 0.02, 30, "the render to begin")
    return job_id


def busiest(studio: Studio) -> int:
    """The worker that renders."""

    def ticks(pid: int) -> int:
        with Path(f"/proc/{pid}/stat").open() as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    pids = [p.pid for p in studio.children(studio.sentinel("work"))]
    before = {pid: ticks(pid) for pid in pids}
    time.sleep(0.5)
    return max(pids, key=lambda pid: ticks(pid) - before[pid])


def test_a_worker_killed_mid_render(new_studio: Callable[..., Studio]) -> None:
    studio = new_studio().start()
    person = Person(studio)
    job_id = start_long(person)
    os.kill(busiest(studio), signal.SIGKILL)
    wait_for(lambda: person.job(job_id)["attempts"] == 2, 40, "the second start")
    assert person.job(job_id)["state"] in ("submitting", "running")
    job = person.wait(job_id, 120)
    assert job["state"] == "succeeded", job
    assert assets_of(studio, job_id) == 1
    assert ledger(studio, job_id) == ["hold", "charge"]


@pytest.mark.slow
def test_a_stop_mid_render_is_no_crash_and_the_next_start_goes_on(
    new_studio: Callable[..., Studio],
) -> None:
    studio = new_studio().start()
    person = Person(studio)
    job_id = start_long(person)
    assert studio.stop() < 6
    ((state, attempts),) = studio.rows("SELECT state, attempts FROM studio_job")
    assert (state, attempts) == ("queued", 0)
    studio.start()
    job = person.wait(job_id, 120)
    assert job["state"] == "succeeded", job
    assert assets_of(studio, job_id) == 1
    assert ledger(studio, job_id) == ["hold", "charge"]


def test_cancel_while_it_renders(running: Studio) -> None:
    person = Person(running)
    job_id = start_long(person)
    assert person.call("POST", f"jobs/{job_id}/cancel/", data=b"").status == 200
    job = person.wait(job_id, 10)
    assert job["state"] == "canceled"
    assert ledger(running, job_id) == ["hold", "release"]
    assert assets_of(running, job_id) == 0
    again = person.call("POST", f"jobs/{job_id}/cancel/", data=b"")
    assert again.status == 409
    assert "already ended" in again.json()["message"]


@pytest.mark.slow
def test_hints_that_got_lost_are_sent_again(running: Studio) -> None:
    person = Person(running)
    job_id = str(person.order().json()["id"])
    import sqlite3

    with sqlite3.connect(running.folder / "zoetrope.sqlite3", timeout=20) as database:
        database.execute("DELETE FROM django_q_ormq")
    assert person.wait(job_id, 60)["state"] == "succeeded"


@pytest.mark.slow
def test_a_data_url_in_json_works_too(running: Studio) -> None:
    import base64

    person = Person(running)
    address = "data:image/jpeg;base64," + base64.b64encode(PICTURE).decode()
    params = {"image": address, "motion": "pan", "direction": "up"}
    params |= {"width": 128, "height": 128, "duration": 1, "fps": 24, "format": "webm"}
    body = json.dumps({"operation": "image-to-video", "params": params}).encode()
    headers = {"Content-Type": "application/json"}
    answer = person.call("POST", "jobs/", data=body, headers=headers)
    assert answer.status == 201, answer.body
    assert person.wait(answer.json()["id"])["state"] == "succeeded"
