"""The film of a story in real processes whose worker is killed: it is made once, and nothing half
is left."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests import needs
from tests.cluster.harness import Studio, wait_for
from tests.cluster.person import Person
from tests.cluster.test_pipeline import assets_of, busiest, ledger

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
    needs.linux(),
]


def film_of(person: Person, picture: str, seconds: float) -> str:
    """A film that takes a while, under way."""
    cuts: list[dict[str, Any]] = [
        {"asset": picture, "seconds": seconds, "motion": {"type": kind}}
        for kind in ("zoom", "pan", "rotation")
    ]
    params = {"cuts": cuts, "size": "720p", "transition": "crossfade", "title": "The storm"}
    body = json.dumps({"operation": "story-film", "params": params}).encode()
    answer = person.call("POST", "jobs/", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 201, answer.body
    job_id = str(answer.json()["id"])
    wait_for(lambda: (person.job(job_id)["progress"] or 0) > 0.1, 60, "the film to begin")
    return job_id


def files(studio: Studio) -> set[str]:
    media = studio.folder / "media"
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


@pytest.mark.parametrize("victim", ["worker", "cluster"])
def test_a_film_whose_maker_is_killed(new_studio: Callable[..., Studio], victim: str) -> None:
    studio = new_studio().start()
    person = Person(studio)
    first = person.wait(person.order().json()["id"])
    job_id = film_of(person, first["params"]["image"], 8)
    before = files(studio)
    if victim == "worker":
        os.kill(busiest(studio), signal.SIGKILL)
    else:
        os.killpg(studio.leader("work"), signal.SIGKILL)
    wait_for(lambda: person.job(job_id)["attempts"] == 2, 60, "the second start")
    job = person.wait(job_id, 240)
    assert job["state"] == "succeeded", job
    assert (assets_of(studio, job_id), ledger(studio, job_id)) == (1, ["hold", "charge"])
    (made,) = job["outputs"]
    assert made["duration"] == pytest.approx(27, abs=0.1)
    whole = person.call("GET", f"assets/{made['id']}/file/").body
    assert (whole[4:8], b"moov" in whole) == (b"ftyp", True)
    films = [name for name in files(studio) - before if name.endswith(".mp4")]
    assert len(films) == 1, "the film once, and no half of one"
    work = studio.folder / "work"
    left = [path.relative_to(work).parts[:2] for path in work.rglob("*") if path.is_file()]
    assert set(left) <= {(job_id, "1")}, "only of the start that died, until the next sweep"
