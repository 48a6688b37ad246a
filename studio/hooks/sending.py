"""Sending what waits: at least once each, under the same id, to several addresses at the same time.

Who claims a delivery by its number of tries is alone with it. A program that dies between sending
and noting that leaves it to be sent again when its lease is over. The calls are made in threads;
the database is asked in the one that called.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from studio import http, notices, secrets
from studio.hooks import signing
from studio.hooks.targets import secrets_of
from studio.models import WebhookDelivery, WebhookTarget

log = logging.getLogger("zoetrope.hooks")

# After each try that failed: what Standard Webhooks recommends.
WAITS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
MOST_TRIES = len(WAITS) + 1
LEASE = timedelta(minutes=1)
# How many calls are under way, and how many of them to one address.
AT_ONCE, TO_ONE = 16, 4
SLICE = 20.0  # seconds in which new ones are begun
# An address that does not answer costs the most time: the rest of what it is to hear waits.
REST = timedelta(seconds=30)
# An address that took nothing for so long is turned off.
PATIENCE = timedelta(days=5)
GONE, TOO_MANY, UNAVAILABLE = 410, 429, 503
KEPT = timedelta(days=30)

Flying = dict[Future[http.Answer], WebhookDelivery]


def are_waiting() -> bool:
    return _due().exists()


def _due() -> QuerySet[WebhookTarget]:
    """The addresses for which something waits that may be sent now."""
    now = timezone.now()
    awake = Q(rests_until=None) | Q(rests_until__lte=now)
    waiting = WebhookDelivery.objects.filter(next_at__lte=now)
    return WebhookTarget.objects.filter(awake, on=True, pk__in=waiting.values("target"))


def send_due(seconds: float = SLICE) -> int:
    """Send what is due. How much was taken."""
    end, taken = time.monotonic() + seconds, 0
    flying: Flying = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            if time.monotonic() < end:
                _send_more(pool, flying)
            if not flying:
                return taken
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                taken += _note(flying.pop(future), future)


def _send_more(pool: ThreadPoolExecutor, flying: Flying) -> None:
    busy = Counter(delivery.target_id for delivery in flying.values())
    for target in _due().order_by("?")[:AT_ONCE]:
        free = min(TO_ONE - busy[target.pk], AT_ONCE - len(flying))
        waiting = target.deliveries.filter(next_at__lte=timezone.now()).order_by("next_at", "id")
        for delivery in waiting[: max(free, 0)]:
            if _claim(delivery):
                delivery.target = target
                flying[pool.submit(_call, delivery)] = delivery


def _claim(delivery: WebhookDelivery) -> bool:
    now = timezone.now()
    mine = WebhookDelivery.objects.filter(
        pk=delivery.pk, tries=delivery.tries, next_at=delivery.next_at
    )
    if not mine.update(tries=F("tries") + 1, next_at=now + LEASE, tried=now):
        return False
    delivery.tries += 1
    return True


def _call(delivery: WebhookDelivery) -> http.Answer:
    """In a thread of its own, without the database."""
    body, id = delivery.body.encode(), f"msg_{delivery.event.hex}"
    stamp = int(timezone.now().timestamp())
    headers = signing.headers(secrets_of(delivery.target), id, stamp, body)
    allowed = settings.FETCH_ALLOWED_HOSTS
    return http.call(delivery.target.url, body, headers, allowed_hosts=allowed)


# --- what came of it ------------------------------------------------------------------------------


def _note(delivery: WebhookDelivery, future: Future[http.Answer]) -> bool:
    try:
        answer = future.result()
    except (http.FetchRefused, secrets.Unreadable) as error:
        _failed(delivery, str(error), None)
        return False
    except Exception as error:
        log.exception("webhook %s: it could not be called", delivery.target_id)
        _failed(delivery, f"It could not be called ({type(error).__name__}).", None)
        return False
    if not answer.ok:
        _failed(delivery, _words(answer.status), answer)
        return False
    over = {"state": WebhookDelivery.State.DELIVERED, "next_at": None, "error": ""}
    _mine(delivery).update(status=answer.status, answer=answer.text, **over)
    _target(delivery).exclude(failing_since=None).update(failing_since=None, rests_until=None)
    return True


def _mine(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """Unless it is told anew meanwhile."""
    return WebhookDelivery.objects.filter(pk=delivery.pk, tries=delivery.tries)


def _target(delivery: WebhookDelivery) -> QuerySet[WebhookTarget]:
    return WebhookTarget.objects.filter(pk=delivery.target_id)


def _words(status: int) -> str:
    if 300 <= status < 400:
        return f"It answered {status}, which leads elsewhere; that is not followed."
    return f"It answered {status}."


def _failed(delivery: WebhookDelivery, words: str, answer: http.Answer | None) -> None:
    now, status = timezone.now(), answer.status if answer else None
    asked = timedelta(seconds=(answer and answer.retry_after) or 0)
    said: dict[str, Any] = {
        "status": status,
        "answer": answer.text if answer else "",
        "error": words[:300],
    }
    if status == GONE or delivery.tries >= MOST_TRIES:
        said |= {"state": WebhookDelivery.State.GIVEN_UP, "next_at": None}
    else:
        # What failed together does not come back together.
        own = WAITS[delivery.tries - 1] * random.uniform(1, 1.1)  # noqa: S311
        said["next_at"] = now + max(own, asked)
    _mine(delivery).update(**said)
    _target(delivery).filter(failing_since=None).update(failing_since=now)
    if answer is None or status in (TOO_MANY, UNAVAILABLE):
        _target(delivery).update(rests_until=now + max(asked, REST))
    if status == GONE:
        turn_off(delivery.target, "It answered 410: nobody listens there any more.")
    elif _target(delivery).filter(failing_since__lt=now - PATIENCE).exists():
        turn_off(delivery.target, f"It took nothing for {PATIENCE.days} days. The last: {words}")


def turn_off(target: WebhookTarget, words: str) -> bool:
    """Stop telling it, and tell those who manage the account, once."""
    with transaction.atomic():
        on = WebhookTarget.objects.filter(pk=target.pk, on=True)
        if not on.update(on=False, off_words=words[:300]):
            return False
        notices.tell(
            target.account,
            notices.managers(target.account),
            kind="webhook.off",
            title=f"The webhook “{target.name}” was turned off",
            text=f"{words} What happens now is not told there. Turn it on again when it is mended; "
            "what it did not take can be sent once more from its log.",
            link=reverse("webhook", args=[target.pk]),
            about=f"webhook:{target.pk}",
            client=target.client_id,
            mail=True,
        )
    return True


def forget_old() -> None:
    """The log goes back for a month."""
    WebhookDelivery.objects.filter(created__lt=timezone.now() - KEPT).delete()
