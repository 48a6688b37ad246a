"""Filters of the library, by the names that the page's form and the API use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from assets.models import AssetKind, AssetQuerySet, Flag, Status
from assets.search import keys, match
from assets.search.ask import Ask
from assets.search.collections import in_collection, unfiled
from assets.search.condition import condition
from assets.search.errors import BadFilter, BadSearch
from assets.search.index import matching
from assets.search.parse import parse
from assets.search.tree import Key, Node, leaves
from assets.services.names import clean

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_LONGEST = 200
VERSIONS = ("shown", "all")
NOTHING = Q(pk__in=())
NUL = "\0"


def filter_assets(queryset: AssetQuerySet, params: Mapping[str, str]) -> AssetQuerySet:
    """Those that fit every filter that is given and not empty; other names are not looked at. The
    queryset is that of one account: `Asset.objects.for_account(…)`.

    `q` is a search (see the table in assets.search.keys), `kind`, `module`, `origin`, `favorite`
    (yes or no), `rating` (so many stars or more), `flag` (pick, reject, none), `tag` (several with
    commas: all of them; `a` finds `a/b` too), `collection` (an id, with what is nested in it, or
    none), `status` (ready, damaged, trashed; without it all but the trashed), `added_after` and
    `added_before` (a day, which counts whole, or a moment), `like` (the id of an asset: what looks
    like it), `versions` (shown, all; without it one of each stack, but all that is in the trash).
    Raises BadFilter for a value that cannot be.
    """
    tree = read(params)
    ask = Ask(account_of(queryset), queryset.scope)
    found = queryset.alias(_area=keys.AREA).filter(given(params, tree, ask), searched(tree, ask))
    found.search, found.filed = tree, clean(str(params.get("collection") or ""))
    return found


def account_of(queryset: AssetQuerySet) -> UUID:
    if queryset.account_id is None:
        raise TypeError("A search is made in one account: begin with for_account.")
    return queryset.account_id


def read(params: Mapping[str, str]) -> Node | None:
    """The tree of `q`. Raises BadFilter with the spot."""
    text = text_of(params)
    if (at := text.find(NUL)) >= 0:
        raise BadFilter("q", _no_nul("q"), at, at + 1)
    try:
        return parse(text, keys.names())
    except BadSearch as error:
        raise BadFilter("q", str(error), error.start, error.end) from error


def text_of(params: Mapping[str, str]) -> str:
    """The search as it is read. Letters are not taken away: spots in it must stay true."""
    return str(params.get("q") or "")


def _no_nul(name: str) -> str:
    return f"{name} has a character of code 0 in it, which no text has. Take it out."


def searched(tree: Node | None, ask: Ask) -> Q:
    """The condition of a search. Raises BadFilter with the spot."""
    try:
        return condition(tree, ask)
    except BadSearch as error:
        raise BadFilter("q", str(error), error.start, error.end) from error


def given(
    params: Mapping[str, str], tree: Node | None, ask: Ask, without: frozenset[str] = frozenset()
) -> Q:
    """The condition of all filters but `q` and those named in `without`, and of what is not seen
    when nobody asks for it. Raises BadFilter."""
    trash = _asks_for_trash(tree)
    found = Q() if params.get("status") or trash else Q(trashed__isnull=True)
    if not params.get("versions") and params.get("status") != "trashed" and not trash:
        found &= Q(stacked=False)
    for name in _FILTERS:
        raw = str(params.get(name) or "")
        if NUL in raw:
            raise BadFilter(name, _no_nul(name))
        value = clean(raw)
        if value and name not in without:
            found &= one(name, value, ask)
    return found


def one(name: str, value: str, ask: Ask) -> Q:
    """The condition of one filter. Raises BadFilter."""
    if len(value) > _LONGEST:
        raise BadFilter(name, f"{name} has {len(value)} letters; the limit is {_LONGEST}.")
    try:
        return _FILTERS[name](ask, value)
    except (ValueError, OverflowError) as error:
        raise BadFilter(name, str(error)) from error


def _asks_for_trash(tree: Node | None) -> bool:
    named = (leaf for leaf in leaves(tree) if isinstance(leaf, Key))
    return any(
        value.strip().lower() in keys.key_of(leaf.name).trash
        for leaf in named
        for value in leaf.values
    )


def _kind(ask: Ask, value: str) -> Q:
    return Q(kind=_one_of("kind", value, AssetKind.values))


def _status(ask: Ask, value: str) -> Q:
    if _one_of("status", value, [*Status.values, "trashed"]) == "trashed":
        return Q(trashed__isnull=False)
    return Q(trashed__isnull=True, status=value)


def _versions(ask: Ask, value: str) -> Q:
    return Q() if _one_of("versions", value, [*VERSIONS]) == "all" else Q(stacked=False)


def _favorite(ask: Ask, value: str) -> Q:
    word = _one_of("favorite", value.lower(), [*YES, *NO])
    return Q(favorite=word in YES)


def _like(ask: Ask, value: str) -> Q:
    try:
        found = keys.key_of("like").build(ask, ":", value)
    except ValueError as error:
        raise ValueError(f"like {error}") from None
    return found if isinstance(found, Q) else matching(found, ask.account)


def _tag(ask: Ask, value: str) -> Q:
    found: list[match.Match] = []
    for name in value.split(","):
        if name.strip():
            if not (ids := keys.tag_ids(ask.account, clean(name).strip("/"))):
                return NOTHING
            found.append(match.Any(tuple(match.Mark("t", str(pk)) for pk in ids)))
    return matching(match.All(tuple(found)), ask.account) if found else Q()


def _collection(ask: Ask, value: str) -> Q:
    """`none` is what is in no collection."""
    if value == "none":
        return unfiled(ask.account)
    try:
        UUID(value)
    except ValueError:
        raise ValueError(
            f"collection “{value[:40]}” is not an id. Give that of a collection, or “none”."
        ) from None
    return in_collection(ask.account, value, ask.scope)


def _rating(ask: Ask, value: str) -> Q:
    return Q(rating__gte=int(_one_of("rating", value, [*"012345"])))


def _flag(ask: Ask, value: str) -> Q:
    word = _one_of("flag", value, [*Flag.values, "none"])
    return Q(flag="" if word == "none" else word)


def _added_after(ask: Ask, value: str) -> Q:
    return Q(created__gte=_moment("added_after", value, timedelta(0)))


def _added_before(ask: Ask, value: str) -> Q:
    return Q(created__lt=_moment("added_before", value, timedelta(days=1)))


def _origin(ask: Ask, value: str) -> Q:
    return Q(origin=value)


_FILTERS: dict[str, Callable[[Ask, str], Q]] = {
    "status": _status,
    "kind": _kind,
    "module": lambda ask, value: Q(module=value),
    "origin": _origin,
    "favorite": _favorite,
    "tag": _tag,
    "collection": _collection,
    "rating": _rating,
    "flag": _flag,
    "added_after": _added_after,
    "added_before": _added_before,
    "versions": _versions,
    "like": _like,
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
