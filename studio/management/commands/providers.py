"""`manage.py providers`: who works elsewhere for this studio, whether their keys are accepted, and
what they offer."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio import catalogue, keys
from studio.management.commands.catalogue import limits, price_words
from studio.models import Health, ProviderKey
from studio.providers import Remote
from studio.spec import ErrorKind, ProviderError

UNCLEAR = {
    "repeat": "sent again, which costs nothing",
    "idempotency_key": "sent again under the same key; the provider starts it once",
    "lookup": "looked up at the provider by our reference",
    "webhook": "the provider's news tells, where it can reach us; else a person decides",
    "none": "a person decides",
}


class Command(BaseCommand):
    help = "Lists the providers that work elsewhere, tests their keys, and prints their offers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-test", action="store_true", help="do not try the keys")

    def handle(self, *args: Any, **options: Any) -> None:
        refused = []
        found = [p for p in catalogue.providers().values() if isinstance(p, Remote)]
        for provider in found:
            self.stdout.write(f"{provider.label} ({provider.key})")
            for name, words in facts(provider):
                self._row(name, words)
            if keys.is_configured(provider):
                words, accepted = ("not tested", True) if options["no_test"] else tried(provider)
                self._row("test", words)
                self._row("circuit", circuit(provider))
                refused += [] if accepted else [provider.label]
            self._offers(provider)
            self.stdout.write("")
        if not found:
            self.stdout.write("There are none; everything is done on this computer.")
        if refused:
            raise CommandError(f"Not accepted: the key of {', '.join(refused)}.")

    def _row(self, name: str, words: str) -> None:
        self.stdout.write(f"  {name:<10}{words}")

    def _offers(self, provider: Remote) -> None:
        for offer in catalogue.all_offers().values():
            if offer.provider != provider.key:
                continue
            operation = catalogue.operations()[offer.operation]
            self.stdout.write(f"  {offer.key}: {offer.label}, {operation.label.lower()}")
            self.stdout.write(f"    price: {price_words(operation, offer)}")
            for param in offer.params(operation):
                self.stdout.write(f"    {param.name}: {limits(param)}")


def facts(provider: Remote) -> Iterator[tuple[str, str]]:
    """(what, in words) of how it is set up; nothing is asked of the provider."""
    said = keys.variables(provider)
    yield "key", _configured(provider)
    if own := ProviderKey.objects.filter(provider=provider.key, retired=None).count():
        yield "own keys", f"brought by {own} account{'s' if own > 1 else ''}"
    yield "address", said.home or "none"
    yield "at once", f"{keys.slots(provider)} with each key"
    yield "news", _news(provider)
    yield "unclear", UNCLEAR[provider.reconcile]


def _configured(provider: Remote) -> str:
    said = keys.variables(provider)
    if keys.is_configured(provider):
        return f"{provider.key_name} is set" if said.key else "none needed; the address is set"
    missing = provider.key_name if provider.home else f"{provider.key.upper()}_URL"
    return f"not configured: set {missing}" if missing else "people's own keys only"


def _news(provider: Remote) -> str:
    listening = ", and it is listened to for progress" if provider.listens else ""
    if not provider.webhooks:
        return f"it sends none, so it is asked at least every {provider.poll_most:g} s{listening}"
    if settings.PUBLIC_URL:
        return f"sent to {settings.PUBLIC_URL}, and it is asked now and then{listening}"
    return f"it could send them if PUBLIC_URL were set; until then it is asked{listening}"


def tried(provider: Remote) -> tuple[str, bool]:
    """What came of trying the operator's key, and whether it may be one."""
    try:
        words = keys.examine(keys.access(provider))
    except ProviderError as error:
        return error.message, error.kind != ErrorKind.KEY
    return f"accepted. {words}".strip(), True


def circuit(provider: Remote) -> str:
    """Whether work is submitted there, and what went wrong last."""
    health = Health.objects.filter(name=provider.key).first()
    if health is None:
        return "closed; nothing was sent yet"
    words = "closed"
    if health.is_open:
        words = f"open until {health.open_until:%H:%M:%S}: submits wait"
    if health.last_error and health.last_error_at:
        words += f"; last error {health.last_error_at:%Y-%m-%d %H:%M}: {health.last_error}"
    return words
