"""What every provider promises who sends news: nothing that is forged, changed or old is believed.
They take files by ticket as well.

A mixin beside ProviderContract; the fake has `sign(body, at=None, id="")`, which makes the headers.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from studio.spec import Call, ErrorKind, ProviderError
from tests.fakes.parts import DONE
from tests.fakes.server import Fake
from tests.providers.contract import ProviderContract, Talk


class Mailbox(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Slot)
        self.letters: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhooks/secret-part"


class Slot(BaseHTTPRequestHandler):
    server: Mailbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.letters.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


class NewsContract(ProviderContract):
    @pytest.fixture
    def mailbox(self) -> Iterator[Mailbox]:
        box = Mailbox()
        threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.02}).start()
        yield box
        box.shutdown()
        box.server_close()

    @pytest.fixture
    def hooked(self, talk: Talk, files: dict[str, Path], tmp_path: Path, mailbox: Mailbox) -> Call:
        return self.make_call(talk, self.offer(), files, tmp_path, webhook=mailbox.url)

    def letter(
        self, talk: Talk, fake: Fake, hooked: Call, mailbox: Mailbox
    ) -> tuple[dict[str, str], bytes, str, str]:
        """A real one, as it arrives: headers, body, keys, and whose it is."""
        ref = talk("submit", hooked).ref
        fake.end(ref, DONE)
        patience = time.monotonic() + 5
        while not mailbox.letters and time.monotonic() < patience:
            time.sleep(0.01)
        headers, body = mailbox.letters[0]
        return headers, body, self._keys(talk), ref

    def _keys(self, talk: Talk) -> str:
        keys = talk("hook_keys")
        assert isinstance(keys, str)
        return keys

    def test_real_news_is_believed(
        self, talk: Talk, fake: Fake, hooked: Call, mailbox: Mailbox
    ) -> None:
        headers, body, keys, ref = self.letter(talk, fake, hooked, mailbox)
        delivery = self.provider.read_webhook(headers, body, keys, time.time())
        assert delivery.ref == ref
        assert delivery.id

    @pytest.mark.parametrize("late", [-360, 360])
    def test_old_news_is_not(self, fake: Fake, talk: Talk, late: int) -> None:
        body = json.dumps({"id": "x", "request_id": "x"}).encode()
        headers = self.sign(fake, body)
        now = time.time()
        keys = self._keys(talk)
        assert self.provider.read_webhook(headers, body, keys, now + late / 2)
        with pytest.raises(ProviderError):
            self.provider.read_webhook(headers, body, keys, now + late)

    def sign(self, fake: Any, body: bytes) -> dict[str, str]:
        headers: dict[str, str] = fake.sign(body, id="x")
        return headers

    def test_changed_news_is_not(self, fake: Fake, talk: Talk) -> None:
        body = json.dumps({"id": "x", "request_id": "x"}).encode()
        headers, keys = self.sign(fake, body), self._keys(talk)
        for other in (body + b" ", body.replace(b"x", b"y"), b"", b"\xff\xfe"):
            with pytest.raises(ProviderError):
                self.provider.read_webhook(headers, other, keys, time.time())

    def test_every_header_counts(self, fake: Fake, talk: Talk) -> None:
        body = json.dumps({"id": "x", "request_id": "x"}).encode()
        headers, keys = self.sign(fake, body), self._keys(talk)
        signed = [name for name in headers if name != "content-type"]
        assert len(signed) >= 3
        for name in signed:
            for value in ("", "é", "0", headers[name] + "1", "v3,"):
                wrong = {**headers, name: value}
                with pytest.raises(ProviderError):
                    self.provider.read_webhook(wrong, body, keys, time.time())
            missing = {k: v for k, v in headers.items() if k != name}
            with pytest.raises(ProviderError):
                self.provider.read_webhook(missing, body, keys, time.time())

    def test_another_key_does_not_do(self, fake: Fake, talk: Talk) -> None:
        body = json.dumps({"id": "x", "request_id": "x"}).encode()
        headers = self.sign(fake, body)
        with self.fake_class() as other, Talk(self.provider, other) as elsewhere:
            wrong = self._keys(elsewhere)
        for keys in (wrong, "", "{}", "whsec_", "null", '{"keys": [{"x": 1}, 2, {"x": "é"}]}'):
            with pytest.raises(ProviderError):
                self.provider.read_webhook(headers, body, keys, time.time())

    def test_signed_nonsense_is_refused(self, fake: Fake, talk: Talk) -> None:
        keys = self._keys(talk)
        for body in (b"{", b"[]", b"\xff"):
            headers = self.sign(fake, body)
            with contextlib.suppress(ProviderError):
                assert self.provider.read_webhook(headers, body, keys, time.time()).ref == "x"

    # --- files, by ticket -----------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (403, ErrorKind.LATER),
            (429, ErrorKind.LATER),
            (503, ErrorKind.LATER),
            (413, ErrorKind.INPUT),
        ],
    )
    def test_an_upload_that_fails_is_never_unclear(
        self, talk: Talk, fake: Fake, files: dict[str, Path], status: int, kind: ErrorKind
    ) -> None:
        fake.faults.upload_status = status
        assert talk.refused("upload", files["image"], "image/png").kind == kind
