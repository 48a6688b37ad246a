"""A verb for many assets: counted beforehand, done as a whole, undone as far as it still stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assets.media import Refused
from assets.models import Asset, BulkChange
from assets.search import filter_assets
from assets.services.bulk import moving
from assets.services.bulk.cells import UNDO_DAYS, Cells, chunks, write
from assets.services.bulk.verbs import VERBS, Verb
from billing import audit_log
from billing.models import Account, User

MOST = 10_000


class CannotUndo(Refused):
    """It is too late, or it is done already."""


@dataclass(frozen=True)
class Outcome:
    """How many were meant, and how many of them change; `change` is what undoes it (None when
    nothing was changed, or it was only counted). `zips` is how many packed ZIPs go with it."""

    verb: Verb
    matched: int
    changed: int
    change: BulkChange | None = None
    zips: int = 0

    @property
    def unchanged(self) -> int:
        return self.matched - self.changed

    @property
    def words(self) -> str:
        """`12 files are in the trash. 3 were so already.`"""
        if not self.matched:
            return "Nothing fits any more. Nothing was changed."
        same = f"{self.unchanged:,} {'was' if self.unchanged == 1 else 'were'} so already."
        if not self.changed:
            return f"Nothing to change: {same}"
        done = f"{counted(self.changed)} {'is' if self.changed == 1 else 'are'} {self.verb.done}."
        return " ".join(filter(None, (done, same if self.unchanged else "", self._zips)))

    @property
    def _zips(self) -> str:
        if not self.zips:
            return ""
        one = self.zips == 1
        named = "A ZIP" if one else f"{self.zips:,} ZIPs"
        return f"{named} of the former client with some of them {'is' if one else 'are'} deleted."


def counted(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'}"


def chosen(
    account: Account,
    *,
    ids: Iterable[UUID] | None = None,
    params: Mapping[str, str] | None = None,
    most: int = MOST,
) -> list[UUID]:
    """The assets that are meant: those by id that are the account's, or all that `params` find (as
    assets.search.filter_assets takes them). Raises Refused for neither, both or too many, and
    BadFilter."""
    if (ids is None) == (params is None):
        raise Refused("Say which files: either by their ids, or by a filter.")
    mine = Asset.objects.for_account(account)
    if params is not None:
        found = list(filter_assets(mine, params).values_list("pk", flat=True)[: most + 1])
        return _few(list(dict.fromkeys(found)), "The filter finds", most)
    wanted = _few(list(dict.fromkeys(ids or ())), "You named", most)
    there: set[UUID] = set()
    for chunk in chunks(wanted):
        there |= set(mine.filter(pk__in=chunk).values_list("pk", flat=True))
    return [pk for pk in wanted if pk in there]


def _few(ids: list[UUID], start: str, most: int) -> list[UUID]:
    if len(ids) > most:
        raise Refused(
            f"{start} more than {most:,} files, which is the limit at once. Narrow it down, and "
            "do it in parts."
        )
    return ids


def verb_of(key: str) -> Verb:
    if verb := VERBS.get(key):
        return verb
    raise Refused(f"“{key[:40]}” cannot be done to many. Choose one of: {', '.join(VERBS)}.")


def preview(account: Account, key: str, value: Any, ids: Sequence[UUID]) -> Outcome:
    """What `apply` would do. Raises Refused."""
    verb = verb_of(key)
    cells = verb.plan(account, ids, verb.check(account, value))
    return Outcome(verb, len(ids), len(cells.touched()), zips=len(moving.zips(account, cells)))


def apply(
    account: Account, user: User | None, key: str, value: Any, ids: Sequence[UUID]
) -> Outcome:
    """Does it to those of `ids` that are not so already, all or none. Raises Refused."""
    verb = verb_of(key)
    with transaction.atomic():
        checked = verb.check(account, value)
        cells = verb.plan(account, ids, checked)
        change = keep(account, user, key, checked, cells, len(ids))
        zips = moving.drop_zips(account, cells)
        if change:
            _note(change)
    return Outcome(verb, len(ids), change.changed if change else 0, change, zips)


def keep(
    account: Account, user: User | None, key: str, value: Any, cells: Cells, matched: int
) -> BulkChange | None:
    """Writes the cells and the row that undoes them; None when nothing was to be changed."""
    if not cells.fields:
        return None
    changed = len(write(_eyes(account, cells), cells))
    return BulkChange.objects.create(
        account=account,
        user=user,
        verb=key,
        value=value,
        changed=changed,
        unchanged=max(0, matched - changed),
        cells=cells.packed(),
    )


_DELETING = {"trash": "deleting.trashed", "restore": "deleting.restored"}


def _note(change: BulkChange, undone: bool = False) -> None:
    """In the audit log, when it is about the trash."""
    verb = change.verb
    if undone:
        verb = {"trash": "restore", "restore": "trash"}.get(verb, "")
    if action := _DELETING.get(verb):
        how = "undone" if undone else None
        audit_log.write(change.account, action, counted(change.changed), bulk=change.pk, how=how)


def undo(change: BulkChange) -> int:
    """Gives back what stood there before, but for what was changed since. Returns how many assets.
    Raises CannotUndo."""
    with transaction.atomic():
        now = timezone.now()
        fresh = BulkChange.objects.filter(pk=change.pk, undone=None)
        if change.created < now - timedelta(days=UNDO_DAYS):
            raise CannotUndo(f"This is more than {UNDO_DAYS} days ago and cannot be undone.")
        cells = Cells.unpacked(change.cells).reversed()
        eyes = _eyes(change.account, cells)
        moving.check_back(eyes, cells)
        if not fresh.update(undone=now):
            raise CannotUndo("This was undone already.")
        back = len(write(eyes, cells, back=True))
        moving.leave_others(cells)
        moving.drop_zips(change.account, cells)
        _note(change, undone=True)
        return back


def _eyes(account: Account, cells: Cells) -> Account:
    """What goes to another client is in sight before or after, never both."""
    return account.widest() if "client" in cells.fields else account


def tidy_changes() -> int:
    """Forgets what can no longer be undone. Returns how many."""
    before = timezone.now() - timedelta(days=UNDO_DAYS)
    return BulkChange.objects.filter(created__lt=before).delete()[0]
