"""The library along time: days with heads, and the months to jump to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from assets.models import Asset, AssetQuerySet

_MONTH = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])")


def day_of(asset: Asset) -> str:
    return timezone.localtime(asset.created).date().isoformat()


def days(rows: Sequence[Asset], seen: str) -> list[tuple[date | None, list[Asset]]]:
    """Each day and its assets; None for the day that the page before has begun."""
    groups: list[tuple[date | None, list[Asset]]] = []
    last = ""
    for row in rows:
        if (day := day_of(row)) != last:
            groups.append((None if day == seen else date.fromisoformat(day), []))
        groups[-1][1].append(row)
        last = day
    return groups


def from_month(found: AssetQuerySet, at: str, sort: str) -> AssetQuerySet:
    """What comes from the month `at` (2026-11) on, in the direction of the sort; all of it when
    that is not a month."""
    if not (parts := _MONTH.fullmatch(at)):
        return found
    year, month = int(parts[1]), int(parts[2])
    if sort == "oldest":
        return _kept(found, found.filter(created__gte=_begin(year, month)))
    following = _begin(year + month // 12, month % 12 + 1)
    return _kept(found, found.filter(created__lt=following))


def _kept(found: AssetQuerySet, narrowed: AssetQuerySet) -> AssetQuerySet:
    narrowed.search, narrowed.account_id = found.search, found.account_id
    return narrowed


def _begin(year: int, month: int) -> datetime:
    return timezone.make_aware(datetime(min(year, 9998), month, 1))


def months(found: AssetQuerySet) -> list[dict[str, Any]]:
    """Every month with what was added in it, the newest first: `month` and `count`."""
    by_month = found.order_by().annotate(month=TruncMonth("created")).values("month")
    return [
        {"month": row["month"], "count": row["count"]}
        for row in by_month.annotate(count=Count("pk")).order_by("-month")
    ]
