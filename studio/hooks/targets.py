"""The addresses of an account: made, changed, given a new secret, tried out, told again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from billing import audit_log
from billing.ids import uuid7
from billing.models import Account, User
from studio import http, secrets
from studio.hooks import outbox, signing
from studio.hooks.events import EVENTS, TEST
from studio.models import WebhookDelivery, WebhookTarget
from studio.wording import listed, shown

MOST = 20
NAME_LENGTH, URL_LENGTH = 60, 500
# So long the secret before signs along.
OVERLAP = timedelta(hours=24)
SENT = "studio.tasks.send_hooks"


class NotKept(ValueError):
    """It cannot be so; `field` is what the message is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def make(
    account: Account, user: User | None, *, name: str, url: str, events: Iterable[str]
) -> tuple[WebhookTarget, str]:
    """A new one and its secret, which is shown only now. Raises NotKept."""
    if WebhookTarget.objects.filter(account=account).count() >= MOST:
        raise NotKept("name", f"There are {MOST} webhooks, the most. Delete one first.")
    said = {"name": _name(name), "url": _url(url), "events": _events(events)}
    secret = signing.new_secret()
    cipher = secrets.encrypt(secret)
    made = WebhookTarget.objects.create(account=account, user=user, secret=cipher, **said)
    _note(made, "made")
    return made, secret


def change(target: WebhookTarget, **said: Any) -> WebhookTarget:
    """Changes what is given: name, url, events, on. Turned on it begins anew, with what waits.
    Raises NotKept."""
    for field, value in said.items():
        setattr(target, field, CHECKS[field](value))
    what = ", ".join(said)
    if said.get("on") or "url" in said:
        target.off_words, target.failing_since, target.rests_until = "", None, None
        said |= {"off_words": "", "failing_since": None, "rests_until": None}
    target.save(update_fields=list(said))
    _note(target, "changed", what=what)
    return target


def remove(target: WebhookTarget) -> None:
    """Its log goes with it."""
    _note(target, "deleted")
    target.delete()


def new_secret(target: WebhookTarget) -> str:
    """In place of the one before, which signs along for a day."""
    made = signing.new_secret()
    target.old_secret, target.old_until = target.secret, timezone.now() + OVERLAP
    target.secret = secrets.encrypt(made)
    target.save(update_fields=["secret", "old_secret", "old_until"])
    _note(target, "new secret")
    return made


def _note(target: WebhookTarget, change: str, **more: Any) -> None:
    """A line of the audit log. Of the address only the computer: what follows it may be secret."""
    host = urlsplit(target.url).hostname
    audit_log.write(
        target.account, "settings.webhook", target.name, change=change, host=host, **more
    )


def secrets_of(target: WebhookTarget) -> list[str]:
    """Those in force, the newest first. Raises secrets.Unreadable."""
    found = [secrets.decrypt(target.secret)]
    if target.old_secret and target.old_until and target.old_until > timezone.now():
        found.append(secrets.decrypt(target.old_secret))
    return found


# --- the log --------------------------------------------------------------------------------------


def test(target: WebhookTarget) -> WebhookDelivery:
    """Send something that says nothing. Raises NotKept."""
    _must_be_on(target)
    data = {"message": "This is a test.", "webhook": {"id": str(target.pk), "name": target.name}}
    (made,) = outbox.write([target], [(uuid7(), TEST, data)])
    send_soon()
    return made


def replay(delivery: WebhookDelivery) -> None:
    """Tell it once more, under the same id, whatever became of it. Raises NotKept."""
    _must_be_on(delivery.target)
    _again(WebhookDelivery.objects.filter(pk=delivery.pk))


def replay_failed(target: WebhookTarget, since: datetime | None = None) -> int:
    """The same with all that it did not take. How many. Raises NotKept."""
    _must_be_on(target)
    given_up = Q(state=WebhookDelivery.State.GIVEN_UP)
    failing = Q(state=WebhookDelivery.State.WAITING, tries__gt=0)
    missed = target.deliveries.filter(given_up | failing)
    return _again(missed.filter(created__gte=since) if since else missed)


def _again(found: Any) -> int:
    now = timezone.now()
    count: int = found.update(state=WebhookDelivery.State.WAITING, tries=0, next_at=now)
    send_soon()
    return count


def _must_be_on(target: WebhookTarget) -> None:
    if not target.on:
        raise NotKept("on", f"“{target.name}” is off. Turn it on first.")


def send_soon() -> None:
    """What waits is sent in a while anyway; a person who watches waits less."""
    async_task(SENT, cluster="work")


# --- checks ---------------------------------------------------------------------------------------


def _name(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise NotKept("name", "The webhook has no name. Give it one, such as “Our shop”.")
    if len(name) > NAME_LENGTH:
        words = f"The name has {len(name)} letters; the limit is {NAME_LENGTH}. Make it shorter."
        raise NotKept("name", words)
    return name


def _url(url: str) -> str:
    url = url.strip()
    if not url:
        words = "There is no address. Give the one that is to be called, beginning with https://."
        raise NotKept("url", words)
    if len(url) > URL_LENGTH:
        words = f"The address has {len(url):,} letters; the limit is {URL_LENGTH}. Shorten it."
        raise NotKept("url", words)
    try:
        http.check_address(url, settings.FETCH_ALLOWED_HOSTS)
    except http.FetchRefused as error:
        raise NotKept("url", error.message) from None
    return url


def _events(events: Iterable[str]) -> Sequence[str]:
    chosen = list(dict.fromkeys(events))
    if not chosen:
        raise NotKept("events", f"No event is chosen. Choose {listed(tuple(EVENTS))}.")
    for key in chosen:
        if key not in EVENTS:
            words = f"“{shown(key)}” is no event. Choose {listed(tuple(EVENTS))}."
            raise NotKept("events", words)
    return [key for key in EVENTS if key in chosen]


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "url": _url,
    "events": _events,
    "on": bool,
}
