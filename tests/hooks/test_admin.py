"""Addresses and deliveries for the operator: looked at, and sent once more by the service."""

from __future__ import annotations

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from billing.models import User
from studio import hooks
from studio.models import WebhookDelivery, WebhookTarget
from tests.hooks.conftest import Happen
from tests.hooks.listener import Listener

LIST = "admin:studio_webhookdelivery_changelist"


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def again(client: Client, delivery: WebhookDelivery) -> str:
    said = {"action": "replay", ACTION_CHECKBOX_NAME: [str(delivery.pk)]}
    return client.post(reverse(LIST), said, follow=True).content.decode()


def test_they_are_looked_at_without_their_secret(
    operator: Client, target: WebhookTarget, happen: Happen
) -> None:
    delivery = happen()
    one = reverse("admin:studio_webhooktarget_change", args=[target.pk])
    page = operator.get(one).content.decode()
    assert target.url in page
    assert target.secret not in page
    assert operator.post(one, {"url": "https://other.example"}).status_code == 403
    assert target.name in operator.get(reverse(LIST)).content.decode()
    shown = operator.get(reverse("admin:studio_webhookdelivery_change", args=[delivery.pk]))
    assert "budget.alert" in shown.content.decode()


def test_one_is_sent_once_more(
    operator: Client, target: WebhookTarget, happen: Happen, listener: Listener
) -> None:
    delivery = happen()
    hooks.send_due()
    assert "1 are sent once more" in again(operator, delivery)
    hooks.send_due()
    assert listener.ids == [f"msg_{delivery.event.hex}"] * 2


def test_an_address_that_is_off_is_not_called(
    operator: Client, target: WebhookTarget, happen: Happen
) -> None:
    delivery = happen()
    WebhookTarget.objects.update(on=False)
    assert "is off. Turn it on first" in again(operator, delivery)


def test_who_only_looks_sends_nothing(
    client: Client, target: WebhookTarget, happen: Happen
) -> None:
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    delivery = happen()
    WebhookDelivery.objects.update(state="given_up", next_at=None)
    assert "sent once more" not in again(client, delivery)
    delivery.refresh_from_db()
    assert delivery.next_at is None
