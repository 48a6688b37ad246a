"""A download is whole, within its limits and in time, or it is not there at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.http import FetchRefused, fetch
from studio.http import files as http
from tests.studio.web_server import BODY, MB, Server


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(running: Server) -> Server:
    running.seen.clear()
    return running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "download"


def get(server: Server, path: str, target: Path, **options: Any) -> http.Fetched:
    defaults: dict[str, Any] = {"max_bytes": MB, "timeout": 5, "allowed_hosts": [server.host]}
    return fetch(server.url(path), target, **defaults | options)


# --- what works ---------------------------------------------------------------------------------


def test_a_file_arrives(server: Server, target: Path) -> None:
    got = get(server, "/file", target)
    assert target.read_bytes() == BODY
    assert got == http.Fetched(target, "image/png", server.url("/file"))


def test_a_redirect_is_followed_and_named(server: Server, target: Path) -> None:
    got = get(server, "/moved", target)
    assert got.final_url == server.url("/file?moved")
    assert target.read_bytes() == BODY


def test_a_server_need_not_say_what_it_sends(server: Server, target: Path) -> None:
    assert get(server, "/silent", target).mime == ""


def test_it_asks_for_an_unpacked_file_and_says_nothing_of_us(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    get(server, "/file", target)
    (_, headers), *_ = server.seen
    assert headers["Accept-Encoding"] == "identity"
    assert {"Authorization", "Cookie", "Referer"}.isdisjoint(headers)


def test_the_operator_may_name_exceptions_by_host_and_port(server: Server, target: Path) -> None:
    port = server.server_port
    for named in ([], [f"127.0.0.1:{port + 1}"], ["127.0.0.1"], [f"localhost:{port}"]):
        with pytest.raises(FetchRefused):
            get(server, "/file", target, allowed_hosts=named)
    assert server.seen == []
    get(server, "/file", target, allowed_hosts=[f"127.0.0.1:{port}"])


# --- redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/private", "private network"),
        ("/other-port", "http://"),
        ("/script", "does not begin with https://"),
        ("/loop", "more than 3 times"),
        ("/nowhere", "answered 302"),
    ],
)
def test_a_redirect_is_checked_like_a_new_address(
    server: Server, target: Path, path: str, words: str
) -> None:
    with pytest.raises(FetchRefused, match=words):
        get(server, path, target)
    assert not target.exists()
    assert len(server.seen) == (4 if path == "/loop" else 1)


# --- servers that misbehave ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "words", "temporary"),
    [
        ("/missing", r"answered 404 \(Not Found\)", False),
        ("/busy", "answered 503", True),
        ("/packed", r"packed \(gzip\)", False),
        ("/short", "broke off before the file was complete", True),
        ("/says-huge", "larger than 1 MB", False),
        ("/endless", "larger than 1 MB", False),
    ],
)
def test_what_is_not_a_whole_file_leaves_nothing(
    server: Server, target: Path, path: str, words: str, temporary: bool
) -> None:
    target.write_bytes(b"from an earlier try")
    with pytest.raises(FetchRefused, match=words) as refusal:
        get(server, path, target)
    assert refusal.value.temporary is temporary
    assert not target.exists()


def test_the_status_is_told_to_the_caller(server: Server, target: Path) -> None:
    with pytest.raises(FetchRefused) as refusal:
        get(server, "/missing", target)
    assert refusal.value.status == 404


def test_a_file_may_have_exactly_the_limit(server: Server, target: Path) -> None:
    get(server, "/file", target, max_bytes=len(BODY))
    with pytest.raises(FetchRefused, match="larger"):
        get(server, "/file", target, max_bytes=len(BODY) - 1)


@pytest.mark.parametrize("path", ["/drip", "/dripping-headers", "/mute"])
def test_a_trickle_does_not_move_the_deadline(server: Server, target: Path, path: str) -> None:
    # The server would go on for ever, or say nothing at last.
    with pytest.raises(FetchRefused, match="in time") as refusal:
        get(server, path, target, timeout=0.4)
    assert refusal.value.temporary
    assert not target.exists()


def test_a_closed_port_is_said_plainly(target: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FetchRefused, match="could not be reached"):
        fetch(f"http://{host}/", target, max_bytes=MB, allowed_hosts=[host])


def test_a_full_disk_leaves_no_half_file(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(response: Any, path: Path, max_bytes: int) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(http, "_save", full)
    with pytest.raises(OSError, match="No space"):
        get(server, "/file", target)
    assert not target.exists()
