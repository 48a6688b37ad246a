"""What models were worth to an account: what a result cost that was kept, how often they failed,
how long they took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from assets.models import Asset
from billing.days import days_of
from billing.models import Account
from billing.spending import Period
from studio.models import Job, State
from studio.usage.naming import names

SAMPLE = 2_000  # jobs that are compared: the last ones


@dataclass
class Worth:
    """Of one model: `done` and `failed` jobs, units spent, files that are `kept` (not in the trash)
    and of these the favorites, seconds that the jobs took."""

    offer: str
    name: str = ""
    done: int = 0
    failed: int = 0
    spent: int = 0
    kept: int = 0
    favorites: int = 0
    took: list[float] = field(default_factory=list)

    @property
    def failing(self) -> float | None:
        """The share that failed."""
        ended = self.done + self.failed
        return self.failed / ended if ended else None

    @property
    def each(self) -> int | None:
        """Units for each file that is kept."""
        return self.spent // self.kept if self.kept else None

    @property
    def usual(self) -> float | None:
        return _of_hundred(self.took, 50)

    @property
    def slow(self) -> float | None:
        return _of_hundred(self.took, 90)


def _of_hundred(some: Sequence[float], part: int) -> float | None:
    """In so many of a hundred cases it was that long or shorter."""
    return sorted(some)[math.ceil(len(some) * part / 100) - 1] if some else None


def worths(account: Account, period: Period) -> list[Worth]:
    """Those models that ended a job or were paid in that time, what cost most first. Of more than
    SAMPLE jobs the last ones are compared; money and files are of all."""
    first, behind = moments(account, period)
    found: dict[str, Worth] = {}
    jobs = Job.objects.for_account(account).filter(created__gte=first, created__lt=behind)
    ended = jobs.filter(state__in=(State.SUCCEEDED, State.FAILED)).order_by("-created", "-id")
    for offer, state, started, finished in ended.values_list(
        "offer", "state", "started", "finished"
    )[:SAMPLE]:
        one = found.setdefault(offer, Worth(offer))
        if state == State.FAILED:
            one.failed += 1
            continue
        one.done += 1
        if started and finished:
            one.took.append((finished - started).total_seconds())
    paid = days_of(account, period.first, period.last).filter(account.scope.q())
    for offer, spent in paid.order_by().values_list("offer").annotate(Sum("spent")):
        if offer and spent:
            found.setdefault(offer, Worth(offer)).spent = spent
    _count_files(account, found, first, behind)
    called = names(account, "offer", set(found))
    for one in found.values():
        one.name = called[one.offer]
    return sorted(found.values(), key=lambda one: (-one.spent, -one.done, one.name))


def _count_files(
    account: Account, found: dict[str, Worth], first: datetime, behind: datetime
) -> None:
    made = Asset.objects.for_account(account).live().filter(model__in=found)
    rows = (
        made.filter(created__gte=first, created__lt=behind)
        .order_by()
        .values_list("model")
        .annotate(kept=Count("pk"), hearts=Count("pk", filter=Q(favorite=True)))
    )
    for offer, kept, favorites in rows:
        found[offer].kept, found[offer].favorites = kept, favorites


def moments(account: Account, period: Period) -> tuple[datetime, datetime]:
    """When it begins, and when it is over."""
    zone = ZoneInfo(account.zone)
    first = datetime.combine(period.first, time(), zone)
    return first, datetime.combine(period.last + timedelta(1), time(), zone)
