"""Calls to a provider: to whom the key goes, and what it means when there is no answer."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.http import Clients, Reply, Wire, files, retry_after
from studio.spec import ErrorKind, ProviderError

KEY = "a-key-of-sixteen-letters-or-more"
HOME = "https://api.example.com"
Answer = Callable[[httpx.Request], httpx.Response]


def ask(answer: Answer, use: Callable[[Wire], Coroutine[Any, Any, Reply]]) -> Reply:
    async def run() -> Reply:
        clients = Clients(1, httpx.MockTransport(answer))
        try:
            return await use(Wire(HOME, {"Authorization": f"Bearer {KEY}"}, clients))
        finally:
            await clients.close()

    return asyncio.run(run())


def fails(error: Exception) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return answer


def test_the_key_goes_to_its_home() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202, json={"id": "a"}, headers={"Retry-After": "7"})

    reply = ask(answer, lambda wire: wire.call("POST", "/run", json={"n": 0}))
    assert (reply.status, reply.data, reply.ok, reply.retry_after) == (202, {"id": "a"}, True, 7)
    assert str(seen[0].url) == f"{HOME}/run"
    assert seen[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/run",
        "http://api.example.com/run",
        "https://api.example.com:8443/run",
        "https://api.example.com@evil.example/run",
        "https://api.example.com.evil.example/run",
    ],
)
def test_an_address_of_somebody_else_is_not_asked(address: str) -> None:
    with pytest.raises(ProviderError, match="not its own"):
        ask(fails(AssertionError("asked")), lambda wire: wire.call("GET", address))


def test_a_key_that_is_repeated_in_an_answer_is_not_passed_on() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"detail": f"unknown key {KEY}"})

    reply = ask(answer, lambda wire: wire.call("GET", "/me"))
    assert KEY not in f"{reply}"
    assert reply.data == {"detail": "unknown key ***"}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("refused"), ErrorKind.LATER),
        (httpx.ConnectTimeout("slow"), ErrorKind.LATER),
        (httpx.PoolTimeout("busy"), ErrorKind.LATER),
        (httpx.ReadTimeout("slow"), ErrorKind.UNCLEAR),
        (httpx.WriteTimeout("slow"), ErrorKind.UNCLEAR),
        (httpx.ReadError("cut"), ErrorKind.UNCLEAR),
        (httpx.RemoteProtocolError("cut"), ErrorKind.UNCLEAR),
    ],
)
def test_without_an_answer_it_counts_whether_anything_was_sent(
    error: Exception, kind: ErrorKind
) -> None:
    with pytest.raises(ProviderError) as found:
        ask(fails(error), lambda wire: wire.call("POST", "/run"))
    assert found.value.kind == kind


def test_a_call_has_one_deadline() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        return httpx.Response(200)

    with pytest.raises(ProviderError) as found:
        ask(answer, lambda wire: wire.call("POST", "/run", timeout=0.05))  # type: ignore[arg-type]
    assert found.value.kind == ErrorKind.UNCLEAR


def test_an_answer_that_is_no_json_is_text() -> None:
    reply = ask(
        lambda request: httpx.Response(502, text="<h1>Bad gateway" + "x" * 5000),
        lambda wire: wire.call("GET", "/"),
    )
    assert (reply.data, reply.ok, len(reply.text)) == (None, False, 2000)


@pytest.mark.parametrize(
    "place",
    [
        "http://storage.example/put",
        "https://10.0.0.5/put",
        "https://[::1]/put",
        "https://user:word@storage.example/put",
        "file:///etc/passwd",
    ],
)
def test_no_file_is_sent_into_a_private_network(place: str, tmp_path: Path) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(b"cat")
    with pytest.raises(ProviderError, match="nothing is sent"):
        ask(
            fails(AssertionError("asked")),
            lambda wire: wire.hand_over("PUT", place, file, mime="image/png"),
        )


@pytest.mark.parametrize("fields", [None, {"policy": "p"}])
def test_a_file_is_sent_without_the_key(
    fields: dict[str, str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(b"the bytes of a cat")
    seen: list[httpx.Request] = []
    monkeypatch.setattr("studio.http.wire.lookup", lambda host, port: ["93.184.216.34"])

    async def answer(request: httpx.Request) -> httpx.Response:
        await request.aread()
        seen.append(request)
        return httpx.Response(200)

    ask(
        answer,  # type: ignore[arg-type]
        lambda wire: wire.hand_over(
            "PUT", "https://storage.example/put", file, mime="image/png", fields=fields
        ),
    )
    assert b"the bytes of a cat" in seen[0].content
    assert KEY not in str(seen[0].headers)


def test_a_wait_is_never_longer_than_a_day() -> None:
    assert retry_after("999999999") == 86_400
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert [retry_after(text) for text in ("", "soon", "-5", "1.5", "²")] == [None] * 5


def test_an_origin_is_scheme_host_and_port() -> None:
    assert files.origin("https://a.example/x") == files.origin("https://a.example:443/y")
    assert files.origin("https://a.example") != files.origin("http://a.example")
    assert files.origin("https://[::1") == ("", "", None)


def test_a_call_may_take_as_long_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clients have limits of their own, which are not those of a call."""
    seen: list[dict[str, float]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={})

    ask(answer, lambda wire: wire.call("POST", "/run", timeout=120))
    ask(answer, lambda wire: wire.call("POST", "/run", timeout=5))
    assert [(t["read"], t["write"], t["connect"]) for t in seen] == [(120, 120, 10), (5, 5, 5)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (rb'{"a": "x\u0000y"}', {"a": "xy"}),
        (rb'{"a": ["\ud83d", {"\ude00": 1}]}', {"a": ["\ufffd", {"\ufffd": 1}]}),
        (rb'{"a": "\ud83d\ude00"}', {"a": "\U0001f600"}),
        (b"[" * 100_000, None),
    ],
)
def test_what_no_database_takes_is_left_out(sent: bytes, kept: Any) -> None:
    reply = ask(
        lambda request: httpx.Response(200, content=sent), lambda wire: wire.call("GET", "/run")
    )
    assert reply.data == kept
    reply.text.encode()
    assert "\x00" not in reply.text


@pytest.mark.parametrize("names", [(), ("image",), ("image", "mask", "image")])
def test_a_form_is_multipart_with_any_number_of_files(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    """Also with none, where the fields alone would be sent in another way."""
    seen: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["content-type"], request.read()))
        return httpx.Response(200, json={})

    sent = []
    for number, name in enumerate(names):
        path = tmp_path / f"{number}.png"
        path.write_bytes(f"bytes {number}".encode())
        sent.append((name, path, "image/png"))
    fields = {"prompt": "ä cat", "seed": "0"}
    ask(answer, lambda wire: wire.call("POST", "/run", data=fields, files=sent))
    [(kind, body)] = seen
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + body).get_payload()
    assert kind.startswith("multipart/form-data; boundary=")
    assert [p.get_param("name", header="content-disposition") for p in parts] == [*fields, *names]
    assert [p.get_payload(decode=True) for p in parts[2:]] == [
        f"bytes {n}".encode() for n in range(len(names))
    ]
    assert [p.get_filename() for p in parts[2:]] == [f"{n}.png" for n in range(len(names))]
    assert parts[0].get_payload(decode=True).decode() == "ä cat"
