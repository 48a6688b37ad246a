"""What people are told when a batch ends: once on each way, however often it is tried."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from billing.models import Account, User
from studio import batches, http, jobs, tasks
from studio.hooks.signing import signed
from studio.models import Batch, BatchNews
from tests.batches.sheets import fail, succeed
from tests.studio.turning import hints

pytestmark = pytest.mark.usefixtures("adds_up", "rich")
Draft = Callable[..., Batch]


class Listener(HTTPServer):
    """Answers with the next of `answers`, 204 when there is none, and keeps what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[int] = []
        self.told: list[tuple[dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(({k.lower(): v for k, v in self.headers.items()}, body))
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def listener(settings: Any) -> Iterator[Listener]:
    with Listener() as server:
        settings.FETCH_ALLOWED_HOSTS = (f"127.0.0.1:{server.server_port}",)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def ended(draft: Draft, alice: User) -> Draft:
    """ended(email=…) → a batch of which one row was done and one failed."""

    def make(**options: Any) -> Batch:
        batch = draft(2, **options)
        batches.start(batch, alice)
        jobs.dispatch()
        succeed(batch, 1)
        fail(batch, 2)
        batch.refresh_from_db()
        return batch

    return make


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def test_an_e_mail_is_sent_once(ended: Draft) -> None:
    batch = ended(email="alice@example.com")
    assert batches.news_are_waiting()
    for _ in range(3):
        tasks.send_news()
    (sent,) = mail.outbox
    assert sent.subject == "Many cats: done, 1 of 2 rows failed"
    assert sent.to == ["alice@example.com"]
    assert sent.body == (
        f"The batch “{batch.title}” is done.\n1 of 2 rows failed.\n"
        "Rows: 1 done, 1 failed.\nSpent: 12 credits."
    )
    assert not batches.news_are_waiting()


def test_the_sweeper_sends_a_hint(ended: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "tidy", lambda: None)
    ended(email="alice@example.com")
    for _ in range(2):
        tasks.beat("engine")
    assert hints("send_news") == [""], "one at a time"


def test_two_that_send_at_once_send_one(ended: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    ended(email="alice@example.com")
    first = BatchNews.objects.get(way="mail")
    assert BatchNews.objects.filter(pk=first.pk, tries=0).update(tries=1)
    stale = BatchNews.objects.filter(pk=first.pk, tries=first.tries, sent=None)
    assert not stale.update(tries=1), "whoever comes second finds another number of tries"


def test_a_mail_server_that_is_away_is_tried_again(
    ended: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(email="alice@example.com")

    def away(*args: Any) -> None:
        raise ConnectionRefusedError("no server")

    with monkeypatch.context() as broken:
        broken.setattr("studio.batches.news.send_mail", away)
        assert batches.send_due() == 0
    news = BatchNews.objects.get(way="mail")
    assert (news.tries, news.sent, "no server" in news.error) == (1, None, True)
    assert batches.send_due() == 0, "not at once"
    with later(3):
        assert batches.send_due() == 1
    assert len(mail.outbox) == 1


def test_a_webhook_is_signed_as_the_standard_says(ended: Draft, listener: Listener) -> None:
    batch = ended(webhook=listener.address)
    assert batches.send_due() == 1
    ((headers, body),) = listener.told
    secret = batches.secret_of(Batch.objects.get(pk=batch.pk))
    assert secret.startswith("whsec_")
    assert secret not in Batch.objects.get(pk=batch.pk).secret
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    told = json.loads(body)
    assert (told["type"], told["data"]["id"]) == ("batch.done", str(batch.pk))
    assert told["data"]["rows"] == {"done": 1, "failed": 1}


def test_the_signature_is_that_of_the_published_example() -> None:
    """From the specification of Standard Webhooks."""
    body = b'{"test": 2432232314}'
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_listener_that_fails_is_told_the_same_again(ended: Draft, listener: Listener) -> None:
    listener.answers = [500, 302]
    ended(webhook=listener.address)
    assert batches.send_due() == 0
    news = BatchNews.objects.get(way="hook")
    assert news.error == "The address answered 500."
    with later(3):
        assert batches.send_due() == 0, "a redirect is no success"
    with later(10):
        assert batches.send_due() == 1
    with later(100):
        assert batches.send_due() == 0
    ids = {headers["webhook-id"] for headers, _ in listener.told}
    assert (len(listener.told), len(ids)) == (3, 1)


def test_nobody_is_told_for_ever(ended: Draft, listener: Listener) -> None:
    listener.answers = [500] * 50
    ended(webhook=listener.address)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            batches.send_due()
            clock.shift(timedelta(days=1))
    assert len(listener.told) == 10
    assert not batches.news_are_waiting()


def test_what_a_listener_said_is_kept(ended: Draft, listener: Listener) -> None:
    listener.answers = [500]
    batch = ended(webhook=listener.address)
    before = batches.hook_said(batch)
    assert before
    assert (before.state, before.tried, before.tries) == ("waiting", None, 0)
    batches.send_due()
    failed = batches.hook_said(batch)
    assert failed
    assert (failed.state, failed.kind, failed.tries) == ("again", "done", 1)
    assert (failed.status, failed.error) == (500, "The address answered 500.")
    assert failed.address == listener.address
    assert failed.tried
    assert failed.next_at
    assert failed.tried < failed.next_at
    with later(3):
        batches.send_due()
    told = batches.hook_said(batch)
    assert told
    assert (told.state, told.status, told.error) == ("delivered", 204, "")
    assert (told.tries, told.next_at) == (2, None)


def test_a_batch_that_called_nobody_says_nothing(ended: Draft) -> None:
    assert batches.hook_said(ended(email="alice@example.com")) is None


def test_a_corrected_address_is_told_what_the_one_before_did_not_take(
    ended: Draft, listener: Listener
) -> None:
    listener.answers = [500] * 10
    batch = ended(webhook=listener.address)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(12):
            batches.send_due()
            clock.shift(timedelta(days=1))
    said = batches.hook_said(batch)
    assert said
    assert (said.state, said.tries, said.status) == ("given up", 10, 500)
    batches.set_options(batch, webhook=f"{listener.address}/other")
    assert batches.send_due() == 1
    said = batches.hook_said(batch)
    assert said
    assert (said.state, said.address) == ("delivered", batch.webhook)


def test_nobody_is_called_whose_address_was_taken_out(ended: Draft, listener: Listener) -> None:
    batch = ended(webhook=listener.address)
    batches.set_options(batch, webhook="")
    assert batches.send_due() == 0
    assert not listener.told
    assert batches.hook_said(batch) is None


def test_an_address_of_this_network_is_not_told(ended: Draft, settings: Any) -> None:
    settings.FETCH_ALLOWED_HOSTS = ("127.0.0.1:9",)
    ended(webhook="http://127.0.0.1:9/")
    settings.FETCH_ALLOWED_HOSTS = ()
    assert batches.send_due() == 0
    assert "http://" in BatchNews.objects.get(way="hook").error
    with pytest.raises(http.FetchRefused, match="private network"):
        http.call("https://localhost/", b"{}", {})


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/", "https://localhost:8443/x", "https://[::1]/", "https://10.1.2.3/"],
)
def test_a_private_address_is_refused_when_it_is_set(draft: Draft, address: str) -> None:
    batch = draft(1)
    with pytest.raises(batches.Wrong, match="private network") as refusal:
        batches.set_options(batch, webhook=address)
    assert refusal.value.field == "webhook"
    assert "upload" not in refusal.value.message
    batch.refresh_from_db()
    assert batch.webhook == ""


def test_a_public_address_may_have_any_port(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 8443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *said, **more: found)
    address = "https://shop.example:8443/hook"
    assert batches.set_options(draft(1), webhook=address).webhook == address


def test_a_name_that_nobody_knows_now_may_be_known_when_it_is_called(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*said: Any, **more: Any) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert batches.set_options(draft(1), webhook="https://new.example/").webhook


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"webhook": "http://shop.example/"}, "Use https://"),
        ({"webhook": "ftp://shop.example/"}, r"name of a computer\. Check it\.$"),
        ({"webhook": "shop"}, "does not begin with https://"),
        ({"email": "alice"}, "no e-mail address"),
        ({"at_once": 0}, "from 1 to 50"),
        ({"stop_failures": "3"}, "from 1 to"),
        ({"color": "red"}, "is no option"),
    ],
)
def test_options_are_checked(draft: Draft, options: dict[str, Any], words: str) -> None:
    with pytest.raises(batches.Wrong, match=words):
        draft(1, **options)


def test_a_notice_is_there_until_it_is_seen(ended: Draft, account: Account, charlie: User) -> None:
    batch = ended()
    (notice,) = batches.notices(account)
    assert (notice.batch, notice.kind) == (batch, "done")
    assert not batches.notices(charlie.accounts.get())
    batches.seen(batch)
    assert not batches.notices(account)


def test_an_end_is_told_with_the_end_or_not_at_all(
    draft: Draft, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = draft(1, email="alice@example.com")
    batches.start(batch, alice)
    jobs.dispatch()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as killed:
        killed.setattr(BatchNews.objects, "bulk_create", broken)
        with pytest.raises(RuntimeError):
            succeed(batch, 1)
    batch.refresh_from_db()
    assert (batch.state, BatchNews.objects.count()) == ("running", 0)
    succeed(batch, 1)
    assert BatchNews.objects.count() == 2
