"""The fakes do what they are set to do: a test against a fake is worth no more than that."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from aiohttp import web
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.access import set_up_owner
from studio.management.commands import fake_providers
from tests.fakes.parts import DONE, QUEUED, RUNNING, Prediction
from tests.fakes.server import Fake

ROOT = Path(__file__).resolve().parents[2]


class FakeAcme(Fake):
    key = "acme"
    key_name = "ACME_API_KEY"

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/run", self.submit)
        router.add_get("/runs/{id}", self.poll)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        return await self.take(request, "m", await request.json(), self.told, reference="r")

    async def poll(self, request: web.Request) -> web.StreamResponse:
        return await self.tell(request, request.match_info["id"], self.told)

    def told(self, prediction: Prediction) -> web.Response:
        said = {"id": prediction.id, "stage": self.stage(prediction)}
        return web.json_response({**said, "results": self.results(prediction)})


@pytest.fixture
def fake() -> Iterator[FakeAcme]:
    with FakeAcme(seconds=0.3) as fake:
        yield fake


@pytest.fixture
def client(fake: FakeAcme) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {fake.secret}"}
    with httpx.Client(base_url=fake.url, headers=headers, timeout=2) as client:
        yield client


def run(client: httpx.Client) -> dict[str, Any]:
    said: dict[str, Any] = client.post("/run", json={"prompt": "x"}).json()
    return said


def test_work_advances_by_itself(client: httpx.Client) -> None:
    id = run(client)["id"]
    seen = []
    for _ in range(12):
        seen.append(client.get(f"/runs/{id}").json()["stage"])
        time.sleep(0.04)
    assert sorted(set(seen), key=seen.index) == [QUEUED, RUNNING, DONE]


def test_results_play_and_differ(client: httpx.Client) -> None:
    bodies = [httpx.get(run(client)["results"][0]).content for _ in range(4)]
    with av.open(io.BytesIO(bodies[0])) as movie:
        assert sum(1 for _ in movie.decode(video=0)) == 48
    assert len(set(bodies)) > 1


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
def test_the_line_is_cut(fake: FakeAcme, client: httpx.Client, fault: str) -> None:
    setattr(fake.faults, fault, 1)
    with pytest.raises(httpx.RemoteProtocolError):
        run(client)
    assert len(fake.predictions) == (fault == "cut_after")
    assert run(client)["id"]


def test_faults_are_counted_down_or_left_to_chance(fake: FakeAcme) -> None:
    fake.faults.too_many = 2
    assert [fake.hit("too_many") for _ in range(4)] == [True, True, False, False]
    fake.faults.too_many = -1
    assert all(fake.hit("too_many") for _ in range(9))
    fake.faults.too_many = 0.5
    assert 20 < sum(fake.hit("too_many") for _ in range(100)) < 80


def test_a_result_can_be_bad_in_every_way(fake: FakeAcme, client: httpx.Client) -> None:
    url = run(client)["results"][0]
    fake.faults.expired_link = 1
    assert httpx.get(url).status_code == 403
    fake.faults.html_result = 1
    assert httpx.get(url).text.startswith("<!doctype")
    fake.faults.short_result = 1
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)
    for slow in ("drip_result", "endless_result"):
        setattr(fake.faults, slow, 1)
        began, size = time.monotonic(), 0
        with httpx.stream("GET", url) as response:
            for piece in response.iter_raw():
                size += len(piece)
                if time.monotonic() - began > 0.3:
                    break
        assert size < 5 if slow == "drip_result" else size > 1_000_000
    assert httpx.get(url).content[4:8] == b"ftyp"


def test_a_key_in_the_wrong_place_is_noticed(fake: FakeAcme, client: httpx.Client) -> None:
    url = run(client)["results"][0]
    assert httpx.get(url).is_success
    assert fake.leaks == []
    client.get(url)
    assert len(fake.leaks) == 1


def test_other_processes_see_and_set_all_of_it(fake: FakeAcme, client: httpx.Client) -> None:
    first, _ = run(client)["id"], run(client)["id"]
    state = httpx.get(f"{fake.url}/_fake/state").json()
    assert (state["paid"], state["twice"]) == (2, {"r": 2})
    httpx.post(f"{fake.url}/_fake/end", json={"id": first})
    assert client.get(f"/runs/{first}").json()["stage"] == DONE
    httpx.post(f"{fake.url}/_fake/faults", json={"server_error": 1})
    assert client.get(f"/runs/{first}").status_code == 500
    wrong = httpx.post(f"{fake.url}/_fake/faults", json={"servererror": 1})
    assert (wrong.status_code, wrong.json()) == (400, {"unknown": ["servererror"]})


def test_a_port_that_is_taken_is_said(fake: FakeAcme) -> None:
    with pytest.raises(OSError, match="in use"):
        FakeAcme(fake.port).start()


@pytest.mark.django_db
def test_credits_to_play_with_are_given_to_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_providers, "_fakes", lambda port, seconds: [])
    monkeypatch.setattr(threading.Event, "wait", lambda self: None)
    call_command("fake_providers", credits=7, stdout=io.StringIO())
    assert set_up_owner().accounts.get().balance == 7_000_000
    with pytest.raises(CommandError, match="give 1 to"):
        call_command("fake_providers", credits=-7)


def test_a_person_can_start_them_all(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "fake_providers", "--port-base", "19460"]
    env = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    # Where tests run behind a shell's back, that has everything in them ignore Ctrl+C.
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    running = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, preexec_fn=hears
    )
    assert running.stdout
    variables = {}
    for line in running.stdout:
        name, _, value = line.strip().partition("=")
        variables[name] = value
        if name == "WAVESPEED_API_KEY":
            break
    for provider in ("COMFYUI", "FAL", "GEMINI", "HUGGINGFACE", "RUNWAY", "STABILITY", "WAVESPEED"):
        state = httpx.get(f"{variables[f'{provider}_URL']}/_fake/state").json()
        assert state["key"] == provider.lower()
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
