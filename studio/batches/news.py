"""Telling people: on the page, by e-mail, and to an address of theirs (Standard Webhooks).

What is to be told is written with what it tells of (studio.jobs.rows). Here it is sent: who claims
it by its number of tries is alone with it, so that it is sent once; only when the program dies
between sending and noting that, it is sent again.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, QuerySet, Sum
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from billing.models import Account
from billing.services import as_credits
from studio import http, secrets
from studio.batches.results import counts
from studio.batches.wrong import Wrong
from studio.hooks import signing
from studio.models import Batch, BatchNews
from studio.notices import seen_by_all

log = logging.getLogger("zoetrope.batches")

MOST_TRIES = 10  # over a day and a half
LEASE = timedelta(minutes=5)
AT_ONCE = 50
ENDED = {"done": "done", "canceled": "canceled", "stopped": "stopped", "not begun": "not begun"}


def _due() -> QuerySet[BatchNews]:
    return BatchNews.objects.filter(next_at__lte=timezone.now(), sent=None)


def are_waiting() -> bool:
    """Whether something is to be sent now."""
    return _due().exists()


def send_due() -> int:
    """Send what is due. How much was."""
    done = 0
    for news in _due().select_related("batch__account").order_by("next_at")[:AT_ONCE]:
        mine = BatchNews.objects.filter(pk=news.pk, tries=news.tries, sent=None)
        if mine.update(tries=F("tries") + 1, next_at=timezone.now() + LEASE):
            news.tries += 1
            done += _send(news)
    return done


def _send(news: BatchNews) -> bool:
    news.address = news.batch.webhook if news.way == BatchNews.Way.HOOK else news.batch.email
    if not news.address:  # taken out since
        news.delete()
        return False
    status = None
    try:
        if news.way == BatchNews.Way.HOOK:
            status = _post(news)
        else:
            _mail(news)
    except Exception as error:
        if not isinstance(error, http.FetchRefused | OSError | secrets.Unreadable):
            log.exception("batch %s: its news could not be sent", news.batch_id)
        words = getattr(error, "message", "") or f"{type(error).__name__}: {error}"
        tired = news.tries >= MOST_TRIES
        again = None if tired else timezone.now() + timedelta(minutes=2.0**news.tries)
        _note(news, getattr(error, "status", None), next_at=again, error=words[:1000])
        return False
    _note(news, status, sent=timezone.now(), next_at=None, error="")
    return True


def _note(news: BatchNews, status: int | None, **said: Any) -> None:
    mine = BatchNews.objects.filter(pk=news.pk)
    mine.update(tried=timezone.now(), address=news.address, status=status, **said)


# --- e-mail -------------------------------------------------------------------------------------


def _mail(news: BatchNews) -> None:
    batch = news.batch
    send_mail(
        f"{batch.title}: {_subject(news)}"[:200],
        words_of(news),
        settings.DEFAULT_FROM_EMAIL,
        [news.address],
    )


def _subject(news: BatchNews) -> str:
    ended = ENDED.get(news.kind, news.kind)
    return f"{ended}, {news.words.rstrip('.')}" if news.kind == "done" and news.words else ended


def words_of(news: BatchNews) -> str:
    """What people are told, in some lines."""
    batch = news.batch
    rows = ", ".join(f"{count:,} {state}" for state, count in counts(batch).items())
    lines = [f"The batch “{batch.title}” is {ENDED.get(news.kind, news.kind)}."]
    lines += [news.words] if news.words else []
    lines += [f"Rows: {rows}." if rows else "", f"Spent: {as_credits(spent(batch))}."]
    if address := address_of(batch):
        lines.append(address)
    return "\n".join(line for line in lines if line)


def spent(batch: Batch) -> int:
    """What all rows of it cost, in units."""
    total: int = batch.rows.aggregate(sum=Sum("cost", default=0))["sum"]
    return total


def address_of(batch: Batch) -> str:
    """Where its page is, for somebody who is not here."""
    if not settings.PUBLIC_URL:
        return ""
    try:
        return f"{settings.PUBLIC_URL}{reverse('batch', args=[batch.pk])}"
    except NoReverseMatch:
        return ""


# --- webhook ------------------------------------------------------------------------------------


def new_secret(batch: Batch) -> str:
    """Make the secret that its webhooks are signed with, in place of one before."""
    if not batch.webhook:
        raise Wrong("webhook", "There is no address to sign for. Give one first.")
    made = signing.new_secret()
    batch.secret = secrets.encrypt(made)
    batch.save(update_fields=["secret"])
    return made


def secret_of(batch: Batch) -> str:
    """The secret that its webhooks are signed with; made when there is none."""
    return secrets.decrypt(batch.secret) if batch.secret else new_secret(batch)


def payload(news: BatchNews) -> dict[str, Any]:
    """What an address is told."""
    batch = news.batch
    ended = batch.ended.isoformat() if batch.ended else None
    return {
        "type": f"batch.{news.kind.replace(' ', '_')}",
        "timestamp": news.created.isoformat(),
        "data": {
            "id": str(batch.pk),
            "title": batch.title,
            "state": batch.state,
            "rows": counts(batch),
            "spent": spent(batch),
            "words": news.words,
            "ended": ended,
        },
    }


def _post(news: BatchNews) -> int:
    """Call the address: the status that it answered."""
    body = json.dumps(payload(news)).encode()
    id, stamp = f"msg_{news.pk.hex}", int(timezone.now().timestamp())
    headers = signing.headers([secret_of(news.batch)], id, stamp, body)
    answer = http.call(news.address, body, headers, allowed_hosts=settings.FETCH_ALLOWED_HOSTS)
    if not answer.ok:
        raise http.FetchRefused(f"The address answered {answer.status}.", status=answer.status)
    return answer.status


class HookState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    AGAIN = "again"
    GIVEN_UP = "given up"


@dataclass(frozen=True)
class HookSaid:
    """What became of the last call of an address: `kind` is what it tells of ("done", "stopped"
    …), `status` what was answered at `tried`, None where nothing was. `error` says why it was not
    taken, in a sentence. `next_at` is the next of the `most_tries`."""

    state: HookState
    kind: str
    address: str
    status: int | None
    error: str
    tries: int
    most_tries: int
    tried: datetime | None
    next_at: datetime | None


def hook_said(batch: Batch) -> HookSaid | None:
    """What became of the last call of its webhook; None where there was none to make."""
    mine = BatchNews.objects.filter(batch=batch, way=BatchNews.Way.HOOK)
    news = mine.order_by("-created", "-id").first()
    if news is None:
        return None
    if news.sent:
        state = HookState.DELIVERED
    elif news.tried is None:
        state = HookState.WAITING
    else:
        state = HookState.AGAIN if news.next_at else HookState.GIVEN_UP
    address = news.address or batch.webhook
    told = (news.status, news.error, news.tries, MOST_TRIES, news.tried, news.next_at)
    return HookSaid(state, news.kind, address, *told)


def call_again(batch: Batch) -> None:
    """Its address was changed: what the one before did not take is for the new one."""
    missed = BatchNews.objects.filter(batch=batch, way=BatchNews.Way.HOOK, sent=None)
    missed.update(tries=0, next_at=timezone.now())


# --- on the page --------------------------------------------------------------------------------


def notices(account: Account) -> QuerySet[BatchNews]:
    """What nobody has seen yet of the batches in sight, the newest first."""
    mine = Batch.objects.for_account(account)
    found = BatchNews.objects.filter(batch__in=mine, way=BatchNews.Way.PAGE, sent=None)
    return found.select_related("batch").order_by("-created", "-id")


def seen(batch: Batch) -> int:
    """Somebody has looked at it."""
    seen_by_all(f"batch:{batch.pk}")
    mine = BatchNews.objects.filter(batch=batch, way=BatchNews.Way.PAGE, sent=None)
    return mine.update(sent=timezone.now())
