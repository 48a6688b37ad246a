"""A web server of this machine, each of whose paths misbehaves in its own way."""

from __future__ import annotations

import contextlib
import gzip
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MB = 1024**2
BODY = b"not really a picture"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: Any) -> None: ...

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        name = self.path.partition("?")[0].strip("/").replace("-", "_")
        # The client may have had enough.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            getattr(self, f"path_{name}")()

    def answer(self, body: bytes = BODY, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def path_file(self) -> None:
        self.answer(Content_Type="Image/PNG; charset=binary")

    def path_silent(self) -> None:
        self.answer()

    def path_moved(self) -> None:
        self.answer(b"", 302, Location="/file?moved")

    def path_loop(self) -> None:
        self.answer(b"", 302, Location="/loop")

    def path_private(self) -> None:
        self.answer(b"", 302, Location="https://127.0.0.1/secret")

    def path_other_port(self) -> None:
        self.answer(b"", 302, Location="http://127.0.0.1:1/")

    def path_script(self) -> None:
        self.answer(b"", 302, Location="file:///etc/passwd")

    def path_nowhere(self) -> None:
        self.answer(b"", 302)

    def path_missing(self) -> None:
        self.answer(b"no", 404)

    def path_busy(self) -> None:
        self.answer(b"wait", 503)

    def path_packed(self) -> None:
        self.answer(gzip.compress(bytes(MB)), Content_Encoding="gzip")

    def path_short(self) -> None:
        self.answer(BODY, Content_Length="1000")
        self.close_connection = True

    def path_says_huge(self) -> None:
        self.answer(BODY, Content_Length=str(10 * MB))

    def path_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(bytes(64 * 1024))

    def path_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b".")
            time.sleep(0.05)

    def path_dripping_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X: y\r\n")
            time.sleep(0.05)

    def path_mute(self) -> None:
        time.sleep(5)
