"""Webhooks and notices by the API: what programs set up, read back and send again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Account, User
from studio import hooks, notices, secrets
from studio.models import WebhookDelivery, WebhookTarget
from tests.api.conftest import patch, post

HOOKS = "/api/v1/webhooks/"
NEW = {"name": "Shop", "url": "https://93.184.216.34/hook", "events": ["job.failed"]}


@pytest.fixture
def there(api: Client) -> str:
    """The address of one."""
    return f"{HOOKS}{post(api, HOOKS, NEW).json()['id']}/"


def test_the_secret_is_told_once(api: Client) -> None:
    made = post(api, HOOKS, NEW)
    assert made.status_code == 201
    said = made.json()
    target = WebhookTarget.objects.get()
    assert said["secret"] == secrets.decrypt(target.secret)
    assert made["Location"].endswith(f"{HOOKS}{target.pk}/")
    for address in (HOOKS, f"{HOOKS}{target.pk}/"):
        assert "whsec_" not in api.get(address).content.decode()
    fresh = post(api, f"{HOOKS}{target.pk}/secret/", {}).json()["secret"]
    target.refresh_from_db()
    assert fresh == secrets.decrypt(target.secret) != said["secret"]
    assert secrets.decrypt(target.old_secret) == said["secret"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"events": ["job.done"]}, "events"),
        ({"events": []}, "events"),
        ({"name": " "}, "name"),
        ({"on": "yes"}, "on"),
        ({"color": "red"}, "color"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_at_its_field(
    api: Client, there: str, change: dict[str, Any], field: str
) -> None:
    refused = patch(api, there, change)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == field
    assert api.get(there).json()["url"] == NEW["url"]


def test_it_is_changed_and_turned_off(api: Client, there: str) -> None:
    said = patch(api, there, {"name": "Other", "on": False}).json()
    assert (said["name"], said["on"], said["events"]) == ("Other", False, ["job.failed"])
    refused = post(api, f"{there}test/", {})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "on")


def test_the_log_is_read_and_sent_again(api: Client, there: str) -> None:
    made = post(api, f"{there}test/", {})
    assert (made.status_code, made.json()["type"]) == (202, "webhook.test")
    address = f"/api/v1/deliveries/{made.json()['id']}/"
    WebhookDelivery.objects.update(state="given_up", tries=10, next_at=None, status=500)
    (listed,) = api.get(f"{there}deliveries/?state=failed").json()["results"]
    assert listed == api.get(address).json()
    assert (listed["status"], listed["state"]) == (500, "given_up")
    assert api.get(f"{there}deliveries/?state=delivered").json()["results"] == []
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    assert post(api, f"{there}replay/", {"since": later}).json() == {"count": 0}
    assert post(api, f"{there}replay/", {}).json() == {"count": 1}
    again = post(api, f"{address}replay/", {})
    assert (again.status_code, again.json()["state"], again.json()["tries"]) == (202, "waiting", 0)
    assert again.json()["message"] == listed["message"]


def test_the_events_are_listed_with_examples(api: Client) -> None:
    found = api.get(f"{HOOKS}events/").json()["results"]
    assert [event["key"] for event in found] == list(hooks.EVENTS)
    assert found[0]["example"] == hooks.EVENTS["job.succeeded"].example


def test_notices_are_ones_own(
    api: Client, account: Account, alice: User, bob: User, client_of: Any
) -> None:
    for user in (alice, alice, bob):
        notices.tell(account, [user], kind="test", title=f"For {user}")
    found = api.get("/api/v1/notices/").json()["results"]
    assert [one["title"] for one in found] == ["For alice"] * 2
    theirs = str(notices.of(account, bob).get().pk)
    said = {"ids": [found[0]["id"], theirs]}
    assert post(api, "/api/v1/notices/seen/", said).json() == {"read": 1}
    assert len(api.get("/api/v1/notices/?unread=true").json()["results"]) == 1
    assert post(api, "/api/v1/notices/seen/", {}).json() == {"read": 1}
    assert notices.unread(account, bob) == "1"
