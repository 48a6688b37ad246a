"""The circuit of each provider and key, in the table so that people and other hosts see it."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from studio import keys, secrets
from studio.models import Health
from studio.pump.errands import Answer, Heard, HookKeys
from studio.spec import ErrorKind

FAILURES = 5
SHARE = 0.5
OPEN = 30.0
OPEN_MOST = 300.0
LEARN_EVERY = timedelta(hours=12)


def heard(news: Heard) -> None:
    """Open the circuit after failures in a row, close it after an answer."""
    health = keys.health(news.access)
    mine, now = Health.objects.filter(pk=health.pk), timezone.now()
    if not news.failures:
        mine.update(failures=0, opened=0, open_until=None, last_ok=now)
        return
    said = {"failures": news.failures, "last_error": news.error[:300], "last_error_at": now}
    # The one that tried after a while counts for all.
    is_bad = news.failures >= FAILURES or news.share > SHARE or health.opened
    if not is_bad or health.is_open:
        mine.update(**said)
        return
    seconds = min(OPEN * 2.0 ** min(health.opened, 8), OPEN_MOST)
    mine.update(opened=F("opened") + 1, open_until=now + timedelta(seconds=seconds), **said)


def submitted(answer: Answer) -> None:
    """What a refused submit says about the key, and when to come back."""
    error, now = answer.error, timezone.now()
    if error and error.kind == ErrorKind.LATER and error.retry_after:
        until = now + timedelta(seconds=error.retry_after)
        mine = Health.objects.filter(pk=keys.health(answer.access).pk)
        mine.update(pause_until=until, last_error=error.message[:300], last_error_at=now)
    elif error and error.kind == ErrorKind.KEY:
        keys.tested(answer.access, error.message)
    elif error and error.kind == ErrorKind.NO_CREDIT:
        Health.objects.filter(pk=keys.health(answer.access).pk).update(
            no_credit_at=now, last_error=error.message[:300], last_error_at=now
        )


def places(health: Health, slots: int, busy: int, sending: int) -> int:
    """How many more may be sent: none while the circuit is open, then one that tries."""
    if health.is_open or health.is_paused:
        return 0
    if health.opened:
        return 0 if sending else 1
    return slots - busy


def must_learn(health: Health) -> bool:
    """Whether what signatures are checked with is missing or old."""
    return not health.hook_keys_at or health.hook_keys_at < timezone.now() - LEARN_EVERY


def learned(news: HookKeys) -> None:
    Health.objects.filter(pk=keys.health(news.access).pk).update(
        hook_keys=secrets.encrypt(news.keys), hook_keys_at=timezone.now()
    )
