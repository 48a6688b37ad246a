"""Filters of the library, by the names that the page's form and the API use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from assets.models import Asset, AssetKind, AssetQuerySet, Collection, Flag, Status
from assets.search.collections import in_collection, unfiled
from assets.search.words import search
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

    `q`, `kind`, `module`, `origin`, `favorite` (yes or no), `rating` (so many stars or more),
    `flag` (pick, reject, none), `tag` (several with commas: all of them; `a` finds `a/b` too),
    `collection` (an id, with what is nested in it, or none), `status` (ready, damaged, trashed;
    without it all but the trashed), `added_after` and `added_before` (a day, which counts whole, or
    a moment), `versions` (shown, all; without it one of each stack, but all that is in the trash).
    Raises BadFilter for a value that cannot be.
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


def _favorite(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    word = _one_of("favorite", value.lower(), [*_YES, *_NO])
    return queryset.filter(favorite=word in _YES)


def _tag(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    for name in value.split(","):
        if wanted := clean(name).lower().strip("/"):
            below = Q(tag__name=wanted) | Q(tag__name__startswith=f"{wanted}/")
            links = Asset.tags.through._default_manager.filter(below, asset=OuterRef("pk"))
            queryset = queryset.filter(Exists(links))
    return queryset


def _collection(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    """`none` is what is in no collection. Whose assets these are is whose collection it may be."""
    if value == "none":
        return queryset.filter(unfiled())
    try:
        UUID(value)
    except ValueError:
        raise ValueError(
            f"collection “{value[:40]}” is not an id. Give that of a collection, or “none”."
        ) from None
    found = Collection.objects.filter(pk=value).select_related("account").first()
    return (
        queryset.filter(in_collection(found.account, value), account=found.account)
        if found
        else queryset.none()
    )


def _rating(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    return queryset.filter(rating__gte=int(_one_of("rating", value, [*"012345"])))


def _flag(queryset: AssetQuerySet, value: str) -> AssetQuerySet:
    word = _one_of("flag", value, [*Flag.values, "none"])
    return queryset.filter(flag="" if word == "none" else word)


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
    "collection": _collection,
    "rating": _rating,
    "flag": _flag,
    "added_after": _added_after,
    "added_before": _added_before,
    "versions": _versions,
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
