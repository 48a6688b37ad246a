"""Keys that people bring, once they are kept: what is known of them, and that nobody reads them."""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from billing.models import Account, User
from studio import catalogue, keys, secrets
from studio.models import Health, ProviderKey
from studio.spec import ErrorKind, ProviderError
from tests.studio.acme import PROVIDER, FakeAcme
from tests.studio.keyring import GOOD, WRONG, Order, People, own, page, remove, save

# --- health -------------------------------------------------------------------------------------


def test_a_key_that_stops_being_accepted_is_said_before_money_and_forgiven_after(
    acme: FakeAcme, alice: User, account: Account, sign_in: People
) -> None:
    client = sign_in(alice)
    save(client, GOOD)
    offer, way = catalogue.all_offers()["acme-motion"], keys.access(PROVIDER, own(account))
    assert keys.problem(account, offer) == ""
    acme.faults.bad_key = 1
    with pytest.raises(ProviderError) as refusal:
        keys.examine(way)
    assert refusal.value.kind == ErrorKind.KEY
    assert GOOD not in refusal.value.message + refusal.value.detail
    known = Health.objects.get(name=way.name)
    assert (known.key_print, known.own_key) == (way.print, own(account))
    assert GOOD not in known.refused
    assert "Enter it again on your account page" in keys.problem(account, offer)
    assert "Not accepted any more" in page(client)
    assert keys.examine(way) == "Balance 12.30 dollars (***)"
    assert keys.problem(account, offer) == ""
    assert "Not accepted any more" not in page(client)


def test_trouble_of_theirs_is_not_the_fault_of_the_key(
    acme: FakeAcme, alice: User, account: Account, sign_in: People
) -> None:
    save(sign_in(alice), GOOD)
    way = keys.access(PROVIDER, own(account))
    keys.tested(way, "refused")
    acme.status = 503
    with pytest.raises(ProviderError):
        keys.examine(way)
    assert Health.objects.get(name=way.name).refused == "refused"


