"""What was done and spent on each day. The one place that the pages of usage read it from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from django.db.models import Count, Q, Sum
from django.utils import timezone

from billing.models import Account, Day, Entry, Kind
from studio import grouping
from studio.models import Job, State
from studio.office.panels.money import charged, paid

By = Literal["offer", "module", "provider", "account"]
WAYS: tuple[By, ...] = get_args(By)
DAY = timedelta(days=1)


# What the books of the ledger have of each day; of providers they know nothing.
IN_BOOKS: dict[By, str] = {"offer": "offer", "module": "module", "account": "account"}


@dataclass(frozen=True)
class Line:
    """What one model (module, provider, account) did on a day: units that were charged, what it
    cost us, jobs that succeeded and that failed. The charge is that of the ledger, less what went
    back on that day; by provider it is that of the jobs which ended then."""

    day: date
    key: str
    charged: int
    cost: int
    done: int
    failed: int


def daily(by: By, first: date, last: date) -> Iterator[Line]:
    """The lines of the days from `first` to `last`, in their order, the largest charge first."""
    booked = _booked(by, first, last)
    for number in range((last - first).days + 1):
        day = first + number * DAY
        found = {line.key: line for line in _jobs(by, day)}
        if by in IN_BOOKS:
            nothing = Line(day, "", 0, 0, 0, 0)
            charges = booked.get(day, {})
            found = {
                key: replace(found.get(key, nothing), key=key, charged=charges.get(key, 0))
                for key in {*found, *charges}
            }
        yield from sorted(found.values(), key=lambda line: (-line.charged, -line.done, line.key))


def _jobs(by: By, day: date) -> Iterator[Line]:
    """By the jobs that ended on a day."""
    lines = (
        Job.objects.filter(finished__gte=_start(day), finished__lt=_start(day + DAY))
        .order_by()
        .annotate(is_=grouping.by(by))
        .values_list("is_")
        .annotate(
            charged=Sum(charged()),
            cost=Sum(paid()),
            done=Count("finished", filter=Q(state=State.SUCCEEDED)),
            failed=Count("finished", filter=Q(state=State.FAILED)),
        )
    )
    return (Line(day, str(key), *sums) for key, *sums in lines)


def _booked(by: By, first: date, last: date) -> dict[date, dict[str, int]]:
    """What the ledger charged on each day, which is a day where the account is."""
    found: dict[date, dict[str, int]] = defaultdict(dict)
    if by in IN_BOOKS:
        days = Day.objects.filter(day__range=(first, last)).exclude(spent=0).order_by()
        sums = days.values_list("day", IN_BOOKS[by]).annotate(sum=Sum("spent"))
        for day, key, units in sums:
            found[day][str(key)] = units
    return found


def refunded(first: date, last: date) -> int:
    """Units that were given back in that time for what had been charged; of no day's jobs."""
    entries = Entry.objects.filter(
        kind=Kind.REFUND, created__gte=_start(first), created__lt=_start(last + DAY)
    )
    return int(entries.aggregate(sum=Sum("amount", default=0))["sum"])


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def names(keys: set[str], by: By) -> dict[str, str]:
    """What they are called."""
    from studio.office.panels.work import label_of, model_of

    match by:
        case "account":
            return {str(one.pk): one.name for one in Account.objects.filter(pk__in=keys)}
        case "offer":
            return {key: model_of(key) for key in keys}
        case "provider":
            return {key: label_of(key) for key in keys}
    return {key: key.replace("-", " ").capitalize() for key in keys}
