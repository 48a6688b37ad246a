"""Filters of the library, by the names that the page's form and the API use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from assets.models import AssetKind, AssetQuerySet, Status
from assets.search.words import search
from assets.services import looks
from assets.services.names import clean

_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_LONGEST = 200
VERSIONS = ("shown", "all")


class BadFilter(ValueError):
    """A value that cannot be, with words for the person; `name` is the filter's."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name = name


def filter_assets(queryset: AssetQuerySet, params: Mapping[str, str]) -> AssetQuerySet:
    """Those that fit every filter that is given and not empty; other names are not looked at.

    `q`, `kind`, `module`, `origin`, `favorite` (yes or no), `tag` (several with commas: all of
    them), `status` (ready, damaged, trashed; without it all but the trashed), `added_after` and
    `added_before` (a day, which counts whole, or a moment), `like` (the id of an asset:
    what looks like it), `versions` (shown, all; without it one
    of each stack, but all that is in the trash). Raises BadFilter for a value that cannot be.
    """
    if not params.get("status"):
        queryset = queryset.live()
    if not params.get("versions") and params.get("status") != "trashed":
        queryset = queryset.shown()
    for name, apply in _FILTERS.items():
        value = clean(str(params.get(name) or ""))
        if name != "q" and len(value) > _LONGEST:
            raise BadFilter(name, f"{name} has {len(value)} letters; the limit is {_LONGEST}.")
        if value:
            try:
                queryset = apply(queryset, value)
            except (ValueError, OverflowError) as error:
                raise BadFilter(name, str(error)) from error
    return queryset


def _kind(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    return queryset.filter(kind=_one_of("kind", value, AssetKind.values))


def _status(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    if _one_of("status", value, [*Status.values, "trashed"]) == "trashed":
        return queryset.filter(trashed__isnull=False)
    return queryset.live().filter(status=value)


def _versions(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    return queryset if _one_of("versions", value, [*VERSIONS]) == "all" else queryset.shown()


def _like(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    return looks.among_alike(queryset, value)


def _favorite(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    word = _one_of("favorite", value.lower(), [*_YES, *_NO])
    return queryset.filter(favorite=word in _YES)


def _tag(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    for name in value.split(","):
        if name.strip():
            queryset = queryset.filter(tags__name=clean(name).lower())
    return queryset


def _added_after(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    return queryset.filter(created__gte=_moment("added_after", value, timedelta(0)))


def _added_before(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    return queryset.filter(created__lt=_moment("added_before", value, timedelta(days=1)))


_FILTERS: dict[str, Callable[[AssetQuerySet, str], AssetQuerySet]] = {
    "status": _status,
    "kind": _kind,
    "module": lambda queryset, value: queryset.filter(module=value),
    "origin": lambda queryset, value: queryset.filter(origin=value),
    "favorite": _favorite,
    "tag": _tag,
    "added_after": _added_after,
    "added_before": _added_before,
    "versions": _versions,
    "like": _like,
    "q": search,
}


def _one_of(name: str, value: str, choices: list[str]) -> str:
    if value not in choices:
        raise ValueError(f"{name} “{value[:40]}” is unknown. Use one of: {', '.join(choices)}.")
    return value


def _moment(name: str, value: str, whole_day: timedelta) -> datetime:
    """A moment as it is, a day as its beginning plus `whole_day`, in the current time zone."""
    try:
        if day := parse_date(value):
            return timezone.make_aware(datetime.combine(day, time()) + whole_day)
        if moment := parse_datetime(value.replace(" ", "+")):
            aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
            return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        f"{name} “{value[:40]}” is not a date. Write it like {date(2026, 1, 31).isoformat()}."
    )
