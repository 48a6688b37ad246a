"""What was spent in some days, by what and for whom, and what it comes to at this pace. Read from
the daily sums, and of them only what is in sight of who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from django.db.models import Sum

from billing import days
from billing.models import Account, Client, User

Way = Literal["offer", "module", "user", "client"]
WAYS: tuple[Way, ...] = get_args(Way)
# Beyond that nobody plans.
FAR = 365


@dataclass(frozen=True)
class Period:
    """Days of the account, `first` and `last` among them."""

    key: str
    label: str
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(n) for n in range((self.last - self.first).days + 1)]


def periods(account: Account) -> list[Period]:
    """Those that one may look at, the usual one first."""
    today = days.day_of(account)
    month = today.replace(day=1)
    before = month - timedelta(1)
    return [
        Period("month", "This month", month, today),
        Period("last-month", "Last month", before.replace(day=1), before),
        *(Period(f"{n}", f"{n} days", today - timedelta(n - 1), today) for n in (30, 90)),
    ]


@dataclass(frozen=True)
class Spent:
    """On one day, by one model (module, member, client): units, pieces of work that were charged,
    and that failed. `key` is empty for what is of none of them."""

    day: date
    key: str
    units: int
    jobs: int
    failed: int


def daily(account: Account, way: Way, first: date, last: date) -> list[Spent]:
    """In the order of the days, of each the largest first."""
    mine = days.days_of(account, first, last).filter(account.scope.q())
    rows = (
        mine.order_by().values_list("day", way).annotate(Sum("spent"), Sum("jobs"), Sum("failed"))
    )
    found = [Spent(day, "" if key is None else str(key), *sums) for day, key, *sums in rows]
    return sorted(found, key=lambda one: (one.day, -one.units, one.key))


def spent(account: Account, first: date) -> int:
    """Units, since that day."""
    mine = days.days_of(account, first, date.max).filter(account.scope.q())
    found: int = mine.aggregate(sum=Sum("spent", default=0))["sum"]
    return found


def names_of(account: Account, way: Way, keys: set[str]) -> dict[str, str]:
    """What people and clients are called; models and modules are named elsewhere."""
    wanted = keys - {""}
    match way:
        case "user":
            people = User.objects.filter(pk__in=wanted)
            return {str(one.pk): str(one) for one in people} | {"": "Nobody who is still here"}
        case "client":
            mine = Client.objects.filter(account=account, pk__in=wanted)
            return {str(one.pk): one.name for one in mine} | {"": "No client"}
    return {"": "Other"}


@dataclass(frozen=True)
class Forecast:
    """What a month comes to when each of its days goes on as those so far: `units` until its last
    day `until`, `a_day`, over so many `days`. `gone` is when nothing would be available any more,
    None when that is far."""

    units: int
    a_day: int
    days: int
    until: date
    gone: date | None


def forecast(account: Account, available: int) -> Forecast | None:
    """None when nothing was spent this month."""
    today = days.day_of(account)
    first = today.replace(day=1)
    so_far = spent(account, first)
    if so_far <= 0:
        return None
    until = (first + timedelta(31)).replace(day=1) - timedelta(1)
    length = today.day
    lasts = max(0, available) * length // so_far
    gone = today + timedelta(lasts) if lasts <= FAR else None
    return Forecast(so_far * until.day // length, so_far // length, length, until, gone)
