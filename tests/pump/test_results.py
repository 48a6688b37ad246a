"""Results on their way from a provider into the library, and everything that may come instead."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.utils import timezone

from assets import services as assets
from assets.models import Asset
from studio import jobs, pump
from studio.jobs import results
from studio.models import Job, State
from tests.fakes.media import movie
from tests.fakes.plain import FakePlain
from tests.pump.conftest import PATIENCE, Order, run_hints, settle
from tests.pump.test_road import kinds, states

Fetching = Callable[..., Job]


@pytest.fixture
def fetching(order: Order, plain: FakePlain) -> Fetching:
    """fetching() → a job whose result was announced; fetching(url) with this address for it."""

    def make(url: str = "") -> Job:
        plain.seconds = None
        job = order()
        settle(until=lambda: Job.objects.get().state == State.RUNNING)
        job.refresh_from_db()
        if url:
            plain.predictions[job.provider_ref].extra["output"] = [url]
        plain.end(job.provider_ref)
        while Job.objects.get().state != State.FETCHING:
            pump.run_slice(0.3)
        job.refresh_from_db()
        return job

    return make


def now(job: Job) -> Job:
    """Do not wait for the next try."""
    Job.objects.update(next_at=timezone.now(), lease=None)
    jobs.dispatch()
    run_hints()
    job.refresh_from_db()
    return job


def until_it_ends(job: Job) -> Job:
    """Whatever it waits for comes at once."""
    deadline = time.monotonic() + PATIENCE
    while not now(job).is_terminal:
        assert time.monotonic() < deadline, job.stage
        if job.state == State.RUNNING:
            pump.run_slice(0.3)
    return job


def is_lost(job: Job) -> bool:
    assert (job.state, job.error_kind) == (State.FAILED, "result_lost"), job.error
    assert "Nothing was charged" in job.error
    assert kinds(job) == ["hold", "release"]
    return not Asset.objects.filter(origin=job.origin).exists()


def is_saved(job: Job) -> bool:
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])
    return Asset.objects.filter(origin=job.origin).count() == 1


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_link_that_has_expired_is_asked_for_anew(
    status: int, fetching: Fetching, plain: FakePlain
) -> None:
    plain.faults.expired_link, plain.faults.expired_status = 1, status
    job = until_it_ends(fetching())
    assert is_saved(job)
    assert states(job)[-4:] == ["fetching", "running", "fetching", "succeeded"]


def test_what_stays_bad_is_given_up_after_some_tries(fetching: Fetching, plain: FakePlain) -> None:
    plain.faults.html_result = -1
    job = until_it_ends(fetching())
    assert is_lost(job)
    assert job.fetches <= 2 * results.MOST_BAD
    assert job.provider_cost == job.expected_cost, "it was made, so it was paid for"
    assert len(plain.predictions) == 1


def test_a_link_is_asked_for_anew_for_as_long_as_the_result_is_kept(
    fetching: Fetching, plain: FakePlain
) -> None:
    plain.faults.expired_link = 9
    job = fetching()
    assert is_saved(until_it_ends(job))


def test_a_link_that_never_works_is_given_up_when_the_result_is_gone(
    fetching: Fetching, plain: FakePlain
) -> None:
    plain.faults.expired_link = -1
    job = fetching()
    for _ in range(8):
        assert not now(job).is_terminal
        pump.run_slice(0.2)
    job.events.update(at=timezone.now() - timedelta(days=2))
    job = until_it_ends(job)
    assert is_lost(job)
    assert "Plain calm answered 403 instead of the file" in job.error or "403" in job.error
    assert "127.0.0.1" not in job.error


@pytest.mark.parametrize("fault", ["short_result", "html_result"])
def test_a_bad_one_then_a_good_one(fault: str, fetching: Fetching, plain: FakePlain) -> None:
    setattr(plain.faults, fault, 1)
    assert is_saved(until_it_ends(fetching()))


def test_a_drip_has_an_end(
    fetching: Fetching, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FETCH_SECONDS", 0.8)
    plain.faults.drip_result = 1
    job = now(fetching())
    assert (job.state, kinds(job)) == (State.FETCHING, ["hold"])
    assert "did not hand the file over" in job.stage
    assert is_saved(until_it_ends(job))


def test_an_endless_one_has_an_end(fetching: Fetching, plain: FakePlain, settings: Any) -> None:
    settings.RESULT_MAX_BYTES = 1024 * 1024
    plain.faults.endless_result = -1
    job = until_it_ends(fetching())
    assert is_lost(job)
    assert "larger than 1 MB" in job.error


# --- other servers -------------------------------------------------------------------------------


class Odd(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b""
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://localhost:1/inside")
        elif self.path == "/bomb":
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(bytes(10_000_000))
        else:
            self.send_response(200)
            body = movie("", 0, (64, 48), 0.25)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def odd() -> Iterator[str]:
    """The address of a server that is not the provider's."""
    server = HTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "words"), [("/bomb", "packed (gzip)"), ("/away", "http://"), ("/film", None)]
)
def test_what_a_server_may_do_to_us(
    path: str, words: str | None, odd: str, fetching: Fetching, settings: Any
) -> None:
    settings.FETCH_ALLOWED_HOSTS = [odd]
    job = until_it_ends(fetching(f"http://{odd}{path}"))
    assert is_saved(job) if words is None else is_lost(job)
    assert (words or "") in job.error


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "https://localhost/x", "file:///etc/passwd", "gopher://x", "x"]
)
def test_an_address_that_nobody_may_name(url: str, fetching: Fetching, plain: FakePlain) -> None:
    assert is_lost(until_it_ends(fetching(url)))


