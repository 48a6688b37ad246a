"""Saved searches: a person's own, under names of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from assets.models import Asset, SavedSearch
from assets.search import BadFilter, filter_assets, page
from assets.search.manual import NAMES
from assets.services.names import clean
from billing.models import Account, User

MOST = 50
MOST_PINNED = 6
MOST_COUNTED = 999
SHOWN = 6
LONGEST = 60
LONGEST_TEXT = 1000
VIEWS = {"grid": "Grid", "list": "List", "timeline": "Timeline"}


class NotSaved(ValueError):
    """It cannot be kept; `field` is what the message is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def of(account: Account, user: User) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(account=account, user=user)


def save(account: Account, user: User, **said: Any) -> SavedSearch:
    """`name`, and what is given of `q`, `sort`, `view`, `pinned`. Raises NotSaved."""
    mine = of(account, user)
    if mine.count() >= MOST:
        raise NotSaved("name", f"You have {MOST} saved searches, the most. Delete one first.")
    last = mine.aggregate(last=Max("order"))["last"] or 0
    row = SavedSearch(account=account, user=user, order=last + 1)
    return _written(row, {"name": "", **said})


def change(row: SavedSearch, **said: Any) -> SavedSearch:
    """Changes what is given: `name`, `q`, `sort`, `view`, `pinned`, `order`. Raises NotSaved."""
    return _written(row, said)


@dataclass(frozen=True)
class Preview:
    """The newest few that a pinned search finds; `count` stops at MOST_COUNTED. `problem` says why
    it finds nothing any more."""

    row: SavedSearch
    assets: list[Asset]
    count: int
    problem: str = ""

    @property
    def more(self) -> bool:
        return self.count > MOST_COUNTED


def previews(account: Account, user: User) -> list[Preview]:
    """Of all pinned searches, in their order."""
    return [_preview(account, row) for row in of(account, user).filter(pinned=True)[:MOST_PINNED]]


def _preview(account: Account, row: SavedSearch) -> Preview:
    try:
        found = filter_assets(Asset.objects.for_account(account), {"q": row.q})
        rows, _ = page(found, "newest", "", SHOWN)
        return Preview(row, rows, found[: MOST_COUNTED + 1].count())
    except BadFilter as error:
        return Preview(row, [], 0, str(error))


def _written(row: SavedSearch, said: dict[str, Any]) -> SavedSearch:
    for field, value in said.items():
        setattr(row, field, _CHECKS[field](row, value) if field in _CHECKS else value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NotSaved(
            "name", f"You have a search “{row.name}” already. Give another name, or delete that."
        ) from None
    return row


def _name(row: SavedSearch, value: str) -> str:
    name = clean(value)
    if not name:
        raise NotSaved("name", "The search has no name. Give it one, such as “Best of May”.")
    if len(name) > LONGEST:
        raise NotSaved(
            "name", f"The name has {len(name)} letters; the limit is {LONGEST}. Make it shorter."
        )
    return name


def _text(row: SavedSearch, value: str) -> str:
    text = value.strip()
    if len(text) > LONGEST_TEXT:
        raise NotSaved(
            "q", f"The search has {len(text)} letters; the limit is {LONGEST_TEXT}. Shorten it."
        )
    try:
        filter_assets(Asset.objects.for_account(row.account), {"q": text})
    except BadFilter as error:
        raise NotSaved("q", str(error)) from None
    return text


def _sort(row: SavedSearch, value: str) -> str:
    if value not in NAMES:
        raise NotSaved("sort", f"“{value[:40]}” is no order. Use one of: {', '.join(NAMES)}.")
    return value


def _view(row: SavedSearch, value: str) -> str:
    if value not in VIEWS:
        raise NotSaved("view", f"“{value[:40]}” is no view. Use one of: {', '.join(VIEWS)}.")
    return value


def _pinned(row: SavedSearch, value: bool) -> bool:
    others = of(row.account, row.user).filter(pinned=True).exclude(pk=row.pk)
    if value and others.count() >= MOST_PINNED:
        raise NotSaved(
            "pinned", f"{MOST_PINNED} searches are pinned, the most there can be. Unpin one first."
        )
    return value


_CHECKS: dict[str, Any] = {
    "name": _name,
    "q": _text,
    "sort": _sort,
    "view": _view,
    "pinned": _pinned,
}
