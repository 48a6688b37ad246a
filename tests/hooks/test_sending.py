"""What happens is told at least once, under one id, until it is taken or nobody can be told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from billing.models import Account, User
from studio import hooks, http, notices, secrets, tasks
from studio.hooks import sending, signing
from studio.models import Lease, WebhookDelivery, WebhookTarget
from tests.hooks.conftest import Happen, later
from tests.hooks.listener import Listener, Says
from tests.studio.turning import hints

FAILS = Says(500, body=b"Out of paper")


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As a receiver works it out."""
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def test_it_is_signed_as_the_standard_says(
    account: Account, alice: User, listener: Listener
) -> None:
    said = {"name": "Shop", "url": listener.address, "events": ["budget.alert"]}
    target, secret = hooks.make(account, alice, **said)
    hooks.test(target)
    assert hooks.send_due() == 1
    ((headers, body),) = listener.told
    assert headers["webhook-signature"] == signature(secret, headers, body)
    assert headers["content-type"] == "application/json"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    told = json.loads(body)
    assert (told["type"], set(told)) == ("webhook.test", {"type", "timestamp", "data"})
    stored = WebhookTarget.objects.get(pk=target.pk).secret
    assert secret not in stored
    assert secrets.decrypt(stored) == secret


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    target: WebhookTarget, happen: Happen, listener: Listener
) -> None:
    old = secrets.decrypt(target.secret)
    new = hooks.new_secret(target)
    happen()
    hooks.send_due()
    headers, body = listener.told[0]
    both = [signature(new, headers, body), signature(old, headers, body)]
    assert headers["webhook-signature"].split() == both
    with later(hours=25):
        happen()
        hooks.send_due()
    headers, body = listener.told[1]
    assert headers["webhook-signature"] == signature(new, headers, body)


def test_several_signatures_are_those_of_each_secret() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    more = signing.new_secret()
    body, id, stamp = b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    said = signing.headers([secret, more], id, stamp, body)["webhook-signature"].split()
    assert said[0] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert said[1] == signing.signed(more, id, stamp, body)


def test_what_fails_is_told_again_after_the_waits_of_the_standard(
    happen: Happen, listener: Listener
) -> None:
    listener.answers = [FAILS] * 20
    delivery = happen(mark=80)
    waited = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            hooks.send_due()
            delivery.refresh_from_db()
            if delivery.next_at is None:
                break
            waited.append(delivery.next_at - timezone.now())
            clock.move_to(delivery.next_at - timedelta(seconds=1))
            assert hooks.send_due() == 0, "not before"
            clock.move_to(delivery.next_at)
    assert (delivery.state, delivery.tries) == ("given_up", hooks.MOST_TRIES)
    assert len(listener.told) == hooks.MOST_TRIES
    assert len({(id, body) for id, (_, body) in zip(listener.ids, listener.told, strict=True)}) == 1
    for wait, least in zip(waited, sending.WAITS, strict=True):
        assert least <= wait <= least * 1.1
    assert (delivery.status, delivery.answer) == (500, "Out of paper")


def test_what_is_taken_is_told_once(happen: Happen, listener: Listener) -> None:
    listener.answers = [FAILS]
    delivery = happen()
    assert hooks.send_due() == 0
    assert delivery.target.__class__.objects.get().failing_since
    with later(seconds=10):
        assert hooks.send_due() == 1
    with later(days=1):
        assert hooks.send_due() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.error) == ("delivered", 204, "")
    assert WebhookTarget.objects.get().failing_since is None
    assert len(listener.told) == 2


def test_a_redirect_is_not_followed(happen: Happen, listener: Listener) -> None:
    listener.answers = [Says(302, {"Location": listener.address})]
    delivery = happen()
    assert hooks.send_due() == 0
    delivery.refresh_from_db()
    assert "not followed" in delivery.error
    assert len(listener.told) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_for_time_gets_it(happen: Happen, listener: Listener, status: int) -> None:
    listener.answers = [Says(status, {"Retry-After": "7200"})]
    happen()
    assert hooks.send_due() == 0
    with later(hours=1):
        happen()
        assert hooks.send_due() == 0, "nothing else is told meanwhile"
    assert len(listener.told) == 1
    with later(hours=2.3):
        assert hooks.send_due() == 2