@pytest.mark.parametrize("url", ["data:video/mp4;base64,####", "data:video/mp4;base64,", "data:"])
def test_an_inline_result_that_is_none(url: str, fetching: Fetching) -> None:
    assert is_lost(until_it_ends(fetching(url)))


# --- no room -------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["library", "download"])
def test_a_full_disk_is_waited_for(
    where: str, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long that takes; and then the result is saved."""

    def full(*_: object, **__: object) -> None:
        if where == "download":
            raise OSError(28, "No space left on device")
        raise assets.NoRoom("The disk of this server is nearly full.")

    job = fetching()
    with monkeypatch.context() as small:
        if where == "download":
            small.setattr("studio.http.fetch", full)
        else:
            small.setattr(assets, "prepare", full)
        for _ in range(12):
            now(job)
        assert (job.state, kinds(job)) == (State.FETCHING, ["hold"])
        assert "room" in job.stage
    assert is_saved(until_it_ends(job))


# --- a process that dies -------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone here."""


@pytest.mark.parametrize("where", ["downloaded", "stored"])
def test_killed_while_fetching(
    where: str, fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(name: str) -> None:
        if name == where:
            raise Killed

    job = fetching()
    with monkeypatch.context() as deadly:
        deadly.setattr(results, "point", die)
        with pytest.raises(Killed):
            jobs.fetch(job.pk)
    job.refresh_from_db()
    assert job.state == State.FETCHING
    assert job.lease
    run_hints()
    Job.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert is_saved(until_it_ends(job))


def test_a_result_that_kills_every_worker_is_given_up(
    fetching: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    job = fetching()
    with monkeypatch.context() as deadly:
        deadly.setattr(results, "_download", die)
        for _ in range(results.MOST_DEATHS):
            with pytest.raises(Killed):
                jobs.fetch(job.pk)
    assert is_lost(now(job))


def test_two_fetch_at_once(fetching: Fetching) -> None:
    """The later one takes over; what the other brings is dropped."""
    job = fetching()
    for _ in range(3):
        jobs.fetch(job.pk)
    job.refresh_from_db()
    assert is_saved(job)
