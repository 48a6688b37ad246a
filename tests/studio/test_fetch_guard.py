"""No address makes the studio read its own network."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import httpcore
import pytest

from studio.http import FetchRefused, fetch, is_public
from studio.http import files as http

MB = 1024**2


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "download"


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*args: Any, **kwargs: Any) -> None:
        raise AssertionError(f"a connection was opened: {args}")

    monkeypatch.setattr(socket.socket, "connect", connect)


PRIVATE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://127.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
]
REFUSED = [
    ("https://user:secret@example.com/", "user name or password"),
    ("https://user@127.0.0.1/", "user name or password"),
    ("http://example.com/", "http://"),
    ("http://127.0.0.1/", "http://"),
    ("file:///etc/passwd", "does not begin with https://"),
    ("file://localhost/etc/passwd", "does not begin with https://"),
    ("gopher://127.0.0.1:70/x", "does not begin with https://"),
    ("ftp://example.com/x", "does not begin with https://"),
    ("data:text/plain,x", "does not begin with https://"),
    ("example.com/picture.png", "does not begin with https://"),
    ("//example.com/picture.png", "does not begin with https://"),
    ("https://", "does not begin with https://"),
    ("https:///etc/passwd", "does not begin with https://"),
    ("", "does not begin with https://"),
    ("https://example.com:22/", "port 22"),
    ("https://example.com:80/", "port 80"),
    ("https://example.com:8443/", "port 8443"),
    ("https://example.com:99999/", "port 99999"),
    ("https://0177.0.0.1/", "cannot be read"),
    ("https://①②⑦.⓪.⓪.①/", "cannot be read"),
    ("https://exa\nmple.com/", "cannot be read"),
    ("https://example.com/\x00", "cannot be read"),
    ("https://[::1/", "cannot be read"),
    ("https://" + "a" * 5000, "characters"),
]


@pytest.mark.usefixtures("no_socket")
@pytest.mark.parametrize("url", PRIVATE)
def test_a_private_address_is_refused_before_a_connection(url: str, target: Path) -> None:
    with pytest.raises(FetchRefused, match="points at a private network") as refusal:
        fetch(url, target, max_bytes=MB)
    assert "upload it" in refusal.value.message
    assert not target.exists()


@pytest.mark.usefixtures("no_socket")
@pytest.mark.parametrize(("url", "words"), REFUSED)
def test_an_unfit_address_is_refused_with_the_reason(url: str, words: str, target: Path) -> None:
    with pytest.raises(FetchRefused, match=words):
        fetch(url, target, max_bytes=MB)


@pytest.mark.usefixtures("no_socket")
@pytest.mark.parametrize(
    "url", ["https://１２７.０.０.１/", "https://localhost./", "https://127。0。0。1"]
)
def test_other_spellings_are_not_a_way_in(url: str, target: Path) -> None:
    with pytest.raises(FetchRefused):
        fetch(url, target, max_bytes=MB)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("8.8.8.8", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("::ffff:8.8.8.8", True),
        ("192.0.0.8", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("198.51.100.1", False),
        ("203.0.113.1", False),
        ("239.255.255.250", False),
        ("::ffff:10.0.0.1", False),
        ("2001:db8::1", False),
        ("2001:20::1", False),
        ("3fff::1", False),
        ("100::1", False),
        ("5f00::1", False),
        ("fe80::1%lo", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_an_exception_is_one_host_and_one_port() -> None:
    guard = http.Guard(["[::1]:9000", "NAS.lan:443"])
    assert guard.allows("::1", 9000)
    assert guard.allows("nas.lan", 443)
    assert not guard.allows("::1", 9001)


# --- names --------------------------------------------------------------------------------------


class Names:
    """A resolver whose every answer the test decides, and the addresses connected to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> None:
        self.asked: list[str] = []
        self.connected: list[str] = []
        self.answers = answers
        monkeypatch.setattr(http, "lookup", self.lookup)
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", self.connect)

    def lookup(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0)

    def connect(self, address: str, port: int, *args: Any) -> Any:
        self.connected.append(address)
        raise httpcore.ConnectError("nobody is there")


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(
    monkeypatch: pytest.MonkeyPatch, target: Path
) -> None:
    """The second answer of a rebinding server is never asked for."""
    names = Names(monkeypatch, [["93.184.216.34"], ["127.0.0.1"]])
    with pytest.raises(FetchRefused, match="could not be reached"):
        fetch("https://rebind.example/", target, max_bytes=MB)
    assert names.asked == ["rebind.example"]
    assert names.connected == ["93.184.216.34"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch, target: Path
) -> None:
    names = Names(monkeypatch, [["93.184.216.34", "10.0.0.5"]])
    with pytest.raises(FetchRefused, match="private network") as refusal:
        fetch("https://mixed.example/", target, max_bytes=MB)
    assert "10.0.0.5" not in str(refusal.value), "what a name leads to inside is nobody's business"
    assert names.connected == []


def test_the_next_address_is_tried_when_one_is_down(
    monkeypatch: pytest.MonkeyPatch, target: Path
) -> None:
    names = Names(monkeypatch, [["2606:2800:220:1::1", "93.184.216.34", "93.184.216.34"]])
    with pytest.raises(FetchRefused) as refusal:
        fetch("https://two.example/", target, max_bytes=MB)
    assert refusal.value.temporary
    assert names.connected == ["2606:2800:220:1::1", "93.184.216.34"]


def test_a_name_that_does_not_exist(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchRefused, match=r"no computer named “nowhere\.example”"):
        fetch("https://nowhere.example/", target, max_bytes=MB)


def test_a_name_that_no_resolver_takes(target: Path) -> None:
    with pytest.raises(FetchRefused, match="no computer named"):
        fetch(f"https://{'a' * 64}.example/", target, max_bytes=MB)


def test_the_certificate_has_to_be_for_the_name_although_a_number_is_connected_to(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(4096))

    ear = threading.Thread(target=listen)
    ear.start()
    monkeypatch.setattr(http, "lookup", lambda host, port: ["127.0.0.1"])
    host = f"tls.example:{listener.getsockname()[1]}"
    with pytest.raises(FetchRefused, match="could not be reached"):
        fetch(f"https://{host}/", target, max_bytes=MB, timeout=5, allowed_hosts=[host])
    ear.join(5)
    listener.close()
    assert b"tls.example" in heard[0]  # the greeting of TLS names whom it expects
    assert http.tls().check_hostname
    assert http.tls().verify_mode == ssl.CERT_REQUIRED