def test_410_turns_it_off_and_says_so(
    account: Account, alice: User, bob: User, happen: Happen, listener: Listener
) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    listener.answers = [Says(410)]
    delivery = happen()
    hooks.send_due()
    target = WebhookTarget.objects.get()
    assert (target.on, "410" in target.off_words) == (False, True)
    delivery.refresh_from_db()
    assert delivery.state == "given_up"
    (notice,) = notices.of(account, alice)
    assert (notice.title, notice.link) == (
        "The webhook “Our shop” was turned off",
        f"/account/webhooks/{target.pk}/",
    )
    assert not notices.of(account, bob), "he does not manage the account"
    tasks.send_notices()
    (sent,) = mail.outbox
    assert (sent.to, "410" in sent.body) == (["alice@example.com"], True)
    happen()
    with later(days=1):
        assert hooks.send_due() == 0


def test_five_days_of_failures_turn_it_off(
    account: Account, alice: User, happen: Happen, listener: Listener
) -> None:
    listener.answers = [FAILS] * 500
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            happen()
            hooks.send_due()
            clock.shift(timedelta(days=1))
        assert WebhookTarget.objects.get().on
        clock.shift(timedelta(days=2))
        happen()
        hooks.send_due()
    target = WebhookTarget.objects.get()
    assert not target.on
    assert target.off_words == "It took nothing for 5 days. The last: It answered 500."
    assert notices.unread(account, alice) == "1"


def test_no_answer_in_time_is_a_failure(
    happen: Happen, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http.call, "__kwdefaults__", {"timeout": 0.5, "allowed_hosts": ()})
    listener.answers = [Says(held=Event())]
    delivery = happen()
    assert hooks.send_due() == 0
    delivery.refresh_from_db()
    assert (delivery.status, "did not answer" in delivery.error) == (None, True)


def test_a_slow_one_does_not_hold_up_the_others(
    account: Account, alice: User, happen: Happen, listener: Listener
) -> None:
    """The first of one address is answered when the last of the other has arrived."""
    held = Event()
    listener.answers = [Says(held=held)]
    happen()
    said = {"name": "Other", "url": listener.address, "events": ["budget.alert"]}
    other, _ = hooks.make(account, alice, **said)
    for _ in range(20):
        hooks.test(other)
    note = sending._note

    def noted(*args: Any) -> bool:
        if len(listener.told) == 21:
            held.set()
        return note(*args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sending, "_note", noted)
        assert hooks.send_due() == 21
    assert held.is_set(), "by the last of the others"


def test_only_the_beginning_of_an_answer_is_kept(happen: Happen, listener: Listener) -> None:
    listener.answers = [Says(200, body=b"\0" + b"x" * 1_000_000)]
    delivery = happen()
    assert hooks.send_due() == 1
    delivery.refresh_from_db()
    assert delivery.answer == "x" * 4095


def test_who_dies_between_sending_and_noting_is_followed_by_somebody_else(
    happen: Happen, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = happen()

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(sending, "_note", die)
        with pytest.raises(KeyboardInterrupt):
            hooks.send_due()
    assert hooks.send_due() == 0, "its lease is not over"
    with later(minutes=3):
        assert hooks.send_due() == 1
    assert len(listener.told) == 2
    assert len(set(listener.ids)) == 1
    delivery.refresh_from_db()
    assert delivery.state == "delivered"


def test_two_that_send_at_once_call_once(happen: Happen, listener: Listener) -> None:
    delivery = happen()
    stale = WebhookDelivery.objects.get(pk=delivery.pk)
    assert sending._claim(WebhookDelivery.objects.get(pk=delivery.pk))
    assert not sending._claim(stale)


def test_the_sweeper_hints_and_one_task_sends(
    happen: Happen, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "tidy", lambda: None)
    happen()
    for _ in range(2):
        tasks.beat("engine")
    assert hints("send_hooks") == [""], "one at a time"
    Lease.objects.create(name="hooks", until=timezone.now() + timedelta(minutes=1))
    tasks.send_hooks()
    assert not listener.told, "another one sends"
    with later(minutes=2):
        tasks.send_hooks()
    assert len(listener.told) == 1
    tasks.beat("engine")
    assert not hints("send_hooks"), "nothing waits any more"


def test_the_log_is_kept_for_a_month(happen: Happen, listener: Listener) -> None:
    happen()
    with later(days=29):
        hooks.forget_old()
        assert WebhookDelivery.objects.exists()
    with later(days=31):
        hooks.forget_old()
        assert not WebhookDelivery.objects.exists()