def test_a_new_key_of_the_operator_is_not_blamed_for_the_old_one(
    acme: FakeAcme, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", WRONG)
    offer = catalogue.all_offers()["acme-motion"]
    with pytest.raises(ProviderError):
        keys.examine(keys.access(PROVIDER))
    assert "Ask the operator" in keys.problem(account, offer)
    monkeypatch.setenv("ACME_API_KEY", GOOD)
    assert keys.problem(account, offer) == ""


def test_a_key_that_cannot_be_read_any_more_says_what_to_do(
    acme: FakeAcme, alice: User, account: Account, sign_in: People
) -> None:
    client = sign_in(alice)
    save(client, GOOD)
    ProviderKey.objects.update(cipher="gAAAAAnonsense")
    problem = keys.problem(account, catalogue.all_offers()["acme-motion"])
    assert problem == "Your key for Acme cannot be read any more. Enter it again."
    assert page(client)
    assert save(client, GOOD).status_code == 302
    assert keys.problem(account, catalogue.all_offers()["acme-motion"]) == ""


# --- nobody ever reads it again -----------------------------------------------------------------


def everything_stored() -> str:
    rows = [str(row) for model in apps.get_models() for row in model._default_manager.values()]
    text = "\n".join(rows)
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        for end in ("", "-wal"):
            with open(f"{name}{end}", "rb") as file:  # noqa: PTH123 - the name may be a URI
                text += file.read().decode(errors="replace")
    return text


def seen_in_the_admin(client: Client) -> str:
    """Every page of the admin that has to do with keys, and what its actions say."""
    text = ""
    for model in (ProviderKey, Health):
        name = f"admin:studio_{model._meta.model_name}"
        rows = [str(pk) for pk in model._default_manager.values_list("pk", flat=True)]
        act = {"action": "test", "_selected_action": rows}
        text += client.post(reverse(f"{name}_changelist"), act, follow=True).content.decode()
        for pk in rows:
            text += client.get(reverse(f"{name}_change", args=[pk])).content.decode()
    return text


@pytest.mark.django_db(transaction=True)
def test_a_key_is_nowhere_to_be_read(
    acme: FakeAcme,
    alice: User,
    account: Account,
    sign_in: People,
    order: Order,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    client, texts = sign_in(alice), []
    texts += [save(client, WRONG).content.decode(), save(client, GOOD).content.decode()]
    acme.status = 500
    texts.append(save(client, GOOD).content.decode())
    acme.status = 200
    acme.faults.bad_key = 1
    with pytest.raises(ProviderError):
        keys.examine(keys.access(PROVIDER, own(account)))
    texts += [page(client), repr(keys.access(PROVIDER, own(account)))]
    order("acme-motion")
    texts += [client.get(f"/api/v1/{path}").content.decode() for path in ("operations", "jobs")]
    texts += [str(dict(client.session)), str(client.cookies)]
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    texts.append(seen_in_the_admin(sign_in(alice)))
    assert "the key is accepted" in texts[-1]
    assert keys.access(PROVIDER, own(account)).print not in texts[-1]
    remove(client)
    logged = caplog.text + "".join(capfd.readouterr())
    assert "/account" in logged, "the calls were logged, so that a leak would be seen"
    for text in (*texts, logged, everything_stored()):
        assert "canary" not in text


@pytest.mark.django_db(transaction=True)
def test_the_search_for_keys_would_find_one(acme: FakeAcme, account: Account) -> None:
    ProviderKey.objects.create(account=account, provider="acme", cipher=GOOD, tail="good")
    assert everything_stored().count("canary") >= (2 if connection.vendor == "sqlite" else 1)


def test_the_report_of_a_crash_does_not_show_the_key(
    acme: FakeAcme, alice: User, sign_in: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(text: str) -> str:
        raise RuntimeError("out of order")

    def report(sender: object, request: Any, **kwargs: Any) -> None:
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    monkeypatch.setattr(secrets, "encrypt", crash)
    reports: list[str] = []
    got_request_exception.connect(report)
    client = sign_in(alice)
    client.raise_request_exception = False
    try:
        assert save(client, GOOD).status_code == 500
    finally:
        got_request_exception.disconnect(report)
    assert "out of order" in reports[0]
    assert GOOD not in reports[0]


# --- the admin ----------------------------------------------------------------------------------


def test_the_admin_closes_a_circuit(acme: FakeAcme, alice: User, sign_in: People) -> None:
    later = timezone.now() + timedelta(hours=1)
    Health.objects.create(name="acme", provider="acme", failures=5, opened=2, open_until=later)
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client, address = sign_in(alice), reverse("admin:studio_health_changelist")
    assert "wait" in client.get(address).content.decode()
    client.post(address, {"action": "let_try", "_selected_action": ["acme"]})
    known = Health.objects.get()
    assert (known.failures, known.opened, known.is_open) == (0, 0, False)
    said = client.post(address, {"action": "test", "_selected_action": ["acme"]}, follow=True)
    assert "There is no key for Acme on this server" in said.content.decode()


@pytest.mark.parametrize("model", ["health", "providerkey", "lease", "upload", "notice"])
def test_the_admin_shows_and_does_not_edit(alice: User, sign_in: People, model: str) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client = sign_in(alice)
    assert client.get(reverse(f"admin:studio_{model}_changelist"), {"q": "x"}).status_code == 200
    assert client.get(reverse(f"admin:studio_{model}_add")).status_code == 403


def test_staff_without_the_right_may_not_act(acme: FakeAcme, bob: User, sign_in: People) -> None:
    later = timezone.now() + timedelta(hours=1)
    Health.objects.create(name="acme", provider="acme", failures=5, open_until=later)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_health"))
    address = reverse("admin:studio_health_changelist")
    sign_in(bob).post(address, {"action": "let_try", "_selected_action": ["acme"]})
    assert Health.objects.get().failures == 5
