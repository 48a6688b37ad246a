"""When a batch begins, in which hours it works, and whether it comes again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from studio.batches import windows
from studio.batches.drafting import drafting
from studio.batches.wrong import Wrong
from studio.fields import shown
from studio.models import Batch, BatchState

# What is held for it may not be forgotten.
FURTHEST = timedelta(days=90)
LATE = timedelta(minutes=1)
OPEN = (BatchState.SCHEDULED, BatchState.RUNNING, BatchState.PAUSED, BatchState.STOPPED)


def set_schedule(
    batch: Batch,
    *,
    starts_at: datetime | None = None,
    window: Mapping[str, Any] | str | None = None,
    repeats: str = "",
) -> Batch:
    """Begin now or at a time, work only in a window, and come again every week. Clocks are those of
    the account's time zone. Raises Wrong, or Refused for a window that cannot be read."""
    zone = ZoneInfo(batch.account.zone)
    if repeats not in ("", "weekly"):
        raise Wrong("repeats", f"repeats is “{shown(repeats)}”. Say weekly, or leave it empty.")
    batch.starts_at = _moment(starts_at)
    batch.window = windows.read(window, zone).as_dict() if window else None
    batch.zone, batch.repeats = zone.key, repeats
    # A copy that waits for its week knows already when it comes again.
    batch.next_at = batch.next_at if repeats else None
    with drafting(batch):
        batch.save(update_fields=["starts_at", "window", "zone", "repeats", "next_at"])
    return batch


def _moment(starts_at: datetime | None) -> datetime | None:
    if starts_at is None:
        return None
    now = timezone.now()
    if timezone.is_naive(starts_at):
        raise Wrong("starts_at", "starts_at has no time zone. Write it as 2026-03-01T22:00+01:00.")
    if starts_at < now - LATE:
        raise Wrong(
            "starts_at",
            f"starts_at is {starts_at:%d %b %Y %H:%M}, which is over. Give a time to come, or "
            "leave it empty to begin now.",
        )
    if starts_at > now + FURTHEST:
        raise Wrong(
            "starts_at",
            f"starts_at is {starts_at:%d %b %Y}; the furthest is {FURTHEST.days} days from now, "
            "because its price is held until then. Choose an earlier time.",
        )
    return starts_at


def times(batch: Batch, at: datetime) -> dict[str, datetime | None]:
    """From when and until when it works, for one that begins or goes on at that moment."""
    if not batch.window:
        return {"opens": None, "closes": None}
    window = windows.read(batch.window)
    opens = window.opens(at)
    return {"opens": opens, "closes": window.closes(opens)}


def next_time(batch: Batch, begun: datetime) -> datetime | None:
    """When it comes again: the same day and time of the next week that has not begun yet."""
    if not batch.repeats:
        return None
    zone, weeks = ZoneInfo(batch.zone), 1
    while (found := windows.next_week(begun, zone, weeks)) <= timezone.now():
        weeks += 1
    return found


def tick() -> int:
    """Begin what is due, and open and close windows. Safe at any time, any number of times. Of how
    many something changed."""
    now = timezone.now()
    due = Batch.objects.filter(state=BatchState.SCHEDULED, starts_at__lte=now)
    done = due.update(state=BatchState.RUNNING, started=now, changed=now)
    shut = Q(closes__lte=now) & Q(window__isnull=False)
    for batch in Batch.objects.filter(shut, state__in=OPEN, ended=None):
        mine = Batch.objects.filter(pk=batch.pk, closes=batch.closes)
        done += mine.update(**times(batch, now))
    return done
