"""Which addresses may be told, and what is done with them."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Account, AuditEvent, User
from studio import hooks, http, secrets
from studio.management.commands.rotate_keys import encrypt_anew
from studio.models import WebhookDelivery, WebhookTarget
from tests.hooks.conftest import Happen, later
from tests.hooks.listener import Listener, Says

PUBLIC = "https://93.184.216.34/hook"
PRIVATE = {
    "localhost": "https://localhost/",
    "loopback": "https://127.0.0.1/",
    "short": "https://127.1/",
    "decimal": "https://2130706433/",
    "hex": "https://0x7f000001/",
    "octal": "https://017700000001/",
    "ten": "https://10.0.0.8/",
    "home": "https://192.168.1.1:8443/",
    "metadata": "https://169.254.169.254/latest/meta-data",
    "zero": "https://0.0.0.0/",
    "v6 loopback": "https://[::1]/",
    "v6 mapped": "https://[::ffff:127.0.0.1]/",
    "v6 local": "https://[fd00::1]/",
    "nat64": "https://[64:ff9b::7f00:1]/",
    "shared": "https://100.64.0.1/",
}


def made(account: Account, **said: Any) -> WebhookTarget:
    said = {"name": "Shop", "url": PUBLIC, "events": ["job.failed"], **said}
    return hooks.make(account, None, **said)[0]


@pytest.mark.parametrize("url", PRIVATE.values(), ids=PRIVATE)
def test_a_private_address_is_refused_when_it_is_set(account: Account, url: str) -> None:
    with pytest.raises(hooks.NotKept, match="in a private network, where nothing is sent") as error:
        made(account, url=url)
    assert error.value.field == "url"
    assert "FETCH_ALLOWED_HOSTS" in str(error.value)
    assert "file" not in str(error.value)


@pytest.mark.parametrize("url", PRIVATE.values(), ids=PRIVATE)
def test_a_private_address_is_refused_when_it_is_called(url: str) -> None:
    with pytest.raises(http.FetchRefused, match="private network"):
        http.call(url, b"{}", {})


def test_a_name_that_leads_elsewhere_since_is_refused(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = made(account, url="https://rebound.example/")
    private = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: private)
    hooks.test(target)
    assert hooks.send_due() == 0
    assert "private network" in WebhookDelivery.objects.get().error


def test_any_port_of_a_public_address_will_do(account: Account) -> None:
    assert made(account, url="https://93.184.216.34:8443/hook").url.endswith(":8443/hook")


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"url": ""}, "url", "There is no address"),
        ({"url": "shop"}, "url", "does not begin with https://"),
        ({"url": "http://93.184.216.34/"}, "url", "Use https://"),
        ({"url": "https://me:secret@93.184.216.34/"}, "url", "Take it out"),
        ({"url": f"https://93.184.216.34/{'a' * 500}"}, "url", "the limit is 500"),
        ({"name": " "}, "name", "has no name"),
        ({"name": "a" * 61}, "name", "has 61 letters; the limit is 60"),
        ({"events": []}, "events", "No event is chosen"),
        ({"events": ["job.done"]}, "events", "“job.done” is no event"),
    ],
    ids=str,
)
def test_what_cannot_be_is_told_at_its_field(
    account: Account, said: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(hooks.NotKept, match=words) as error:
        made(account, **said)
    assert error.value.field == field


def test_there_is_a_limit(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.hooks.targets.MOST", 1)
    made(account)
    with pytest.raises(hooks.NotKept, match="There are 1 webhooks, the most"):
        made(account)


def test_where_news_go_is_in_the_audit_log(account: Account) -> None:
    """Of the address the computer alone: many have their secret in what follows."""
    url = "https://93.184.216.34/hooks/s3cr3t?token=t0k3n"
    target, secret = hooks.make(account, None, name="Shop", url=url, events=["job.succeeded"])
    hooks.change(target, on=False)
    hooks.change(target, url="https://93.184.216.35/")
    hooks.new_secret(target)
    hooks.remove(target)
    noted = AuditEvent.objects.filter(account=account, action="settings.webhook", of="Shop")
    assert [tuple(line.details.values()) for line in noted.order_by("pk")] == [
        ("made", "93.184.216.34"),
        ("changed", "93.184.216.34", "on"),
        ("changed", "93.184.216.35", "url"),
        ("new secret", "93.184.216.35"),
        ("deleted", "93.184.216.35"),
    ]
    kept = str(list(noted.values()))
    assert not [word for word in (secret, "s3cr3t", "t0k3n") if word in kept]


def test_one_that_is_off_is_told_nothing_until_it_is_on(
    target: WebhookTarget, happen: Happen, listener: Listener
) -> None:
    happen()
    hooks.change(target, on=False)
    assert hooks.send_due() == 0
    with pytest.raises(hooks.NotKept, match="Turn it on first"):
        hooks.test(target)
    hooks.change(target, on=True)
    assert hooks.send_due() == 1


def test_one_or_all_that_failed_are_told_again(
    target: WebhookTarget, happen: Happen, listener: Listener
) -> None:
    listener.answers = [Says(204), Says(500), Says(500)]
    with later(days=-2):
        taken, old = happen(), happen()
        for delivery in (taken, old):
            WebhookDelivery.objects.exclude(pk=delivery.pk).update(next_at=None)
            WebhookDelivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())
            hooks.send_due()
    new = happen()
    WebhookDelivery.objects.exclude(pk=new.pk).update(next_at=None)
    hooks.send_due()
    gone = WebhookDelivery.objects.filter(pk__in=[old.pk, new.pk])
    gone.update(state="given_up", next_at=None)
    assert hooks.replay_failed(target, timezone.now() - timedelta(days=1)) == 1
    assert hooks.send_due() == 1
    assert hooks.replay_failed(target) == 1
    assert hooks.send_due() == 1
    hooks.replay(WebhookDelivery.objects.get(pk=taken.pk))
    assert hooks.send_due() == 1
    assert len(listener.told) == 6
    assert len(set(listener.ids)) == 3, "each under its own id"


def test_secrets_are_encrypted_anew_with_the_others(target: WebhookTarget, settings: Any) -> None:
    new = hooks.new_secret(target)
    settings.ENCRYPTION_KEYS = [secrets.new(), *secrets.keys()]
    assert encrypt_anew()[0] == 2
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    assert secrets.decrypt(WebhookTarget.objects.get().secret) == new


# --- the pages ------------------------------------------------------------------------------------


@pytest.fixture
def page(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_the_secret_is_on_one_page_only(page: Client, account: Account) -> None:
    said = {"name": "Shop", "url": PUBLIC, "events": ["job.failed"]}
    answer = page.post("/account/webhooks/", said)
    target = WebhookTarget.objects.get()
    secret = secrets.decrypt(target.secret)
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    there = f"/account/webhooks/{target.pk}/"
    assert secret not in page.get(there).content.decode()
    assert secret not in page.get("/account/webhooks/").content.decode()
    fresh = page.post(f"{there}secret/").content.decode()
    assert secrets.decrypt(WebhookTarget.objects.get().secret) in fresh


def test_a_refusal_keeps_what_was_typed(page: Client) -> None:
    said = {"name": "Shop", "url": "https://127.1/", "events": ["job.review"]}
    answer = page.post("/account/webhooks/", said)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="https://127.1/"' in text
    assert "in a private network" in text
    assert text.count(" checked>") == 1


def test_the_log_tells_what_was_said_and_answered(
    page: Client, target: WebhookTarget, happen: Happen, listener: Listener
) -> None:
    listener.answers = [Says(500, body=b"<b>Out of paper</b>")]
    delivery = happen(mark=80)
    hooks.send_due()
    there = f"/account/webhooks/{target.pk}/"
    text = page.get(there, {"show": "failed"}).content.decode()
    for told in ("&lt;b&gt;Out of paper", "It answered 500.", "budget.alert", "Try 1 of 10"):
        assert told in text
    assert page.post(f"{there}replay/", {"delivery": delivery.pk}).status_code == 302
    assert hooks.send_due() == 1
    assert "Out of paper" not in page.get(there).content.decode()


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01T00:00"])
def test_a_time_that_is_none_is_told(page: Client, target: WebhookTarget, since: str) -> None:
    answer = page.post(f"/account/webhooks/{target.pk}/replay/", {"since": since})
    assert answer.status_code == 422
    assert "is no date and time" in str(answer.context["refused"])


def test_a_member_may_not_manage_them(bob: User, target: WebhookTarget) -> None:
    client = Client()
    client.force_login(bob)
    assert client.get("/account/webhooks/").status_code == 403
    assert "Webhooks" not in client.get("/account/").content.decode()
