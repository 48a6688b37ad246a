"""Daily sums, kept up together with the ledger, so that a page adds up days and not entries."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.utils import timezone

from billing.models import Account, Day, Hold


def day_of(account: Account, moment: datetime | None = None) -> date:
    return (moment or timezone.now()).astimezone(ZoneInfo(account.zone)).date()


def add(
    account: Account, hold: Hold | None, *, spent: int = 0, jobs: int = 0, failed: int = 0
) -> None:
    """To the day of now. Under the lock of the account, so that there is one row for a purpose."""
    said = {
        "account": account,
        "day": day_of(account),
        "offer": hold.offer if hold else "",
        "module": hold.module if hold else "",
        "user": hold.user_id if hold else None,
        "client": hold.client_id if hold else None,
        "api_key": hold.api_key_id if hold else None,
    }
    same = {f"{n}__isnull" if v is None else n: True if v is None else v for n, v in said.items()}
    moved = Day.objects.filter(**same).update(
        spent=F("spent") + spent, jobs=F("jobs") + jobs, failed=F("failed") + failed
    )
    if not moved:
        ids = {f"{n}_id" if n in ("user", "client", "api_key") else n: v for n, v in said.items()}
        Day.objects.create(**ids, spent=spent, jobs=jobs, failed=failed)


def days_of(account: Account, first: date, last: date) -> QuerySet[Day]:
    """From the first to the last of them."""
    return Day.objects.filter(account=account, day__range=(first, last))
