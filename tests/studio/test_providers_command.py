"""`manage.py providers`: what an operator reads, and what a script learns from its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing.models import Account
from studio import catalogue, secrets
from studio.models import Health, ProviderKey
from tests.studio.acme import PROVIDER, FakeAcme, Shed
from tests.studio.keyring import GOOD


@pytest.fixture(autouse=True)
def acme(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAcme]:
    """Acme and Shed are there too; Acme has a good key."""
    everybody = {**catalogue.providers(), "acme": PROVIDER, "shed": Shed()}
    with FakeAcme(secret=GOOD) as fake:
        monkeypatch.setattr(catalogue, "providers", lambda: everybody)
        catalogue.declared_offers.cache_clear()
        monkeypatch.setenv("ACME_URL", fake.url)
        monkeypatch.setenv("ACME_API_KEY", GOOD)
        yield fake
    monkeypatch.undo()
    catalogue.declared_offers.cache_clear()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("providers", *arguments, stdout=out)
    return out.getvalue()


def part(said: str, label: str) -> str:
    """What is said of one provider."""
    return next(p for p in said.split("\n\n") if p.startswith(label))


def test_a_provider_is_described(acme: FakeAcme) -> None:
    said = part(run(), "Acme (acme)")
    assert "key       ACME_API_KEY is set" in said
    assert f"address   {acme.url}" in said
    assert "at once   4 with each key" in said
    assert "test      accepted. Balance 12.30 dollars" in said
    assert "circuit   closed; nothing was sent yet" not in said, "the test was noted"
    assert "unclear   the provider's news tells" in said
    assert "acme-motion: " in said
    assert "price: $0.12 a job" in said
    assert "duration: 1–30 s" in said
    assert "canary" not in said


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_API_KEY")
    said = run()
    assert "not configured: set ACME_API_KEY" in part(said, "Acme")
    assert "not configured: set SHED_URL" in part(said, "Shed")
    assert "address   none" in part(said, "Shed")
    assert "  test" not in said
    assert "acme-motion" in said


def test_a_server_of_ones_own_needs_only_its_address(
    acme: FakeAcme, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.allowed = lambda request: True  # type: ignore[method-assign]
    monkeypatch.setenv("SHED_URL", acme.url)
    monkeypatch.setenv("SHED_SLOTS", "7")
    said = part(run(), "Shed")
    assert "none needed; the address is set" in said
    assert "at once   7 with each key" in said
    assert "it sends none, so it is asked at least every 15 s" in said
    assert "looked up at the provider by our reference" in said


def test_news_need_an_address_to_come_to(settings: Any) -> None:
    settings.PUBLIC_URL = ""
    assert "if PUBLIC_URL were set" in part(run("--no-test"), "Acme")
    settings.PUBLIC_URL = "https://studio.example"
    assert "sent to https://studio.example" in part(run("--no-test"), "Acme")


def test_a_refused_key_ends_with_an_error_after_everything_was_said(acme: FakeAcme) -> None:
    acme.faults.bad_key = -1
    out = StringIO()
    with pytest.raises(CommandError, match="Not accepted: the key of Acme") as refusal:
        call_command("providers", stdout=out)
    assert refusal.value.returncode == 1
    assert "Acme does not accept the key: The API key is not valid" in out.getvalue()
    assert "Shed (shed)" in out.getvalue()
    assert "canary" not in out.getvalue() + str(refusal.value)
    assert Health.objects.get(name="acme").refused
    acme.faults.bad_key = 0
    run()
    assert Health.objects.get(name="acme").refused == ""


def test_a_provider_that_is_down_is_no_refused_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_URL", "http://127.0.0.1:9")
    assert "test      127.0.0.1 could not be reached." in part(run(), "Acme")


def test_without_tests_nothing_is_asked(acme: FakeAcme) -> None:
    assert "test      not tested" in run("--no-test")
    assert not acme.calls


def test_the_circuit_and_own_keys_are_shown(account: Account) -> None:
    now = timezone.now()
    Health.objects.create(
        name="acme",
        provider="acme",
        failures=5,
        open_until=now + timedelta(minutes=2),
        last_error="Acme asks to wait (503).",
        last_error_at=now,
    )
    cipher = secrets.encrypt("somebody's own")
    ProviderKey.objects.create(account=account, provider="acme", cipher=cipher, tail="own")
    said = part(run("--no-test"), "Acme")
    assert "open until" in said
    assert "Acme asks to wait (503)." in said
    assert "own keys  brought by 1 account\n" in said


def test_alone_this_computer_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    local = catalogue.providers()["local"]
    monkeypatch.setattr(catalogue, "providers", lambda: {"local": local})
    monkeypatch.setattr(catalogue, "SOURCES", [])
    assert run() == "There are none; everything is done on this computer.\n"
